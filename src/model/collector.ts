/**
 * What a module of ipmi_exporter can collect, in its words. `sm-lan-mode` asks for a vendor's own command, which is
 * never sent; `sel-events` reads the whole event log.
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

/** Those of a module that names none. */
export const DEFAULT_COLLECTORS: readonly Collector[] = ["ipmi", "dcmi", "bmc", "chassis"];
