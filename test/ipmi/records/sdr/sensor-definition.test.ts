import { describe, expect, it } from "vitest";
import {
  type CompactSensorRecord,
  compileConversion,
  decodeSdr,
  type FullSensorRecord,
  type SensorDefinition,
  sensorsOf,
  withFactors,
} from "../../../../src/ipmi/records/sdr/index.ts";
import { assertedStates, unitText } from "../../../../src/ipmi/tables/index.ts";
import { hex } from "../../../support/hex.ts";
import { OTHER_SDR_VECTORS, SENSOR_VECTORS } from "../../../vectors/sdr.ts";

const recordOf = (id: number) =>
  decodeSdr(hex([...SENSOR_VECTORS, ...OTHER_SDR_VECTORS].find((v) => v.id === id)?.sdr ?? ""));

function sensorOf(id: number): SensorDefinition {
  const [sensor] = sensorsOf(recordOf(id));
  if (!sensor) throw new Error(`record ${id} describes no sensor`);
  return sensor;
}

/** ipmitool's words for units, and ours. */
const UNITS: Readonly<Record<string, string>> = {
  "degrees C": "degrees C",
  Volts: "volts",
  RPM: "RPM",
  Watts: "watts",
  percent: "percent",
  unspecified: "unspecified",
  unspecifie: "unspecified",
  byte: "bytes per second",
  "Watts*second": "watts * second",
};

const numeric = SENSOR_VECTORS.flatMap((vector) => {
  const printed = /^(.*): (-?[\d.]+) (.+)$/.exec(vector.ipmitool);
  return printed ? [{ ...vector, value: printed[2] ?? "", unit: printed[3] ?? "" }] : [];
});

describe("a sensor and its reading", () => {
  it("covers the analog sensors of the table", () => {
    expect(numeric).toHaveLength(29);
  });

  it.each(numeric)("$id: $ipmitool", ({ id, reading, value, unit }) => {
    let sensor = sensorOf(id);
    expect(sensor.analog).toBe(true);
    if (sensor.nonLinear) {
      // Get Sensor Reading Factors for raw 40h: M 25, tolerance 5, B -508, R exponent -3.
      const factors = { m: 25, tolerance: 5, b: -508, accuracy: 0, accuracyExponent: 2, rExponent: -3, bExponent: 0 };
      expect(compileConversion(sensor)(0x40)).toBeUndefined();
      sensor = withFactors(sensor, factors);
    }
    const digits = value.split(".")[1]?.length ?? 0;
    expect(compileConversion(sensor)(hex(reading)[0] ?? 0)?.toFixed(digits)).toBe(value);
    expect(unitText(sensor.units ?? fail())).toBe(UNITS[unit]);
  });

  it("knows that format 3 and event-only sensors have no value", () => {
    expect(sensorOf(32)).toMatchObject({ analog: false, analogFormat: "none", readable: true });
    expect(compileConversion(sensorOf(32))(0x11)).toBeUndefined();
    expect(sensorOf(44)).toMatchObject({ analog: false, readable: false, class: "sensor_specific", name: "OS Stop" });
  });

  it.each([
    [33, ["presence_detected"]],
    [34, ["presence_detected", "input_lost"]],
    [35, ["redundancy_lost"]],
    [36, ["chassis_intrusion"]],
    [37, ["presence_detected"]],
    [38, ["presence_detected"]],
    [39, ["drive_present"]],
    [40, ["s0"]],
    [41, []],
    [42, ["device_present"]],
    [43, ["state_asserted"]],
  ])("%i asserts %j, as ipmitool and FreeIPMI print", (id, states) => {
    const reading = hex(SENSOR_VECTORS.find((v) => v.id === id)?.reading ?? "");
    const { eventType, sensorType } = sensorOf(id);
    expect(assertedStates(eventType, sensorType, reading.readUInt16LE(2)).map((s) => s.state)).toEqual(states);
  });
});

