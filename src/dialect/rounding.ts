/**
 * A value as FreeIPMI prints it, with two decimals. Halves are rounded down, and negative values towards 0.
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
 * The value as FreeIPMI computes it: an integer times a power of ten, with the rounding error of that product. 1.275 is
 * 1275 times 0.001, a little more than the half, and 0.375 exactly the half.
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
