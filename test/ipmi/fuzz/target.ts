import { createContext, Script } from "node:vm";
import { DecodeError } from "../../../src/ipmi/errors.ts";
import { Mutator } from "./mutate.ts";
import { Random } from "./random.ts";

/** Something that is given bytes from the network. */
export interface Target {
  readonly name: string;
  /** Its share of the inputs; 1 where absent. */
  readonly weight?: number;
  /** Reads the bytes. May throw DecodeError; whatever may not throw is wrapped in `neverThrows`. */
  run(bytes: Buffer, random: Random): unknown;
  /** Inputs that it accepts: what mutations start from. */
  readonly valid: readonly Buffer[];
  /** Bytes at the start without which it goes no further. */
  readonly keep?: number;
  /** False: a cut input may be refused as something else than truncated, since a code or checksum is at its end. */
  readonly cutIsTruncated?: boolean;
}

/** A thing that was promised not to happen. */
class Violation extends Error {}

/** For functions that accept any value: any throw, even of a DecodeError, is a failure. */
export function neverThrows<T>(call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw new Violation("threw, and must never throw", { cause });
  }
}

const SLOW_MS = 50;
/** More than any batch needs on a slow machine: only what never ends is stopped. */
const HANG_MS = 60_000;
const BATCH = 5_000;
/** Bytes and members of a decoded value, per byte of input and besides. */
const SIZE_PER_BYTE = 64;
const SIZE_BESIDES = 16_384;

/** Runs a function that may never end; `node:vm` can stop code that does not yield. */
function stoppable(batch: () => void): void {
  new Script("batch()").runInContext(createContext({ batch }), { timeout: HANG_MS });
}

/** Feeds a target `count` inputs derived from its valid ones. A failure names the seed that repeats it. */
export function fuzz(target: Target, count: number, seed: number, foreign: readonly Buffer[]): void {
  const random = new Random(seed, target.name);
  const mutator = new Mutator(random);
  let input: Buffer = Buffer.alloc(0);
  let done = 0;
  const batch = (): void => {
    for (const end = Math.min(done + BATCH, count); done < end; done++) {
      input = mutator.next(target.valid, foreign, target.keep ?? 0);
      feed(target, input, random, done % 16 === 0);
    }
  };
  try {
    while (done < count) stoppable(batch);
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    const where = `input ${done} of FUZZ_SEED=${seed}: ${input.toString("hex")}`;
    throw new Error(`${target.name}: ${what}; ${where}`, { cause });
  }
}

/** One input: a value or a DecodeError, soon, and of a size that has to do with the input's. */
export function feed(target: Target, input: Buffer, random: Random, measured = true): void {
  let value: unknown;
  let elapsed = Number.POSITIVE_INFINITY;
  // A busy machine makes one run slow, a slow decoder every run.
  for (let tries = 0; tries < 3 && elapsed > SLOW_MS; tries++) {
    const before = performance.now();
    try {
      value = target.run(input, random);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
    elapsed = performance.now() - before;
  }
  if (elapsed > SLOW_MS) throw new Violation(`took ${Math.round(elapsed)} ms`);
  if (!measured) return;
  const size = sizeOf(value);
  if (size > SIZE_BESIDES + SIZE_PER_BYTE * input.length) throw new Violation(`made a value of size ${size}`);
}

/** Roughly what a value holds: characters, bytes, members. */
function sizeOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 1;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  let size = 1;
  for (const member of Object.values(value)) size += sizeOf(member);
  return size;
}
