/**
 * exposition - host records as Prometheus text, and the exporter's own metrics. Knows every family's
 * name, labels and meaning, and the text format. Knows no protocol, no store and no HTTP: records are
 * handed in, text is handed out, and the only thing kept is the count of what other rooms report.
 */
export { COMPONENTS, type Component, componentHealth, componentOf } from "./component.ts";
export { FAMILIES } from "./families/index.ts";
export type { Family, FamilyType, Sample } from "./family.ts";
export { type FleetOptions, type RackBudget, rackPowerBudget, renderFleet, renderRackBudgets } from "./fleet.ts";
export { withinLimits } from "./host-limits.ts";
export { escapeValue } from "./labels.ts";
export { PieceStock } from "./pieces.ts";
export { metricsReference } from "./reference.ts";
export { type SelfDescription, SelfMetrics, type SelfOptions } from "./self.ts";
export { Slabs } from "./slabs.ts";
export {
  CONTENT_TYPE,
  type HostText,
  type Rendered,
  type RenderOptions,
  renderHost,
  renderProbe,
  textOf,
} from "./text.ts";
