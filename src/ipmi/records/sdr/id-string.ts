import type { Reader, Writer } from "../../wire/bytes.ts";
import { untilNul } from "../../wire/text.ts";
import { decodeText, encodeText, type TextOptions, TextType } from "../type-length.ts";

/**
 * The name at the end of sensor and locator records - IPMI 2.0 section 43.15.
 *
 *   [0]  7:6 coding, 4:0 length in bytes
 *   [1-] text, at most 16 bytes
 *
 * Supermicro X9DRW has lengths that are too large ("FAN1" in 5 bytes, of a record that ends after 4) and too small
 * ("VDIMM AB" in 5 bytes, four times). Text that continues after that length belongs to the name; FreeIPMI does the same.
 */
export interface NamedRecord {
  /** Without the spaces at its end; "" where the record has no name. */
  readonly name: string;
  /** The name as received. Encoded unchanged if it still matches `name`; else `name` is written as 8-bit text. */
  readonly idString?: IdStringBytes;
}

export interface IdStringBytes {
  readonly typeLength: number;
  readonly bytes: Uint8Array;
  /** Bytes of the record behind the string; absent if there are none. */
  readonly trailing?: Uint8Array;
}

/** The limit of the specification; longer strings exist and are read, but not written. */
const LONGEST_NAME = 16;

export function decodeIdString(from: Reader): NamedRecord {
  const typeLength = from.u8();
  const bytes = Uint8Array.from(from.bytes(Math.min(typeLength & 0x1f, from.remaining)));
  const trailing = from.has() ? Uint8Array.from(from.rest()) : undefined;
  const idString = trailing ? { typeLength, bytes, trailing } : { typeLength, bytes };
  return { name: nameOf(idString), idString };
}

export function encodeIdString(to: Writer, record: NamedRecord): void {
  const { name, idString } = record;
  if (idString && nameOf(idString) === name) {
    to.u8(idString.typeLength).bytes(idString.bytes);
    if (idString.trailing) to.bytes(idString.trailing);
    return;
  }
  const bytes = encodeText(TextType.EightBit, name, LONGEST_NAME);
  to.u8((TextType.EightBit << 6) | bytes.length).bytes(bytes);
}

/**
 * The name with the space at its end that separates it from a shared sensor's number, if it has
 * one: "DIMM " + "1", but "Fan" + "1".
 */
export function nameStem(record: NamedRecord): string {
  const { name } = record;
  const whole = wholeName(record);
  return whole.startsWith(`${name} `) ? `${name} ` : name;
}

/** The name with all the spaces at its end, as tools print it that trim nothing. */
export function wholeName({ name, idString }: NamedRecord): string {
  return idString ? nameOf(idString, { trim: false }) : name;
}

function nameOf(idString: IdStringBytes, options?: TextOptions): string {
  const type = (idString.typeLength >>> 6) as TextType;
  const bytes = type === TextType.EightBit ? Buffer.concat([idString.bytes, overrun(idString)]) : idString.bytes;
  return decodeText(type, bytes, options);
}

const NOTHING = new Uint8Array(0);
const isPrintableAscii = (byte: number): boolean => byte >= 0x20 && byte < 0x7f;

/** What of the bytes behind an 8-bit name is its rest: plain text up to the limit or a 00h. */
function overrun({ bytes, trailing = NOTHING }: IdStringBytes): Uint8Array {
  if (bytes.length === 0 || bytes.includes(0)) return NOTHING;
  const rest = untilNul(trailing.subarray(0, Math.max(0, LONGEST_NAME - bytes.length)));
  return rest.every(isPrintableAscii) ? rest : NOTHING;
}
