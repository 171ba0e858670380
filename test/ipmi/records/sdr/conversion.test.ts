import { describe, expect, it } from "vitest";
import {
  compileConversion,
  convertHysteresis,
  convertRaw,
  convertThresholds,
  decodeSdr,
  readingAccuracy,
  readingTolerance,
  rearmPoints,
  resolution,
  type SensorDefinition,
  type SensorFactors,
  sensorsOf,
  uncrossableThresholds,
  withFactors,
} from "../../../../src/ipmi/records/sdr/index.ts";
import { hex } from "../../../support/hex.ts";
import { SENSOR_VECTORS } from "../../../vectors/sdr.ts";

const linear: SensorFactors = {
  linearisation: 0,
  m: 1,
  tolerance: 0,
  b: 0,
  accuracy: 0,
  accuracyExponent: 0,
  rExponent: 0,
  bExponent: 0,
};
const unsigned = (factors: Partial<SensorFactors>) => ({
  analogFormat: "unsigned" as const,
  factors: { ...linear, ...factors },
});

function sensorOf(id: number): SensorDefinition {
  const [sensor] = sensorsOf(decodeSdr(hex(SENSOR_VECTORS.find((v) => v.id === id)?.sdr ?? "")));
  if (!sensor) throw new Error("no sensor");
  return sensor;
}

describe("converting a raw reading", () => {
  it.each([
    ["inlet air, raw 24", unsigned({}), 24, 24],
    ["two's complement, raw F6h", { analogFormat: "twos_complement" as const, factors: linear }, 0xf6, -10],
    ["two's complement, raw BFh", { analogFormat: "twos_complement" as const, factors: linear }, 0xbf, -65],
    ["two's complement, raw 40h", { analogFormat: "twos_complement" as const, factors: linear }, 0x40, 64],
    ["ones' complement, raw BFh", { analogFormat: "ones_complement" as const, factors: linear }, 0xbf, -64],
    ["ones' complement, raw 40h", { analogFormat: "ones_complement" as const, factors: linear }, 0x40, 64],
    ["ones' complement, raw FEh", { analogFormat: "ones_complement" as const, factors: linear }, 0xfe, -1],
    ["ones' complement, minus zero", { analogFormat: "ones_complement" as const, factors: linear }, 0xff, 0],
    ["12 V rail without a floating tail", unsigned({ m: 62, rExponent: -3 }), 195, 12.09],
    ["negative K1", unsigned({ m: 16, b: 80, bExponent: -1, rExponent: -3 }), 1, 0.024],
    ["positive K1", unsigned({ m: 500, b: -300, bExponent: 2, rExponent: -4 }), 0x11, -2.15],
    ["ln", unsigned({ linearisation: 1 }), 100, 4.60517018599],
    ["log10 of 1000", unsigned({ linearisation: 2, m: 10 }), 100, 3],
    ["log2", unsigned({ linearisation: 3 }), 64, 6],
    ["e^x", unsigned({ linearisation: 4 }), 2, 7.38905609893],
    ["10^x", unsigned({ linearisation: 5 }), 3, 1000],
    ["2^x", unsigned({ linearisation: 6 }), 5, 32],
    ["1/x", unsigned({ linearisation: 7, m: 3, rExponent: -6 }), 40, 8333.33333333],
    ["x^2", unsigned({ linearisation: 8 }), 12, 144],
    ["x^3", unsigned({ linearisation: 9 }), 5, 125],
    ["square root", unsigned({ linearisation: 10 }), 144, 12],
    ["cube root, as ipmitool and pyghmi take it", unsigned({ linearisation: 11 }), 125, 5],
    ["1/0", unsigned({ linearisation: 7 }), 0, undefined],
    ["ln 0", unsigned({ linearisation: 1 }), 0, undefined],
    ["square root of a negative", unsigned({ linearisation: 10, m: -1 }), 4, undefined],
    ["10^255000, which is no number", unsigned({ linearisation: 5, rExponent: 3 }), 255, undefined],
    ["reserved linearisation", unsigned({ linearisation: 12 }), 1, undefined],
    ["non-linear without factors", unsigned({ linearisation: 0x70 }), 1, undefined],
    ["OEM non-linear without factors", unsigned({ linearisation: 0x7f }), 1, undefined],
    ["no analog reading", { analogFormat: "none" as const, factors: linear }, 1, undefined],
    ["no factors, as in compact records", { analogFormat: "unsigned" as const }, 1, undefined],
  ])("%s", (_, conversion, raw, value) => {
    expect(convertRaw(conversion, raw)).toBe(value);
    expect(compileConversion(conversion)(raw)).toBe(value);
  });

  it("never returns minus zero", () => {
    expect(Object.is(convertRaw(unsigned({ m: -2 }), 0), 0)).toBe(true);
  });

  it("returns the closest double of the decimal value for every raw reading of a rail", () => {
    for (let raw = 0; raw < 256; raw++) {
      expect(convertRaw(unsigned({ m: 104, rExponent: -4 }), raw)).toBe(Number(`${raw * 104}e-4`));
    }
  });

  it("uses the factors that the BMC returned for one reading", () => {
    const factors = { m: 25, tolerance: 5, b: -508, accuracy: 0, accuracyExponent: 0, rExponent: -3, bExponent: 0 };
    expect(convertRaw(withFactors(unsigned({ linearisation: 0x70 }), factors), 0x40)).toBe(1.092);
  });

  it("compiles to the same values for all raw readings, and none outside them", () => {
    const conversion = unsigned({ linearisation: 7 });
    const compiled = compileConversion(conversion);
    for (let raw = 0; raw < 256; raw++) expect(compiled(raw)).toBe(convertRaw(conversion, raw));
    expect(compiled(256)).toBeUndefined();
  });
});

