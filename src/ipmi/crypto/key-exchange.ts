import { createHmac, timingSafeEqual } from "node:crypto";
import type { CipherSuite } from "./cipher-suite.ts";
import { AuthenticationAlgorithm, IntegrityAlgorithm } from "./cipher-suite.ts";

/** Longest password of IPMI 2.0; 1.5 knows 16 bytes. */
export const MAX_PASSWORD = 20;
export const MAX_PASSWORD_15 = 16;

/** The numbers of a handshake that are hashed into the codes, as wire bytes. */
export interface KeyExchange {
  readonly consoleSessionId: number;
  readonly bmcSessionId: number;
  readonly consoleRandom: Uint8Array;
  readonly bmcRandom: Uint8Array;
  readonly guid: Uint8Array;
  /** RAKP 1's role byte, bit 4 included. */
  readonly role: number;
  readonly userName: Uint8Array;
}

export interface SessionKeys {
  readonly sik: Buffer;
  readonly k1: Buffer;
  readonly k2: Buffer;
}

interface Authentication {
  readonly hash: string;
  /** Bytes of the RAKP 4 check value. */
  readonly checkLength: number;
}

const AUTHENTICATIONS: ReadonlyMap<number, Authentication> = new Map([
  [AuthenticationAlgorithm.HmacSha1, { hash: "sha1", checkLength: 12 }],
  [AuthenticationAlgorithm.HmacMd5, { hash: "md5", checkLength: 16 }],
  [AuthenticationAlgorithm.HmacSha256, { hash: "sha256", checkLength: 16 }],
]);

const NO_CODE = Buffer.alloc(0);

const id4 = (id: number): Buffer => {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32LE(id);
  return bytes;
};

/** Length byte and name, or the 16-byte padded form that a few BMCs hash. */
const roleAndName = (x: KeyExchange): Buffer => Buffer.concat([Buffer.from([x.role, x.userName.length]), x.userName]);

function hmac(algorithm: number, key: Uint8Array, ...input: Uint8Array[]): Buffer {
  const authentication = AUTHENTICATIONS.get(algorithm);
  if (!authentication) return NO_CODE;
  const mac = createHmac(authentication.hash, key);
  for (const part of input) mac.update(part);
  return mac.digest();
}

/** The password as HMAC key: at most 20 bytes; padding with 00h would not change an HMAC. */
export function passwordKey(password: Uint8Array): Uint8Array {
  return password.subarray(0, MAX_PASSWORD);
}

/** Key exchange authentication code of RAKP message 2 - IPMI 2.0 section 13.31. */
export function rakp2Code(suite: CipherSuite, key: Uint8Array, x: KeyExchange): Buffer {
  const ids = [id4(x.consoleSessionId), id4(x.bmcSessionId)];
  return hmac(suite.authentication, key, ...ids, x.consoleRandom, x.bmcRandom, x.guid, roleAndName(x));
}

/** Key exchange authentication code of RAKP message 3 - IPMI 2.0 section 13.31. */
export function rakp3Code(suite: CipherSuite, key: Uint8Array, x: KeyExchange): Buffer {
  return hmac(suite.authentication, key, x.bmcRandom, id4(x.consoleSessionId), roleAndName(x));
}

/**
 * Session integrity key and what is derived from it - IPMI 2.0 sections 13.31, 13.32.
 *
 * The constants of K1 and K2 are 20 bytes for every algorithm, as all clients but OpenIPMI use them.
 *
 * @param kg the BMC key where one is set; else the password's key is used ("one-key login")
 */
export function sessionKeys(suite: CipherSuite, key: Uint8Array, x: KeyExchange, kg?: Uint8Array): SessionKeys {
  const sik = hmac(suite.authentication, kg ?? key, x.consoleRandom, x.bmcRandom, roleAndName(x));
  const k1 = hmac(suite.authentication, sik, Buffer.alloc(20, 0x01));
  const k2 = hmac(suite.authentication, sik, Buffer.alloc(20, 0x02));
  return { sik, k1, k2 };
}

/** Integrity check value of RAKP message 4, truncated for the algorithm - IPMI 2.0 section 13.23. */
export function rakp4CheckValue(suite: CipherSuite, keys: SessionKeys, x: KeyExchange): Buffer {
  const full = hmac(suite.authentication, keys.sik, x.consoleRandom, id4(x.bmcSessionId), x.guid);
  return full.subarray(0, AUTHENTICATIONS.get(suite.authentication)?.checkLength ?? 0);
}

/**
 * RAKP 4 as Intel's SE7520AF2 family makes it: truncated for the integrity algorithm, not for the
 * authentication algorithm.
 */
export function rakp4CheckValueByIntegrity(suite: CipherSuite, keys: SessionKeys, x: KeyExchange): Buffer {
  const lengths: Readonly<Record<number, number>> = { [IntegrityAlgorithm.HmacSha1_96]: 12 };
  const full = hmac(suite.authentication, keys.sik, x.consoleRandom, id4(x.bmcSessionId), x.guid);
  return full.subarray(0, lengths[suite.integrity] ?? 16);
}

/** Equality in constant time; codes of different length differ. */
export function sameCode(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
