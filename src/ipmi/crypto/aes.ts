import { wordAt } from "./word.ts";

/**
 * AES with a key of 128 bits in cipher block chaining - FIPS 197, SP 800-38A.
 *
 * For payloads of one to three blocks a call of node:crypto costs several times the encryption. Table look-ups are not
 * constant in time: an attacker with code on the same processor who observes its caches could learn the key. That key
 * encrypts one session with one BMC, and only as long as the session lasts.
 */
const BLOCK = 16;
const ROUNDS = 10;
const KEY_WORDS = 4 * (ROUNDS + 1);

/** FIPS 197 figure 7. */
const SBOX = Buffer.from(
  "637c777bf26b6fc53001672bfed7ab76ca82c97dfa5947f0add4a2af9ca472c0b7fd9326363ff7cc34a5e5f171d83115" +
    "04c723c31896059a071280e2eb27b27509832c1a1b6e5aa0523bd6b329e32f8453d100ed20fcb15b6acbbe394a4c58cf" +
    "d0efaafb434d338545f9027f503c9fa851a3408f929d38f5bcb6da2110fff3d2cd0c13ec5f974417c4a77e3d645d1973" +
    "60814fdc222a908846eeb814de5e0bdbe0323a0a4906245cc2d3ac629195e479e7c8376d8dd54ea96c56f4ea657aae08" +
    "ba78252e1ca6b4c6e8dd741f4bbd8b8a703eb5664803f60e613557b986c11d9ee1f8981169d98e949b1e87e9ce5528df" +
    "8ca1890dbfe6426841992d0fb054bb16",
  "hex",
);
const INVERSE_SBOX = Buffer.from(SBOX.map((_, byte) => SBOX.indexOf(byte)));

/** Product in the field of FIPS 197 section 4.2. */
function times(a: number, b: number): number {
  let product = 0;
  let power = a;
  for (let rest = b; rest > 0; rest >>= 1) {
    if (rest & 1) product ^= power;
    power = (power << 1) ^ (power & 0x80 ? 0x11b : 0);
  }
  return product;
}

/** What one byte of a column becomes: substituted and mixed. The other rows are rotations of the first. */
const mixed = (box: Buffer, factors: readonly [number, number, number, number]): Int32Array =>
  Int32Array.from(box, (s) => factors.reduce((word, factor) => (word << 8) | times(s, factor), 0));

const MIXED = mixed(SBOX, [2, 1, 1, 3]);
const INVERSE_MIXED = mixed(INVERSE_SBOX, [14, 9, 13, 11]);

/**
 * The round keys of a key in one array: those of encryption in the order they are used (FIPS 197 section
 * 5.2), then those of decryption, from last to first and mixed for the equivalent inverse cipher
 * (section 5.3.5).
 */
export function roundKeys(key: Uint8Array): Int32Array {
  const words = new Int32Array(2 * KEY_WORDS);
  for (let i = 0; i < 4; i++) words[i] = wordAt(key, 4 * i);
  let constant = 1;
  for (let i = 4; i < KEY_WORDS; i++) {
    let word = words[i - 1] as number;
    if (i % 4 === 0) {
      word = substituted((word << 8) | (word >>> 24)) ^ (constant << 24);
      constant = times(constant, 2);
    }
    words[i] = (words[i - 4] as number) ^ word;
  }
  for (let i = 0; i < KEY_WORDS; i++) {
    const round = ROUNDS - (i >> 2);
    const word = words[4 * round + (i & 3)] as number;
    // The table substitutes backwards before it mixes: substituted forwards first, it only mixes.
    const s = substituted(word);
    words[KEY_WORDS + i] = round === 0 || round === ROUNDS ? word : column(INVERSE_MIXED, s, s, s, s);
  }
  return words;
}

/**
 * Encrypts whole blocks in place.
 *
 * @param bytes the initialisation vector in the 16 bytes before `start`, blocks up to `end`
 */
