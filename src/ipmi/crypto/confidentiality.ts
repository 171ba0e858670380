import { DecodeError } from "../errors.ts";
import { decryptCbc, decryptionKey, encryptCbc, encryptionKey } from "./aes.ts";
import { RandomPool } from "./random-pool.ts";

const BLOCK = 16;

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
 */
export class AesCbc implements Confidentiality {
  readonly #encryptionKey: Int32Array;
  readonly #decryptionKey: Int32Array;
  readonly #random: RandomPool;

  /** @param k2 the confidentiality key; its first 16 bytes are used */
  constructor(k2: Uint8Array, random = new RandomPool()) {
    this.#encryptionKey = encryptionKey(k2);
    this.#decryptionKey = decryptionKey(k2);
    this.#random = random;
  }

  encrypt(message: Uint8Array): Buffer {
    const pad = -(message.length + 1) & (BLOCK - 1);
    const end = BLOCK + message.length;
    const payload = Buffer.allocUnsafe(end + pad + 1);
    this.#random.fill(payload, 0, BLOCK);
    payload.set(message, BLOCK);
    for (let i = 0; i < pad; i++) payload[end + i] = i + 1;
    payload[end + pad] = pad;
    encryptCbc(this.#encryptionKey, payload, BLOCK, payload.length);
    return payload;
  }

  decrypt(payload: Uint8Array): Uint8Array {
    if (payload.length < 2 * BLOCK || payload.length % BLOCK !== 0)
      throw new DecodeError(`AES-CBC-128 payload: wanted a multiple of 16 from 32 bytes up, got ${payload.length}`);
    // Not from Node's pool: what a decoder keeps of it, a few bytes for hours, would hold 8 KiB of that.
    const plain = Buffer.allocUnsafeSlow(payload.length - BLOCK);
    decryptCbc(this.#decryptionKey, payload, plain);
    const pad = plain[plain.length - 1] as number;
    // Pad bytes that are not 1, 2, 3 ... are tolerated: some firmware writes zeros, and the trailer's code covers them.
    if (pad >= BLOCK) throw new DecodeError(`AES-CBC-128 payload: pad length ${pad} exceeds 15`);
    return plain.subarray(0, plain.length - 1 - pad);
  }
}
