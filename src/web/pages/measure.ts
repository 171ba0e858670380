import type { HostSnapshot, Quantity, Sensor } from "../../model/index.ts";

/** Measures that can colour the racks. */
export const MEASURES = ["health", "limit", "inlet", "power", "fan"] as const;
export type Measure = (typeof MEASURES)[number];

export const MEASURE_NAMES: Readonly<Record<Measure, string>> = {
  health: "Health",
  limit: "Share of limit",
  inlet: "Inlet temperature",
  power: "Power",
  fan: "Slowest fan",
};

/** What each measure is, for its link. */
export const MEASURE_HELP: Readonly<Record<Measure, string>> = {
  health: "the worst health that the BMC reports",
  limit: "the temperature that is nearest to its upper critical limit, as a share of it",
  inlet: "the hottest inlet; of boards without an inlet sensor the air or system temperature",
  power: "the consumption of the host",
  fan: "the slowest fan against the median of its siblings",
};

/** `limit_share` and `fan_share` are shares of 1. */
export type ReadingUnit = "celsius" | "watts" | "limit_share" | "fan_share";

/** A host's value of the measure, in the base unit. */
export interface Reading {
  readonly value: number;
  readonly unit: ReadingUnit;
  /** What was measured if it is not the usual sensor. */
  readonly of?: string;
}

/** The unit of the values of a measure that has one. */
export const UNIT_OF: Readonly<Record<Exclude<Measure, "health">, ReadingUnit>> = {
  limit: "limit_share",
  inlet: "celsius",
  power: "watts",
  fan: "fan_share",
};

function highest(sensors: readonly Sensor[], fits: (sensor: Sensor) => boolean): Sensor | undefined {
  let most: Sensor | undefined;
  for (const sensor of sensors)
    if (sensor.value !== undefined && fits(sensor) && (most?.value === undefined || sensor.value > most.value))
      most = sensor;
  return most;
}

const temperature = ({ quantity }: Sensor): boolean => quantity === "temperature";

/** What stands for the inlet on boards without one, the nearest to it first. */
const INLETS: readonly ((sensor: Sensor) => boolean)[] = [
  ({ role }) => role === "inlet",
  ({ role, name }) => (role === undefined || role === "board") && /\b(ambient|air|front)/i.test(name),
  ({ role, name }) => (role === undefined || role === "board") && /\bsys/i.test(name),
  ({ role }) => role === "board",
];

function inlet(sensors: readonly Sensor[]): Reading | undefined {
  for (const fits of INLETS) {
    const sensor = highest(sensors, (one) => temperature(one) && fits(one));
    if (sensor?.value !== undefined)
      return { value: sensor.value, unit: "celsius", ...(sensor.role !== "inlet" && { of: sensor.name }) };
  }
  return undefined;
}

/** The highest share of an upper critical limit. Sensors with the role "margin" read a distance and not a temperature. */
function nearestLimit(sensors: readonly Sensor[]): Reading | undefined {
  let most: Reading | undefined;
  for (const { name, quantity, role, value, thresholds } of sensors) {
    const limit = thresholds?.upper_critical;
    if (quantity !== "temperature" || role === "margin" || value === undefined || limit === undefined || limit <= 0)
      continue;
    const share = value / limit;
    if (most === undefined || share > most.value) most = { value: share, unit: "limit_share", of: name };
  }
  return most;
}

/** The slowest fan as a share of the median of the fans with the same quantity; those of power supplies do not count. */
function slowestFan(sensors: readonly Sensor[]): Reading | undefined {
  for (const quantity of ["fan_speed", "fan_ratio"] as const satisfies readonly Quantity[]) {
    const fans = sensors.filter((one) => one.quantity === quantity && one.role !== "psu" && one.value !== undefined);
    const speeds = fans.map(({ value = 0 }) => value).sort((a, b) => a - b);
    const median = speeds[Math.floor(speeds.length / 2)];
    const slowest = fans.find(({ value }) => value === speeds[0]);
    if (median === undefined || slowest === undefined) continue;
    // Of a single fan, or where all stand still, only a stopped one says something.
    if (fans.length === 1 || median <= 0) return speeds[0] === 0 ? fanReading(0, slowest) : undefined;
    return fanReading((speeds[0] ?? 0) / median, slowest);
  }
  return undefined;
}

const fanReading = (value: number, { name }: Sensor): Reading => ({ value, unit: "fan_share", of: name });

/** Absent if the host does not report it, and for health. A host that is off has no fan to compare. */
export function readingOf(measure: Measure, snapshot: HostSnapshot): Reading | undefined {
  const { sensors = [], consumption, chassis } = snapshot;
  switch (measure) {
    case "health":
      return undefined;
    case "limit":
      return nearestLimit(sensors);
    case "inlet":
      return inlet(sensors);
    case "power":
      return consumption?.currentWatts === undefined ? undefined : { value: consumption.currentWatts, unit: "watts" };
    case "fan":
      return chassis?.powerOn === false ? undefined : slowestFan(sensors);
  }
}

/** All measures that have a value, by name. */
export function measuresOf(snapshot: HostSnapshot): Readonly<Record<Exclude<Measure, "health">, number | undefined>> {
  const value = (measure: Measure): number | undefined => readingOf(measure, snapshot)?.value;
  return { limit: value("limit"), inlet: value("inlet"), power: value("power"), fan: value("fan") };
}

/** "12,345" */
export const grouped = (value: number): string => String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, ",");

/** "24.5 °C", "342 W", "78 %". */
export function readingText({ value, unit }: Pick<Reading, "value" | "unit">): string {
  switch (unit) {
    case "celsius":
      return `${value.toFixed(1)} \u00b0C`;
    case "watts":
      return `${grouped(value)} W`;
    case "limit_share":
    case "fan_share":
      return `${Math.round(value * 100)} %`;
  }
}

/** "840 W", "4.21 kW", "8 kW". */
export const kilowatts = (watts: number): string =>
  watts < 1000 ? `${grouped(watts)} W` : `${Number((watts / 1000).toFixed(2))} kW`;
