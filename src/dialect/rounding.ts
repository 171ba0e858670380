/**
 * A value as FreeIPMI prints it: two decimals. Halves are rounded down and negative values towards 0, which is
 * how it cuts.
 */
export function twoDecimals(value: number): number {
  const whole = Math.trunc(value);
  const hundredths = (value - whole) * 100;
  const cut = Math.trunc(hundredths);
  const rounded = whole + (hundredths - cut > 0.5 ? cut + 1 : cut) / 100;
  return Number(rounded.toFixed(2)) + 0;
}
