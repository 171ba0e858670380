import { DEFAULT_MAX_BACK_OFF_MS } from "./back-off.ts";

/** Limits of the scheduler. All of them may change while it runs. */
export interface Limits {
  /**
   * Polls at once, rounds and probes together. 10,000 BMCs of 100 sensors that take 5 to 50 ms per response have 500
   * polls in progress on average if polled every minute: with a limit of 512 most rounds were late, with 720 none.
   */
  readonly concurrency: number;
  /**
   * Polls at once in one group. A full /24 of BMCs that take 5 to 50 ms per response has 14 polls in progress on average
   * if polled every minute: with a limit of 16 a tenth of the rounds were late, with 24 none.
   */
  readonly groupConcurrency: number;
  /** Rounds that may wait for a slot; more are skipped and counted. */
  readonly queueLimit: number;
  /** Probes that may wait; more are refused. */
  readonly probeQueueLimit: number;
  /** Longest wait between two polls of a silent host. */
  readonly maxBackOffMs: number;
  /** Time-out of a liveness poll. */
  readonly livenessTimeoutMs: number;
  /** A round that starts later than this is counted as late. */
  readonly lateAfterMs: number;
  /** Time-out of probes of hosts outside the inventory, if the caller gives none. */
  readonly defaultTimeoutMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  concurrency: 1024,
  groupConcurrency: 32,
  queueLimit: 20_000,
  probeQueueLimit: 1_000,
  maxBackOffMs: DEFAULT_MAX_BACK_OFF_MS,
  livenessTimeoutMs: 5_000,
  lateAfterMs: 1_000,
  defaultTimeoutMs: 20_000,
};
