import type { Reader, Writer } from "../../wire/bytes.ts";
import type { SdrIdentity } from "./header.ts";

/**
 * OEM record, type C0h - IPMI 2.0 section 43.12. Intel, Dell and HP keep names and fan tables here.
 *
 *   [5-7] manufacturer (IANA)  [8-] data
 */
export interface OemRecord extends SdrIdentity {
  readonly type: "oem";
  readonly manufacturerId: number;
  readonly data: Uint8Array;
}

export function decodeOem(from: Reader, identity: SdrIdentity): OemRecord {
  return { type: "oem", ...identity, manufacturerId: from.u24(), data: Uint8Array.from(from.rest()) };
}

export function encodeOem(to: Writer, s: OemRecord): void {
  to.u24(s.manufacturerId).bytes(s.data);
}
