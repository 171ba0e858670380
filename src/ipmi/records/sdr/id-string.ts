import type { Reader, Writer } from "../../wire/bytes.ts";
import { decodeText, encodeText, TextType } from "../type-length.ts";

/**
 * The name at the end of sensor and locator records - IPMI 2.0 section 43.15.
 *
 *   [0]  7:6 coding, 4:0 length in bytes
 *   [1-] text; some firmware (Supermicro X9DRW) says a length that runs past its record
 */
export interface NamedRecord {
  /** Without trailing spaces; "" where the record has no name. */
  readonly name: string;
  /** The name as it came. Encoding uses it as long as it still says `name`; else `name` goes out as 8-bit text. */
  readonly idString?: IdStringBytes;
}

export interface IdStringBytes {
  readonly typeLength: number;
  readonly bytes: Uint8Array;
  /** Bytes of the record behind the string; absent where there are none. */
  readonly trailing?: Uint8Array;
}

/** The specification's limit; longer strings are met and read, not written. */
const LONGEST_NAME = 16;

export function decodeIdString(from: Reader): NamedRecord {
  const typeLength = from.u8();
  const bytes = Uint8Array.from(from.bytes(Math.min(typeLength & 0x1f, from.remaining)));
  const trailing = from.has() ? Uint8Array.from(from.rest()) : undefined;
  return {
    name: decodeText(textType(typeLength), bytes),
    idString: trailing ? { typeLength, bytes, trailing } : { typeLength, bytes },
  };
}

export function encodeIdString(to: Writer, record: NamedRecord): void {
  const { name, idString } = record;
  if (idString && decodeText(textType(idString.typeLength), idString.bytes) === name) {
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

/** The name with every space that stands at its end, as tools print it that trim nothing. */
export function wholeName({ name, idString }: NamedRecord): string {
  return idString ? decodeText(textType(idString.typeLength), idString.bytes, { trim: false }) : name;
}

const textType = (typeLength: number): TextType => (typeLength >>> 6) as TextType;