describe("differences and tolerances", () => {
  const fan = unsigned({ m: -75, b: 9, tolerance: 3, accuracy: 194, rExponent: 1 });

  it("have the size of M without B", () => {
    expect(resolution(fan)).toBe(750);
    expect(convertHysteresis(fan, 2)).toBe(1500);
    expect(readingTolerance(fan)).toBe(1125);
  });

  it("are not specified by 00h and FFh, and have no size on a curve", () => {
    expect(convertHysteresis(fan, 0x00)).toBeUndefined();
    expect(convertHysteresis(fan, 0xff)).toBeUndefined();
    expect(convertHysteresis(unsigned({ linearisation: 7 }), 2)).toBeUndefined();
    expect(resolution(unsigned({ linearisation: 0x70 }))).toBeUndefined();
  });

  it("accuracy comes in hundredths of a percent: 194 is 1.94 %", () => {
    expect(readingAccuracy(fan)).toBe(0.0194);
  });
});

describe("converting limits", () => {
  const all = {
    lower_non_critical: 10,
    lower_critical: 5,
    lower_non_recoverable: 0,
    upper_non_critical: 95,
    upper_critical: 100,
    upper_non_recoverable: 105,
  };

  it("returns each limit with its name and value", () => {
    expect(convertThresholds(sensorOf(1))).toEqual(all);
    expect(convertThresholds(sensorOf(2))).toEqual({
      lower_non_critical: 0,
      lower_critical: -5,
      lower_non_recoverable: -10,
      upper_non_critical: 38,
      upper_critical: 42,
      upper_non_recoverable: 47,
    });
  });

  it("returns only the readable ones", () => {
    expect(convertThresholds(sensorOf(5))).toEqual({
      lower_non_critical: 900,
      lower_critical: 750,
      lower_non_recoverable: 600,
    });
    expect(convertThresholds(sensorOf(7))).toEqual({});
  });

  it("uses those of Get Sensor Thresholds instead, if present", () => {
    expect(convertThresholds(sensorOf(5), { lower_critical: 2 })).toEqual({ lower_critical: 150 });
  });

  it("treats a set of zeros as no limits", () => {
    expect(convertThresholds(sensorOf(1), { lower_critical: 0, upper_critical: 0 })).toEqual({});
    expect(convertThresholds(sensorOf(1), { lower_critical: 0, upper_critical: 1 })).toEqual({
      lower_critical: 0,
      upper_critical: 1,
    });
  });

  it("omits a limit without a value", () => {
    const inverse = { ...sensorOf(1), factors: { ...linear, linearisation: 7 } };
    expect(convertThresholds(inverse, { lower_critical: 0, lower_non_critical: 4 })).toEqual({
      lower_non_critical: 0.25,
    });
  });

  it.each([
    ["1/x", { ...linear, linearisation: 7 }, 0.1, 0.01],
    ["negative M", { ...linear, m: -1 }, -10, -100],
  ])("puts limits in raw order on the side they are on in value: %s", (_, factors, upper, lower) => {
    const sensor = { ...sensorOf(1), factors };
    expect(convertThresholds(sensor, { lower_critical: 10, upper_critical: 100 })).toEqual({
      upper_critical: upper,
      lower_critical: lower,
    });
  });

  it("keeps the names where falling limits are in value order already, or only on one side", () => {
    const sensor = { ...sensorOf(1), factors: { ...linear, m: -1 } };
    expect(convertThresholds(sensor, { lower_critical: 100, upper_critical: 10 })).toEqual({
      lower_critical: -100,
      upper_critical: -10,
    });
    expect(convertThresholds(sensor, { upper_critical: 10 })).toEqual({ upper_critical: -10 });
  });

  it("has none for discrete sensors", () => {
    expect(convertThresholds(sensorOf(33))).toEqual({});
  });
});

