import {
  bmcAddress,
  type Failure,
  type FailureReason,
  type Host,
  type HostSnapshot,
  type PartName,
} from "../model/index.ts";

/** Why a host is asked. `liveness` is one cheap question: is a silent BMC back? */
export type PollPurpose = "round" | "probe" | "liveness";

export interface PollRequest {
  readonly purpose: PollPurpose;
  /** Fires at the deadline, and earlier when nobody wants the answer any more. */
  readonly signal: AbortSignal;
  /** Monotonic time of the deadline: answer with what there is by then. */
  readonly deadlineMs: number;
  /** Absent: the parts of the host's module that are due. */
  readonly parts?: readonly PartName[];
  /** Handed through from whoever asked for the probe. */
  readonly trace?: unknown;
}

/**
 * Reads one host once. Expected to resolve by the deadline, with a failed snapshot where the host could
 * not be read and with what it has where time ran out. A rejection is taken for `protocol_error` (or
 * `timeout` after the deadline).
 */
export type Poll = (host: Host, request: PollRequest) => Promise<HostSnapshot>;

/** What stands behind the names of a host's module and auth: counters or keyed digests, never the secret. */
export interface Revisions {
  /** Changes with the module or the credentials. */
  readonly revision?: string | undefined;
  /** Changes with the credentials alone; `revision` is used where it is absent. */
  readonly authRevision?: string | undefined;
}

/** A host of the inventory and how often it is polled. A change of `revision` closes its sessions. */
export interface ScheduledHost extends Revisions {
  readonly host: Host;
  readonly intervalMs: number;
  /** Time one poll may take, not counting the wait for its turn. */
  readonly timeoutMs: number;
}

export interface PollNowRequest extends Revisions {
  /** The caller goes away: the answer is no longer wanted. */
  readonly signal?: AbortSignal;
  /** Time the poll may take once it started; the host's own timeout unless said. */
  readonly timeoutMs?: number;
  /** Monotonic time by which the caller wants an answer, waiting included. */
  readonly deadlineMs?: number;
  readonly parts?: readonly PartName[];
  /** Probes with a trace are never shared with other callers. */
  readonly trace?: unknown;
}

export type PollOutcome = "success" | "aborted" | FailureReason;

/** `busy`: its last poll had not finished. `queue_full`: too much was waiting. `behind`: this process slept. */
export type SkipCause = "busy" | "queue_full" | "behind";

/** What the scheduler says while it works; exposition makes metrics of it. Must not throw. */
export interface SchedulerReport {
  /** Polls waiting for their turn, after a change. */
  queued(depth: number): void;
  started(purpose: PollPurpose, waitMs: number): void;
  ended(purpose: PollPurpose, outcome: PollOutcome, durationMs: number): void;
  skipped(cause: SkipCause, rounds: number): void;
  /** A round started this much after it was due. */
  late(lateMs: number): void;
  /** A poll did not return although its time was over; its lane was given free. */
  stuck(host: string): void;
  /** A probe was answered by a poll another caller had asked for. */
  coalesced(): void;
  /** A probe was answered with an earlier refusal, without a login. */
  refused(): void;
}

export type HostActivity = "idle" | "waiting" | "running";

/** How the scheduler sees a host, for pages. */
export interface HostState {
  readonly activity: HostActivity;
  /** Epoch ms of the next poll; absent while a poll without a fixed round is in progress, or if none is planned. */
  readonly nextDueAt?: number;
  /** Failed asks in a row that led to back-off; 0: on its rounds. */
  readonly backOffLevel: number;
  /** Why its BMC refused the last login. Such a host is polled rarely, until a poll succeeds. */
  readonly stopped?: Failure;
}

/** Numbers of the moment, for the exporter's own metrics. */
export interface SchedulerTotals {
  readonly hosts: number;
  readonly running: number;
  readonly queuedRounds: number;
  readonly queuedProbes: number;
  readonly backedOff: number;
  readonly stopped: number;
}

/** Too many probes are waiting; ask again later. */
export class QueueFullError extends Error {
  override readonly name = "QueueFullError";
}

/** The scheduler was stopped while, or before, this was asked. */
export class SchedulerStoppedError extends Error {
  override readonly name = "SchedulerStoppedError";

  constructor() {
    super("the scheduler is stopped");
  }
}

/** Same BMC asked in the same way as the same user: one conversation serves both. */
export function sameConversation(a: Host, b: Host): boolean {
  return (
    a === b || (a.name === b.name && bmcAddress(a) === bmcAddress(b) && a.module === b.module && a.auth === b.auth)
  );
}
