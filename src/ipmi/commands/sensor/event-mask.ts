import type { Reader } from "../../wire/bytes.ts";

/** A mask of 15 events, LS byte first, of which either byte may be missing; missing bits are 0. */
export function readEventMask(from: Reader): number {
  const low = from.has() ? from.u8() : 0;
  return low | ((from.has() ? from.u8() : 0) << 8);
}
