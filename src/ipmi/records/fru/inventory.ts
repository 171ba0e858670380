import { DecodeError } from "../../errors.ts";
import type { AreaPlace } from "./area.ts";
import { type BoardArea, decodeBoardArea, encodeBoardArea } from "./board-area.ts";
import { type ChassisArea, decodeChassisArea, encodeChassisArea } from "./chassis-area.ts";
import {
  COMMON_HEADER_LENGTH,
  type CommonHeader,
  decodeCommonHeader,
  encodeCommonHeader,
  FRU_UNIT,
  type FruAreaName,
  headerIsTrusted,
} from "./common-header.ts";
import { decodeMultiRecords, encodeMultiRecords, type MultiRecord } from "./multirecord.ts";
import { decodeProductArea, encodeProductArea, type ProductArea } from "./product-area.ts";

/** What a FRU device's storage holds. */
export interface FruContent {
  /** Bytes of the internal use area, its format version first; only their owner can explain them. */
  readonly internalUse?: Uint8Array;
  readonly chassis?: ChassisArea;
  readonly board?: BoardArea;
  readonly product?: ProductArea;
  readonly multiRecords: readonly MultiRecord[];
}

/** The content as far as it could be read. */
export interface FruInventory extends FruContent {
  /** Damage that was found and worked around, a sentence each: "board area: wrong checksum". */
  readonly problems: readonly string[];
}

export interface DecodeFruOptions {
  /** False leaves the internal use area alone: the read plan does not fetch it. Default true. */
  readonly internalUse?: boolean;
}

/**
 * Decodes FRU data, whole or as much as was read of it. Damage never throws: wrong checksums,
 * lengths that overrun, missing end marks and blank areas are named in `problems`, and what can be
 * read is. Under a senseless common header only areas whose own version and checksum are right
 * are accepted.
 *
 * @throws TruncatedError when there are fewer than the 8 bytes of the common header
 */
export function decodeFru(bytes: Uint8Array, options: DecodeFruOptions = {}): FruInventory {
  const header = decodeCommonHeader(bytes);
  const trusted = headerIsTrusted(header);
  const problems = [...header.problems];
  const place = (area: FruAreaName): AreaPlace | undefined => {
    const offset = header.offsets[area];
    return offset === undefined ? undefined : { offset, limit: areaLimit(header, offset, bytes.length), trusted };
  };
  const read = <T>(area: FruAreaName, decode: (fru: Uint8Array, place: AreaPlace, problems: string[]) => T) => {
    const at = place(area);
    return at === undefined ? undefined : decode(bytes, at, problems);
  };
  const multiRecordOffset = trusted ? header.offsets.multiRecord : undefined;
  return {
    internalUse: trusted && (options.internalUse ?? true) ? read("internalUse", internalUseBytes) : undefined,
    chassis: read("chassis", decodeChassisArea),
    board: read("board", decodeBoardArea),
    product: read("product", decodeProductArea),
    multiRecords: multiRecordOffset === undefined ? [] : decodeMultiRecords(bytes, multiRecordOffset, problems),
    problems,
  };
}

/**
 * Encodes content into FRU data with right checksums, areas in the order of the specification.
 * Texts are written as 8-bit text (UCS-2 where the area's language is not English).
 *
 * @throws DecodeError when it does not fit: areas begin below byte 2048
 */
export function encodeFru(content: FruContent): Buffer {
  const parts: readonly (readonly [FruAreaName, Buffer | undefined])[] = [
    ["internalUse", content.internalUse && padded(content.internalUse)],
    ["chassis", content.chassis && encodeChassisArea(content.chassis)],
    ["board", content.board && encodeBoardArea(content.board)],
    ["product", content.product && encodeProductArea(content.product)],
    ["multiRecord", content.multiRecords.length > 0 ? padded(encodeMultiRecords(content.multiRecords)) : undefined],
  ];
  const offsets: Partial<Record<FruAreaName, number>> = {};
  const areas: Buffer[] = [];
  let offset = COMMON_HEADER_LENGTH;
  for (const [area, bytes] of parts) {
    if (bytes === undefined || bytes.length === 0) continue;
    if (offset / FRU_UNIT > 0xff) throw new DecodeError(`FRU ${area} area: would begin at byte ${offset}`);
    offsets[area] = offset;
    areas.push(bytes);
    offset += bytes.length;
  }
  return Buffer.concat([encodeCommonHeader(offsets), ...areas]);
}

/** Where the area at `offset` must end: at the next one or with the data. */
export function areaLimit(header: CommonHeader, offset: number, size: number): number {
  const following = Object.values(header.offsets).filter((other) => other > offset && other < size);
  return Math.min(size, ...following);
}

function internalUseBytes(fru: Uint8Array, { offset, limit }: AreaPlace, problems: string[]): Uint8Array | undefined {
  if (offset >= fru.length) {
    problems.push(`internal use area: begins at byte ${offset}, there are ${fru.length}`);
    return undefined;
  }
  return fru.subarray(offset, limit);
}

function padded(bytes: Uint8Array): Buffer {
  const whole = Buffer.alloc(Math.ceil(bytes.length / FRU_UNIT) * FRU_UNIT);
  whole.set(bytes);
  return whole;
}
