/**
 * Sequence numbers that a session accepts - IPMI 2.0 section 6.12.12: each once, within a window around the highest
 * one. Numbers wrap from FFFFFFFFh to 1.
 */
export class InboundWindow {
  #highest: number;
  /** Bit n: highest - n was received. */
  #seen = 1;
  readonly #ahead: number;
  readonly #behind: number;

  /** @param highest the number before the first one expected; @param behind at most 31 */
  constructor(highest: number, ahead: number, behind: number) {
    this.#highest = highest;
    this.#ahead = ahead;
    this.#behind = behind;
  }

  accept(sequence: number): boolean {
    if (sequence === 0) return false;
    const step = (sequence - this.#highest) | 0;
    if (step > 0) {
      if (step > this.#ahead) return false;
      this.#seen = step > 31 ? 1 : (this.#seen << step) | 1;
      this.#highest = sequence;
      return true;
    }
    if (-step > this.#behind) return false;
    const mask = 1 << -step;
    if (this.#seen & mask) return false;
    this.#seen |= mask;
    return true;
  }
}
