import { hexByte } from "../../wire/hex.ts";
import { type Conversion, convertRaw } from "./conversion.ts";

const NAMES = ["linear", "ln", "log10", "log2", "e^x", "10^x", "2^x", "1/x", "x²", "x³", "√x", "∛x"] as const;

const FORMS: readonly ((linear: string) => string)[] = [
  (y) => y,
  (y) => `ln(${y})`,
  (y) => `log10(${y})`,
  (y) => `log2(${y})`,
  (y) => `e^(${y})`,
  (y) => `10^(${y})`,
  (y) => `2^(${y})`,
  (y) => `1/(${y})`,
  (y) => `(${y})²`,
  (y) => `(${y})³`,
  (y) => `√(${y})`,
  (y) => `∛(${y})`,
];

/** A linearisation for a person: "linear", "1/x", "non-linear 70h". */
export function linearisationName(linearisation: number): string {
  return NAMES[linearisation] ?? `${linearisation >= 0x70 ? "non-linear" : "reserved"} ${hexByte(linearisation)}`;
}

/**
 * How a raw reading (0-255) becomes a value, with the numbers put in - IPMI 2.0 section 36.3:
 * "(75 × 40 + 9 × 10^1) × 10^0 = 3090". Undefined if there is no formula.
 */
export function formulaText(conversion: Conversion, raw: number): string | undefined {
  const { factors, analogFormat } = conversion;
  const form = factors && FORMS[factors.linearisation];
  if (!factors || !form || analogFormat === "none") return undefined;
  const { m, b, bExponent, rExponent } = factors;
  const plus = b < 0 ? `− ${-b}` : `+ ${b}`;
  const linear = `(${m} × ${signedText(raw, analogFormat)} ${plus} × 10^${bExponent}) × 10^${rExponent}`;
  return `${form(linear)} = ${convertRaw(conversion, raw) ?? "no number"}`;
}

/** In brackets where a sign would stand beside the sign of a product. */
function signedText(raw: number, format: Exclude<Conversion["analogFormat"], "none">): string {
  if (format === "unsigned" || raw < 0x80) return String(raw);
  return `(${format === "ones_complement" ? raw - 255 : raw - 256})`;
}
