/**
 * How large one host may be. What exceeds a limit is left out and counted; the rest of the host is exported, so that
 * no BMC can use up the memory or the time of the whole exporter.
 */
export interface HostLimits {
  /** Sensors that are read. */
  readonly sensors: number;
  /** Series that are exported. */
  readonly series: number;
  /** Text of the exported series in bytes. */
  readonly textBytes: number;
}

/**
 * The highest limits that can be configured. With these no step of planning or rendering one host takes longer than
 * 50 ms of CPU time, whatever its BMC reports.
 */
export const HIGHEST_HOST_LIMITS: HostLimits = { sensors: 3000, series: 30_000, textBytes: 8_000_000 };

/** The limits by their names in the configuration and in labels. */
export const HOST_LIMIT_NAMES = ["sensors", "series", "text_bytes"] as const;
export type HostLimitName = (typeof HOST_LIMIT_NAMES)[number];

/** How many sensors, FRUs and counters are left out, by the limit that they exceed. Limits that are kept are absent. */
export type Omitted = Readonly<Partial<Record<HostLimitName, number>>>;
