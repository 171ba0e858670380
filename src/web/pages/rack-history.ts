import type { HistoryPeriod, HistorySeries, HostHistory } from "../../model/index.ts";
import type { Rack } from "./fleet.ts";
import type { Measure } from "./measure.ts";

export type HistoryOf = (host: string) => HostHistory | undefined;

/** The measure whose history stands for a colouring; health has no values. */
const historyMeasure = (by: Measure): Exclude<Measure, "health"> => (by === "health" ? "limit" : by);

/**
 * A measure of a rack over time: the sum of the power, the slowest fan, and the highest of the others. A step has a value if
 * a host of the rack has one.
 */
export function rackSeries(
  { hosts }: Rack,
  by: Measure,
  period: HistoryPeriod,
  historyOf: HistoryOf,
): HistorySeries | undefined {
  const measure = historyMeasure(by);
  const combine = measure === "power" ? (a: number, b: number) => a + b : measure === "fan" ? Math.min : Math.max;
  let stepMs = 0;
  let endsAt = 0;
  const all = hosts.flatMap(({ record }) => historyOf(record.host.name)?.series(`#${measure}`, period) ?? []);
  for (const series of all) {
    stepMs = series.stepMs;
    endsAt = Math.max(endsAt, series.endsAt);
  }
  const steps = Math.max(0, ...all.map(({ values }) => values.length));
  const values: (number | undefined)[] = new Array(steps).fill(undefined);
  for (const series of all) {
    // The last poll of one host may be in the step after that of another.
    const late = Math.round((endsAt - series.endsAt) / stepMs);
    for (const [index, value] of series.values.entries()) {
      const at = index - late;
      if (value === undefined || at < 0) continue;
      const before = values[at];
      values[at] = before === undefined ? value : combine(before, value);
    }
  }
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return undefined;
  return { stepMs, endsAt, values, min: Math.min(...known), max: Math.max(...known) };
}