describe("limits that no reading can cross", () => {
  const names = (analogFormat: SensorDefinition["analogFormat"], m: number, raws: Record<string, number>) =>
    uncrossableThresholds({ ...sensorOf(1), analogFormat, factors: { ...linear, m } }, raws);

  it.each<[string, SensorDefinition["analogFormat"], number, Record<string, number>, string[]]>([
    ["unsigned", "unsigned", 1, { lower_critical: 0, upper_critical: 0xff }, ["lower_critical", "upper_critical"]],
    ["unsigned, the other ends", "unsigned", 1, { lower_critical: 0xff, upper_critical: 0 }, []],
    ["one step inside", "unsigned", 1, { lower_critical: 1, upper_critical: 0xfe }, []],
    [
      "two's complement",
      "twos_complement",
      1,
      { lower_critical: 0x80, upper_critical: 0x7f },
      ["lower_critical", "upper_critical"],
    ],
    ["two's complement, raw 0", "twos_complement", 1, { lower_critical: 0, upper_critical: 0xff }, []],
    [
      "ones' complement",
      "ones_complement",
      1,
      { lower_critical: 0x80, upper_critical: 0x7f },
      ["lower_critical", "upper_critical"],
    ],
    [
      "falling, named by value",
      "unsigned",
      -1,
      { lower_critical: 0xff, upper_critical: 0 },
      ["lower_critical", "upper_critical"],
    ],
    ["falling, named by raw order", "unsigned", -1, { lower_critical: 0, upper_critical: 90 }, ["upper_critical"]],
    ["no analog format", "none", 1, { lower_critical: 0 }, []],
  ])("are at the ends of the range: %s", (_, format, m, raws, expected) => {
    expect(names(format, m, raws)).toEqual(expected);
  });
});

describe("hysteresis of limits", () => {
  const sensor = (factors: Partial<SensorFactors>, analogFormat: "unsigned" | "twos_complement" = "unsigned") => ({
    ...sensorOf(1),
    analogFormat,
    factors: { ...linear, ...factors },
  });
  const both = { positive: 2, negative: 3 };

  it.each<[string, ReturnType<typeof sensor>, Record<string, number>, Record<string, number>]>([
    [
      "is taken from upper limits and added to lower ones",
      sensor({}),
      { lower_critical: 10, upper_critical: 90 },
      { lower_critical: 13, upper_critical: 88 },
    ],
    ["has the step of the readings", sensor({ m: 75, b: 9 }), { lower_critical: 10 }, { lower_critical: 984 }],
    ["is right on a curve", sensor({ linearisation: 8 }), { upper_critical: 10 }, { upper_critical: 64 }],
    [
      "leads back into the range where larger readings are smaller values",
      sensor({ m: -1, b: 200 }),
      // 150 and 20 degrees under the names of the values.
      { lower_critical: 180, upper_critical: 50 },
      { lower_critical: 23, upper_critical: 148 },
    ],
    [
      "goes with limits that change places",
      sensor({ m: -1, b: 200 }),
      { lower_critical: 50, upper_critical: 180 },
      { upper_critical: 147, lower_critical: 22 },
    ],
    [
      "counts below zero",
      sensor({}, "twos_complement"),
      { lower_critical: 0xfe, upper_critical: 0x01 },
      { lower_critical: 1, upper_critical: -1 },
    ],
    [
      "is none beyond the ends of the scale",
      sensor({}),
      { lower_critical: 253, upper_critical: 254 },
      { upper_critical: 252 },
    ],
  ])("%s", (_title, definition, raws, points) => {
    expect(rearmPoints(definition, both, raws)).toEqual(points);
  });

  it("is none where it is not specified, and none without limits", () => {
    expect(
      rearmPoints(sensor({}), { positive: 0x00, negative: 0xff }, { lower_critical: 10, upper_critical: 90 }),
    ).toEqual({});
    expect(rearmPoints(sensor({}), both, {})).toEqual({});
  });
});
