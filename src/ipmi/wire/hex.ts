/** A byte as the specification writes it: "0Dh". */
export function hexByte(value: number): string {
  return hexNumber(value, 2);
}

/** A 16-bit number as the specification writes it: "00FFh". */
export function hexWord(value: number): string {
  return hexNumber(value, 4);
}

/** Bytes as hexadecimal digits without separators: "20de01". */
export function hexDigits(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex");
}

function hexNumber(value: number, digits: number): string {
  return `${value.toString(16).toUpperCase().padStart(digits, "0")}h`;
}
