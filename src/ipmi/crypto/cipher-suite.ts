import type { Algorithms } from "../wire/open-session.ts";

export const AuthenticationAlgorithm = { None: 0, HmacSha1: 1, HmacMd5: 2, HmacSha256: 3 } as const;
export const IntegrityAlgorithm = { None: 0, HmacSha1_96: 1, HmacMd5_128: 2, Md5_128: 3, HmacSha256_128: 4 } as const;
export const ConfidentialityAlgorithm = { None: 0, AesCbc128: 1 } as const;

/** A cipher suite - IPMI 2.0 table 22-20. Suites with xRC4 (4, 5, 9, 10, 13, 14, 18, 19) are not supported. */
export interface CipherSuite extends Algorithms {
  readonly id: number;
}

const row = (id: number, authentication: number, integrity: number, confidentiality: number): CipherSuite => ({
  id,
  authentication,
  integrity,
  confidentiality,
});

const SUITES: readonly CipherSuite[] = [
  row(0, 0, 0, 0),
  row(1, 1, 0, 0),
  row(2, 1, 1, 0),
  row(3, 1, 1, 1),
  row(6, 2, 0, 0),
  row(7, 2, 2, 0),
  row(8, 2, 2, 1),
  row(11, 2, 3, 0),
  row(12, 2, 3, 1),
  row(15, 3, 0, 0),
  row(16, 3, 4, 0),
  row(17, 3, 4, 1),
];

const BY_ID: ReadonlyMap<number, CipherSuite> = new Map(SUITES.map((suite) => [suite.id, suite]));

/** The suite of an id; undefined for unsupported ids. */
export function cipherSuite(id: number): CipherSuite | undefined {
  return BY_ID.get(id);
}

/** All supported ids, suite 0 included. */
export const SUPPORTED_SUITES: readonly number[] = SUITES.map((suite) => suite.id);

/**
 * Best first: encrypted before authenticated only, SHA-256 before SHA-1 before MD5, suites without integrity last. Suite 0
 * has no authentication and is never chosen automatically.
 */
const PREFERENCE: readonly number[] = [17, 3, 12, 8, 16, 2, 11, 7, 15, 1, 6];

/** Tried if the list of a BMC is not available. */
const USUAL: readonly number[] = [17, 3];

/**
 * The order in which suites are tried.
 *
 * @param offered ids of Get Channel Cipher Suites; only a hint, since the lists of many BMCs are wrong. Undefined: not available
 * @param allowed ids of the configuration, in its order; suite 0 only when listed here
 */
export function suitesToTry(offered?: readonly number[], allowed?: readonly number[]): readonly CipherSuite[] {
  const ids =
    allowed ??
    (offered?.some((id) => PREFERENCE.includes(id)) ? PREFERENCE.filter((id) => offered.includes(id)) : USUAL);
  return ids.flatMap((id) => cipherSuite(id) ?? []);
}
