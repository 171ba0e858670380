import { DecodeError } from "../errors.ts";
import type { PayloadCipher } from "../wire/rmcp-plus.ts";
import { decryptCbc, encryptCbc, roundKeys } from "./aes.ts";
import { RandomPool } from "./random-pool.ts";

const BLOCK = 16;

/**
 * AES-CBC-128 payload - IPMI 2.0 section 13.29.
 *
 *   [0:15] initialisation vector, fresh random bytes per packet
 *   [16:]  encrypted: message, pad 01h 02h 03h ..., pad length (1); a multiple of 16 bytes
 */
export class AesCbc implements PayloadCipher {
  readonly #keys: Int32Array;
  readonly #random: RandomPool;

  /** @param k2 the confidentiality key; its first 16 bytes are used */
  constructor(k2: Uint8Array, random = new RandomPool()) {
    this.#keys = roundKeys(k2);
    this.#random = random;
  }

  lengthOf(messageLength: number): number {
    return BLOCK + ((messageLength + BLOCK) & -BLOCK);
  }

  put(packet: Uint8Array, start: number, message: Uint8Array): void {
    const { length } = message;
    const text = start + BLOCK;
    const last = text + ((length + BLOCK) & -BLOCK) - 1;
    this.#random.fill(packet, start, BLOCK);
    for (let i = 0; i < length; i++) packet[text + i] = message[i] as number;
    for (let at = text + length, pad = 1; at < last; at++, pad++) packet[at] = pad;
    packet[last] = last - text - length;
    encryptCbc(this.#keys, packet, text, last + 1);
  }

  open(packet: Uint8Array, start: number, end: number): Uint8Array {
    const length = end - start;
    if (length < 2 * BLOCK || length % BLOCK !== 0)
      throw new DecodeError(`AES-CBC-128 payload: wanted a multiple of 16 from 32 bytes up, got ${length}`);
    const text = start + BLOCK;
    decryptCbc(this.#keys, packet, text, end);
    const pad = packet[end - 1] as number;
    // Pad bytes other than 1, 2, 3 ... are tolerated: some firmware writes zeros, and the code of the trailer covers them.
    if (pad >= BLOCK) throw new DecodeError(`AES-CBC-128 payload: pad length ${pad} exceeds 15`);
    return packet.subarray(text, end - 1 - pad);
  }

  /** Encrypts a message into a new payload. */
  encrypt(message: Uint8Array): Buffer {
    const payload = Buffer.allocUnsafe(this.lengthOf(message.length));
    this.put(payload, 0, message);
    return payload;
  }

  /**
   * The message of a payload, which is not changed.
   *
   * @throws DecodeError for payloads that cannot be of this algorithm
   */
  decrypt(payload: Uint8Array): Uint8Array {
    // Not from Node's buffer pool: a few bytes that a decoder keeps for hours would keep 8 KiB of the pool in memory.
    const copy = Buffer.allocUnsafeSlow(payload.length);
    copy.set(payload);
    return this.open(copy, 0, copy.length);
  }
}
