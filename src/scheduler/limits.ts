import { DEFAULT_MAX_BACK_OFF_MS } from "./back-off.ts";

/** What bounds the scheduler; all of it may change while it runs. */
export interface Limits {
  /**
   * Polls at once, rounds and probes together. 10,000 BMCs of 100 sensors that take 5 to 50 ms an answer have 500 under
   * way on average when they are polled every minute: with a cap of 512 most rounds were late, with 720 and more none.
   */
  readonly concurrency: number;
  /**
   * Polls at once in one group. A full /24 of BMCs that take 5 to 50 ms an answer keeps 14 busy on average when it is
   * polled every minute: with a cap of 16 a tenth of the rounds were late, with 24 and more none.
   */
  readonly groupConcurrency: number;
  /** Rounds that may wait for their turn; more are skipped and counted. */
  readonly queueLimit: number;
  /** Probes that may wait; more are refused. */
  readonly probeQueueLimit: number;
  /** Longest wait between two asks of a silent host. */
  readonly maxBackOffMs: number;
  /** Time the cheap question has that is asked while backed off. */
  readonly livenessTimeoutMs: number;
  /** A round that starts later than this is counted as late. */
  readonly lateAfterMs: number;
  /** For probes of hosts outside the inventory that name no time-out. */
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
