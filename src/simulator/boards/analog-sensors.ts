import { EventType } from "../../ipmi/tables/event-type.ts";
import { SensorType } from "../../ipmi/tables/sensor-type.ts";
import { Unit } from "../../ipmi/tables/unit.ts";
import type { Source } from "../physics/quantity.ts";
import { boardEntity, fanEntity } from "./entity.ts";
import type { AnalogSpec, Entity, Limits } from "./spec.ts";

/* Sensors with a value. What is left out is as most firmware has it. */

type Analog = Partial<Omit<AnalogSpec, "kind" | "name" | "source">>;

/** Sources that are dead while the host is off. */
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

/** Degrees C, whole ones unless told otherwise. */
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

/** Degrees below the temperature at which the part slows down: negative while all is well. */
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

/** Speed of the nth rotor in percent of its best. */
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

/** A rail; its number says which, and the builder counts them. */
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

/** Rails one after the other: name, volts, and "standby" for those that stay while the host is off. */
export function volts(
  rows: readonly (readonly [name: string, nominal: number, standby?: "standby"])[],
  more: Analog = {},
): readonly AnalogSpec[] {
  return rows.map(([name, nominal, standby], i) =>
    volt(name, i + 1, nominal, limitsAround(nominal), standby ? { hostPowered: false, ...more } : more),
  );
}

/** The same for what is there while the host is off: batteries, standby rails. */
export function standbyVolt(
  name: string,
  rail: number,
  nominal: number,
  limits?: Limits,
  more: Analog = {},
): AnalogSpec {
  return volt(name, rail, nominal, limits, { hostPowered: false, ...more });
}

/** Warning at 7 percent off, critical at 10, as voltage regulators are specified. */
export function limitsAround(nominal: number): Limits {
  return { lc: nominal * 0.9, lnc: nominal * 0.93, unc: nominal * 1.07, uc: nominal * 1.1 };
}

/** The finest step of two digits that reaches a value. */
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
