import { type Clock, type Logger, silentLogger } from "../lib/index.ts";
import type { Host, HostSnapshot } from "../model/index.ts";
import { Agenda } from "./agenda.ts";
import { Attempts } from "./attempts.ts";
import { subnetGroup } from "./group-of.ts";
import { Level } from "./group-queue.ts";
import { HostEntry } from "./host-entry.ts";
import { Lanes } from "./lane.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import {
  type HostState,
  type Poll,
  type PollNowRequest,
  type ScheduledHost,
  type SchedulerReport,
  SchedulerStoppedError,
  type SchedulerTotals,
} from "./poll.ts";
import { Probes } from "./probes.ts";
import { RefusedLogins } from "./refused-logins.ts";
import { Releases } from "./releases.ts";
import { silentReport } from "./report.ts";
import { Rounds } from "./rounds.ts";
import { Slots } from "./slots.ts";

/** Limits; `DEFAULT_LIMITS` apply if absent. */
export type SchedulerOptions = Partial<Limits>;

export interface SchedulerParts {
  readonly clock: Clock;
  readonly poll: Poll;
  /**
   * Gets every snapshot of a host of the inventory: of rounds, of polls during back-off, and of full probes that reached
   * it. In order, per host.
   */
  readonly deliver: (snapshot: HostSnapshot, host: Host) => void;
  /** Closes the session with a host that was removed or changed, or is not in the inventory. Waits no longer than `graceMs`. */
  readonly release?: (host: Host) => Promise<void> | void;
  /** The group whose limit a host counts against; by default its /24 or rack. */
  readonly groupOf?: (host: Host) => string;
  readonly report?: SchedulerReport;
  /** 0 <= random < 1. */
  readonly random?: () => number;
  readonly log?: Logger;
  /** Time within which a poll must return after its signal fired; after it, its lane does not wait for it. */
  readonly graceMs?: number;
  readonly options?: SchedulerOptions;
}

/**
 * Decides when each host is polled and how many polls run at once.
 *
 * - Rounds: see Rounds. A round that is due while the last poll of the host is in progress is skipped.
 * - One job at a time per BMC (address and port). Probes have priority over rounds.
 * - Limits in total and per group, and bounded queues.
 * - A host that does not answer is polled less and less often, by a liveness poll, until it answers. Then a full poll
 *   follows at once.
 * - A host whose BMC refuses the login is polled rarely: see loginRetryMs. setHosts with another revision,
 *   `pollRefusedHosts` and probes poll it earlier, but never before loginPauseMs is over.
 */
export class Scheduler {
  readonly #clock: Clock;
  readonly #slots: Slots;
  readonly #lanes: Lanes;
  readonly #attempts: Attempts;
  readonly #rounds: Rounds;
  readonly #probes: Probes;
  readonly #releases: Releases;
  #limits: Limits;
  #stopping: Promise<void> | undefined;

  constructor(parts: SchedulerParts) {
    const { clock, poll, release = () => {}, groupOf = subnetGroup, report = silentReport } = parts;
    const { random = Math.random, log = silentLogger, graceMs = 2_000 } = parts;
    this.#clock = clock;
    this.#limits = withDefaults(DEFAULT_LIMITS, parts.options);
    const agenda = new Agenda(clock);
    this.#slots = new Slots(this.#limits.concurrency, this.#limits.groupConcurrency);
    this.#lanes = new Lanes(this.#slots, (depth) => report.queued(depth));
    this.#attempts = new Attempts({ clock, agenda, poll, report, graceMs });
    this.#releases = new Releases({ clock, lanes: this.#lanes, release, graceMs, log });
    const tools = {
      clock,
      agenda,
      report,
      random,
      groupOf,
      lanes: this.#lanes,
      attempts: this.#attempts,
      refusedLogins: new RefusedLogins(clock),
      releases: this.#releases,
      limits: () => this.#limits,
      deliver: (snapshot: HostSnapshot, host: Host): void => {
        try {
          parts.deliver(snapshot, host);
        } catch (error) {
          log.error({ host: host.name, error }, "a snapshot could not be stored");
        }
      },
    };
    this.#rounds = new Rounds(tools);
    this.#probes = new Probes(tools, this.#rounds);
  }

  /**
   * Sets the inventory. Hosts that did not change keep their phase, back-off and running poll; a new interval, time-out
   * or label applies at once. The poll of a removed host is aborted and its session closed. A host whose BMC, module,
   * auth or revision changed is removed and added. Throws RangeError for an interval or time-out that is not above 0,
   * and then changes nothing.
   */
  setHosts(hosts: Iterable<ScheduledHost>): void {
    this.#rounds.setHosts(hosts);
  }

  /** Resolves when the polls of removed hosts have ended and their sessions are closed. */
  released(): Promise<void> {
    return this.#releases.done();
  }

  /** Applies new limits; absent ones stay as they are. Running polls are not affected. */
  configure(options: SchedulerOptions): void {
    this.#limits = withDefaults(this.#limits, options);
    this.#slots.resize(this.#limits.concurrency, this.#limits.groupConcurrency);
  }

  /**
   * Polls a host now and returns the snapshot: in the lane of its BMC, before its rounds. Works for hosts outside the
   * inventory, too, whose session is closed afterwards. Callers with equal requests share one poll. If the BMC refused
   * the same user within loginPauseMs, that refusal is returned.
   *
   * Resolves with a failed snapshot if the host could not be read in time. Rejects with the reason of the signal,
   * QueueFullError or SchedulerStoppedError.
   */
  async pollNow(host: Host, request: PollNowRequest = {}): Promise<HostSnapshot> {
    if (this.#stopping) throw new SchedulerStoppedError();
    return this.#probes.poll(host, request);
  }

  /**
   * Polls each host whose BMC refused the login once more: within seconds, or as soon as the next login is allowed.
   * Returns the number of these hosts.
   */
  pollRefusedHosts(): number {
    return this.#rounds.pollRefusedHosts();
  }

  state(name: string): HostState | undefined {
    return this.#rounds.state(name);
  }

  /** Loops over all hosts: for scrapes, not for each poll. */
  totals(): SchedulerTotals {
    let hosts = 0;
    let backedOff = 0;
    let stopped = 0;
    for (const entry of this.#rounds.entries) {
      hosts++;
      if (entry.backOffLevel > 0) backedOff++;
      if (entry.stopped) stopped++;
    }
    return {
      hosts,
      backedOff,
      stopped,
      running: this.#attempts.running,
      queuedRounds: this.#lanes.waiting(Level.Round),
      queuedProbes: this.#lanes.waiting(Level.Probe),
    };
  }

  /**
   * Starts no new poll, drops the waiting ones and aborts the running ones. Resolves when they have returned, at the
   * latest after `graceMs`. Does not close sessions. May be called again.
   */
  stop(options: { readonly graceMs?: number } = {}): Promise<void> {
    this.#stopping ??= this.#stop(options.graceMs ?? 5_000);
    return this.#stopping;
  }

  async #stop(graceMs: number): Promise<void> {
    const reason = new SchedulerStoppedError();
    this.#rounds.close();
    for (const job of this.#lanes.clear()) if (job instanceof HostEntry) job.activity = "idle";
    this.#probes.close(reason);
    const ended = this.#attempts.abortAll(reason);
    await new Promise<void>((resolve) => {
      const timer = this.#clock.after(graceMs, resolve);
      void ended.then(() => {
        timer.cancel();
        resolve();
      });
    });
  }
}

function withDefaults(defaults: Limits, options: SchedulerOptions = {}): Limits {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}
