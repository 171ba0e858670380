/**
 * dialect - renders a snapshot in the metrics of ipmi_exporter. Knows its families, and the texts and states of FreeIPMI.
 * Knows no protocol, no HTTP and no configuration.
 */
export { partsOf } from "./collectors.ts";
export { type Difference, differences } from "./compare.ts";
export { type DialectOptions, renderDialect } from "./render.ts";
