import type { Reader, Writer } from "../../wire/bytes.ts";
import { hexDigits } from "../../wire/hex.ts";
import { decodeText, encodeText, TextType } from "../type-length.ts";
import { filledWith } from "./checksum.ts";

const END_OF_FIELDS = 0xc1;
const EMPTY_FIELD = 0xc0;
const LONGEST_FIELD = 63;
/** Storage behind the last field that was never written, where C1h is missing. */
const UNWRITTEN = 0xff;

/** Language codes of an area: 0 and 25 are English; others make 8-bit text UCS-2 (section 15). */
export const isEnglish = (language: number): boolean => language === 0 || language === 25;

/** The fields of an area: those with a name, in order, and whatever the manufacturer added. */
interface AreaFields<Name extends string> {
  readonly named: Readonly<Partial<Record<Name, string>>>;
  readonly custom: readonly string[];
}

/**
 * Reads type/length coded fields up to C1h or the end of `from` (FRU storage definition section 13).
 * Binary fields become hex. An empty field is absent. Never throws: damage goes to `problems`.
 *
 * @param area begins the problem sentences: "board area"
 */
export function readFields<Name extends string>(
  from: Reader,
  area: string,
  names: readonly Name[],
  language: number,
  problems: string[],
): AreaFields<Name> {
  const named: Partial<Record<Name, string>> = {};
  const custom: string[] = [];
  for (let index = 0; ; index++) {
    if (!from.has()) {
      problems.push(`${area}: no end of fields (C1h)`);
      break;
    }
    const typeLength = from.u8();
    if (typeLength === END_OF_FIELDS) break;
    const name = names[index];
    const label = `${area}: ${name ?? "custom field"}`;
    const length = typeLength & 0x3f;
    const runsOver = length > from.remaining;
    const bytes = from.bytes(Math.min(length, from.remaining));
    if (typeLength === UNWRITTEN && bytes.every((byte) => byte === UNWRITTEN)) {
      problems.push(`${area}: no end of fields (C1h)`);
      break;
    }
    if (runsOver) problems.push(`${label} runs past the end of the area`);
    const text = fieldText((typeLength >>> 6) as TextType, bytes, language, label, problems);
    if (text !== "" && name !== undefined) named[name] = text;
    else if (text !== "") custom.push(text);
    if (runsOver) break;
  }
  return { named, custom };
}

/** Writes the fields and C1h; texts are cut to the 63 bytes a field can hold. */
export function writeFields<Name extends string>(
  to: Writer,
  fields: AreaFields<Name>,
  names: readonly Name[],
  language: number,
): void {
  for (const name of names) writeField(to, fields.named[name] ?? "", language);
  for (const text of fields.custom) writeField(to, text, language);
  to.u8(END_OF_FIELDS);
}

function fieldText(type: TextType, bytes: Uint8Array, language: number, label: string, problems: string[]): string {
  for (const [value, name] of [
    [0xff, "FFh"],
    [0xfe, "FEh"],
  ] as const) {
    if (filledWith(bytes, value)) {
      problems.push(`${label} is filled with ${name}`);
      return "";
    }
  }
  if (type === TextType.Unicode) return hexDigits(bytes);
  return decodeText(type, bytes, { english: isEnglish(language) });
}

function writeField(to: Writer, text: string, language: number): void {
  if (text === "") {
    to.u8(EMPTY_FIELD);
    return;
  }
  const encoded = isEnglish(language)
    ? encodeText(TextType.EightBit, text, LONGEST_FIELD)
    : Buffer.from(text, "utf16le").subarray(0, LONGEST_FIELD - 1);
  // One byte of 8-bit text would read C1h, the end mark; readers drop the space again.
  const bytes = encoded.length === 1 ? Buffer.concat([encoded, Buffer.of(0x20)]) : encoded;
  to.u8((TextType.EightBit << 6) | bytes.length).bytes(bytes);
}
