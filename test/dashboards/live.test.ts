import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ruleFile, subjects } from "../alerts/rules.ts";
import { temporaryFolder } from "../rig/child.ts";
import { type Prometheus, startPrometheus } from "../rig/prometheus.ts";
import { withPeers } from "../rig/requirements.ts";
import { runOrFail } from "../rig/run.ts";
import { nameOf, WITH } from "./fleet.ts";
import type { Series } from "./grafana.ts";
import { END, START, writeHistory } from "./history.ts";
import {
  dashboards,
  filledIn,
  linksOf,
  type PanelJson,
  panels,
  queries,
  type Target,
  variableQuery,
} from "./panels.ts";
import { shown } from "./shown.ts";

/** Queries without a result in this fleet, and the reason. */
const EMPTY: Readonly<Record<string, string>> = {};

/** Hosts with a fault, and one that is ok. Each query has a result for one of them. */
const SHOWN = [WITH.deadFan, WITH.pulledCord, WITH.badDimm, WITH.silent, 10].map((index) => ({ host: nameOf(index) }));
const WELL = { host: nameOf(10) };
const RACKS = [1, 2, 3, 4, 5, 6].map((rack) => ({ rack: `r${rack}` }));

type Variables = Readonly<Record<string, string>>;

withPeers(["prometheus", "promtool"], "the dashboards on two hours of a fleet", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let prometheus: Prometheus;

  const start = (): Promise<Prometheus> =>
    startPrometheus("{}", { data: join(folder.path, "data"), flags: ["--storage.tsdb.retention.time=100y"] });

  beforeAll(async () => {
    folder = temporaryFolder("dashboards");
    const [text, data] = [join(folder.path, "history.om"), join(folder.path, "data")];
    await writeHistory(text);
    await runOrFail("promtool", ["tsdb", "create-blocks-from", "openmetrics", text, data]);
    // Some rules use recorded series, and a backfill does not see its own series: two rounds.
    for (const files of [[ruleFile("power"), ruleFile("thermal")], subjects.map(ruleFile)]) {
      const before = await start();
      const span = [`--start=${START}`, `--end=${END}`, "--eval-interval=2m"];
      const to = [`--url=${before.url}`, `--output-dir=${data}`];
      try {
        await runOrFail("promtool", ["tsdb", "create-blocks-from", "rules", ...span, ...to, ...files]);
      } finally {
        await before.stop();
      }
    }
    prometheus = await start();
  }, 60_000);

  afterAll(async () => {
    await prometheus?.stop();
    folder?.remove();
  });

  const asked = new Map<string, Promise<readonly Series[]>>();
  function ask({ expr, instant }: Target, variables: Variables): Promise<readonly Series[]> {
    const query = `query=${encodeURIComponent(filledIn(expr, variables))}`;
    const path = instant ? `query?${query}&time=${END}` : `query_range?${query}&start=${START}&end=${END}&step=120`;
    const known = asked.get(path);
    if (known !== undefined) return known;
    const answer = prometheus.api(`/api/v1/${path}`).then((data) => {
      const { resultType, result } = data as { resultType: string; result: readonly Series[] };
      expect(resultType).toBe(instant ? "vector" : "matrix");
      return result;
    });
    asked.set(path, answer);
    return answer;
  }

  const hostsFor = (target: Target): readonly Variables[] => (target.expr.includes("$host") ? SHOWN : [WELL]);

  /** Labels of all series that the queries of a panel return, for all hosts. */
  async function labelsOf(panel: PanelJson): Promise<readonly (readonly string[])[]> {
    const found: (readonly string[])[] = [];
    for (const target of panel.targets) {
      const labels = new Set<string>();
      for (const host of hostsFor(target))
        for (const { metric } of await ask(target, host)) for (const name of Object.keys(metric)) labels.add(name);
      found.push([...labels]);
    }
    return found;
  }

  it.each(queries)("$at has a result", async ({ at, target }) => {
    let found = 0;
    for (const host of hostsFor(target)) found += (await ask(target, host)).length;
    if (EMPTY[at] === undefined) expect(found).toBeGreaterThan(0);
    else expect(found, "is no longer empty: remove it from the list").toBe(0);
  });

  it("have results for a host that is ok, or a text for an empty panel", async () => {
    for (const { at, uid, panel } of panels) {
      if (uid !== "bmc-host" || panel.fieldConfig.defaults.noValue !== undefined) continue;
      const [first] = panel.targets;
      expect(first === undefined ? 0 : (await ask(first, WELL)).length, at).toBeGreaterThan(0);
    }
  });

  it.each(panels.filter(({ panel }) => panel.type === "table"))(
    "$at has the fields of its columns",
    async ({ panel }) => {
      const labels = await labelsOf(panel);
      const several = panel.targets.length > 1;
      const values = panel.targets.map(({ refId }) => (several ? `Value #${refId}` : "Value"));
      const fields = new Set([...labels.flat(), ...values]);
      for (const { id, options, filter } of panel.transformations ?? []) {
        if (id === "groupBy") {
          const settings = Object.entries(options.fields as Record<string, { aggregations: string[] }>);
          for (const [field] of settings) expect(fields).toContain(field);
          // Without a filter, all other fields are dropped.
          if (filter === undefined) fields.clear();
          else fields.delete(`Value #${(filter as { options: string }).options}`);
          for (const [field, { aggregations }] of settings) {
            if (aggregations.length > 0) fields.delete(field);
            for (const name of aggregations.length > 0 ? aggregations.map((one) => `${field} (${one})`) : [field])
              fields.add(name);
          }
        }
        if (id === "joinByField") for (const one of labels) expect(one).toContain(options.byField);
        if (id === "groupingToMatrix") {
          const { columnField, rowField, valueField } = options as Record<string, string>;
          for (const field of [columnField, rowField, valueField]) expect(fields).toContain(field);
          fields.add(`${rowField}\\${columnField}`);
        }
        if (id === "sortBy")
          for (const { field } of options.sort as { field: string }[]) expect(fields).toContain(field);
        if (id === "organize") {
          const { excludeByName, indexByName } = options as Record<string, Record<string, unknown>>;
          const shown = Object.keys(indexByName ?? {});
          for (const field of shown) expect(fields).toContain(field);
          // A field that is neither a column nor hidden would be an extra column. Labels of the inventory may be.
          const free = ["vendor", "role"];
          const extra = [...fields].filter((field) => !shown.includes(field) && !(field in (excludeByName ?? {})));
          expect(extra.filter((field) => !free.includes(field))).toEqual([]);
          // No label may come from two queries of a join: Grafana would name the second "host 2".
          if (several) {
            const twice = shown.filter((field) => labels.filter((one) => one.includes(field)).length > 1);
            const joined = panel.transformations?.find((one) => one.id === "joinByField")?.options.byField;
            expect(twice.filter((field) => field !== joined)).toEqual([]);
          }
        }
      }
      for (const { matcher } of panel.fieldConfig.overrides)
        if (matcher.id === "byName") expect(fields).toContain(matcher.options);
      for (const { url } of linksOf(panel))
        for (const [, field = ""] of url.matchAll(/__data\.fields\.(\w+)/g)) expect(fields).toContain(field);
    },
  );

  it.each(panels.filter(({ panel }) => panel.type !== "table"))(
    "$at has the labels of its series names",
    async ({ panel }) => {
      const labels = await labelsOf(panel);
      for (const [index, { legendFormat = "" }] of panel.targets.entries())
        for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) expect(labels[index]).toContain(label);
      for (const { url } of linksOf(panel))
        for (const [, label] of url.matchAll(/__field\.labels\.(\w+)/g)) expect(labels.flat()).toContain(label);
    },
  );

  it("show a rack with a row for each unit", async () => {
    const panel = panels.find(({ panel }) => panel.repeat === "rack")?.panel;
    const target = panel?.targets[0];
    if (target === undefined) throw new Error("no elevation");
    const expr = filledIn(target.expr, { rack: "r4" });
    const rows = await prometheus.api(`/api/v1/query?query=${encodeURIComponent(expr)}&time=${END}`);
    const found = (rows as { result: readonly Series[] }).result.map(({ metric }) => metric.unit ?? "");
    expect(found.length).toBe(42);
    expect(found.sort().slice(0, 4)).toEqual(["01/node037", "02/", "03/", "04/node038"]);
  });

  it("show the faults of the fleet", async () => {
    const value = async (at: string): Promise<readonly Readonly<Record<string, string>>[]> => {
      const found = queries.find((one) => one.at === at);
      if (found === undefined) throw new Error(`no ${at}`);
      return (await ask(found.target, WELL)).map(({ metric }) => metric);
    };
    const hosts = (await value("bmc-fleet / Hosts needing attention / A")).map(({ host }) => host).sort();
    const expected = [WITH.deadFan, WITH.pulledCord, WITH.silent, WITH.locked].map(nameOf);
    expect(hosts).toEqual(expect.arrayContaining(expected));
    expect(hosts.length).toBeLessThan(20);
    expect(await value("bmc-fleet / DIMMs with errors / A")).toMatchObject([
      { host: nameOf(WITH.badDimm), dimm: "A1" },
    ]);
    expect(
      (await value("bmc-fleet / Parts not ok / A")).map(({ sensor, state }) => `${sensor}: ${state}`).sort(),
    ).toEqual(["Fan 2: lower_critical", "PS Redundancy: redundancy_lost", "Status: input_lost"]);
    expect((await value("bmc-fleet / Racks by worst state / A")).length).toBe(6);
  });

  // Once for each host or rack, as Grafana repeats the panel.
  shown((panel) =>
    (panel.repeat === "rack" ? RACKS : panel.targets.some(({ expr }) => expr.includes("$host")) ? SHOWN : [WELL]).map(
      (variables) => async () =>
        Promise.all(panel.targets.map(async (target) => ({ target, series: await ask(target, variables) }))),
    ),
  );

  it("have values for every variable", async () => {
    for (const { uid, templating } of dashboards)
      for (const one of templating.list.filter(({ type }) => type === "query")) {
        const [, series = "", label = ""] = variableQuery(one).match(/^label_values\((.*), (\w+)\)$/) ?? [];
        const match = encodeURIComponent(filledIn(series));
        const values = await prometheus.api(`/api/v1/label/${label}/values?match[]=${match}&start=${START}&end=${END}`);
        expect((values as readonly string[]).length, `${uid} ${one.name}`).toBeGreaterThan(0);
      }
  });
});
