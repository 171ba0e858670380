import { describe, expect, it } from "vitest";
import {
  quantityOf,
  type SensorUnits,
  toBaseUnit,
  UNIT_CODES,
  unitName,
  unitSymbol,
  unitText,
} from "../../../src/ipmi/tables/index.ts";

const unit = (fields: Partial<SensorUnits>): SensorUnits => ({
  percentage: false,
  rate: 0,
  modifierUse: 0,
  base: 0,
  modifier: 0,
  ...fields,
});

describe("the text of a unit", () => {
  it.each([
    ["degrees C", "C", unit({ base: 1 })],
    ["volts", "V", unit({ base: 4 })],
    ["unspecified", "", unit({})],
    ["percent", "%", unit({ percentage: true })],
    ["percent", "%", unit({ percentage: true, base: 6 })],
    ["bytes per second", "B/s", unit({ base: 70, rate: 3 })],
    ["watts * second", "W * s", unit({ base: 6, modifierUse: 2, modifier: 22 })],
    ["watts / hour", "W/h", unit({ base: 6, modifierUse: 1, modifier: 24 })],
    ["RPM", "RPM", unit({ base: 18, rate: 4 })],
    ["watts", "W", unit({ base: 6, modifierUse: 1 })],
    ["watts", "W", unit({ base: 6, modifierUse: 3, modifier: 24 })],
    ["volts", "V", unit({ base: 4, rate: 7 })],
    ["unit 93", "unit 93", unit({ base: 93 })],
    ["hours", "h", unit({ base: 24 })],
  ])("%s", (text, symbol, units) => {
    expect(unitText(units)).toBe(text);
    expect(unitSymbol(units)).toBe(symbol);
  });

  it("has the names of the specification at their codes", () => {
    expect(UNIT_CODES).toHaveLength(93);
    const codes: readonly (readonly [number, string])[] = [
      [9, "volt-ampere"],
      [17, "CFM"],
      [18, "RPM"],
      [24, "hour"],
      [37, "litre"],
      [43, "g"],
      [47, "ounce-inch"],
      [55, "siemens"],
      [60, "decibel"],
      [65, "kelvin of colour temperature"],
      [70, "byte"],
      [81, "reset"],
      [88, "error"],
      [92, "gram"],
    ];
    for (const [code, name] of codes) expect(unitName(code)).toBe(name);
  });
});

describe("what a sensor measures", () => {
  const sensor = (units: SensorUnits, name = "Sensor", sensorType = 0x0b, entityId = 7) => ({
    units,
    name,
    sensorType,
    entityId,
  });

  it.each([
    ["degrees C", sensor(unit({ base: 1 })), 24, "temperature", 24],
    ["68 degrees F", sensor(unit({ base: 2 })), 68, "temperature", 20],
    ["300 K", sensor(unit({ base: 3 })), 300, "temperature", 26.85],
    ["RPM", sensor(unit({ base: 18 })), 6000, "fan_speed", 6000],
    ["RPM per minute", sensor(unit({ base: 18, rate: 4 })), 6000, "fan_speed", 6000],
    ["revolutions per second", sensor(unit({ base: 41, rate: 3 })), 100, "fan_speed", 6000],
    ["fan percentage", sensor(unit({ percentage: true }), "Fan duty", 0x04), 60, "fan_ratio", 0.6],
    ["PWM of a cooling entity", sensor(unit({ percentage: true }), "PWM 1", 0x0b, 0x1d), 29, "fan_ratio", 0.29],
    ["humidity by name", sensor(unit({ percentage: true }), "Inlet Humidity"), 45, "humidity", 0.45],
    ["relative humidity", sensor(unit({ percentage: true }), "Rack RH"), 45, "humidity", 0.45],
    ["another percentage", sensor(unit({ percentage: true }), "CPU Usage"), 45, "other", 45],
    ["volts", sensor(unit({ base: 4 })), 12.09, "voltage", 12.09],
    ["amperes", sensor(unit({ base: 5 })), 0.4, "current", 0.4],
    ["watts", sensor(unit({ base: 6 })), 340, "power", 340],
    ["joules per second", sensor(unit({ base: 7, rate: 3 })), 340, "power", 340],
    ["joules", sensor(unit({ base: 7 })), 5, "energy", 5],
    ["watt seconds", sensor(unit({ base: 6, modifierUse: 2, modifier: 22 })), 32, "energy", 32],
    ["watt hours", sensor(unit({ base: 6, modifierUse: 2, modifier: 24 })), 2, "energy", 7200],
    ["CFM", sensor(unit({ base: 17 })), 100, "airflow", 0.0471947443],
    ["cubic feet per minute", sensor(unit({ base: 31, rate: 4 })), 100, "airflow", 0.0471947443],
    ["litres / second", sensor(unit({ base: 37, modifierUse: 1, modifier: 22 })), 10, "airflow", 0.01],
    ["degrees C per minute", sensor(unit({ base: 1, rate: 4 })), 3, "other", 3],
    ["kilopascals", sensor(unit({ base: 14 })), 3, "other", 3],
    ["nothing", sensor(unit({})), 3, "other", 3],
  ])("%s", (_, measured, value, quantity, expected) => {
    const base = quantityOf(measured);
    expect(base.quantity).toBe(quantity);
    expect(toBaseUnit(value, base)).toBeCloseTo(expected, 10);
  });

  it("has the sensor's own unit in words where no family fits", () => {
    expect(quantityOf(sensor(unit({ base: 14 }))).unit).toBe("kilopascals");
    expect(quantityOf(sensor(unit({ percentage: true }), "CPU Usage")).unit).toBe("percent");
    expect(quantityOf(sensor(unit({ base: 70, rate: 3 }))).unit).toBe("bytes per second");
  });

  it("rounds away what floating point adds", () => {
    expect(toBaseUnit(68, quantityOf(sensor(unit({ base: 2 }))))).toBe(20);
    expect(toBaseUnit(300, quantityOf(sensor(unit({ base: 3 }))))).toBe(26.85);
    expect(toBaseUnit(29, quantityOf(sensor(unit({ percentage: true }), "PWM", 0x04)))).toBe(0.29);
  });
});
