import { checksum } from "../../wire/checksum.ts";

/** FRU parts carry a byte that makes the sum of all their bytes 0 modulo 256 (FRU storage definition section 8). */
export function zeroChecksumHolds(bytes: Uint8Array): boolean {
  return checksum(bytes) === 0;
}

/** True when there are bytes and all are `value`: storage that was never written. */
export function filledWith(bytes: Uint8Array, value: number): boolean {
  return bytes.length > 0 && bytes.every((byte) => byte === value);
}
