import { bits, Reader, Writer } from "../../wire/bytes.ts";
import { checksum } from "../../wire/checksum.ts";
import { zeroChecksumHolds } from "./checksum.ts";
import { FRU_FORMAT_VERSION, FRU_UNIT } from "./common-header.ts";

/** Where an area may lie inside the FRU data. */
export interface AreaPlace {
  readonly offset: number;
  /** Where the next area begins or the data ends. */
  readonly limit: number;
  /** False: the common header is damaged, so only an area that proves itself is accepted. */
  readonly trusted: boolean;
}

/**
 * The frame of the chassis, board and product areas - FRU storage definition sections 10 to 12.
 *
 *   [0]   3:0 format version, 1
 *   [1]   length in units of 8 bytes, all included
 *   [2..] area-specific bytes, then fields, C1h, padding with 00h
 *   [end] zero checksum
 *
 * Returns a reader that stands behind the length byte and ends before the checksum, or undefined
 * when there is no believable area. Damage goes to `problems`; a wrong checksum alone stops nothing
 * (Intel Tiger, Inventec, Dell R610 and R710 ship such).
 */
export function openArea(fru: Uint8Array, place: AreaPlace, area: string, problems: string[]): Reader | undefined {
  const { offset, limit, trusted } = place;
  if (offset + 2 > fru.length) {
    if (trusted) problems.push(`${area}: begins at byte ${offset}, there are ${fru.length}`);
    return undefined;
  }
  const version = bits(fru[offset] as number, 3, 0);
  const declaredEnd = offset + (fru[offset + 1] as number) * FRU_UNIT;
  const fits = declaredEnd > offset && declaredEnd <= limit;
  const sound = fits && zeroChecksumHolds(fru.subarray(offset, declaredEnd));
  if (!trusted && !(sound && version === FRU_FORMAT_VERSION)) return undefined;
  if (version !== FRU_FORMAT_VERSION) {
    problems.push(`${area}: unknown format version ${version}`);
    if (!sound) return undefined;
  }
  if (declaredEnd === offset) problems.push(`${area}: length 0`);
  else if (declaredEnd > fru.length) problems.push(`${area}: runs past the end of the data`);
  else if (declaredEnd > limit) problems.push(`${area}: runs into the next area`);
  else if (!sound) problems.push(`${area}: wrong checksum`);
  const end = fits ? declaredEnd - 1 : limit;
  const from = new Reader(fru, area, offset, end);
  from.skip(2);
  return from;
}

/** Frames what `write` writes: version, length, padding to a multiple of 8, checksum. */
export function closeArea(write: (to: Writer) => void): Buffer {
  const to = new Writer(128);
  to.u8(FRU_FORMAT_VERSION).u8(0);
  write(to);
  const units = Math.ceil((to.length + 1) / FRU_UNIT);
  to.fill(0, units * FRU_UNIT - to.length);
  const area = to.take();
  area[1] = units;
  area[area.length - 1] = checksum(area.subarray(0, -1));
  return area;
}
