import type { BlockHash } from "./sha.ts";
import { wordAt } from "./word.ts";

const BLOCK = 64;

/** Words of scratch memory for any hash: a state and the longest message schedule. */
const STATE_WORDS = 8;
const SCRATCH_WORDS = STATE_WORDS + 80;

/** Scratch memory for a code. Keeps nothing between two codes: all sessions of a transport share one. */
export class HmacScratch {
  readonly words = new Int32Array(SCRATCH_WORDS);
  readonly state = this.words.subarray(0, STATE_WORDS);
  /** Message schedule. */
  readonly schedule = this.words.subarray(STATE_WORDS);
}

/**
 * HMAC (RFC 2104) with one key for many short messages: the states after the two pads are computed once,
 * so that a packet takes two or three blocks. Several times as fast as an Hmac of node:crypto for each packet, whose time
 * goes mostly into allocation. No table look-up or branch depends on key or message.
 *
 * Long keys are not hashed first: a key has at most 64 bytes.
 */
export class KeptHmac {
  readonly #hash: BlockHash;
  /** The states after the inner and the outer pad, one after the other. */
  readonly #pads: Int32Array;
  readonly #scratch: HmacScratch;

  /** @throws RangeError for keys longer than 64 bytes */
  constructor(hash: BlockHash, key: Uint8Array, scratch = new HmacScratch()) {
    if (key.length > BLOCK) throw new RangeError(`an HMAC key of ${key.length} bytes`);
    this.#hash = hash;
    this.#scratch = scratch;
    const words = hash.initial.length;
    this.#pads = new Int32Array(2 * words);
    for (const [i, pad] of [0x36, 0x5c].entries()) {
      const block = new Uint8Array(BLOCK).fill(pad);
      for (const [k, byte] of key.entries()) block[k] = byte ^ pad;
      const state = this.#pads.subarray(i * words, (i + 1) * words);
      state.set(hash.initial);
      loadBlock(scratch.schedule, block, 0);
      hash.compress(state, scratch.schedule);
    }
    scratch.schedule.fill(0);
  }

  /** The whole code, 20 or 32 bytes, over bytes `start` (included) to `end` (excluded). */
  compute(bytes: Uint8Array, start: number, end: number): Buffer {
    const state = this.#run(bytes, start, end);
    const code = Buffer.allocUnsafe(this.#hash.initial.length * 4);
    for (let i = 0; i < code.length; i++) code[i] = byteOf(state, i);
    return code;
  }

  /** Writes the first `length` bytes of the code over bytes `start` to `end` behind them. */
  sign(bytes: Uint8Array, start: number, end: number, length: number): void {
    const state = this.#run(bytes, start, end);
    for (let i = 0; i < length; i++) bytes[end + i] = byteOf(state, i);
  }

  /** Whether the `length` bytes from `end` are the beginning of the code over `start` to `end`; in constant time. */
  verify(bytes: Uint8Array, start: number, end: number, length: number): boolean {
    const state = this.#run(bytes, start, end);
    let difference = 0;
    for (let i = 0; i < length; i++) difference |= byteOf(state, i) ^ (bytes[end + i] as number);
    return difference === 0;
  }

  /** Leaves the code in the state of the scratch memory. */
  #run(bytes: Uint8Array, start: number, end: number): Int32Array {
    const { state, schedule: w } = this.#scratch;
    const pads = this.#pads;
    const hash = this.#hash;
    const words = hash.initial.length;
    for (let i = 0; i < words; i++) state[i] = pads[i] as number;
    let at = start;
    for (; at + BLOCK <= end; at += BLOCK) {
      loadBlock(w, bytes, at);
      hash.compress(state, w);
    }
    const rest = end - at;
    loadLastBytes(w, bytes, at, end);
    // Length and end mark take 9 bytes: one more block if they do not fit.
    if (rest > BLOCK - 9) {
      hash.compress(state, w);
      w.fill(0, 0, 16);
    }
    w[15] = (BLOCK + end - start) * 8;
    hash.compress(state, w);
    for (let i = 0; i < words; i++) {
      w[i] = state[i] as number;
      state[i] = pads[words + i] as number;
    }
    w[words] = 0x80000000;
    for (let i = words + 1; i < 15; i++) w[i] = 0;
    w[15] = (BLOCK + words * 4) * 8;
    hash.compress(state, w);
    return state;
  }
}

/** Byte `i` of words written most significant byte first. */
function byteOf(words: Int32Array, i: number): number {
  return ((words[i >> 2] as number) >>> (24 - 8 * (i & 3))) & 0xff;
}

/** 64 bytes from `at` as 16 words, most significant byte first. */
function loadBlock(w: Int32Array, bytes: Uint8Array, at: number): void {
  for (let i = 0, from = at; i < 16; i++, from += 4) w[i] = wordAt(bytes, from);
}

/** The bytes from `at` to `end`, the end mark 80h, and zeros up to 16 words. */
function loadLastBytes(w: Int32Array, bytes: Uint8Array, at: number, end: number): void {
  let i = 0;
  let from = at;
  for (; from + 4 <= end; from += 4) w[i++] = wordAt(bytes, from);
  let word = 0;
  let shift = 24;
  for (; from < end; from++, shift -= 8) word |= (bytes[from] as number) << shift;
  w[i++] = word | (0x80 << shift);
  for (; i < 16; i++) w[i] = 0;
}
