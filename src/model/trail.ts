import type { LogEntry } from "./facts.ts";
import type { FailureReason } from "./failure.ts";
import type { PartName } from "./snapshot.ts";

/** How one poll went. */
export interface PollOutcome {
  /** Epoch ms. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Absent where the BMC was reached. */
  readonly failure?: FailureReason;
  /** Parts that did not succeed although it was. */
  readonly failedParts: readonly PartName[];
}

/** What a page shows of a record of the event log. */
export type PastEvent = Pick<LogEntry, "time" | "relativeTime" | "sensor" | "direction" | "severity" | "text">;

/** The last of what happened to a host, for people: metrics and alerts are made of none of it. Newest first. */
export interface HostTrail {
  readonly polls: readonly PollOutcome[];
  readonly events: readonly PastEvent[];
}