export function encryptCbc(keys: Int32Array, bytes: Uint8Array, start: number, end: number): void {
  let c0 = wordAt(bytes, start - 16);
  let c1 = wordAt(bytes, start - 12);
  let c2 = wordAt(bytes, start - 8);
  let c3 = wordAt(bytes, start - 4);
  for (let at = start; at < end; at += BLOCK) {
    let a = c0 ^ wordAt(bytes, at) ^ (keys[0] as number);
    let b = c1 ^ wordAt(bytes, at + 4) ^ (keys[1] as number);
    let c = c2 ^ wordAt(bytes, at + 8) ^ (keys[2] as number);
    let d = c3 ^ wordAt(bytes, at + 12) ^ (keys[3] as number);
    let k = 4;
    for (; k < 4 * ROUNDS; k += 4) {
      const t0 = column(MIXED, a, b, c, d) ^ (keys[k] as number);
      const t1 = column(MIXED, b, c, d, a) ^ (keys[k + 1] as number);
      const t2 = column(MIXED, c, d, a, b) ^ (keys[k + 2] as number);
      d = column(MIXED, d, a, b, c) ^ (keys[k + 3] as number);
      a = t0;
      b = t1;
      c = t2;
    }
    c0 = lastColumn(SBOX, a, b, c, d) ^ (keys[k] as number);
    c1 = lastColumn(SBOX, b, c, d, a) ^ (keys[k + 1] as number);
    c2 = lastColumn(SBOX, c, d, a, b) ^ (keys[k + 2] as number);
    c3 = lastColumn(SBOX, d, a, b, c) ^ (keys[k + 3] as number);
    putWord(bytes, at, c0);
    putWord(bytes, at + 4, c1);
    putWord(bytes, at + 8, c2);
    putWord(bytes, at + 12, c3);
  }
}

/**
 * Decrypts whole blocks in place.
 *
 * @param bytes the initialisation vector in the 16 bytes before `start`, blocks up to `end`
 */
export function decryptCbc(keys: Int32Array, bytes: Uint8Array, start: number, end: number): void {
  let before0 = wordAt(bytes, start - 16);
  let before1 = wordAt(bytes, start - 12);
  let before2 = wordAt(bytes, start - 8);
  let before3 = wordAt(bytes, start - 4);
  for (let at = start; at < end; at += BLOCK) {
    const sealed0 = wordAt(bytes, at);
    const sealed1 = wordAt(bytes, at + 4);
    const sealed2 = wordAt(bytes, at + 8);
    const sealed3 = wordAt(bytes, at + 12);
    let a = sealed0 ^ (keys[KEY_WORDS] as number);
    let b = sealed1 ^ (keys[KEY_WORDS + 1] as number);
    let c = sealed2 ^ (keys[KEY_WORDS + 2] as number);
    let d = sealed3 ^ (keys[KEY_WORDS + 3] as number);
    let k = KEY_WORDS + 4;
    for (; k < KEY_WORDS + 4 * ROUNDS; k += 4) {
      const t0 = column(INVERSE_MIXED, a, d, c, b) ^ (keys[k] as number);
      const t1 = column(INVERSE_MIXED, b, a, d, c) ^ (keys[k + 1] as number);
      const t2 = column(INVERSE_MIXED, c, b, a, d) ^ (keys[k + 2] as number);
      d = column(INVERSE_MIXED, d, c, b, a) ^ (keys[k + 3] as number);
      a = t0;
      b = t1;
      c = t2;
    }
    putWord(bytes, at, lastColumn(INVERSE_SBOX, a, d, c, b) ^ (keys[k] as number) ^ before0);
    putWord(bytes, at + 4, lastColumn(INVERSE_SBOX, b, a, d, c) ^ (keys[k + 1] as number) ^ before1);
    putWord(bytes, at + 8, lastColumn(INVERSE_SBOX, c, b, a, d) ^ (keys[k + 2] as number) ^ before2);
    putWord(bytes, at + 12, lastColumn(INVERSE_SBOX, d, c, b, a) ^ (keys[k + 3] as number) ^ before3);
    before0 = sealed0;
    before1 = sealed1;
    before2 = sealed2;
    before3 = sealed3;
  }
}

/** A column of the next state from the bytes of four columns, rows shifted: the first byte of `a`, the second of `b` ... */
function column(table: Int32Array, a: number, b: number, c: number, d: number): number {
  const second = table[(b >>> 16) & 0xff] as number;
  const third = table[(c >>> 8) & 0xff] as number;
  const fourth = table[d & 0xff] as number;
  return (
    (table[a >>> 24] as number) ^
    ((second >>> 8) | (second << 24)) ^
    ((third >>> 16) | (third << 16)) ^
    ((fourth >>> 24) | (fourth << 8))
  );
}

/** The same for the last round, which does not mix. */
function lastColumn(box: Uint8Array, a: number, b: number, c: number, d: number): number {
  return (
    ((box[a >>> 24] as number) << 24) |
    ((box[(b >>> 16) & 0xff] as number) << 16) |
    ((box[(c >>> 8) & 0xff] as number) << 8) |
    (box[d & 0xff] as number)
  );
}

const substituted = (word: number): number => lastColumn(SBOX, word, word, word, word);

function putWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}
