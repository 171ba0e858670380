import type { LogEntry } from "./facts.ts";
import type { FailureReason } from "./failure.ts";
import type { PartName } from "./snapshot.ts";

/** Outcome of one poll. */
export interface PollOutcome {
  /** Epoch ms. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Absent if the BMC was reached. */
  readonly failure?: FailureReason;
  /** Parts that failed although the BMC was reached. */
  readonly failedParts: readonly PartName[];
}

/** The fields of a log record that a page shows. */
export type PastEvent = Pick<LogEntry, "time" | "relativeTime" | "sensor" | "direction" | "severity" | "text">;

/** An event of the log of any host. */
export interface FleetEvent extends PastEvent, Pick<LogEntry, "kind"> {
  readonly host: string;
  /** When the exporter read it, epoch ms. */
  readonly readAt: number;
}

/** The last polls and events of a host, newest first. For pages only, not for metrics and alerts. */
export interface HostTrail {
  readonly polls: readonly PollOutcome[];
  readonly events: readonly PastEvent[];
}
