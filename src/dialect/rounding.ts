/**
 * A value as FreeIPMI prints it: two decimals. Halves are rounded down and negative values towards 0, which is
 * how it cuts.
 */
export function twoDecimals(value: number): number {
  const scaled = asScaled(value);
  const whole = Math.trunc(scaled);
  const hundredths = (scaled - whole) * 100;
  const cut = Math.trunc(hundredths);
  const rounded = whole + (hundredths - cut > 0.5 ? cut + 1 : cut) / 100;
  return Number(rounded.toFixed(2)) + 0;
}

/**
 * The value as it is there: digits times a power of ten, with what that loses. Of 1.275, which is 1275 times 0.001,
 * it makes a little more than the half, and of 0.375 the half.
 */
function asScaled(value: number): number {
  const [digits = "", exponent] = value
    .toExponential(9)
    .replace(/\.?0+e/, "e")
    .split("e");
  const [, decimals = ""] = digits.split(".");
  const scale = Number(exponent) - decimals.length;
  return scale < 0 && Number.isFinite(value) ? Number(digits.replace(".", "")) * 10 ** scale : value;
}
