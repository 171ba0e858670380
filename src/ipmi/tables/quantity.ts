import { EntityId } from "./entity-id.ts";
import { SensorType } from "./sensor-type.ts";
import { isPlainUnit, type SensorUnits, secondsOfRate, secondsOfUnit, Unit, unitText } from "./unit.ts";

/** What a reading measures, in the words and base units of the metrics. */
export type Quantity =
  | "temperature"
  | "fan_speed"
  | "fan_ratio"
  | "voltage"
  | "current"
  | "power"
  | "energy"
  | "humidity"
  | "airflow"
  | "other";

/** What a sensor measures and how its values become base units: value x factor + offset. */
export interface BaseUnit {
  readonly quantity: Quantity;
  readonly factor: number;
  readonly offset: number;
  /** The unit after conversion: the base unit, or for "other" the sensor's own unit in words. */
  readonly unit: string;
}

/** What is known about a sensor before it is read. */
export interface MeasuredSensor {
  readonly sensorType: number;
  readonly units: SensorUnits;
  readonly entityId: number;
  readonly name: string;
}

/** Base unit of each quantity that has one, in words. */
export const BASE_UNIT_NAMES: Readonly<Record<Exclude<Quantity, "other">, string>> = {
  temperature: "celsius",
  fan_speed: "rpm",
  fan_ratio: "ratio",
  voltage: "volts",
  current: "amperes",
  power: "watts",
  energy: "joules",
  humidity: "ratio",
  airflow: "cubic_meters_per_second",
};

const base = (quantity: Exclude<Quantity, "other">, factor = 1, offset = 0): BaseUnit => ({
  quantity,
  factor,
  offset,
  unit: BASE_UNIT_NAMES[quantity],
});

const CUBIC_FOOT = 0.028316846592;

/** Units that name a quantity by themselves. */
const PLAIN: ReadonlyMap<number, BaseUnit> = new Map([
  [Unit.DegreeCelsius, base("temperature")],
  [Unit.DegreeFahrenheit, base("temperature", 5 / 9, -160 / 9)],
  [Unit.Kelvin, base("temperature", 1, -273.15)],
  [Unit.Volt, base("voltage")],
  [Unit.Ampere, base("current")],
  [Unit.Watt, base("power")],
  [Unit.Joule, base("energy")],
  [Unit.Rpm, base("fan_speed")],
  [Unit.Cfm, base("airflow", CUBIC_FOOT / 60)],
]);

/** Cubic metres of a volume, for volumes per time. */
const VOLUMES: ReadonlyMap<number, number> = new Map([
  [Unit.CubicFoot, CUBIC_FOOT],
  [Unit.CubicCentimetre, 1e-6],
  [Unit.CubicMetre, 1],
  [Unit.Litre, 1e-3],
]);

/**
 * What a sensor measures. The unit decides, not the sensor type: "other units-based" is the type of
 * many power, airflow and current sensors. Only for percentages type, entity and name are used:
 * of what a percentage is, the record does not say.
 */
export function quantityOf(sensor: MeasuredSensor): BaseUnit {
  const { units } = sensor;
  const known = units.percentage ? percentageOf(sensor) : isPlainUnit(units) ? PLAIN.get(units.base) : compound(units);
  return known ?? { quantity: "other", factor: 1, offset: 0, unit: unitText(units) };
}

/** A value in the base unit; 12 significant digits, so that 68 degrees F are 20 degrees C and not 19.999999999999996. */
export function toBaseUnit(value: number, unit: BaseUnit): number {
  if (unit.factor === 1 && unit.offset === 0) return value;
  return Number((value * unit.factor + unit.offset).toPrecision(12)) + 0;
}

/** The value in the sensor's own unit, with 10 significant digits, to remove rounding errors of toBaseUnit. */
export function fromBaseUnit(value: number, unit: BaseUnit): number {
  if (unit.factor === 1 && unit.offset === 0) return value;
  const own = (value - unit.offset) / unit.factor;
  // What was rounded is not small beside a value near 0 of a scale that begins elsewhere.
  return Number(unit.offset === 0 ? own.toPrecision(10) : own.toFixed(6)) + 0;
}

const HUMIDITY = /humid|(^|[^a-z])r\.?h\.?($|[^a-z])/i;

function percentageOf(sensor: MeasuredSensor): BaseUnit | undefined {
  if (HUMIDITY.test(sensor.name)) return base("humidity", 0.01);
  const cools = sensor.entityId === EntityId.Fan || sensor.entityId === EntityId.CoolingUnit;
  if (sensor.sensorType === SensorType.Fan) return base("fan_ratio", 0.01);
  // A fan's duty cycle comes as "cooling device" or "other units-based" on some boards.
  if (cools && (sensor.sensorType === SensorType.CoolingDevice || sensor.sensorType === SensorType.OtherUnits)) {
    return base("fan_ratio", 0.01);
  }
  return undefined;
}

/** Units with a modifier or a rate: energy as power times time, power as energy per time, volume per time. */
function compound(units: SensorUnits): BaseUnit | undefined {
  const modified = (units.modifierUse === 1 || units.modifierUse === 2) && units.modifier !== Unit.Unspecified;
  const rateSeconds = secondsOfRate(units.rate);
  if (modified && rateSeconds !== undefined) return undefined;
  const seconds = modified ? secondsOfUnit(units.modifier) : rateSeconds;
  if (seconds === undefined) return undefined;
  if (modified && units.modifierUse === 2) {
    return units.base === Unit.Watt ? base("energy", seconds) : undefined;
  }
  const volume = VOLUMES.get(units.base);
  if (volume !== undefined) return base("airflow", volume / seconds);
  if (units.base === Unit.Joule) return base("power", 1 / seconds);
  if (units.base === Unit.Revolution) return base("fan_speed", 60 / seconds);
  return undefined;
}
