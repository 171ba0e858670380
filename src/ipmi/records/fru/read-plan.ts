import {
  COMMON_HEADER_LENGTH,
  type CommonHeader,
  decodeCommonHeader,
  FRU_FORMAT_VERSION,
  FRU_UNIT,
  headerIsTrusted,
} from "./common-header.ts";
import { areaLimit } from "./inventory.ts";
import { decodeMultiRecordHeader, MULTIRECORD_HEADER_LENGTH, multiRecordFollows } from "./multirecord.ts";

export interface FruRange {
  readonly offset: number;
  readonly length: number;
}

/** Bytes read so far, and where they belong. */
export interface FruPiece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** One read of the usual size; smaller reads cost the same round trip. */
const FIRST_READ = 32;
/** Bytes to read while the end is not known. */
const GUESS = 64;
const LARGEST = 0x10000;

/**
 * The next range to read so that `decodeFru` finds every area but the internal use one; undefined if all is read. Starts
 * without pieces; each answer is added as a piece, whole or in part, at the requested offset. A range never overlaps the
 * pieces and never exceeds `size`, so a caller that adds at least a byte each time reaches the end. A caller that cannot
 * read a range stops and decodes its pieces.
 *
 * @param size of the inventory area as the BMC reports it; 0 or less: unknown
 */
export function fruNextRange(pieces: readonly FruPiece[], size: number): FruRange | undefined {
  const end = size > 0 ? Math.min(size, LARGEST) : LARGEST;
  const known = covered(pieces);
  const start = missing(known, 0, Math.min(COMMON_HEADER_LENGTH, end));
  if (start !== undefined) return { offset: start.offset, length: Math.min(FIRST_READ, end) - start.offset };
  if (end < COMMON_HEADER_LENGTH) return undefined;
  const fru = assembleFru(pieces);
  const header = decodeCommonHeader(fru);
  const { chassis, board, product } = header.offsets;
  for (const offset of [chassis, board, product]) {
    if (offset === undefined || offset + 2 > end) continue;
    const next = nextOfArea(fru, known, header, offset, end);
    if (next !== undefined) return next;
  }
  const multiRecord = headerIsTrusted(header) ? header.offsets.multiRecord : undefined;
  return multiRecord === undefined ? undefined : nextOfMultiRecords(fru, known, multiRecord, end);
}

/** The pieces in one buffer, FFh between them, for `decodeFru`. */
export function assembleFru(pieces: readonly FruPiece[]): Buffer {
  const end = Math.max(0, ...pieces.map((piece) => piece.offset + piece.bytes.length));
  const whole = Buffer.alloc(end, 0xff);
  for (const piece of pieces) whole.set(piece.bytes, piece.offset);
  return whole;
}

function nextOfArea(
  fru: Uint8Array,
  known: readonly FruRange[],
  header: CommonHeader,
  offset: number,
  end: number,
): FruRange | undefined {
  const limit = areaLimit(header, offset, end);
  if (missing(known, offset, offset + 2) !== undefined) {
    // To the next area if that is near: then one read fetches all of this one.
    return missing(known, offset, limit - offset <= 2 * GUESS ? limit : offset + GUESS);
  }
  const version = (fru[offset] as number) & 0x0f;
  const length = (fru[offset + 1] as number) * FRU_UNIT;
  if (version !== FRU_FORMAT_VERSION && !(headerIsTrusted(header) && length > 0)) return undefined;
  const wanted = length === 0 ? Math.min(limit, offset + 4 * GUESS) : Math.min(offset + length, limit);
  return missing(known, offset, wanted);
}

function nextOfMultiRecords(
  fru: Uint8Array,
  known: readonly FruRange[],
  first: number,
  end: number,
): FruRange | undefined {
  for (let at = first; at + MULTIRECORD_HEADER_LENGTH <= end; ) {
    const start = at + MULTIRECORD_HEADER_LENGTH;
    if (missing(known, at, start) !== undefined) return missing(known, at, Math.min(at + GUESS, end));
    const header = decodeMultiRecordHeader(fru.subarray(at, start));
    if (!multiRecordFollows(header)) return undefined;
    const dataEnd = Math.min(start + header.length, end);
    const gap = missing(known, at, header.last ? dataEnd : Math.min(dataEnd + MULTIRECORD_HEADER_LENGTH, end));
    if (gap !== undefined) return gap;
    if (header.last) return undefined;
    at = dataEnd;
  }
  return undefined;
}

/** The ranges of the pieces, in order, those that touch put together. */
function covered(pieces: readonly FruPiece[]): FruRange[] {
  const ranges: FruRange[] = [];
  for (const piece of [...pieces].sort((a, b) => a.offset - b.offset)) {
    const last = ranges.at(-1);
    const pieceEnd = piece.offset + piece.bytes.length;
    if (last !== undefined && piece.offset <= last.offset + last.length) {
      const length = Math.max(last.length, pieceEnd - last.offset);
      ranges[ranges.length - 1] = { offset: last.offset, length };
    } else if (piece.bytes.length > 0) ranges.push({ offset: piece.offset, length: piece.bytes.length });
  }
  return ranges;
}

/** The first part of `from` to `to` that is not known. */
function missing(known: readonly FruRange[], from: number, to: number): FruRange | undefined {
  let offset = from;
  for (const range of known) {
    if (range.offset > offset) {
      const stop = Math.min(range.offset, to);
      return stop > offset ? { offset, length: stop - offset } : undefined;
    }
    offset = Math.max(offset, range.offset + range.length);
  }
  return offset < to ? { offset, length: to - offset } : undefined;
}
