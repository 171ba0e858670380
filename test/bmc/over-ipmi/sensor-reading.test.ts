import { describe, expect, it } from "vitest";
import { type ReadingContext, sensorOf, unread } from "../../../src/bmc/over-ipmi/sensor-reading.ts";
import type { SensorReading } from "../../../src/ipmi/index.ts";
import { compactRecord, type FullRecord, fullRecord } from "../../rig/sdr.ts";
import { answered, sensorOfRecord } from "../plans.ts";

const CONTEXT: ReadingContext = { manufacturerId: 343, productId: 0, hostOff: false, scanningDisabledIsValid: false };

const inlet = { number: 0x04, name: "Inlet Temp", entity: [0x37, 1], sensorType: 0x01, baseUnit: 1 } as const;
const SIX = { lnr: 1, lc: 5, lnc: 10, unc: 40, uc: 45, unr: 50 } as const;

function read(record: Partial<FullRecord>, reading: Partial<SensorReading>, context: Partial<ReadingContext> = {}) {
  const sensor = sensorOfRecord(fullRecord({ ...inlet, ...record }));
  return sensorOf(sensor, answered(reading), sensor, { ...CONTEXT, ...context });
}

function readDiscrete(
  what: { readonly sensorType: number; readonly eventType: number },
  reading: Partial<SensorReading>,
  context: Partial<ReadingContext> = {},
) {
  const sensor = sensorOfRecord(compactRecord({ number: 0x40, name: "State", entity: [10, 1], ...what }));
  return sensorOf(sensor, answered(reading), {}, { ...CONTEXT, ...context });
}

describe("a reading", () => {
  it("has a value in the base unit, limits and health", () => {
    expect(read({ thresholds: SIX }, { raw: 24 })).toEqual({
      name: "Inlet Temp",
      id: "20/0/04",
      entity: "55.1",
      kind: "temperature",
      role: undefined,
      quantity: "temperature",
      unit: "celsius",
      value: 24,
      noReading: undefined,
      thresholds: {
        lower_non_recoverable: 1,
        lower_critical: 5,
        lower_non_critical: 10,
        upper_non_critical: 40,
        upper_critical: 45,
        upper_non_recoverable: 50,
      },
      health: 0,
      states: [],
    });
  });

  it("is absent, not 0 or -1, if the BMC reports it unavailable; limits and labels stay", () => {
    const sensor = read({ thresholds: SIX }, { raw: 0, unavailable: true, comparison: 0x07 });
    expect([sensor.value, sensor.noReading, sensor.health, sensor.states]).toEqual([
      undefined,
      "unavailable",
      undefined,
      [],
    ]);
    expect([sensor.unit, sensor.thresholds?.upper_critical]).toEqual(["celsius", 45]);
  });

  it.each<[string, Partial<SensorReading>, boolean, string | undefined]>([
    ["scanning disabled is no reading", { raw: 24, scanningEnabled: false }, false, "scanning_disabled"],
    ["but of BMCs that always say so it is one", { raw: 24, scanningEnabled: false }, true, undefined],
    ["unless the reading is 0", { raw: 0, scanningEnabled: false }, true, "scanning_disabled"],
    ["unavailable counts even there", { raw: 24, scanningEnabled: false, unavailable: true }, true, "unavailable"],
  ])("%s", (_title, reading, scanningDisabledIsValid, noReading) => {
    expect(read({}, reading, { scanningDisabledIsValid }).noReading).toBe(noReading);
  });

  it.each<[string, Partial<FullRecord>, number, string | undefined]>([
    ["a fan that stands still", { sensorType: 4, baseUnit: 18 }, 0, "unavailable"],
    ["a fan that turns", { sensorType: 4, baseUnit: 18 }, 30, undefined],
    ["a duty cycle of nothing", { sensorType: 4, baseUnit: 0, percentage: true }, 0, "unavailable"],
    ["a voltage that is gone", { sensorType: 2, baseUnit: 4 }, 0, "unavailable"],
    ["a temperature of 0", {}, 0, undefined],
    ["a power of 0", { sensorType: 0x0b, baseUnit: 6 }, 0, undefined],
  ])("of a host that is off: %s", (_title, record, raw, noReading) => {
    expect(read({ ...record, thresholds: { lc: 10 } }, { raw }, { hostOff: true }).noReading).toBe(noReading);
  });

  it("of a host that is on: a stopped fan is critical", () => {
    const fan = read({ sensorType: 4, baseUnit: 18, m: 100, thresholds: { lc: 10 } }, { raw: 0 });
    expect([fan.value, fan.health, fan.states]).toEqual([0, 2, ["at_or_below_lower_critical"]]);
  });

  it("without an analog format has no value, and the health from the BMC", () => {
    const sensor = read({ format: "none", thresholds: SIX }, { raw: 17, comparison: 0x18 });
    expect([sensor.quantity, sensor.value, sensor.noReading, sensor.health]).toEqual([
      undefined,
      undefined,
      undefined,
      2,
    ]);
  });
});

