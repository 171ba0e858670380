/**
 * The collectors of a module of ipmi_exporter, by its names. `sm-lan-mode` would need a vendor command, which is never
 * sent; `sel-events` reads the whole event log.
 */
export const COLLECTORS = [
  "bmc",
  "ipmi",
  "chassis",
  "dcmi",
  "sel",
  "sel-events",
  "bmc-watchdog",
  "sm-lan-mode",
] as const;
export type Collector = (typeof COLLECTORS)[number];

/** The collectors of a module without `collectors`. */
export const DEFAULT_COLLECTORS: readonly Collector[] = ["ipmi", "dcmi", "bmc", "chassis"];
