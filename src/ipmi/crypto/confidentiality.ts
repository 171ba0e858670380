import { type Cipher, createCipheriv, createDecipheriv, type Decipher } from "node:crypto";
import { DecodeError } from "../errors.ts";
import { RandomPool } from "./random-pool.ts";

const BLOCK = 16;
const NO_IV = Buffer.alloc(BLOCK);

/** Encrypts and decrypts the payloads of one session. */
export interface Confidentiality {
  encrypt(message: Uint8Array): Buffer;
  /** @throws DecodeError for payloads that cannot be of this algorithm */
  decrypt(payload: Uint8Array): Uint8Array;
}

/**
 * AES-CBC-128 payload - IPMI 2.0 section 13.29.
 *
 *   [0:15] initialisation vector, fresh random bytes per packet
 *   [16:]  encrypted: message, pad 01h 02h 03h ..., pad length (1); a multiple of 16 bytes
 *
 * One cipher and one decipher are kept for the session, since making them costs more than using them.
 * CBC chains across packets then, which does no harm: encrypting a block of fresh random bytes first
 * gives an unpredictable block that serves as the vector on the wire, and decrypting the received
 * vector first gives a block to throw away and the right chain for what follows.
 */
export class AesCbc implements Confidentiality {
  readonly #cipher: Cipher;
  readonly #decipher: Decipher;
  readonly #random: RandomPool;

  /** @param k2 the confidentiality key; its first 16 bytes are used */
  constructor(k2: Uint8Array, random = new RandomPool()) {
    const key = k2.subarray(0, BLOCK);
    this.#cipher = createCipheriv("aes-128-cbc", key, NO_IV).setAutoPadding(false);
    this.#decipher = createDecipheriv("aes-128-cbc", key, NO_IV).setAutoPadding(false);
    this.#random = random;
  }

  encrypt(message: Uint8Array): Buffer {
    const pad = -(message.length + 1) & (BLOCK - 1);
    const end = BLOCK + message.length;
    const plain = Buffer.allocUnsafe(end + pad + 1);
    this.#random.fill(plain, 0, BLOCK);
    plain.set(message, BLOCK);
    for (let i = 0; i < pad; i++) plain[end + i] = i + 1;
    plain[end + pad] = pad;
    return this.#cipher.update(plain);
  }

  decrypt(payload: Uint8Array): Uint8Array {
    if (payload.length < 2 * BLOCK || payload.length % BLOCK !== 0)
      throw new DecodeError(`AES-CBC-128 payload: wanted a multiple of 16 from 32 bytes up, got ${payload.length}`);
    const plain = this.#decipher.update(payload);
    const pad = plain[plain.length - 1] as number;
    // Pad bytes that are not 1, 2, 3 ... are tolerated: some firmware writes zeros, and the trailer's code covers them.
    if (pad >= BLOCK) throw new DecodeError(`AES-CBC-128 payload: pad length ${pad} exceeds 15`);
    return plain.subarray(BLOCK, plain.length - 1 - pad);
  }
}