describe("the health of a reading", () => {
  it.each<[string, number, number, string[]]>([
    ["well inside its limits", 24, 0, []],
    ["just below the first", 39, 0, []],
    ["at the upper non-critical limit", 40, 1, ["at_or_above_upper_non_critical"]],
    ["at the upper critical limit", 45, 2, ["at_or_above_upper_non_critical", "at_or_above_upper_critical"]],
    [
      "at the upper non-recoverable limit",
      50,
      3,
      ["at_or_above_upper_non_critical", "at_or_above_upper_critical", "at_or_above_upper_non_recoverable"],
    ],
    ["at the lower non-critical limit", 10, 1, ["at_or_below_lower_non_critical"]],
    ["at the lower critical limit", 5, 2, ["at_or_below_lower_non_critical", "at_or_below_lower_critical"]],
    [
      "at the lower non-recoverable limit",
      1,
      3,
      ["at_or_below_lower_non_critical", "at_or_below_lower_critical", "at_or_below_lower_non_recoverable"],
    ],
  ])("comes from our own comparison if the limits are known: %s", (_title, raw, health, states) => {
    // The comparison bits lie on purpose: Intel SR1500 sets them without a crossing.
    for (const comparison of [0, 0x3f]) {
      const sensor = read({ thresholds: SIX }, { raw, comparison });
      expect([sensor.health, sensor.states]).toEqual([health, states]);
    }
  });

  it("compares values, not raw readings: for 1/x, rising limits have falling raw values", () => {
    // 1/x of (1 * raw) * 10^-3: raw 10 is 100 rpm, raw 5 is 200 rpm
    const fan = { sensorType: 4, baseUnit: 18, linearisation: 7, rExponent: -3, thresholds: { lc: 8 } } as const;
    expect(read(fan, { raw: 10 })).toMatchObject({ value: 100, health: 2 });
    expect(read(fan, { raw: 5 })).toMatchObject({ value: 200, health: 0 });
  });

  it("compares values, not raw readings: signed limits", () => {
    const margin = { format: "twos", thresholds: { unc: 0xf8, uc: 0xfd } } as const;
    expect(read(margin, { raw: 0xd8 })).toMatchObject({ value: -40, health: 0 });
    expect(read(margin, { raw: 0xfa })).toMatchObject({ value: -6, health: 1 });
    expect(read(margin, { raw: 2 })).toMatchObject({ value: 2, health: 2 });
  });

  it("comes from the BMC if it does not report limits", () => {
    expect(read({}, { raw: 99, comparison: 0x18 })).toMatchObject({ value: 99, health: 2 });
    expect(read({}, { raw: 99, comparison: 0x00 })).toMatchObject({ health: 0, states: [] });
  });

  it("is the worst of both if it reports only some limits", () => {
    const some = { thresholds: { unc: 40 } } as const;
    expect(read(some, { raw: 42, comparison: 0x18 })).toMatchObject({
      health: 2,
      states: ["at_or_above_upper_non_critical", "at_or_above_upper_critical"],
    });
    expect(read(some, { raw: 42, comparison: 0x08 })).toMatchObject({ health: 1 });
  });

  it("is unknown if neither limits nor comparison bits are reported", () => {
    expect(read({}, { raw: 24, stateBytes: 0 }).health).toBeUndefined();
  });
});

