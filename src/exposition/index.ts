/**
 * exposition - renders host records as Prometheus text, and counts the exporter's own metrics. Knows the text format
 * and every family: name, labels and meaning. Knows no protocol, no store and no HTTP: callers pass records and get
 * text. Its only state is the exporter's own metrics, which other packages report.
 */
export { COMPONENTS, componentHealth } from "./component.ts";
export { FAMILIES } from "./families/index.ts";
export { type RackBudget, rackPowerBudget, renderFleet, renderRackBudgets } from "./fleet.ts";
export { withinLimits } from "./host-limits.ts";
export { escapeValue } from "./labels.ts";
export { PieceStock } from "./pieces.ts";
export { metricsReference } from "./reference.ts";
export { SelfMetrics } from "./self.ts";
export { Slabs } from "./slabs.ts";
export {
  CONTENT_TYPE,
  type HostText,
  renderHost,
  renderProbe,
  textOf,
} from "./text.ts";
