import { type AreaPlace, closeArea, openArea } from "./area.ts";
import { readFields, writeFields } from "./field.ts";

const NAMES = ["partNumber", "serial"] as const;
const ENGLISH = 0;

/**
 * Chassis info area - FRU storage definition section 10.
 *
 *   [0-1] format version, length
 *   [2]   chassis type
 *   [3..] part number, serial number, custom fields; C1h
 */
export interface ChassisArea {
  /** SMBIOS enclosure type; see `chassisTypeName`. */
  readonly type: number;
  readonly partNumber?: string;
  readonly serial?: string;
  readonly custom: readonly string[];
}

export function decodeChassisArea(fru: Uint8Array, place: AreaPlace, problems: string[]): ChassisArea | undefined {
  const from = openArea(fru, place, "chassis area", problems);
  if (from === undefined) return undefined;
  if (!from.has(1)) {
    problems.push("chassis area: too short");
    return undefined;
  }
  const type = from.u8();
  const { named, custom } = readFields(from, "chassis area", NAMES, ENGLISH, problems);
  return { type, ...named, custom };
}

export function encodeChassisArea(area: ChassisArea): Buffer {
  return closeArea((to) => {
    to.u8(area.type);
    writeFields(to, { named: area, custom: area.custom }, NAMES, ENGLISH);
  });
}
