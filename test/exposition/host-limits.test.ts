import { describe, expect, it } from "vitest";
import { renderHost, renderProbe, withinLimits } from "../../src/exposition/index.ts";
import {
  Health,
  HIGHEST_HOST_LIMITS,
  type HostLimits,
  type HostRecord,
  type Sensor,
  THRESHOLD_NAMES,
} from "../../src/model/index.ts";
import { cpuMs } from "../support/cpu.ts";
import { checkMetrics } from "./promtool.ts";
import { fru, full, hundredSensors, record, sensor, snapshot } from "./records.ts";

const limited = (of: HostRecord, limits: Partial<HostLimits>) => {
  if (of.snapshot === undefined) throw new Error("a record without a snapshot");
  return withinLimits(of.host, of.snapshot, { ...HIGHEST_HOST_LIMITS, ...limits });
};

/** Series about sensors. */
const sensorSeries = (of: HostRecord): readonly string[] =>
  renderProbe(of)
    .toString()
    .split("\n")
    .filter((line) => line.includes(',id="') || line.includes('{id="'));

const readings = (count: number, more: Partial<Sensor> = {}): readonly Sensor[] =>
  Array.from({ length: count }, (_, n) =>
    sensor(`20/0/${n}`, { quantity: "temperature", value: n, health: Health.Ok, ...more }),
  );

describe("the limits of a host", () => {
  it("leave a host that fits as it is", () => {
    for (const of of [full, hundredSensors("n")]) expect(limited(of, {})).toBe(of.snapshot);
  });

  it("keep the first sensors whose series fit, and count the others", () => {
    const of = record(snapshot("n", { sensors: readings(50) }));
    const cut = limited(of, { series: 61 });
    expect(cut.sensors).toEqual(of.snapshot?.sensors?.slice(0, 30));
    expect(cut.omitted).toEqual({ series: 20 });
    expect(sensorSeries(record(cut))).toHaveLength(60);
  });

  it.each([full, hundredSensors("n")])("count the series that are exported ($host.name)", (of) => {
    const { length } = sensorSeries(of);
    expect(length).toBeGreaterThan(10);
    // A state that a BMC asserts twice is one series.
    const sensors = of.snapshot?.sensors?.map((s) => ({ ...s, states: [...new Set(s.states)] }));
    const onlySensors = record(snapshot("n", { sensors }));
    expect(limited(onlySensors, { series: length }).omitted).toBeUndefined();
    expect(limited(onlySensors, { series: length - 1 }).omitted).toEqual({ series: expect.any(Number) });
  });

  it("keep the text below its limit, whatever the names", () => {
    const named = (name: string) => ({
      name,
      role: "inlet",
      states: ["upper_critical"],
      thresholds: { upper_critical: 1 },
    });
    for (const name of ["T", "\u00fc\u00df".repeat(15), '"\\'.repeat(15), "x".repeat(200)]) {
      const of = record(snapshot("n", { sensors: readings(500, named(name)) }), { host: full.host });
      const cut = limited(of, { textBytes: 200_000 });
      const { length } = renderHost({ ...of, snapshot: cut }, { placed: true }).bytes;
      expect(length, name).toBeLessThan(200_000);
      expect(length, name).toBeGreaterThan(50_000);
      expect(cut.omitted, name).toEqual({ text_bytes: 500 - (cut.sensors?.length ?? 0) });
    }
  });

  it("bound FRUs and counters of events, too, and leave the counters by severity", () => {
    const frus = Array.from({ length: 300 }, (_, n) => fru(`FRU ${n}`, n, { serial: "s" }));
    const dimmErrors = Array.from({ length: 300 }, (_, n) => ({
      dimm: `D${n}`,
      kind: "correctable" as const,
      count: 1,
    }));
    const records = Array.from({ length: 300 }, (_, n) => ({
      kind: `k${n}`,
      event: "e",
      direction: "asserted",
      count: 1,
    }));
    const { eventLog } = full.snapshot ?? {};
    if (eventLog?.counters === undefined) throw new Error("the full record has no counters");
    const counters = { ...eventLog.counters, dimmErrors, records };
    const of = record(snapshot("n", { sensors: readings(50), frus, eventLog: { ...eventLog, counters } }));
    const cut = limited(of, { series: 500 });
    expect(cut.omitted).toEqual({ series: 500 });
    expect(cut.sensors).toHaveLength(50);
    expect(cut.frus).toHaveLength(300);
    expect(cut.eventLog?.counters).toEqual({ ...counters, dimmErrors: dimmErrors.slice(0, 100), records: [] });
  });

  it("keep one rendering short, even at their highest", () => {
    const thresholds = Object.fromEntries(THRESHOLD_NAMES.map((name, i) => [name, i]));
    const many = readings(HIGHEST_HOST_LIMITS.sensors, { name: "Temperature of a DIMM", role: "dimm", thresholds });
    const of = record(snapshot("n", { sensors: many }), { host: full.host });
    const cut = { ...of, snapshot: limited(of, {}) };
    // The first runs are slower, because the code is not compiled yet.
    const runs = Array.from({ length: 8 }, () => {
      const begin = cpuMs();
      renderHost(cut, { placed: true });
      return cpuMs() - begin;
    });
    expect(Math.min(...runs)).toBeLessThan(50);
  });

  it("are reported, together with the sensors that were not read", () => {
    const of = record(snapshot("n", { sensors: readings(50), omitted: { sensors: 7 } }));
    const text = renderProbe(record(limited(of, { series: 61 })));
    expect(text.toString()).toContain('bmc_omitted_items{limit="sensors"} 7\nbmc_omitted_items{limit="series"} 20\n');
    expect(checkMetrics(text)).toEqual([]);
    expect(renderProbe(of).toString()).toContain('bmc_omitted_items{limit="sensors"} 7\n#');
    expect(renderProbe(full).toString()).not.toContain("bmc_omitted_items");
  });
});
