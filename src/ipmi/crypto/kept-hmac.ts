import type { BlockHash } from "./sha.ts";

const BLOCK = 64;

/**
 * HMAC (RFC 2104) with one key for many short messages: the states after the two pads are computed once,
 * so that a packet takes two or three blocks. Several times as fast as an Hmac of node:crypto per packet,
 * most of which is spent on making and freeing it. No table look-up or branch depends on key or message.
 *
 * Long keys are not hashed first: a key has at most 64 bytes.
 */
export class KeptHmac {
  readonly #hash: BlockHash;
  readonly #inner: Int32Array;
  readonly #outer: Int32Array;
  readonly #state: Int32Array;
  /** Message schedule. */
  readonly #w: Int32Array;

  /** @throws RangeError for keys longer than 64 bytes */
  constructor(hash: BlockHash, key: Uint8Array) {
    if (key.length > BLOCK) throw new RangeError(`an HMAC key of ${key.length} bytes`);
    this.#hash = hash;
    this.#w = new Int32Array(hash.scheduleWords);
    this.#inner = this.#padded(key, 0x36);
    this.#outer = this.#padded(key, 0x5c);
    this.#state = new Int32Array(hash.initial.length);
  }

  #padded(key: Uint8Array, pad: number): Int32Array {
    const block = new Uint8Array(BLOCK).fill(pad);
    for (const [i, byte] of key.entries()) block[i] = byte ^ pad;
    const state = Int32Array.from(this.#hash.initial);
    loadBlock(this.#w, block, 0);
    this.#hash.compress(state, this.#w);
    return state;
  }

  /** The whole code, 20 or 32 bytes, over bytes `start` (included) to `end` (excluded). */
  compute(bytes: Uint8Array, start: number, end: number): Buffer {
    const state = this.#state;
    const w = this.#w;
    const words = state.length;
    state.set(this.#inner);
    let at = start;
    for (; at + BLOCK <= end; at += BLOCK) {
      loadBlock(w, bytes, at);
      this.#hash.compress(state, w);
    }
    const rest = end - at;
    loadLastBytes(w, bytes, at, end);
    // Length and end mark take 9 bytes: where they do not fit, one more block.
    if (rest > BLOCK - 9) {
      this.#hash.compress(state, w);
      w.fill(0, 0, 16);
    }
    w[15] = (BLOCK + end - start) * 8;
    this.#hash.compress(state, w);
    w.fill(0, words + 1, 15);
    w.set(state);
    w[words] = 0x80000000;
    w[15] = (BLOCK + words * 4) * 8;
    state.set(this.#outer);
    this.#hash.compress(state, w);
    const code = Buffer.allocUnsafe(words * 4);
    for (let i = 0; i < words; i++) code.writeInt32BE(state[i] as number, i * 4);
    return code;
  }
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
  w.fill(0, i, 16);
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}
