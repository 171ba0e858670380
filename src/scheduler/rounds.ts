import type { Clock } from "../lib/index.ts";
import { type Failure, type Host, type HostSnapshot, needsOperator } from "../model/index.ts";
import type { Agenda } from "./agenda.ts";
import type { AttemptEnd } from "./attempt.ts";
import type { Attempts } from "./attempts.ts";
import { backOffMs, followUpOf, soonMs } from "./back-off.ts";
import { Level } from "./group-queue.ts";
import { HostEntry, type RoundKeeper } from "./host-entry.ts";
import type { Lanes } from "./lane.ts";
import type { Limits } from "./limits.ts";
import { nextOnGrid } from "./phase.ts";
import {
  type HostState,
  type PollPurpose,
  type ScheduledHost,
  type SchedulerReport,
  sameConversation,
} from "./poll.ts";
import { loginPauseMs, loginRetryMs, type RefusedLogins } from "./refused-logins.ts";
import type { Releases } from "./releases.ts";

export interface RoundTools {
  readonly clock: Clock;
  readonly agenda: Agenda;
  readonly lanes: Lanes;
  readonly attempts: Attempts;
  readonly refusedLogins: RefusedLogins;
  readonly releases: Releases;
  readonly report: SchedulerReport;
  readonly random: () => number;
  readonly groupOf: (host: Host) => string;
  readonly deliver: (snapshot: HostSnapshot, host: Host) => void;
  /** Called each time: limits may change. */
  readonly limits: () => Limits;
}

/** The first rounds of a fleet begin within this part of the interval, so that the last of them ends within the interval. */
const FIRST_ROUNDS_WITHIN = 0.9;
/** A reload polls refused hosts within this time, spread over it by their phase. */
const REFUSED_HOSTS_WITHIN_MS = 10_000;

/**
 * The hosts of the inventory and when each of them is polled next.
 *
 * Rounds are at phase + k * interval of the wall clock at the start of the scheduler, counted on by the monotonic clock:
 * a restart continues on the same grid, and a jump of the wall clock does not move it. Only the first round of a host is
 * a little earlier.
 */
export class Rounds implements RoundKeeper {
  readonly #tools: RoundTools;
  /** Time of the grid minus monotonic time. */
  readonly #gridOffsetMs: number;
  readonly #entries = new Map<string, HostEntry>();
  #closed = false;

  constructor(tools: RoundTools) {
    this.#tools = tools;
    this.#gridOffsetMs = tools.clock.wallMs() - tools.clock.monotonicMs();
  }

