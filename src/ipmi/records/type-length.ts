import { isUtf8 } from "node:buffer";
import { isMultiByteUtf8, textBytes, textOf, untilNul, withoutControls } from "../wire/text.ts";

/**
 * Text behind a type/length byte, shared by SDR id strings and FRU fields
 * (IPMI 2.0 section 43.15, FRU storage definition section 13).
 *
 *   [7:6] 0 Unicode (binary in FRU areas), 1 BCD plus, 2 6-bit ASCII, 3 8-bit ASCII / Latin-1; firmware writes
 *         UTF-8, too
 *   [5:0] length in bytes in FRU areas; SDRs use [4:0]
 */
export const TextType = { Unicode: 0, BcdPlus: 1, SixBit: 2, EightBit: 3 } as const;
export type TextType = (typeof TextType)[keyof typeof TextType];

export interface TextOptions {
  /** False: the area's language is not English, so 8-bit text may be UCS-2. Default true. */
  readonly english?: boolean;
  /** False keeps trailing spaces: a shared sensor's name ends in one on purpose ("DIMM " + "1"). Default true. */
  readonly trim?: boolean;
}

/** Digits of BCD plus; the high nibble comes first. */
const BCD_PLUS = "0123456789 -.:,_";

/**
 * Text of `bytes` in the given coding; "" without readable text. Never throws, whatever the bytes.
 *
 * A NUL ends the text, as in other tools; FFh padding and, unless `trim` is false, trailing spaces are removed. Control characters become "?", because names end up on terminals.
 */
export function decodeText(type: TextType, bytes: Uint8Array, options: TextOptions = {}): string {
  const text = rawText(type, bytes, options.english ?? true);
  const nul = text.indexOf("\0");
  const ended = nul < 0 ? text : text.slice(0, nul);
  const clean = withoutControls(ended, "?");
  return (options.trim ?? true) ? trimEnd(clean) : clean;
}

/**
 * Bytes of `text` in the given coding, without the type/length byte. What 6-bit text cannot represent becomes "?", and in BCD
 * plus a space; 6-bit text is put into capitals. Unicode is written as UTF-8, and so is 8-bit text that Latin-1 cannot
 * represent.
 *
 * @param mostBytes 8-bit text is cut there, between two characters
 */
export function encodeText(type: TextType, text: string, mostBytes = Number.POSITIVE_INFINITY): Buffer {
  switch (type) {
    case TextType.BcdPlus:
      return packBcdPlus(text);
    case TextType.SixBit:
      return packSixBit(text);
    case TextType.EightBit:
      return textBytes(text, mostBytes);
    default:
      return Buffer.from(text, "utf8");
  }
}

function rawText(type: TextType, bytes: Uint8Array, english: boolean): string {
  switch (type) {
    case TextType.BcdPlus:
      return unpackBcdPlus(bytes);
    case TextType.SixBit:
      return unpackSixBit(bytes);
    case TextType.EightBit: {
      const kept = withoutPadding(bytes);
      // Boards with a foreign language code and plain ASCII inside are as common as real UCS-2.
      const isUcs2 = !english && bytes.length % 2 === 0 && !kept.every(isPrintableAscii) && !isMultiByteUtf8(kept);
      return isUcs2 ? ucs2(bytes) : textOf(untilNul(kept));
    }
    default:
      return unicode(bytes);
  }
}

const isPrintableAscii = (byte: number): boolean => byte >= 0x20 && byte < 0x7f;

/** `bytes` without the 00h and FFh at their end. */
function withoutPadding(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x00 || bytes[end - 1] === 0xff)) end--;
  return bytes.subarray(0, end);
}

/** The specification requires UCS-2 without a byte order; firmware writes UTF-8, too. */
function unicode(bytes: Uint8Array): string {
  const kept = withoutPadding(bytes);
  const even = bytes.length % 2 === 0;
  const zeroInside = kept.includes(0);
  if (even && zeroInside) return kept[0] === 0 ? ucs2(Buffer.from(bytes).swap16()) : ucs2(bytes);
  if (isUtf8(kept)) return Buffer.from(kept).toString("utf8");
  return even ? ucs2(bytes) : textOf(kept);
}

function ucs2(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("utf16le");
  // FFFFh is padding and no character; half a surrogate pair is none either.
  return text.replace(/\uffff+$/, "").replace(/\p{Cs}/gu, "\ufffd");
}

function unpackBcdPlus(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += (BCD_PLUS[byte >>> 4] as string) + (BCD_PLUS[byte & 0x0f] as string);
  return text;
}

function packBcdPlus(text: string): Buffer {
  const space = BCD_PLUS.indexOf(" ");
  const code = (c: string | undefined): number => {
    const digit = c === undefined ? space : BCD_PLUS.indexOf(c);
    return digit < 0 ? space : digit;
  };
  const packed = Buffer.alloc(Math.ceil(text.length / 2));
  for (let i = 0; i < packed.length; i++) packed[i] = (code(text[2 * i]) << 4) | code(text[2 * i + 1]);
  return packed;
}

/** Characters 20h-5Fh, six bits each, least significant bits first: three bytes hold four. */
function unpackSixBit(bytes: Uint8Array): string {
  let text = "";
  let held = 0;
  let count = 0;
  for (const byte of bytes) {
    held |= byte << count;
    count += 8;
    while (count >= 6) {
      text += String.fromCharCode((held & 0x3f) + 0x20);
      held >>>= 6;
      count -= 6;
    }
  }
  return text;
}

function packSixBit(text: string): Buffer {
  const packed = Buffer.alloc(Math.ceil((text.length * 6) / 8));
  for (let i = 0; i < text.length; i++) {
    const upper =
      text.charCodeAt(i) >= 0x61 && text.charCodeAt(i) <= 0x7a ? text.charCodeAt(i) - 0x20 : text.charCodeAt(i);
    const code = upper >= 0x20 && upper <= 0x5f ? upper - 0x20 : 0x1f;
    const at = (i * 6) >>> 3;
    const spread = code << ((i * 6) & 7);
    packed[at] = (packed[at] as number) | (spread & 0xff);
    if (spread > 0xff) packed[at + 1] = (packed[at + 1] as number) | (spread >>> 8);
  }
  return packed;
}

function trimEnd(text: string): string {
  return text.replace(/ +$/, "");
}
