import { Writer } from "../../wire/bytes.ts";

/**
 * Cipher suite record, as Get Channel Cipher Suites lists it - IPMI 2.0 section 22.15.1.
 *
 *   [0]   C0h standard, C1h OEM
 *   [1]   cipher suite id
 *   [2-4] OEM, IANA enterprise number; only after C1h
 *   then algorithms, 7:6 kind: 00b authentication, 01b integrity, 10b confidentiality; 5:0 algorithm
 *
 * A kind without a byte means none. For the standard ids trust the id and not the algorithms: the tags are wrong on the
 * ILOM of a Sun Fire 4100. Lists are neither filtered by privilege nor by what is configured (Intel S2600JF lists ids
 * off by one): a hint for the order in which to try.
 */
export interface CipherSuiteRecord {
  readonly id: number;
  /** Present in OEM records. */
  readonly oemId?: number;
  readonly authentication: readonly number[];
  readonly integrity: readonly number[];
  readonly confidentiality: readonly number[];
}

const STANDARD = 0xc0;
const OEM = 0xc1;

/**
 * The records in the joined pages. Never throws: bytes that belong to no record are skipped, a last record that is
 * cut before its id is dropped.
 */
export function parseCipherSuiteRecords(bytes: Uint8Array): readonly CipherSuiteRecord[] {
  const records: CipherSuiteRecord[] = [];
  let at = 0;
  while (at < bytes.length) {
    const start = bytes[at++];
    if (start !== STANDARD && start !== OEM) continue;
    const header = start === OEM ? 4 : 1;
    if (at + header > bytes.length) break;
    const [id = 0, low = 0, middle = 0, high = 0] = bytes.subarray(at, at + header);
    at += header;
    const kinds: [number[], number[], number[]] = [[], [], []];
    for (; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      const kind = kinds[byte >> 6];
      if (!kind) break; // 11b starts the next record
      kind.push(byte & 0x3f);
    }
    const [authentication, integrity, confidentiality] = kinds;
    const oemId = start === OEM ? low | (middle << 8) | (high << 16) : undefined;
    records.push({ id, ...(oemId !== undefined && { oemId }), authentication, integrity, confidentiality });
  }
  return records;
}

/** The reverse of `parseCipherSuiteRecords`; the answerer cuts it into pages. */
export function encodeCipherSuiteRecords(records: readonly CipherSuiteRecord[]): Buffer {
  const to = new Writer();
  for (const r of records) {
    if (r.oemId === undefined) to.u8(STANDARD).u8(r.id);
    else to.u8(OEM).u8(r.id).u24(r.oemId);
    to.bytes(r.authentication.map((n) => n & 0x3f));
    to.bytes(r.integrity.map((n) => 0x40 | (n & 0x3f)));
    to.bytes(r.confidentiality.map((n) => 0x80 | (n & 0x3f)));
  }
  return to.take();
}
