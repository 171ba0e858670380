/** FRU parts carry a byte that makes the sum of all their bytes 0 modulo 256 (FRU storage definition section 8). */
export function zeroChecksumHolds(bytes: Uint8Array): boolean {
  return (sumOf(bytes) & 0xff) === 0;
}

/** The byte that brings `bytes` to zero. */
export function zeroChecksum(bytes: Uint8Array): number {
  return -sumOf(bytes) & 0xff;
}

function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return sum;
}

/** True when there are bytes and all are `value`: storage that was never written. */
export function filledWith(bytes: Uint8Array, value: number): boolean {
  return bytes.length > 0 && bytes.every((byte) => byte === value);
}
