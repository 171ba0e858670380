import type { Clock, Timer } from "../lib/index.ts";

/** What happened to a request for an early poll. */
export type EarlyPoll =
  /** The host is polled at once. */
  | "polled"
  /** It, or too many other hosts, were polled early a moment ago: it is polled as soon as the limits allow. */
  | "postponed"
  /** Too many hosts wait already: the next round reads it. */
  | "limited"
  /** Its BMC refused the login, so that polls are rare. */
  | "stopped"
  /** Not a host of this process. */
  | "unknown";

/** Time between two early polls of a host. */
const PER_HOST_MS = 10_000;
/** Early polls of all hosts together. */
const PER_SECOND = 20;
/** Hosts whose last early poll is remembered. */
const REMEMBERED = 50_000;
/** Hosts that wait for an early poll: more would wait longer than for their round. */
const MOST_POSTPONED = 1000;

/**
 * Polls hosts before their round because something may have happened: a trap, an event of the BMC. A hint costs little
 * even if it is wrong or forged: at most one poll per host and 10 s, and 20 polls a second for all.
 */
export class EarlyPolls {
  readonly #clock: Clock;
  readonly #isStopped: (host: string) => boolean | undefined;
  readonly #poll: (host: string) => void;
  readonly #last = new Map<string, number>();
  readonly #postponed = new Map<string, Timer>();
  #begun: number[] = [];

  constructor(parts: {
    readonly clock: Clock;
    /** Whether a host is stopped because its BMC refused the login; undefined for an unknown host. */
    readonly isStopped: (host: string) => boolean | undefined;
    /** Begins a poll that reads everything. */
    readonly poll: (host: string) => void;
  }) {
    this.#clock = parts.clock;
    this.#isStopped = parts.isStopped;
    this.#poll = parts.poll;
  }

  request(host: string): EarlyPoll {
    const isStopped = this.#isStopped(host);
    if (isStopped !== false) return isStopped === undefined ? "unknown" : "stopped";
    const now = this.#clock.monotonicMs();
    const waitMs = (this.#last.get(host) ?? Number.NEGATIVE_INFINITY) + PER_HOST_MS - now;
    if (waitMs > 0) return this.#postpone(host, waitMs);
    this.#begun = this.#begun.filter((at) => now - at < 1000);
    if (this.#begun.length >= PER_SECOND) return this.#postpone(host, 1000);
    this.#begun.push(now);
    this.#remember(host, now);
    this.#poll(host);
    return "polled";
  }

  #postpone(host: string, waitMs: number): EarlyPoll {
    if (this.#postponed.has(host)) return "postponed";
    if (this.#postponed.size >= MOST_POSTPONED) return "limited";
    const timer = this.#clock.after(waitMs, () => {
      this.#postponed.delete(host);
      this.request(host);
    });
    this.#postponed.set(host, timer);
    return "postponed";
  }

  stop(): void {
    for (const timer of this.#postponed.values()) timer.cancel();
    this.#postponed.clear();
  }

  #remember(host: string, now: number): void {
    this.#last.delete(host);
    this.#last.set(host, now);
    if (this.#last.size <= REMEMBERED) return;
    const [oldest] = this.#last.keys();
    if (oldest !== undefined) this.#last.delete(oldest);
  }
}
