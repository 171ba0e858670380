import {
  bmcAddress,
  type Failure,
  type FailureReason,
  type Host,
  type HostSnapshot,
  type PartName,
} from "../model/index.ts";

/**
 * Why a host is polled. `event`: something happened, so everything is read. `liveness`: one cheap command shows whether a
 * silent BMC is back.
 */
export type PollPurpose = "round" | "probe" | "event" | "liveness";

export interface PollRequest {
  readonly purpose: PollPurpose;
  /** Fires at the deadline, or earlier if nobody needs the result any more. */
  readonly signal: AbortSignal;
  /** Monotonic time of the deadline: the poll returns what it has read by then. */
  readonly deadlineMs: number;
  /** Absent: the parts of the host's module that are due. */
  readonly parts?: readonly PartName[];
  /** Passed through from the caller of the probe. */
  readonly trace?: unknown;
}

/**
 * Reads one host once. Expected to resolve by the deadline, with a failed snapshot if the host could
 * not be read, and with what was read if time ran out. A rejection counts as `protocol_error` (or
 * `timeout` after the deadline).
 */
export type Poll = (host: Host, request: PollRequest) => Promise<HostSnapshot>;

/** Versions of a host's module and credentials: counters or keyed digests, never the secret. */
export interface Revisions {
  /** Changes with the module or the credentials. */
  readonly revision?: string | undefined;
  /** Changes with the credentials alone; `revision` is used if it is absent. */
  readonly authRevision?: string | undefined;
}

/** A host of the inventory and how often it is polled. A change of `revision` closes its sessions. */
export interface ScheduledHost extends Revisions {
  readonly host: Host;
  readonly intervalMs: number;
  /** Time one poll may take, not counting the wait for a slot. */
  readonly timeoutMs: number;
}

export interface PollNowRequest extends Revisions {
  /** `probe` by default. */
  readonly purpose?: "probe" | "event";
  /** Fires when the caller goes away. */
  readonly signal?: AbortSignal;
  /** Time the poll may take once it started; by default the time-out of the host. */
  readonly timeoutMs?: number;
  /** Monotonic time until which the caller waits. */
  readonly deadlineMs?: number;
  readonly parts?: readonly PartName[];
  /** A probe with a trace is never shared with other callers. */
  readonly trace?: unknown;
}

export type PollOutcome = "success" | "aborted" | FailureReason;

/** `busy`: the last poll of the host had not ended. `queue_full`: too many rounds were waiting. `behind`: this process slept. */
type SkipCause = "busy" | "queue_full" | "behind";

/** Gets what happens in the scheduler, for metrics. Must not throw. */
export interface SchedulerReport {
  /** Number of polls waiting for a slot, after a change. */
  queued(depth: number): void;
  started(purpose: PollPurpose, waitMs: number): void;
  ended(purpose: PollPurpose, outcome: PollOutcome, durationMs: number): void;
  skipped(cause: SkipCause, rounds: number): void;
  /** A round started this long after it was due. */
  late(lateMs: number): void;
  /** A poll timed out and did not return; its lane does not wait for it. */
  stuck(host: string): void;
  /** A probe shares the poll of another caller. */
  coalesced(): void;
  /** A probe was answered with an earlier refusal, without a login. */
  refused(): void;
}

export type HostActivity = "idle" | "waiting" | "running";

/** State of a host in the scheduler, for pages. */
export interface HostState {
  readonly activity: HostActivity;
  /** Epoch ms of the next poll; absent while a poll without a fixed round is in progress, or if none is planned. */
  readonly nextDueAt?: number;
  /** Failed polls in a row that led to back-off; 0: no back-off. */
  readonly backOffLevel: number;
  /** Why its BMC refused the last login. Such a host is polled rarely, until a poll succeeds. */
  readonly stopped?: Failure;
}

/** Current numbers, for the metrics of the exporter. */
export interface SchedulerTotals {
  readonly hosts: number;
  readonly running: number;
  readonly queuedRounds: number;
  readonly queuedProbes: number;
  readonly backedOff: number;
  readonly stopped: number;
}

/** Too many probes are waiting. */
export class QueueFullError extends Error {
  override readonly name = "QueueFullError";
}

/** The scheduler was stopped before or during this call. */
export class SchedulerStoppedError extends Error {
  override readonly name = "SchedulerStoppedError";

  constructor() {
    super("the scheduler is stopped");
  }
}

/** The same BMC, polled in the same way as the same user: one session serves both. */
export function sameConversation(a: Host, b: Host): boolean {
  return (
    a === b || (a.name === b.name && bmcAddress(a) === bmcAddress(b) && a.module === b.module && a.auth === b.auth)
  );
}
