/** How far back a history is shown. */
export const HISTORY_PERIODS = ["1h", "6h", "24h"] as const;
export type HistoryPeriod = (typeof HISTORY_PERIODS)[number];

/** Values of one sensor or measure over a period, oldest first, in even steps. */
export interface HistorySeries {
  readonly stepMs: number;
  /** End of the last step, epoch ms. */
  readonly endsAt: number;
  /** The last value of each step; undefined where nothing was read. */
  readonly values: readonly (number | undefined)[];
  /** Over the whole period. */
  readonly min: number;
  readonly max: number;
}

/** The history of one host, for pages only. */
export interface HostHistory {
  /** By the id of a sensor, or `#` and the name of a measure. Undefined if nothing is known in this period. */
  series(id: string, period: HistoryPeriod): HistorySeries | undefined;
}
