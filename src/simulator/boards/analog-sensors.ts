import { EventType } from "../../ipmi/tables/event-type.ts";
import { SensorType } from "../../ipmi/tables/sensor-type.ts";
import { Unit } from "../../ipmi/tables/unit.ts";
import type { Source } from "../physics/quantity.ts";
import { boardEntity, fanEntity } from "./entity.ts";
import type { AnalogSpec, Entity, Limits } from "./spec.ts";

/* Sensors with a value. Defaults are those of most firmware. */

type Analog = Partial<Omit<AnalogSpec, "kind" | "name" | "source">>;

/** Sources without a value while the host is off. */
const HOST_POWERED = /^(cpu|gpu|fan|memory|io|system|duty|airflow|rail)/;

function analog(
  name: string,
  source: Source,
  entity: Entity,
  base: Omit<AnalogSpec, "kind" | "name" | "source" | "entity" | "eventType">,
  more: Analog,
): AnalogSpec {
  const hostPowered = HOST_POWERED.test(source[0]);
  return { kind: "analog", name, source, entity, eventType: EventType.Threshold, hostPowered, ...base, ...more };
}

/** Degrees C, by default in whole degrees. */
export function temp(name: string, source: Source, entity: Entity, limits: Limits = {}, more: Analog = {}): AnalogSpec {
  return analog(
    name,
    source,
    entity,
    {
      sensorType: SensorType.Temperature,
      unit: Unit.DegreeCelsius,
      range: [-128, 127],
      resolution: 1,
      limits,
      hysteresis: 2,
      nominal: source[0] === "inlet" ? 22 : 40,
    },
    more,
  );
}

/** Degrees relative to the temperature at which the part throttles; normally negative. */
export function margin(name: string, source: Source, entity: Entity, below: number, more: Analog = {}): AnalogSpec {
  return temp(name, source, entity, {}, { offset: -below, nominal: 45 - below, ...more });
}

/** RPM of the nth rotor. */
export function fan(name: string, n: number, resolution: number, limits: Limits, more: Analog = {}): AnalogSpec {
  return analog(
    name,
    ["fan_rpm", n],
    fanEntity(n),
    {
      sensorType: SensorType.Fan,
      unit: Unit.Rpm,
      range: [0, 255 * resolution],
      resolution,
      limits,
      hysteresis: 2 * resolution,
      nominal: 60 * resolution,
    },
    more,
  );
}

/** Speed of the nth rotor in percent of its full speed. */
export function fanPercent(name: string, n: number, maxRpm: number, more: Analog = {}): AnalogSpec {
  return analog(
    name,
    ["fan_rpm", n],
    fanEntity(n),
    {
      sensorType: SensorType.Fan,
      unit: Unit.Unspecified,
      percentage: true,
      range: [0, 99],
      resolution: 0.392,
      gain: 100 / maxRpm,
      nominal: 30,
    },
    more,
  );
}

/** Voltage of the rail with this number; the builder counts the rails. */
export function volt(
  name: string,
  rail: number,
  nominal: number,
  limits: Limits = limitsAround(nominal),
  more: Analog = {},
): AnalogSpec {
  const resolution = stepFor(Math.max(nominal * 1.3, (limits.unr ?? limits.uc ?? 0) * 1.05));
  return analog(
    name,
    ["rail_ratio", rail],
    boardEntity(),
    {
      sensorType: SensorType.Voltage,
      unit: Unit.Volt,
      range: [0, 255 * resolution],
      resolution,
      limits,
      hysteresis: 2 * resolution,
      gain: nominal,
      nominal,
    },
    more,
  );
}

/** Rails in order: name, volts, and "standby" for those that are on while the host is off. */
export function volts(
  rows: readonly (readonly [name: string, nominal: number, standby?: "standby"])[],
  more: Analog = {},
): readonly AnalogSpec[] {
  return rows.map(([name, nominal, standby], i) =>
    volt(name, i + 1, nominal, limitsAround(nominal), standby ? { hostPowered: false, ...more } : more),
  );
}

/** A voltage that is present while the host is off: battery, standby rail. */
export function standbyVolt(
  name: string,
  rail: number,
  nominal: number,
  limits?: Limits,
  more: Analog = {},
): AnalogSpec {
  return volt(name, rail, nominal, limits, { hostPowered: false, ...more });
}

/** Limits at 7 percent (warning) and 10 percent (critical), as voltage regulators are specified. */
function limitsAround(nominal: number): Limits {
  return { lc: nominal * 0.9, lnc: nominal * 0.93, unc: nominal * 1.07, uc: nominal * 1.1 };
}

/** The finest two-digit step that reaches a value. */
function stepFor(highest: number): number {
  const step = highest / 255;
  const unit = 10 ** Math.floor(Math.log10(step) - 1);
  return Number((Math.ceil(step / unit) * unit).toPrecision(2));
}

/** Watts. */
export function watts(
  name: string,
  source: Source,
  entity: Entity,
  resolution: number,
  limits: Limits = {},
  more: Analog = {},
): AnalogSpec {
  return analog(
    name,
    source,
    entity,
    {
      sensorType: SensorType.OtherUnits,
      unit: Unit.Watt,
      range: [0, 255 * resolution],
      resolution,
      limits,
      hysteresis: 2 * resolution,
      nominal: 50 * resolution,
    },
    more,
  );
}

export function amperes(name: string, source: Source, entity: Entity, more: Analog = {}): AnalogSpec {
  return analog(
    name,
    source,
    entity,
    { sensorType: SensorType.Current, unit: Unit.Ampere, range: [0, 25.5], resolution: 0.1, nominal: 1 },
    more,
  );
}

/** Volts at the input of the nth supply. */
export function inputVolts(name: string, n: number, entity: Entity, more: Analog = {}): AnalogSpec {
  return analog(
    name,
    ["psu_input_volts", n],
    entity,
    { sensorType: SensorType.Voltage, unit: Unit.Volt, range: [0, 510], resolution: 2, nominal: 230 },
    more,
  );
}

export function percent(
  name: string,
  source: Source,
  entity: Entity,
  limits: Limits = {},
  more: Analog = {},
): AnalogSpec {
  return analog(
    name,
    source,
    entity,
    {
      sensorType: SensorType.OtherUnits,
      unit: Unit.Unspecified,
      percentage: true,
      range: [0, 255],
      resolution: 1,
      limits,
      nominal: 20,
    },
    more,
  );
}

/** Cubic feet a minute. */
export function airflow(name: string, entity: Entity, more: Analog = {}): AnalogSpec {
  return analog(
    name,
    ["airflow"],
    entity,
    { sensorType: SensorType.OtherUnits, unit: Unit.Cfm, range: [0, 255], resolution: 1, nominal: 50 },
    more,
  );
}
