import { isUtf8 } from "node:buffer";

/*
 * Text in fields for which the specification names no character set, or Latin-1 while firmware writes what its web
 * page was given.
 */

/**
 * UTF-8 where the bytes are that and hold a character of several bytes, else Latin-1, which any bytes are. A character
 * that the end of the field cuts is dropped.
 */
export function textOf(bytes: Uint8Array): string {
  const whole = wholeCharacters(bytes);
  return Buffer.from(whole ?? bytes).toString(whole ? "utf8" : "latin1");
}

/** The bytes up to the first 00h. */
export function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** Bytes that `textOf` reads as `text`: Latin-1 where that is unambiguous, else UTF-8. Cut between two characters. */
export function textBytes(text: string, mostBytes: number): Buffer {
  const latin1 = Buffer.from(text, "latin1");
  if (textOf(latin1) === text) return latin1.subarray(0, mostBytes);
  const utf8 = Buffer.from(text, "utf8");
  let end = Math.min(mostBytes, utf8.length);
  while (end < utf8.length && isContinuation(utf8[end])) end--;
  return utf8.subarray(0, end);
}

/**
 * The text with `instead` for each character that must not reach a terminal or a page: control characters (C0, DEL,
 * C1), line separators, and those that turn the direction of writing.
 */
export function withoutControls(text: string, instead: string): string {
  return text.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, instead);
}

/** True for UTF-8 with at least one character of several bytes. */
export function isMultiByteUtf8(bytes: Uint8Array): boolean {
  return wholeCharacters(bytes) !== undefined;
}

const LONGEST_CHARACTER = 4;

/** The bytes without a last character that is cut; undefined if the rest is not UTF-8 or plain ASCII. */
function wholeCharacters(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.every(isAscii)) return undefined;
  if (isUtf8(bytes)) return bytes;
  for (let cut = 1; cut < LONGEST_CHARACTER && cut < bytes.length; cut++) {
    const last = bytes.subarray(bytes.length - cut);
    if (isContinuation(last[0])) continue;
    const rest = bytes.subarray(0, bytes.length - cut);
    return cut < characterLength(last[0]) && !rest.every(isAscii) && isUtf8(rest) ? rest : undefined;
  }
  return undefined;
}

const isAscii = (byte: number): boolean => byte < 0x80;
const isContinuation = (byte = 0): boolean => byte >= 0x80 && byte < 0xc0;

/** By its first byte; 1 for bytes that begin no character of several bytes. */
function characterLength(first = 0): number {
  if (first < 0xc2 || first > 0xf4) return 1;
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}
