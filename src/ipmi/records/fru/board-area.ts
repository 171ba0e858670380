import { type AreaPlace, closeArea, openArea } from "./area.ts";
import { readFields, writeFields } from "./field.ts";

const NAMES = ["manufacturer", "product", "serial", "partNumber", "fileId"] as const;

/**
 * Board info area - FRU storage definition section 11.
 *
 *   [0-1] format version, length
 *   [2]   language
 *   [3-5] manufacture date: minutes since 1996-01-01 00:00 UTC, 0 unspecified
 *   [6..] manufacturer, product name, serial number, part number, FRU file id, custom fields; C1h
 */
export interface BoardArea {
  readonly language: number;
  /** Date of manufacture in epoch milliseconds; absent if unspecified or noise. */
  readonly manufacturedMs?: number;
  readonly manufacturer?: string;
  readonly product?: string;
  readonly serial?: string;
  readonly partNumber?: string;
  readonly fileId?: string;
  readonly custom: readonly string[];
}

const DATE_ORIGIN_MS = Date.UTC(1996, 0, 1);
const MINUTE_MS = 60_000;
/** Half a day after the origin: firmware that writes small numbers here does not mean New Year 1996. */
const FIRST_BELIEVABLE_MINUTE = 800;
const UNWRITTEN = 0xffffff;

export function decodeBoardArea(fru: Uint8Array, place: AreaPlace, problems: string[]): BoardArea | undefined {
  const from = openArea(fru, place, "board area", problems);
  if (from === undefined) return undefined;
  if (!from.has(4)) {
    problems.push("board area: too short");
    return undefined;
  }
  const language = from.u8();
  const manufacturedMs = decodeDate(from.u24());
  const { named, custom } = readFields(from, "board area", NAMES, language, problems);
  return { language, manufacturedMs, ...named, custom };
}

export function encodeBoardArea(area: BoardArea): Buffer {
  return closeArea((to) => {
    to.u8(area.language).u24(encodeDate(area.manufacturedMs));
    writeFields(to, { named: area, custom: area.custom }, NAMES, area.language);
  });
}

function decodeDate(minutes: number): number | undefined {
  if (minutes < FIRST_BELIEVABLE_MINUTE || minutes === UNWRITTEN) return undefined;
  return DATE_ORIGIN_MS + minutes * MINUTE_MS;
}

/** Dates the 24 bits cannot hold (before 1996, after November 2027) are written as unspecified. */
function encodeDate(ms: number | undefined): number {
  if (ms === undefined) return 0;
  const minutes = Math.floor((ms - DATE_ORIGIN_MS) / MINUTE_MS);
  return minutes >= FIRST_BELIEVABLE_MINUTE && minutes < UNWRITTEN ? minutes : 0;
}
