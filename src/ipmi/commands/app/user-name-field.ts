import type { Reader, Writer } from "../../wire/bytes.ts";

const LENGTH = 16;

/**
 * A user name: 16 bytes, padded with 00h; bytes after the first 00h do not count. One character for each byte, since
 * the specification names no character set and the bytes must survive both ways.
 */
export function readUserName(from: Reader): string {
  const field = from.bytes(LENGTH);
  const end = field.indexOf(0);
  return Buffer.from(end < 0 ? field : field.subarray(0, end)).toString("latin1");
}

/** The reverse of `readUserName`; what does not fit in 16 bytes is cut. */
export function writeUserName(to: Writer, name: string): void {
  to.padded(Buffer.from(name, "latin1"), LENGTH);
}
