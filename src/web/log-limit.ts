import type { Clock } from "../lib/index.ts";

const QUIET_MS = 60_000;

/** Allows one log line a minute for each key: lines that strangers can cause must not fill the log. */
export class LogLimit {
  readonly #clock: Clock;
  readonly #loggedAtMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param key one of a closed set */
  allows(key: string): boolean {
    const now = this.#clock.monotonicMs();
    if (now - (this.#loggedAtMs.get(key) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return false;
    this.#loggedAtMs.set(key, now);
    return true;
  }
}
