import { bits, Reader, Writer } from "../../wire/bytes.ts";
import { checksum } from "../../wire/checksum.ts";
import { filledWith, zeroChecksumHolds } from "./checksum.ts";

export const COMMON_HEADER_LENGTH = 8;
export const FRU_FORMAT_VERSION = 1;
/** Offsets and lengths are counted in units of this many bytes. */
export const FRU_UNIT = 8;

export type FruAreaName = "internalUse" | "chassis" | "board" | "product" | "multiRecord";

/**
 * Common header - FRU storage definition section 8.
 *
 *   [0]   3:0 format version, 1
 *   [1-5] internal use, chassis, board, product, multirecord area: offset in units of 8 bytes, 0 absent
 *   [6]   pad, 00h
 *   [7]   zero checksum
 */
export interface CommonHeader {
  readonly formatVersion: number;
  /** Offsets in bytes, of the areas there are. */
  readonly offsets: Readonly<Partial<Record<FruAreaName, number>>>;
  /** What is wrong with it; empty for a sound header. */
  readonly problems: readonly string[];
}

const AREAS: readonly FruAreaName[] = ["internalUse", "chassis", "board", "product", "multiRecord"];

/** @throws TruncatedError when there are fewer than 8 bytes */
export function decodeCommonHeader(bytes: Uint8Array): CommonHeader {
  const from = new Reader(bytes, "FRU common header");
  const whole = new Reader(bytes, "FRU common header").bytes(COMMON_HEADER_LENGTH);
  const formatVersion = bits(from.u8(), 3, 0);
  const offsets: Partial<Record<FruAreaName, number>> = {};
  for (const area of AREAS) {
    const units = from.u8();
    if (units !== 0) offsets[area] = units * FRU_UNIT;
  }
  return { formatVersion, offsets, problems: headerProblems(whole, formatVersion) };
}

/** Whether the offsets are to be believed. A wrong checksum alone is common and no reason for doubt. */
export function headerIsTrusted(header: CommonHeader): boolean {
  return header.formatVersion === FRU_FORMAT_VERSION;
}

/** @param offsets in bytes, multiples of 8 */
export function encodeCommonHeader(offsets: Readonly<Partial<Record<FruAreaName, number>>>): Buffer {
  const to = new Writer(COMMON_HEADER_LENGTH);
  to.u8(FRU_FORMAT_VERSION);
  for (const area of AREAS) to.u8((offsets[area] ?? 0) / FRU_UNIT);
  to.u8(0);
  const header = to.take();
  return Buffer.concat([header, Buffer.of(checksum(header))]);
}

function headerProblems(whole: Uint8Array, formatVersion: number): string[] {
  if (filledWith(whole, 0x00)) return ["common header: all zero"];
  if (filledWith(whole, 0xff)) return ["common header: never written (all FFh)"];
  const problems: string[] = [];
  if (formatVersion !== FRU_FORMAT_VERSION) problems.push(`common header: unknown format version ${formatVersion}`);
  if (!zeroChecksumHolds(whole)) problems.push("common header: wrong checksum");
  return problems;
}
