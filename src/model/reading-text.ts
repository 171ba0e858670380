import type { Quantity, Sensor } from "./sensor.ts";

interface Shown {
  readonly unit: string;
  readonly factor: number;
}

const SHOWN: Readonly<Record<Exclude<Quantity, "other">, Shown>> = {
  temperature: { unit: "\u00b0C", factor: 1 },
  fan_speed: { unit: "rpm", factor: 1 },
  fan_ratio: { unit: "%", factor: 100 },
  voltage: { unit: "V", factor: 1 },
  current: { unit: "A", factor: 1 },
  power: { unit: "W", factor: 1 },
  energy: { unit: "J", factor: 1 },
  humidity: { unit: "%", factor: 100 },
  airflow: { unit: "m\u00b3/s", factor: 1 },
};

/** The unit a person expects, and the factor from the base unit to it. */
export function shownAs(quantity: Quantity | undefined, unit: string | undefined): Shown {
  const known = quantity === undefined || quantity === "other" ? undefined : SHOWN[quantity];
  // An unknown quantity is shown as it is: a text for people must not end a poll.
  if (known !== undefined) return known;
  return { unit: unit === undefined || unit === "unspecified" ? "" : unit === "percent" ? "%" : unit, factor: 1 };
}

/** Up to three decimals, or three digits where that would leave none. */
export function plain(value: number): string {
  const rounded = Number(value.toFixed(3));
  return String(rounded === 0 && value !== 0 ? Number(value.toPrecision(3)) : rounded);
}

/** "upper_critical" -> "upper critical". */
export const spaced = (word: string): string => word.replaceAll("_", " ");

/** A value in the unit of its sensor: "24.5 °C", "8400 rpm". */
export function valueText(value: number, { quantity, unit }: Pick<Sensor, "quantity" | "unit">): string {
  const shown = shownAs(quantity, unit);
  return `${plain(value * shown.factor)} ${shown.unit}`.trimEnd();
}

/** The reading of a sensor, or why it has none; empty for purely discrete sensors. */
export function readingText(sensor: Sensor): string {
  const { value, noReading } = sensor;
  if (value !== undefined) return valueText(value, sensor);
  return noReading === undefined || noReading === "not_analog" ? "" : spaced(noReading);
}

const STEPS = [
  { ms: 86_400_000, unit: "d" },
  { ms: 3_600_000, unit: "h" },
  { ms: 60_000, unit: "min" },
] as const;

/** A span for a person: "12 s", "5 min", "3 h", "9 d". */
export function span(ms: number): string {
  for (const { ms: size, unit } of STEPS) if (ms >= size) return `${Math.floor(ms / size)} ${unit}`;
  return ms < 1000 ? "under 1 s" : `${Math.floor(ms / 1000)} s`;
}
