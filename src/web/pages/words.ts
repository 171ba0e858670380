import type { Health, Quantity } from "../../model/index.ts";

/** Names of the health scale. */
const HEALTH_WORDS: Readonly<Record<Health, string>> = { 0: "ok", 1: "warning", 2: "critical", 3: "non-recoverable" };

export const healthWord = (health: Health | undefined): string =>
  health === undefined ? "unknown" : HEALTH_WORDS[health];

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

/** "2024-05-01 12:00:00 UTC" */
export const moment = (epochMs: number): string =>
  new Date(epochMs)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, " UTC");

/** How long something took: "0.81 s"; durations under half a millisecond are not exact. */
export const took = (ms: number): string => (ms > 0 && ms < 0.5 ? "under 0.001 s" : `${plain(ms / 1000)} s`);

/** Up to three decimals, or three digits where that would leave none. */
export function plain(value: number): string {
  const rounded = Number(value.toFixed(3));
  return String(rounded === 0 && value !== 0 ? Number(value.toPrecision(3)) : rounded);
}

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

/** The unit a person expects, and what to multiply the base unit with. */
export function shownAs(quantity: Quantity | undefined, unit: string | undefined): Shown {
  if (quantity !== undefined && quantity !== "other") return SHOWN[quantity];
  return { unit: unit === undefined || unit === "unspecified" ? "" : unit === "percent" ? "%" : unit, factor: 1 };
}

/** "upper_critical" -> "upper critical". */
export const spaced = (word: string): string => word.replaceAll("_", " ");
