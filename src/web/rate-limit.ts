import type { Clock } from "../lib/index.ts";

export interface Rate {
  readonly intervalMs: number;
  readonly burst: number;
}

/** A token bucket: it starts full, and a request takes a token. A changed rate starts a new bucket. */
export class RateLimit {
  readonly #clock: Clock;
  #rate: Rate | undefined;
  #tokens = 0;
  #filledAtMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** 0 if the request is allowed, otherwise the milliseconds until the next token. */
  take(rate: Rate): number {
    const now = this.#clock.monotonicMs();
    if (rate.intervalMs !== this.#rate?.intervalMs || rate.burst !== this.#rate.burst) {
      this.#rate = rate;
      this.#tokens = rate.burst;
    } else this.#tokens = Math.min(rate.burst, this.#tokens + (now - this.#filledAtMs) / rate.intervalMs);
    this.#filledAtMs = now;
    if (this.#tokens < 1) return Math.ceil((1 - this.#tokens) * rate.intervalMs);
    this.#tokens--;
    return 0;
  }
}
