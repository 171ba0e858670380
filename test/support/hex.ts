/** Bytes of a hex string; white space is ignored. */
export function hex(text: string): Buffer {
  const digits = text.replaceAll(/\s+/g, "");
  if (!/^([0-9a-fA-F]{2})*$/.test(digits)) throw new Error(`not hex: ${text}`);
  return Buffer.from(digits, "hex");
}
