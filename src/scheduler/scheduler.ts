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

/** See `Limits` for the meaning and `DEFAULT_LIMITS` for what is not given. */
export type SchedulerOptions = Partial<Limits>;

export interface SchedulerParts {
  readonly clock: Clock;
  readonly poll: Poll;
  /**
   * Gets every snapshot of a host of the inventory: of rounds, of each ask of a host that is backed off,
   * and of full probes that reached it. In the order they were made, per host.
   */
  readonly deliver: (snapshot: HostSnapshot, host: Host) => void;
  /** Closes the conversation with a host that was removed, changed, or only probed. Bounded by the grace. */
  readonly release?: (host: Host) => Promise<void> | void;
  /** Whose cap a host counts against; its /24 or rack unless given. */
  readonly groupOf?: (host: Host) => string;
  readonly report?: SchedulerReport;
  /** 0 <= random < 1. */
  readonly random?: () => number;
  readonly log?: Logger;
  /** How long a poll may take to return after its signal fired before its lane goes on without it. */
  readonly graceMs?: number;
  readonly options?: SchedulerOptions;
}

/**
 * When each host is asked, how many at once, and who waits.
 *
 * - Rounds: see Rounds. A round that is due while the host's last poll has not finished is skipped.
 * - One job at a time per BMC (address and port); probes go before rounds there and everywhere.
 * - Caps for the whole and per group, bounded waiting lines.
 * - A host that does not answer is asked ever less often, by a cheap poll, until it does; then a full
 *   poll follows at once.
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
    const tools = {
      clock,
      agenda,
      report,
      random,
      groupOf,
      lanes: this.#lanes,
      attempts: this.#attempts,
      refusedLogins: new RefusedLogins(clock),
      releases: new Releases({ clock, lanes: this.#lanes, release, graceMs, log }),
      limits: () => this.#limits,
      deliver: (snapshot: HostSnapshot, host: Host): void => {
        try {
          parts.deliver(snapshot, host);
        } catch (error) {
          log.error({ host: host.name, error }, "a snapshot could not be taken in");
        }
      },
    };
    this.#rounds = new Rounds(tools);
    this.#probes = new Probes(tools, this.#rounds);
  }

  /**
   * The inventory as it is now. Hosts that did not change keep phase, back-off and running poll; a new
   * interval, time-out or label is taken over in place. A removed host's poll is aborted and its
   * conversation released; a host whose BMC, module, auth or revision changed is removed and added.
   * Throws RangeError for an interval or time-out that is not above 0, and then changes nothing.
   */
  setHosts(hosts: Iterable<ScheduledHost>): void {
    this.#rounds.setHosts(hosts);
  }

  /** New limits, as after a reload; what is not given stays. Running polls are not disturbed. */
  configure(options: SchedulerOptions): void {
    this.#limits = withDefaults(this.#limits, options);
    this.#slots.resize(this.#limits.concurrency, this.#limits.groupConcurrency);
  }

  /**
   * Polls a host now and answers with the snapshot: in the lane of its BMC, before its rounds. Also for
   * hosts outside the inventory, whose conversation is released afterwards. Callers who ask for the same
   * share one poll. If the BMC refused the same user within loginPauseMs, that refusal is the answer.
   *
   * Resolves with a failed snapshot where the host could not be read in time; rejects with the reason of
   * the caller's signal, QueueFullError or SchedulerStoppedError.
   */
  async pollNow(host: Host, request: PollNowRequest = {}): Promise<HostSnapshot> {
    if (this.#stopping) throw new SchedulerStoppedError();
    return this.#probes.ask(host, request);
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

  /** Walks over all hosts: for scrapes, not for each event. */
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
   * No new polls; those waiting are dropped, those running aborted. Resolves when they have returned, and
   * after `graceMs` in any case. Conversations are left to whoever keeps them. May be called again.
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
