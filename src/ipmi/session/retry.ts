const INITIAL_MS = 1000;
const FLOOR_MS = 300;
const CEILING_MS = 5000;
/** Time-outs are rounded up to multiples of this, so that the timers of many hosts share few lists. */
const GRAIN_MS = 50;

/**
 * How long to wait for an answer, learnt from measured round trips as TCP does (RFC 6298): smoothed
 * mean plus four mean deviations, doubled per retransmission, within 300 ms and 5 s. BMCs answer most
 * requests in milliseconds and some in seconds: the floor keeps a slow command from being repeated.
 *
 * A BMC that is slower than the time-out would never be measured, since each answer could belong to either transmission.
 * So the doubled time-out is kept until a round trip is measured (Karn's algorithm).
 */
export class RetransmissionTimer {
  #smoothed: number | undefined;
  #deviation = 0;
  /** The doubled time-out in effect when the last ambiguous answer arrived. */
  #keptMs = 0;

  /** Adds a measured round trip. Only if it is known which transmission was answered. */
  observe(roundTripMs: number): void {
    this.#keptMs = 0;
    if (this.#smoothed === undefined) {
      this.#smoothed = roundTripMs;
      this.#deviation = roundTripMs / 2;
      return;
    }
    this.#deviation += (Math.abs(roundTripMs - this.#smoothed) - this.#deviation) / 4;
    this.#smoothed += (roundTripMs - this.#smoothed) / 8;
  }

  /** Keeps the time-out of transmission `attempt`: an answer arrived that may belong to it or to an earlier one. */
  keep(attempt: number): void {
    this.#keptMs = this.timeoutMs(attempt);
  }

  /** The smoothed round trip; undefined before the first measurement. */
  get roundTripMs(): number | undefined {
    return this.#smoothed;
  }

  /** @param attempt 0 for the first transmission */
  timeoutMs(attempt: number): number {
    const learnt = this.#smoothed === undefined ? INITIAL_MS : this.#smoothed + 4 * this.#deviation;
    const bounded = Math.min(Math.max(learnt, FLOOR_MS, this.#keptMs) * 2 ** attempt, CEILING_MS);
    return Math.ceil(bounded / GRAIN_MS) * GRAIN_MS;
  }
}
