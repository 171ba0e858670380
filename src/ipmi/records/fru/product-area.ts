import { type AreaPlace, closeArea, openArea } from "./area.ts";
import { readFields, writeFields } from "./field.ts";

const NAMES = ["manufacturer", "product", "partNumber", "version", "serial", "assetTag", "fileId"] as const;

/**
 * Product info area - FRU storage definition section 12.
 *
 *   [0-1] format version, length
 *   [2]   language
 *   [3..] manufacturer, product name, part or model number, version, serial number, asset tag,
 *         FRU file id, custom fields; C1h
 */
export interface ProductArea {
  readonly language: number;
  readonly manufacturer?: string;
  readonly product?: string;
  readonly partNumber?: string;
  readonly version?: string;
  readonly serial?: string;
  readonly assetTag?: string;
  readonly fileId?: string;
  readonly custom: readonly string[];
}

export function decodeProductArea(fru: Uint8Array, place: AreaPlace, problems: string[]): ProductArea | undefined {
  const from = openArea(fru, place, "product area", problems);
  if (from === undefined) return undefined;
  if (!from.has(1)) {
    problems.push("product area: too short");
    return undefined;
  }
  const language = from.u8();
  const { named, custom } = readFields(from, "product area", NAMES, language, problems);
  return { language, ...named, custom };
}

export function encodeProductArea(area: ProductArea): Buffer {
  return closeArea((to) => {
    to.u8(area.language);
    writeFields(to, { named: area, custom: area.custom }, NAMES, area.language);
  });
}
