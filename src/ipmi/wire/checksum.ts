/**
 * The 8-bit two's complement checksum of IPMI messages and FRU areas: the covered bytes and the
 * checksum add up to 0 modulo 256 (IPMI 2.0 section 13.8).
 */
export function checksum(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum += bytes[i] as number;
  return -sum & 0xff;
}
