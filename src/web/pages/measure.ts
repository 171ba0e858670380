import type { HostSnapshot, Quantity, Sensor } from "../../model/index.ts";

/** Measures that can colour the racks. */
export const MEASURES = ["health", "inlet", "power", "fan"] as const;
export type Measure = (typeof MEASURES)[number];

export const MEASURE_NAMES: Readonly<Record<Measure, string>> = {
  health: "Health",
  inlet: "Inlet temperature",
  power: "Power",
  fan: "Fastest fan",
};

type Unit = "celsius" | "watts" | "rpm" | "ratio";

/** A host's value of the measure, in the base unit. */
export interface Reading {
  readonly value: number;
  readonly unit: Unit;
}

const highest = (sensors: readonly Sensor[], fits: (sensor: Sensor) => boolean): number | undefined => {
  let most: number | undefined;
  for (const sensor of sensors)
    if (sensor.value !== undefined && fits(sensor) && (most === undefined || sensor.value > most)) most = sensor.value;
  return most;
};

const measures =
  (quantity: Quantity, role?: string) =>
  (sensor: Sensor): boolean =>
    sensor.quantity === quantity && (role === undefined || sensor.role === role);

const INLET = measures("temperature", "inlet");
const SPEED = measures("fan_speed");
const SHARE = measures("fan_ratio");

const reading = (value: number | undefined, unit: Unit): Reading | undefined =>
  value === undefined ? undefined : { value, unit };

/** Absent if the host does not report it, and for health. The hottest of several inlets, the fastest of several fans. */
export function readingOf(measure: Measure, snapshot: HostSnapshot): Reading | undefined {
  const { sensors = [], consumption } = snapshot;
  switch (measure) {
    case "health":
      return undefined;
    case "inlet":
      return reading(highest(sensors, INLET), "celsius");
    case "power":
      return reading(consumption?.currentWatts, "watts");
    case "fan":
      // Boards that report only shares of full speed can be compared with each other, but not with others.
      return reading(highest(sensors, SPEED), "rpm") ?? reading(highest(sensors, SHARE), "ratio");
  }
}

/** "12,345" */
export const grouped = (value: number): string => String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, ",");

/** "24.5 °C", "342 W", "8,400 rpm", "35 %". */
export function readingText({ value, unit }: Reading): string {
  switch (unit) {
    case "celsius":
      return `${value.toFixed(1)} \u00b0C`;
    case "watts":
      return `${grouped(value)} W`;
    case "rpm":
      return `${grouped(value)} rpm`;
    case "ratio":
      return `${Math.round(value * 100)} %`;
  }
}

/** "840 W", "4.21 kW", "8 kW". */
export const kilowatts = (watts: number): string =>
  watts < 1000 ? `${grouped(watts)} W` : `${Number((watts / 1000).toFixed(2))} kW`;