describe("a limit that no reading can cross", () => {
  const fan = { sensorType: 4, baseUnit: 18, m: 100 } as const;

  // Headers without a fan read 0 rpm.
  it("is not compared and, if the sensor has no other, not exported: a lower limit of raw 0", () => {
    for (const comparison of [0x00, 0x07]) {
      const sensor = read({ ...fan, b: 1, thresholds: { lnc: 0, lc: 0, lnr: 0 } }, { raw: 0, comparison });
      expect(sensor).toMatchObject({ health: 0, states: [] });
      expect(sensor.thresholds).toBeUndefined();
    }
  });

  it("is not compared, but exported if another limit can be crossed", () => {
    const limits = { lc: 0, lnc: 5 } as const;
    const sensor = read({ ...fan, thresholds: limits }, { raw: 0, comparison: 0x03 });
    expect(sensor).toMatchObject({ health: 1, states: ["at_or_below_lower_non_critical"] });
    expect(sensor.thresholds).toEqual({ lower_critical: 0, lower_non_critical: 500 });
    expect(read({ ...fan, thresholds: limits }, { raw: 9, comparison: 0x02 })).toMatchObject({ health: 0 });
  });

  it.each<[string, Partial<FullRecord>, number, number]>([
    ["the highest of an unsigned format", { thresholds: { uc: 0xff } }, 0xff, 0x10],
    ["the highest of a signed one", { format: "twos", thresholds: { uc: 0x7f } }, 0x7f, 0x10],
    ["the lowest of a signed one", { format: "twos", thresholds: { lc: 0x80 } }, 0x80, 0x02],
    ["the lowest where larger raw readings are smaller values", { m: -1, thresholds: { lc: 0xff } }, 0xff, 0x02],
    ["the highest there", { m: -1, b: 9, thresholds: { uc: 0x00, unc: 0x01 } }, 0x00, 0x10],
  ])("is at the end of the range: %s", (_title, record, raw, comparison) => {
    expect(read(record, { raw, comparison }).states).not.toContain("at_or_above_upper_critical");
    expect(read(record, { raw, comparison }).states).not.toContain("at_or_below_lower_critical");
  });

  it("is not one at the other end: an upper limit of raw 0", () => {
    const sensor = read({ format: "twos", thresholds: { uc: 0 } }, { raw: 3 });
    const upper = read({ thresholds: { uc: 0, unc: 1 } }, { raw: 3 });
    expect([sensor.health, upper.health]).toEqual([0, 2]);
  });
});

const SUPPLY = { sensorType: 0x08, eventType: 0x6f };

describe("a discrete reading", () => {
  it("is the worst of its states, all of which are reported", () => {
    expect(readDiscrete(SUPPLY, { states: 0x09 })).toMatchObject({
      value: undefined,
      noReading: undefined,
      health: 2,
      states: ["presence_detected", "input_lost"],
    });
  });

  it("with nothing asserted is ok", () => {
    expect(readDiscrete({ sensorType: 0x23, eventType: 0x6f }, { states: 0 })).toMatchObject({ health: 0, states: [] });
  });

  it("of an empty power supply bay is absent, which is ok", () => {
    expect(readDiscrete(SUPPLY, { states: 0 })).toMatchObject({ health: 0, states: ["absent"] });
  });

  it("without state bytes is unknown", () => {
    expect(readDiscrete(SUPPLY, { stateBytes: 0 })).toMatchObject({ health: undefined, states: [] });
  });

  it("that is unavailable has no states, whatever its bits", () => {
    const sensor = readDiscrete(SUPPLY, { states: 0x02, unavailable: true });
    expect([sensor.noReading, sensor.health, sensor.states]).toEqual(["unavailable", undefined, []]);
  });

  it("of an unknown OEM type has neither states nor health", () => {
    expect(readDiscrete({ sensorType: 0xc1, eventType: 0x70 }, { states: 5 })).toMatchObject({
      kind: "oem",
      health: undefined,
      states: [],
    });
  });

  it("of an OEM type of a known manufacturer has the states of that manufacturer", () => {
    const cpu = { sensorType: 0xc0, eventType: 0x70 };
    const supermicro = readDiscrete(cpu, { states: 0x04 }, { manufacturerId: 10876 });
    const other = readDiscrete(cpu, { states: 0x04 }, { manufacturerId: 674 });
    expect(supermicro.health).toBeGreaterThan(0);
    expect(supermicro.states).toHaveLength(1);
    expect([other.health, other.states]).toEqual([undefined, []]);
  });

  it("of a record with units has a value and states", () => {
    const block = read(
      { sensorType: 4, eventType: 0x0a, baseUnit: 0, percentage: true, m: 392, rExponent: -3 },
      { raw: 100, states: 0x01 },
    );
    expect(block).toMatchObject({ quantity: "fan_ratio", value: 0.392, health: 0, states: ["running"] });
  });
});

describe("a sensor without an answer", () => {
  it("is known to exist", () => {
    const sensor = sensorOfRecord(fullRecord({ ...inlet, thresholds: { uc: 45 } }));
    expect(unread(sensor, "not_present", sensor.thresholds)).toMatchObject({
      id: "20/0/04",
      noReading: "not_present",
      quantity: "temperature",
      thresholds: { upper_critical: 45 },
      states: [],
    });
    expect(unread(sensor, "not_asked").health).toBeUndefined();
  });
});
