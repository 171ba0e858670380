const BEHIND = 16;

/**
 * Which session sequence numbers of received packets are new - IPMI 2.0 section 6.12.12.
 *
 * Starts with the first number received. A number up to 16 behind the highest is accepted once; a repeated or older one is
 * refused. Higher numbers are always accepted, because the code of the packet was checked before and some firmware skips
 * numbers.
 */
export class SequenceWindow {
  #highest: number | undefined;
  /** Bit n: number highest - n was received. */
  #seen = 0;
  readonly #firstMayRepeat: boolean;
  #firstRepeated = false;

  /** @param options.firstMayRepeat tolerate the first number twice, as some IPMI 1.5 servers send it */
  constructor(options: { readonly firstMayRepeat?: boolean } = {}) {
    this.#firstMayRepeat = options.firstMayRepeat ?? false;
  }

  /** True if the number is new; records it. */
  accept(sequence: number): boolean {
    if (this.#highest === undefined) {
      this.#highest = sequence;
      this.#seen = 1;
      return true;
    }
    const ahead = (sequence - this.#highest) | 0;
    if (ahead > 0) {
      this.#seen = ahead >= 32 ? 1 : ((this.#seen << ahead) | 1) >>> 0;
      this.#highest = sequence;
      return true;
    }
    const behind = -ahead;
    if (behind > BEHIND) return false;
    if ((this.#seen >>> behind) & 1) {
      if (behind !== 0 || !this.#firstMayRepeat || this.#firstRepeated || this.#seen !== 1) return false;
      this.#firstRepeated = true;
      return true;
    }
    this.#seen = (this.#seen | (1 << behind)) >>> 0;
    return true;
  }
}

/** The number after `sequence`: 32 bits; 0 is not used inside a session. */
export function nextSequence(sequence: number): number {
  return sequence >= 0xffffffff ? 1 : sequence + 1;
}
