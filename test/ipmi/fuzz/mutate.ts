import type { Random } from "./random.ts";

const LARGEST = 1024;
/** Values at which layouts change their mind. */
const EDGES: readonly number[] = [0x00, 0x01, 0x0f, 0x10, 0x1f, 0x20, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xc1, 0xfe, 0xff];

/** Makes inputs out of valid ones. One buffer is used again and again: an input is good until the next. */
export class Mutator {
  readonly #random: Random;
  readonly #scratch = Buffer.alloc(LARGEST);
  #length = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /**
   * The next input: mostly a valid one with one to four mutations, now and then noise or a foreign one.
   *
   * @param keep bytes at the start that noise keeps, so that it gets past a fixed prefix
   */
  next(valid: readonly Buffer[], foreign: readonly Buffer[], keep: number): Buffer {
    const random = this.#random;
    const kind = random.below(16);
    if (kind === 0) this.#load(random.pick(foreign));
    else this.#load(random.pick(valid));
    if (kind === 1) this.#noise(random.once(2) ? 0 : keep);
    else for (let n = 1 + random.below(4); n > 0; n--) this.#mutate(random.pick(random.once(8) ? foreign : valid));
    return this.#scratch.subarray(0, this.#length);
  }

  #load(bytes: Buffer): void {
    this.#length = Math.min(bytes.length, LARGEST);
    bytes.copy(this.#scratch, 0, 0, this.#length);
  }

  #noise(from: number): void {
    this.#length = Math.max(Math.min(from, this.#length), this.#random.below(this.#random.once(20) ? 300 : 64));
    for (let i = from; i < this.#length; i++) this.#scratch[i] = this.#random.byte();
  }

  #mutate(other: Buffer): void {
    const random = this.#random;
    const bytes = this.#scratch;
    const length = this.#length;
    const at = random.below(length);
    switch (random.below(9)) {
      case 0:
      case 1:
        for (let flips = 1 + random.below(4); flips > 0 && length > 0; flips--) this.#flip();
        return;
      case 2:
        if (length > 0) bytes[at] = random.once(2) ? random.byte() : random.pick(EDGES);
        return;
      case 3:
        this.#length = random.below(length + 1);
        return;
      case 4: {
        const more = Math.min(1 + random.below(random.once(16) ? 300 : 24), LARGEST - length);
        for (let i = 0; i < more; i++) bytes[length + i] = random.byte();
        this.#length += more;
        return;
      }
      case 5: {
        // The tail of another behind the head of this one.
        const from = random.below(other.length + 1);
        const count = Math.min(other.length - from, LARGEST - at);
        other.copy(bytes, at, from, from + count);
        this.#length = at + count;
        return;
      }
      case 6:
        if (length > 0) this.#lieAboutLength(at);
        return;
      case 7: {
        // A range that is missing.
        const count = random.below(Math.min(length - at, 20) + 1);
        bytes.copyWithin(at, at + count, length);
        this.#length -= count;
        return;
      }
      default: {
        // A range that is there twice.
        const count = Math.min(random.below(Math.min(length - at, 20) + 1), LARGEST - length);
        bytes.copyWithin(at + count, at, length);
        this.#length += count;
        return;
      }
    }
  }

  #flip(): void {
    const at = this.#random.below(this.#length);
    this.#scratch[at] = (this.#scratch[at] as number) ^ (1 << this.#random.below(8));
  }

  /** A byte that may count something: one more, one less, exactly what follows, and what is more than that. */
  #lieAboutLength(at: number): void {
    const left = this.#length - at - 1;
    const now = this.#scratch[at] as number;
    const lies = [now + 1, now - 1, left, left + 1, left - 1, now ^ 0x80, 0, 0xff];
    this.#scratch[at] = this.#random.pick(lies);
    // Lengths of two bytes, least significant first.
    if (at + 1 < this.#length && this.#random.once(8)) this.#scratch[at + 1] = this.#random.pick([0, 1, 0x7f, 0xff]);
  }
}
