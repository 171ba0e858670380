/** Formats of commands and other choices, apart from the commands, which are imported when they run. */
export const PROBE_FORMATS = ["text", "json", "prometheus"] as const;
export type ProbeFormat = (typeof PROBE_FORMATS)[number];

export const HOST_FORMATS = ["table", "folded", "names", "json", "csv"] as const;
export type HostFormat = (typeof HOST_FORMATS)[number];

export const SENSOR_FORMATS = ["table", "json"] as const;
export type SensorFormat = (typeof SENSOR_FORMATS)[number];

/** As in src/web; importing that would slow down the help of every command. */
export const HOST_STATES = ["down", "critical", "warning", "waiting", "unknown", "ok"] as const;

/** Where a running exporter is by default. */
export const DEFAULT_EXPORTER = "http://localhost:9623";
