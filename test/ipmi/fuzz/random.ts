/** Pseudo-random numbers from a seed (sfc32): the same seed, the same numbers on every machine. */
export class Random {
  #a: number;
  #b: number;
  #c = 0x9e3779b9;
  #counter = 1;

  constructor(seed: number, stream = "") {
    this.#a = seed | 0;
    this.#b = hash(stream);
    for (let i = 0; i < 12; i++) this.u32();
  }

  u32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return sum >>> 0;
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor((this.u32() / 0x1_0000_0000) * limit);
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  byte(): number {
    return this.u32() & 0xff;
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    for (let i = 0; i < length; i++) bytes[i] = this.byte();
    return bytes;
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[this.below(from.length)];
    if (picked === undefined) throw new RangeError("nothing to pick from");
    return picked;
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h | 0;
}

/**
 * How many inputs a run tries, where one costs as much as `packets` packets. With CI=true all fuzzing together takes
 * about a minute of a core; FUZZ_COUNT=100000000 is for a night.
 */
export function inputsOf(packets: number): number {
  const usual = process.env.CI === "true" ? 2_000_000 : 1_000_000;
  return Math.ceil(Number(process.env.FUZZ_COUNT ?? usual) / packets);
}

/** The seed of a run: FUZZ_SEED, or another one each time. Printed, so that a run can be had again. */
export function printedSeed(what: string): number {
  const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 0x1_0000_0000)) >>> 0;
  console.log(`${what}: FUZZ_SEED=${seed}`);
  return seed;
}
