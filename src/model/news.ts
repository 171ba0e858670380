import type { HostChange } from "./change.ts";
import type { LogEntry } from "./facts.ts";

/** What is new in one poll of a host: each log record and each change is reported by exactly one poll. */
export interface HostNews {
  /** The host and how it is polled: what is another host for the state, too. */
  readonly source: string;
  /** Number of records, and of changes, of this source in all earlier news. A crash before the state is saved repeats both. */
  readonly recordsBefore: number;
  readonly changesBefore: number;
  /** When it was read, epoch ms by the clock of the exporter. */
  readonly seenAt: number;
  /** New records of the event log, newest last. */
  readonly entries: readonly LogEntry[];
  /** The first N of `entries` that were in the log when it was read for the first time. */
  readonly historical: number;
  /** Clock of the BMC minus clock of the exporter; positive: the BMC is ahead. */
  readonly clockOffsetSeconds?: number;
  readonly changes: readonly HostChange[];
}