describe("the sensors of a record", () => {
  it("numbers a shared record's names, numbers and entity instances", () => {
    expect(sensorsOf(recordOf(38)).map((s) => [s.name, s.number, s.entityInstance])).toEqual([
      ["DIMM 1", 0x45, 1],
      ["DIMM 2", 0x46, 2],
      ["DIMM 3", 0x47, 3],
      ["DIMM 4", 0x48, 4],
    ]);
  });

  it("counts letters on, where FreeIPMI 1.6.10 prints A three times", () => {
    expect(sensorsOf(recordOf(39)).map((s) => s.name)).toEqual(["Drive A", "Drive B", "Drive C"]);
  });

  it("continues with two letters after Z, and keeps the entity instance if the record does not increment it", () => {
    const drive = recordOf(39) as CompactSensorRecord;
    const shared = { ...drive.shared, modifierOffset: 24, count: 4, incrementsEntityInstance: false };
    expect(sensorsOf({ ...drive, shared }).map((s) => [s.name, s.entityInstance])).toEqual([
      ["Drive Y", 1],
      ["Drive Z", 1],
      ["Drive AA", 1],
      ["Drive AB", 1],
    ]);
    const far = { ...shared, modifierOffset: 52, count: 2 };
    expect(sensorsOf({ ...drive, shared: far }).map((s) => s.name)).toEqual(["Drive BA", "Drive BB"]);
  });

  it("ends at the last sensor number, FEh", () => {
    const drive = recordOf(39) as CompactSensorRecord;
    expect(sensorsOf({ ...drive, number: 0xfd }).map((s) => s.number)).toEqual([0xfd, 0xfe]);
  });

  it("expands event-only records too", () => {
    const stop = recordOf(44);
    if (stop.type !== "event_only") throw new Error("type");
    const shared = { ...stop.shared, count: 2, modifierOffset: 7 };
    expect(sensorsOf({ ...stop, shared }).map((s) => [s.name, s.number])).toEqual([
      ["OS Stop7", 0x60],
      ["OS Stop8", 0x61],
    ]);
  });

  it.each([45, 46, 47, 49, 51, 52])("are none for record %i", (id) => {
    expect(sensorsOf(recordOf(id))).toEqual([]);
  });

  it("carry the masks and capabilities of the record", () => {
    expect(sensorOf(5)).toMatchObject({
      class: "threshold",
      capabilities: {
        ignoreIfAbsent: false,
        autoRearm: true,
        hysteresis: "settable",
        thresholdAccess: "settable",
        eventControl: "per_state",
      },
      readableThresholds: ["lower_non_critical", "lower_critical", "lower_non_recoverable"],
      settableThresholds: ["lower_non_critical", "lower_critical", "lower_non_recoverable"],
      asksThresholds: true,
    });
    expect(sensorOf(33)).toMatchObject({
      class: "sensor_specific",
      readableThresholds: [],
      asksThresholds: false,
      readingMask: 0x7fff,
    });
  });

  it("have no limits of the record without threshold access, and no command for fixed ones", () => {
    const fan = recordOf(5) as FullSensorRecord;
    const withAccess = (thresholdAccess: "none" | "fixed", masks = fan.masks) =>
      sensorsOf({ ...fan, masks, capabilities: { ...fan.capabilities, thresholdAccess } })[0];
    // The mask names limits all the same: Get Sensor Thresholds may know them.
    expect(withAccess("none")).toMatchObject({ readableThresholds: [], asksThresholds: true });
    expect(withAccess("none", { ...fan.masks, reading: 0 })).toMatchObject({ asksThresholds: false });
    expect(withAccess("fixed")).toMatchObject({ asksThresholds: false, settableThresholds: [] });
    expect(withAccess("fixed")?.readableThresholds).toHaveLength(3);
  });

  it("are not readable when system software owns them", () => {
    const full = recordOf(1) as FullSensorRecord;
    expect(sensorsOf({ ...full, ownerId: 0x41 })[0]?.readable).toBe(false);
    expect(sensorsOf({ ...full, ownerId: 0x2c })[0]?.readable).toBe(true);
  });

  it("have a value in a discrete full record only with a unit, as on HP DL380 G7", () => {
    const full = recordOf(7) as FullSensorRecord;
    expect(sensorsOf({ ...full, eventType: 0x0a })[0]?.analog).toBe(true);
    const unspecified = { ...full.units, base: 0 };
    expect(sensorsOf({ ...full, eventType: 0x0a, units: unspecified })[0]?.analog).toBe(false);
    expect(sensorsOf({ ...full, eventType: 0x6f, units: { ...unspecified, percentage: true } })[0]?.analog).toBe(true);
  });

  it("leave out what the record marks as not specified", () => {
    expect(sensorOf(1)).toMatchObject({ nominalReading: 0x2d, normalMaximum: 0x5a, normalMinimum: 0x0a });
    expect(sensorOf(5).nominalReading).toBeUndefined();
    expect(sensorOf(5).sensorMaximum).toBeUndefined();
    expect(sensorOf(1)).toMatchObject({ sensorMaximum: 0x7f, sensorMinimum: 0x80 });
  });
});

function fail(): never {
  throw new Error("no units");
}
