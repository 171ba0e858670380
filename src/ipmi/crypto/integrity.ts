import { createHash, createHmac } from "node:crypto";
import type { TrailerCode } from "../wire/rmcp-plus.ts";
import type { CipherSuite } from "./cipher-suite.ts";
import { IntegrityAlgorithm } from "./cipher-suite.ts";
import { KeptHmac } from "./kept-hmac.ts";
import { MAX_PASSWORD } from "./key-exchange.ts";
import { type BlockHash, sha1, sha256 } from "./sha.ts";

function keptCode(hash: BlockHash, key: Uint8Array, length: number): TrailerCode {
  const hmac = new KeptHmac(hash, key);
  return { length, compute: (packet, start, end) => hmac.compute(packet, start, end) };
}

/**
 * The code of the integrity trailer - IPMI 2.0 section 13.28.
 *
 * @param k1 the integrity key
 * @param password padded with 00h to 20 bytes for MD5-128, which is keyed with it on both sides
 * @returns undefined for integrity algorithm none: such packets carry no trailer
 */
export function integrityCode(suite: CipherSuite, k1: Uint8Array, password: Uint8Array): TrailerCode | undefined {
  switch (suite.integrity) {
    case IntegrityAlgorithm.HmacSha1_96:
      return keptCode(sha1, k1, 12);
    case IntegrityAlgorithm.HmacMd5_128:
      return {
        length: 16,
        compute: (packet, start, end) => createHmac("md5", k1).update(packet.subarray(start, end)).digest(),
      };
    case IntegrityAlgorithm.HmacSha256_128:
      return keptCode(sha256, k1, 16);
    case IntegrityAlgorithm.Md5_128: {
      const padded = Buffer.alloc(MAX_PASSWORD);
      padded.set(password.subarray(0, MAX_PASSWORD));
      return {
        length: 16,
        compute: (packet, start, end) =>
          createHash("md5").update(padded).update(packet.subarray(start, end)).update(padded).digest(),
      };
    }
    default:
      return undefined;
  }
}
