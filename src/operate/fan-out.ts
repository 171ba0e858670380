import type { Clock, Timer } from "../lib/index.ts";
import type { Host } from "../model/index.ts";
import { type Outcome, outcomeError } from "./outcome.ts";

export interface FanOutOptions<T> {
  readonly clock: Clock;
  /** Hosts in work at once. */
  readonly fanout: number;
  /** Hosts of one group in work at once, e.g. of one subnet. */
  readonly group: { readonly of: (host: Host) => string; readonly most: number };
  /** Earliest start of each host, ms after the begin. */
  readonly startsAt?: (host: Host) => number;
  /** Aborting starts no more hosts. Work in progress ends by its own signal. */
  readonly stop: AbortSignal;
  /** Called when a host is done, in the order of completion. */
  readonly onOutcome?: (outcome: Outcome<T>) => void;
}

/**
 * Runs `work` for each host and resolves with the outcomes in the order of the hosts. A failure of one host does not
 * stop the others. Hosts that were not started when `stop` aborted have the reason `not_started`.
 */
export function fanOutOver<T>(
  hosts: readonly Host[],
  work: (host: Host) => Promise<T>,
  options: FanOutOptions<T>,
): Promise<readonly Outcome<T>[]> {
  return new Promise((resolve, reject) => new FanOut(hosts, work, options, resolve, reject).pump());
}

interface Waiting {
  readonly index: number;
  readonly host: Host;
  readonly at: number;
}

class FanOut<T> {
  readonly #outcomes: Outcome<T>[];
  readonly #queues = new Map<string, { readonly waiting: Waiting[]; active: number }>();
  readonly #options: FanOutOptions<T>;
  readonly #work: (host: Host) => Promise<T>;
  readonly #resolve: (outcomes: readonly Outcome<T>[]) => void;
  readonly #reject: (error: unknown) => void;
  readonly #begin: number;
  #active = 0;
  #left: number;
  #timer: Timer | undefined;

  constructor(
    hosts: readonly Host[],
    work: (host: Host) => Promise<T>,
    options: FanOutOptions<T>,
    resolve: (outcomes: readonly Outcome<T>[]) => void,
    reject: (error: unknown) => void,
  ) {
    this.#work = work;
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#outcomes = new Array(hosts.length);
    this.#left = hosts.length;
    this.#begin = options.clock.monotonicMs();
    const { startsAt = () => 0 } = options;
    const all = hosts.map((host, index): Waiting => ({ index, host, at: startsAt(host) }));
    for (const one of all.sort((a, b) => a.at - b.at || a.index - b.index)) {
      const name = options.group.of(one.host);
      const queue = this.#queues.get(name);
      if (queue) queue.waiting.push(one);
      else this.#queues.set(name, { waiting: [one], active: 0 });
    }
    // The last element of a queue is the next to start.
    for (const { waiting } of this.#queues.values()) waiting.reverse();
    options.stop.addEventListener("abort", () => this.pump(), { once: true });
  }

  pump(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const { clock, fanout, group, stop } = this.#options;
    if (stop.aborted) {
      this.#giveUp();
      return;
    }
    const now = clock.monotonicMs() - this.#begin;
    let nextAt = Number.POSITIVE_INFINITY;
    for (const queue of this.#queues.values()) {
      while (this.#active < fanout && queue.active < group.most) {
        const next = queue.waiting.at(-1);
        if (next === undefined) break;
        if (next.at > now) {
          nextAt = Math.min(nextAt, next.at);
          break;
        }
        queue.waiting.pop();
        void this.#start(next, queue);
      }
      if (this.#active >= fanout) break;
    }
    if (Number.isFinite(nextAt)) this.#timer = clock.after(nextAt - now, () => this.pump());
    if (this.#left === 0) this.#resolve(this.#outcomes);
  }

  async #start({ index, host }: Waiting, queue: { active: number }): Promise<void> {
    const { clock } = this.#options;
    this.#active++;
    queue.active++;
    const started = clock.wallMs();
    const begin = clock.monotonicMs();
    const timed = () => ({ host, started, durationMs: Math.round(clock.monotonicMs() - begin) });
    try {
      const data = await this.#work(host);
      this.#done(index, { ...timed(), ok: true, data });
    } catch (error) {
      try {
        this.#done(index, { ...timed(), ok: false, error: outcomeError(error) });
      } catch (bug) {
        this.#reject(bug);
        return;
      }
    }
    this.#active--;
    queue.active--;
    this.pump();
  }

  #done(index: number, outcome: Outcome<T>): void {
    this.#outcomes[index] = outcome;
    this.#left--;
    this.#options.onOutcome?.(outcome);
  }

  #giveUp(): void {
    for (const { waiting } of this.#queues.values())
      for (const { index, host } of waiting.splice(0)) {
        const error = { stage: "waiting", reason: "not_started", message: "was not started" } as const;
        this.#done(index, { host, durationMs: 0, ok: false, error });
      }
    if (this.#left === 0) this.#resolve(this.#outcomes);
  }
}