  setHosts(hosts: Iterable<ScheduledHost>): void {
    if (this.#closed) return;
    const wanted = new Map<string, ScheduledHost>();
    for (const scheduled of hosts) {
      const { host, intervalMs, timeoutMs } = scheduled;
      if (!(intervalMs > 0 && timeoutMs > 0)) {
        throw new RangeError(`${host.name}: interval and timeout must be above 0, not ${intervalMs} and ${timeoutMs}`);
      }
      wanted.set(host.name, scheduled);
    }
    for (const entry of [...this.#entries.values()]) {
      const scheduled = wanted.get(entry.host.name);
      if (!scheduled || !entry.isSameAs(scheduled)) this.#remove(entry);
    }
    for (const scheduled of wanted.values()) {
      const group = this.#tools.groupOf(scheduled.host);
      const entry = this.#entries.get(scheduled.host.name);
      if (!entry) this.#add(new HostEntry(this, scheduled, group));
      else if (entry.update(scheduled, group) && entry.onGrid && !entry.stopped) this.#toGrid(entry, 0);
    }
  }

  get entries(): Iterable<HostEntry> {
    return this.#entries.values();
  }

  /** The entry of the inventory for this host, if it is polled in the same way. */
  entryOf(host: Host): HostEntry | undefined {
    const entry = this.#entries.get(host.name);
    return entry && sameConversation(entry.host, host) ? entry : undefined;
  }

  /** Applies the result of a probe to the rounds of a host of the inventory. */
  applyProbe(entry: HostEntry, snapshot: HostSnapshot, complete: boolean): void {
    if (entry.removed || this.#closed) return;
    const { failure } = snapshot;
    if (snapshot.up) {
      if (complete) this.#tools.deliver(snapshot, entry.host);
      this.#succeeded(entry);
      if (!entry.onGrid && entry.activity === "idle") this.#toGrid(entry, entry.intervalMs / 2);
    } else if (failure && needsOperator(failure.reason)) {
      this.#tools.deliver(snapshot, entry.host);
      this.#refused(entry, snapshot, failure);
    }
    // Any other failure may be due to the short deadline of the probe.
  }

  /** See Scheduler.pollRefusedHosts. */
  pollRefusedHosts(): number {
    if (this.#closed) return 0;
    const { agenda, clock, refusedLogins } = this.#tools;
    const nowMs = clock.monotonicMs();
    let hosts = 0;
    for (const entry of this.#entries.values()) {
      if (!entry.stopped) continue;
      hosts++;
      if (entry.activity !== "idle") continue;
      const { intervalMs, phaseMs } = entry;
      const spreadMs = Math.min(REFUSED_HOSTS_WITHIN_MS, intervalMs) * (phaseMs / intervalMs);
      const dueMs = Math.max(nowMs, refusedLogins.nextLoginMs(entry.host, entry)) + spreadMs;
      entry.onGrid = false;
      // Later reloads do not move a poll that is planned.
      if (!agenda.has(entry) || dueMs < entry.dueMs) agenda.at(entry, dueMs);
    }
    return hosts;
  }

  state(name: string): HostState | undefined {
    const entry = this.#entries.get(name);
    if (!entry) return undefined;
    const { agenda, clock } = this.#tools;
    return {
      activity: entry.activity,
      nextDueAt: agenda.has(entry) ? clock.wallMs() + entry.dueMs - clock.monotonicMs() : undefined,
      backOffLevel: entry.backOffLevel,
      stopped: entry.stopped,
    };
  }

  close(): void {
    this.#closed = true;
    for (const entry of this.#entries.values()) this.#tools.agenda.cancel(entry);
  }

  due(entry: HostEntry): void {
    const { agenda, clock, lanes, limits, report } = this.#tools;
    const dueMs = entry.dueMs;
    if (entry.onGrid) {
      // The first round was early: the grid point that it was for is not another round.
      const restMs = entry.polled ? 0 : entry.intervalMs / 2;
      const nextMs = this.#nextRoundMs(entry, clock.monotonicMs() + restMs);
      const missed = Math.round((nextMs - dueMs) / entry.intervalMs) - 1;
      if (missed > 0) report.skipped("behind", missed);
      agenda.at(entry, nextMs);
    }
    if (entry.activity !== "idle") {
      report.skipped("busy", 1);
    } else if (lanes.waiting(Level.Round) >= limits().queueLimit) {
      report.skipped("queue_full", 1);
      if (!entry.onGrid) this.#toGrid(entry, 0);
    } else {
      entry.dueSinceMs = dueMs;
      entry.activity = "waiting";
      lanes.add(entry.laneKey, entry.group, entry);
    }
  }

  async run(entry: HostEntry): Promise<void> {
    const { clock, limits, refusedLogins, releases, report } = this.#tools;
    const refusal = refusedLogins.find(entry.host, entry);
    if (refusal) {
      entry.activity = "idle";
      this.#refusedBefore(entry, refusal);
      return;
    }
    const waitedMs = Math.max(0, clock.monotonicMs() - entry.dueSinceMs);
    const isSilent = entry.backOffLevel > 0;
    if (!isSilent && waitedMs > limits().lateAfterMs) report.late(waitedMs);
    entry.activity = "running";
    entry.polled = true;
    let end = await this.#poll(entry, isSilent ? "liveness" : "round", waitedMs);
    if (isSilent && end.snapshot?.up && !entry.removed && !this.#closed) end = await this.#poll(entry, "round", 0);
    entry.attempt = undefined;
    entry.activity = "idle";
    if (entry.removed || this.#closed) return;
    // Its session is in an unknown state. The next poll opens a new one.
    if (end.stuck) releases.later(entry.host, entry.group);
    if (end.snapshot) this.#settle(entry, end.snapshot);
  }

  #poll(entry: HostEntry, purpose: PollPurpose, waitedMs: number): Promise<AttemptEnd> {
    const { attempts, clock, limits } = this.#tools;
    const timeoutMs = purpose === "liveness" ? Math.min(entry.timeoutMs, limits().livenessTimeoutMs) : entry.timeoutMs;
    entry.attempt = attempts.start(entry.host, { purpose, waitedMs, deadlineMs: clock.monotonicMs() + timeoutMs });
    return entry.attempt.ended;
  }

  #settle(entry: HostEntry, snapshot: HostSnapshot): void {
    const { agenda, clock, deliver, limits, random } = this.#tools;
    deliver(snapshot, entry.host);
    const wait = (delayMs: number): void => {
      entry.onGrid = false;
      agenda.at(entry, clock.monotonicMs() + delayMs);
    };
    const { up, failure } = snapshot;
    if (up) this.#succeeded(entry);
    const followUp = up ? "next_round" : followUpOf(failure?.reason ?? "protocol_error", failure?.stage);
    if (failure && followUp === "stop") {
      this.#refused(entry, snapshot, failure);
      return;
    }
    if (entry.stopped) {
      // No refusal this time, and no success: perhaps the BMC restarts. Its rounds wait for a success.
      wait(Math.max(entry.intervalMs, loginPauseMs(entry.stopped)));
      return;
    }
    switch (followUp) {
      case "back_off":
        entry.backOffLevel++;
        wait(backOffMs(entry.backOffLevel, entry.intervalMs, limits().maxBackOffMs, random));
        break;
      case "soon":
        entry.backOffLevel = 0;
        wait(soonMs(entry.intervalMs, random));
        break;
      case "next_round":
        entry.backOffLevel = 0;
        // Half an interval apart, so that a host that is back is not polled twice in a row.
        if (!entry.onGrid) this.#toGrid(entry, entry.intervalMs / 2);
    }
  }

  #succeeded(entry: HostEntry): void {
    entry.succeeded = true;
    entry.refusals = 0;
    entry.backOffLevel = 0;
    if (!entry.stopped) return;
    entry.stopped = undefined;
    this.#tools.refusedLogins.clear(entry.host);
  }

  /** The BMC refused the login, or a login is not possible as configured. */
  #refused(entry: HostEntry, snapshot: HostSnapshot, failure: Failure): void {
    this.#tools.refusedLogins.add(entry.host, snapshot, entry, { inInventory: true });
    entry.refusals++;
    this.#stop(entry, failure);
  }

  /** The BMC refused the same user a moment ago, in a probe or under another name. */
  #refusedBefore(entry: HostEntry, snapshot: HostSnapshot): void {
    const { failure } = snapshot;
    if (!failure) return;
    if (!entry.stopped) {
      this.#tools.deliver(snapshot, entry.host);
      entry.refusals++;
    }
    this.#stop(entry, failure);
  }

  /** No rounds until a poll succeeds, only rare retries. */
  #stop(entry: HostEntry, failure: Failure): void {
    const { agenda, clock } = this.#tools;
    entry.stopped = failure;
    entry.backOffLevel = 0;
    entry.onGrid = false;
    const waitMs = loginRetryMs(failure, entry.refusals, entry.succeeded);
    if (waitMs === undefined) agenda.cancel(entry);
    else agenda.at(entry, this.#nextRoundMs(entry, clock.monotonicMs() + waitMs));
  }

  #add(entry: HostEntry): void {
    this.#entries.set(entry.host.name, entry);
    const nowMs = this.#tools.clock.monotonicMs();
    this.#tools.agenda.at(entry, Math.floor(nowMs + FIRST_ROUNDS_WITHIN * (this.#nextRoundMs(entry, nowMs) - nowMs)));
  }

  #remove(entry: HostEntry): void {
    const { agenda, lanes, refusedLogins, releases } = this.#tools;
    entry.removed = true;
    this.#entries.delete(entry.host.name);
    agenda.cancel(entry);
    lanes.remove(entry.laneKey, entry);
    refusedLogins.retire(entry.host);
    entry.attempt?.abort(new DOMException("the host was removed or changed", "AbortError"));
    if (entry.polled) releases.later(entry.host, entry.group);
  }

  #toGrid(entry: HostEntry, restMs: number): void {
    entry.onGrid = true;
    this.#tools.agenda.at(entry, this.#nextRoundMs(entry, this.#tools.clock.monotonicMs() + restMs));
  }

  #nextRoundMs(entry: HostEntry, afterMs: number): number {
    // One millisecond later: rounding of epoch times could give the round that is due now.
    const gridMs = nextOnGrid(afterMs + this.#gridOffsetMs + 1, entry.intervalMs, entry.phaseMs);
    return gridMs - this.#gridOffsetMs;
  }
}
