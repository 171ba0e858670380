/**
 * dialect - renders a snapshot in the metrics of ipmi_exporter. Knows its families, and the texts and states of FreeIPMI.
 * Knows no protocol, no HTTP and no configuration.
 */
export { partsOf } from "./collectors.ts";
export { type CompareOptions, type Difference, differences, seriesOf } from "./compare.ts";
export { eventState, eventText } from "./events/index.ts";
export { type DialectOptions, renderDialect } from "./render.ts";
export type { SelEventRule } from "./sel-events.ts";
export type { SensorChoices } from "./sensors.ts";
export { type NonCritical, type State, stateOf } from "./severity.ts";
