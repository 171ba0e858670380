import type { Clock } from "../lib/index.ts";
import { bmcAddress, type Host, type HostSnapshot, needsOperator } from "../model/index.ts";
import type { Agenda } from "./agenda.ts";
import { Level } from "./group-queue.ts";
import { type PollNowRequest, QueueFullError } from "./poll.ts";
import { ProbeJob, type ProbeKeeper } from "./probe-job.ts";
import type { Rounds, RoundTools } from "./rounds.ts";

/** Polls that a caller waits for, in the lanes of their BMCs. */
export class Probes implements ProbeKeeper {
  readonly #tools: RoundTools;
  readonly #rounds: Rounds;
  /** All probes that wait or run. */
  readonly #jobs = new Set<ProbeJob>();
  /** Probes that another caller may share. */
  readonly #shared = new Map<string, ProbeJob>();

  constructor(tools: RoundTools, rounds: Rounds) {
    this.#tools = tools;
    this.#rounds = rounds;
  }

  get clock(): Clock {
    return this.#tools.clock;
  }

  get agenda(): Agenda {
    return this.#tools.agenda;
  }

  async poll(host: Host, request: PollNowRequest): Promise<HostSnapshot> {
    const { groupOf, lanes, limits, refusedLogins, report } = this.#tools;
    request.signal?.throwIfAborted();
    const refusal = refusedLogins.find(host, request);
    if (refusal) {
      report.refused();
      return refusal;
    }
    const key = keyOf(host, request);
    const running = request.trace === undefined ? this.#shared.get(key) : undefined;
    if (running?.mayBeJoined(request)) {
      report.coalesced();
      return running.join(request);
    }
    const { defaultTimeoutMs, probeQueueLimit } = limits();
    if (lanes.waiting(Level.Probe) >= probeQueueLimit) {
      throw new QueueFullError(`${host.name}: ${probeQueueLimit} probes are waiting `);
    }
    const timeoutMs = request.timeoutMs ?? this.#rounds.entryOf(host)?.timeoutMs ?? defaultTimeoutMs;
    const job = new ProbeJob(this, key, host, request, timeoutMs);
    this.#jobs.add(job);
    if (request.trace === undefined) this.#shared.set(key, job);
    const answer = job.join(request);
    lanes.add(bmcAddress(host), groupOf(host), job);
    return answer;
  }

  /** Rejects the calls of all who wait. */
  close(reason: unknown): void {
    for (const job of this.#jobs) job.refuse(reason);
  }

  async run(job: ProbeJob): Promise<void> {
    const { attempts, clock, refusedLogins, releases, report } = this.#tools;
    const { createdMs, host, parts, purpose, revisions, timeoutMs, trace } = job;
    // The login was refused while this probe waited for a slot.
    const refusal = refusedLogins.find(host, revisions);
    if (refusal) {
      this.#forget(job);
      report.refused();
      job.resolve(refusal);
      return;
    }
    const nowMs = clock.monotonicMs();
    const deadlineMs = Math.min(nowMs + timeoutMs, job.latestDeadlineMs);
    job.cutShort = deadlineMs < nowMs + timeoutMs;
    // The entry when the poll begins: the result does not apply to one that is added or changed meanwhile.
    const entry = this.#rounds.entryOf(host);
    if (entry) entry.polled = true;
    job.attempt = attempts.start(host, { purpose, deadlineMs, waitedMs: nowMs - createdMs, parts, trace });
    const end = await job.attempt.ended;
    this.#forget(job);
    const snapshot = end.snapshot;
    if (snapshot) {
      if (entry) this.#rounds.applyProbe(entry, snapshot, parts === undefined);
      else if (snapshot.failure && needsOperator(snapshot.failure.reason)) {
        refusedLogins.add(host, snapshot, revisions, { inInventory: false });
      }
      job.resolve(snapshot);
    }
    // Nobody polls the BMC in this way again: the session would use one of the few that it has.
    if (!entry || entry.removed || end.stuck) await releases.now(host);
  }

  abandoned(job: ProbeJob): void {
    this.#tools.lanes.remove(bmcAddress(job.host), job);
    this.#forget(job);
    job.attempt?.abort(new DOMException("nobody waits for the probe any more", "AbortError"));
  }

  #forget(job: ProbeJob): void {
    this.#jobs.delete(job);
    if (this.#shared.get(job.key) === job) this.#shared.delete(job.key);
  }
}

/** Probes with the same key may share a poll. */
function keyOf(host: Host, request: PollNowRequest): string {
  const parts = request.parts ? [...request.parts].sort() : [];
  const { purpose = "probe", revision = "", timeoutMs = "" } = request;
  return [purpose, host.name, bmcAddress(host), host.module, host.auth, revision, timeoutMs, ...parts].join("\0");
}
