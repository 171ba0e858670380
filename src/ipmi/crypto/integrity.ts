import { createHash, createHmac } from "node:crypto";
import type { TrailerCode } from "../wire/rmcp-plus.ts";
import type { CipherSuite } from "./cipher-suite.ts";
import { IntegrityAlgorithm } from "./cipher-suite.ts";
import { type HmacScratch, KeptHmac } from "./kept-hmac.ts";
import { MAX_PASSWORD, sameCode } from "./key-exchange.ts";
import { type BlockHash, sha1, sha256 } from "./sha.ts";

/** The first bytes of an HMAC. A class: each session has one, and two closures would double its size. */
class KeptCode implements TrailerCode {
  readonly length: number;
  readonly #hmac: KeptHmac;

  constructor(hash: BlockHash, key: Uint8Array, length: number, scratch?: HmacScratch) {
    this.length = length;
    this.#hmac = new KeptHmac(hash, key, scratch);
  }

  sign(packet: Uint8Array, start: number, end: number): void {
    this.#hmac.sign(packet, start, end, this.length);
  }

  verify(packet: Uint8Array, start: number, end: number): boolean {
    return this.#hmac.verify(packet, start, end, this.length);
  }
}

/** All 16 bytes of an MD5 code. No preferred suite uses it. */
function md5Code(compute: (signed: Uint8Array) => Buffer): TrailerCode {
  const length = 16;
  return {
    length,
    sign: (packet, start, end) => packet.set(compute(packet.subarray(start, end)), end),
    verify: (packet, start, end) => sameCode(compute(packet.subarray(start, end)), packet.subarray(end, end + length)),
  };
}

/**
 * The code of the integrity trailer - IPMI 2.0 section 13.28.
 *
 * @param k1 the integrity key
 * @param password padded with 00h to 20 bytes for MD5-128, which is keyed with it on both sides
 * @param scratch scratch memory for codes; its own if absent
 * @returns undefined for integrity algorithm none: such packets carry no trailer
 */
export function integrityCode(
  suite: CipherSuite,
  k1: Uint8Array,
  password: Uint8Array,
  scratch?: HmacScratch,
): TrailerCode | undefined {
  switch (suite.integrity) {
    case IntegrityAlgorithm.HmacSha1_96:
      return new KeptCode(sha1, k1, 12, scratch);
    case IntegrityAlgorithm.HmacMd5_128:
      return md5Code((signed) => createHmac("md5", k1).update(signed).digest());
    case IntegrityAlgorithm.HmacSha256_128:
      return new KeptCode(sha256, k1, 16, scratch);
    case IntegrityAlgorithm.Md5_128: {
      const padded = Buffer.alloc(MAX_PASSWORD);
      padded.set(password.subarray(0, MAX_PASSWORD));
      return md5Code((signed) => createHash("md5").update(padded).update(signed).update(padded).digest());
    }
    default:
      return undefined;
  }
}
