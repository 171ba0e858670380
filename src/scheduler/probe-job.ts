import type { Clock } from "../lib/index.ts";
import type { Host, HostSnapshot, PartName } from "../model/index.ts";
import type { Agenda, Due } from "./agenda.ts";
import { type Attempt, failedSnapshot } from "./attempt.ts";
import { Level } from "./group-queue.ts";
import type { LaneJob } from "./lane.ts";
import type { PollNowRequest, Revisions } from "./poll.ts";

/** Runs a probe, and ends it when no caller waits any more. */
export interface ProbeKeeper {
  readonly clock: Clock;
  readonly agenda: Agenda;
  run(job: ProbeJob): Promise<void>;
  abandoned(job: ProbeJob): void;
}

/** A poll that one caller waits for, or several callers of equal probes. */
export class ProbeJob implements LaneJob {
  readonly level = Level.Probe;
  readonly key: string;
  readonly host: Host;
  readonly parts: readonly PartName[] | undefined;
  readonly trace: unknown;
  readonly purpose: "probe" | "event";
  readonly revisions: Revisions;
  readonly timeoutMs: number;
  readonly createdMs: number;
  attempt: Attempt | undefined;
  /** It runs with a shorter time-out because no caller waits longer. */
  cutShort = false;
  readonly #keeper: ProbeKeeper;
  readonly #waiters = new Set<Waiter>();

  constructor(keeper: ProbeKeeper, key: string, host: Host, request: PollNowRequest, timeoutMs: number) {
    this.#keeper = keeper;
    this.key = key;
    this.host = host;
    this.parts = request.parts;
    this.trace = request.trace;
    this.purpose = request.purpose ?? "probe";
    this.revisions = { revision: request.revision, authRevision: request.authRevision };
    this.timeoutMs = timeoutMs;
    this.createdMs = keeper.clock.monotonicMs();
  }

  run(): Promise<void> {
    return this.#keeper.run(this);
  }

  /** Time until which a caller waits; infinite if one has no deadline. */
  get latestDeadlineMs(): number {
    let latest = Number.NEGATIVE_INFINITY;
    for (const waiter of this.#waiters) latest = Math.max(latest, waiter.deadlineMs);
    return latest;
  }

  /** False if the poll ends earlier than this caller needs, because of another caller's deadline. */
  mayBeJoined(request: PollNowRequest): boolean {
    const attempt = this.attempt;
    if (!attempt || !this.cutShort) return true;
    return (request.deadlineMs ?? Number.POSITIVE_INFINITY) <= attempt.deadlineMs;
  }

  /** Adds a caller, who waits until the result, the deadline or the signal. */
  join(request: PollNowRequest): Promise<HostSnapshot> {
    return new Promise((resolve, reject) => {
      const waiter = new Waiter(this, resolve, reject, request);
      this.#waiters.add(waiter);
      if (waiter.deadlineMs < Number.POSITIVE_INFINITY) this.#keeper.agenda.at(waiter, waiter.deadlineMs);
    });
  }

  resolve(snapshot: HostSnapshot): void {
    for (const waiter of [...this.#waiters]) {
      this.#forget(waiter);
      waiter.resolve(snapshot);
    }
  }

  refuse(reason: unknown): void {
    for (const waiter of [...this.#waiters]) {
      this.#forget(waiter);
      waiter.reject(reason);
    }
  }

  /** A caller went away. */
  leave(waiter: Waiter, reason: unknown): void {
    this.#forget(waiter);
    waiter.reject(reason);
    if (this.#waiters.size === 0) this.#keeper.abandoned(this);
  }

  /** The deadline of a caller has passed. */
  expire(waiter: Waiter): void {
    // The poll itself ends at the same deadline, with what it has read by then.
    if (this.attempt && this.attempt.deadlineMs <= waiter.deadlineMs) return;
    this.#forget(waiter);
    const { clock } = this.#keeper;
    const waitedMs = clock.monotonicMs() - waiter.sinceMs;
    const what = this.attempt ? "for a poll in progress" : "for a free slot";
    const message = `timed out after waiting ${(waitedMs / 1000).toFixed(1)} s ${what}`;
    const failure = { stage: "connect", reason: "timeout", message } as const;
    waiter.resolve(failedSnapshot(this.host, clock.wallMs() - waitedMs, waitedMs, failure));
    if (this.#waiters.size === 0) this.#keeper.abandoned(this);
  }

  get nowMs(): number {
    return this.#keeper.clock.monotonicMs();
  }

  #forget(waiter: Waiter): void {
    this.#waiters.delete(waiter);
    this.#keeper.agenda.cancel(waiter);
    waiter.signal?.removeEventListener("abort", waiter.onAbort);
  }
}

/** One caller of a probe. */
class Waiter implements Due {
  dueMs = 0;
  heapIndex = -1;
  readonly resolve: (snapshot: HostSnapshot) => void;
  readonly reject: (reason: unknown) => void;
  readonly signal: AbortSignal | undefined;
  readonly deadlineMs: number;
  readonly sinceMs: number;
  readonly onAbort: () => void;
  readonly #job: ProbeJob;

  constructor(
    job: ProbeJob,
    resolve: (snapshot: HostSnapshot) => void,
    reject: (reason: unknown) => void,
    request: PollNowRequest,
  ) {
    this.#job = job;
    this.resolve = resolve;
    this.reject = reject;
    this.signal = request.signal;
    this.deadlineMs = request.deadlineMs ?? Number.POSITIVE_INFINITY;
    this.sinceMs = job.nowMs;
    this.onAbort = () => job.leave(this, this.signal?.reason);
    this.signal?.addEventListener("abort", this.onAbort);
  }

  fire(): void {
    this.#job.expire(this);
  }
}
