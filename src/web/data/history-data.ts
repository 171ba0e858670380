import type { HistoryPeriod, HostHistory, HostRecord } from "../../model/index.ts";
import { MEASURES } from "../pages/measure.ts";

/** The readings of a host over a period, in base units; `null` where nothing was read. */
export function historyData(record: HostRecord, history: HostHistory | undefined, period: HistoryPeriod) {
  const facts = record.snapshot?.sensors ?? record.lastKnown?.sensors ?? [];
  const ids = [...MEASURES.map((name) => `#${name}`), ...facts.map(({ id }) => id)];
  const series = ids.flatMap((id) => {
    const one = history?.series(id, period);
    if (one === undefined) return [];
    const { min, max, values, stepMs, endsAt } = one;
    return [
      {
        ...(id.startsWith("#") ? { measure: id.slice(1) } : { sensor_id: id }),
        step_seconds: stepMs / 1000,
        ends: new Date(endsAt).toISOString(),
        min,
        max,
        values: values.map((value) => value ?? null),
      },
    ];
  });
  return { period, series };
}
