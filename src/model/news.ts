import type { HostChange } from "./change.ts";
import type { LogEntry } from "./facts.ts";

/** What one poll of a host found that no poll before it had: each record and each change is in one of them. */
export interface HostNews {
  /** When it was read, epoch ms by our clock. */
  readonly seenAt: number;
  /** New records of the event log, newest last. */
  readonly entries: readonly LogEntry[];
  /** How many of `entries`, from its beginning, the log held when it was read for the first time ever. */
  readonly historical: number;
  /** BMC clock minus ours; positive: the BMC is ahead. */
  readonly clockOffsetSeconds?: number;
  readonly changes: readonly HostChange[];
}
