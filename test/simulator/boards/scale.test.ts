import { describe, expect, it } from "vitest";
import { convertRaw } from "../../../src/ipmi/records/sdr/conversion.ts";
import { rawOf, scaleFor } from "../../../src/simulator/boards/scale.ts";

describe("scaleFor", () => {
  const rows: readonly [string, number, number, number, number, object][] = [
    ["degrees below zero are two's complement", -128, 127, 1, -40, { m: 1, b: 0, rExponent: 0 }],
    ["RPM in steps of 120", 0, 30_600, 120, 5400, { m: 120, b: 0, rExponent: 0 }],
    ["volts in steps of 62 millivolts", 0, 15.81, 0.062, 12.028, { m: 62, b: 0, rExponent: -3 }],
    ["percent in steps of 0.392", 0, 99, 0.392, 39.2, { m: 392, b: 0, rExponent: -3 }],
    ["a rail far from zero has an offset B", 10, 14, 0.02, 12.34, { m: 2, rExponent: -2 }],
    ["an offset too large for B has an exponent", 40_000, 60_000, 100, 50_000, { m: 100, b: 400, bExponent: 2 }],
    ["kilowatts in steps above 511 have an exponent", 0, 255_000, 1000, 77_000, { m: 100, rExponent: 1 }],
    ["below zero and far: unsigned with a negative B", -300, 200, 2, -250, { m: 2, b: -300 }],
  ];
  it.each(rows)("%s", (_, low, high, resolution, value, factors) => {
    const scale = scaleFor(low, high, resolution);
    expect(scale.factors).toMatchObject(factors);
    const back = convertRaw(scale, rawOf(scale, value)) ?? Number.NaN;
    expect(Math.abs(back - value)).toBeLessThanOrEqual(resolution / 2 + 1e-9);
  });

  it("limits readings to the range", () => {
    const scale = scaleFor(-128, 127, 1);
    expect(convertRaw(scale, rawOf(scale, 500))).toBe(127);
    expect(convertRaw(scale, rawOf(scale, -500))).toBe(-128);
  });

  it("refuses a range that 256 readings do not reach", () => {
    expect(() => scaleFor(0, 1000, 1)).toThrow(RangeError);
  });

  it("refuses a resolution without exact factors", () => {
    expect(() => scaleFor(0, 50, Math.PI / 17)).toThrow(RangeError);
  });
});
