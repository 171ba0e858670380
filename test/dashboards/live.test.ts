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

/** Queries that find nothing in this fleet, and why that is right. */
const EMPTY: Readonly<Record<string, string>> = {};

/** Hosts to which something happened, and one that is well: what one of them does not show another does. */
const SHOWN = [WITH.deadFan, WITH.pulledCord, WITH.badDimm, WITH.silent, 10].map((index) => ({ host: nameOf(index) }));
const WELL = { host: nameOf(10) };
const RACKS = [1, 2, 3, 4, 5, 6].map((rack) => ({ rack: `r${rack}` }));

type Variables = Readonly<Record<string, string>>;

withPeers(["prometheus", "promtool"], "the dashboards, asking two hours of a fleet", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let prometheus: Prometheus;

  const start = (): Promise<Prometheus> =>
    startPrometheus("{}", { data: join(folder.path, "data"), flags: ["--storage.tsdb.retention.time=100y"] });

  beforeAll(async () => {
    folder = temporaryFolder("dashboards");
    const [text, data] = [join(folder.path, "history.om"), join(folder.path, "data")];
    await writeHistory(text);
    await runOrFail("promtool", ["tsdb", "create-blocks-from", "openmetrics", text, data]);
    // Some rules ask for what others recorded, and a backfill does not see its own series: two rounds.
    for (const files of [[ruleFile("power")], subjects.map(ruleFile)]) {
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

  /** Labels of all series that the queries of a panel find, for all hosts. */
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

  it.each(queries)("$at finds something", async ({ at, target }) => {
    let found = 0;
    for (const host of hostsFor(target)) found += (await ask(target, host)).length;
    if (EMPTY[at] === undefined) expect(found).toBeGreaterThan(0);
    else expect(found, "is no longer empty: take it off the list").toBe(0);
  });

  it("shows a host that is well, too, or says why a panel is empty", async () => {
    for (const { at, uid, panel } of panels) {
      if (uid !== "bmc-host" || panel.fieldConfig.defaults.noValue !== undefined) continue;
      const [first] = panel.targets;
      expect(first === undefined ? 0 : (await ask(first, WELL)).length, at).toBeGreaterThan(0);
    }
  });

  it.each(panels.filter(({ panel }) => panel.type === "table"))("$at has the columns it names", async ({ panel }) => {
    const labels = await labelsOf(panel);
    const several = panel.targets.length > 1;
    const values = panel.targets.map(({ refId }) => (several ? `Value #${refId}` : "Value"));
    const fields = new Set([...labels.flat(), ...values]);
    for (const { id, options } of panel.transformations ?? []) {
      if (id === "joinByField") for (const one of labels) expect(one).toContain(options.byField);
      if (id === "groupingToMatrix") {
        const { columnField, rowField, valueField } = options as Record<string, string>;
        for (const field of [columnField, rowField, valueField]) expect(fields).toContain(field);
        fields.add(`${rowField}\\${columnField}`);
      }
      if (id === "sortBy") for (const { field } of options.sort as { field: string }[]) expect(fields).toContain(field);
      if (id === "organize") {
        const { excludeByName, indexByName } = options as Record<string, Record<string, unknown>>;
        const shown = Object.keys(indexByName ?? {});
        for (const field of shown) expect(fields).toContain(field);
        // What is neither a column nor hidden would be a column nobody meant; the inventory's own labels are meant.
        const free = ["vendor", "role"];
        const unmeant = [...fields].filter((field) => !shown.includes(field) && !(field in (excludeByName ?? {})));
        expect(unmeant.filter((field) => !free.includes(field))).toEqual([]);
        // No label may come from two queries of a join: the second would be called "host 2".
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
  });

  it.each(panels.filter(({ panel }) => panel.type !== "table"))(
    "$at names its series by labels they have",
    async ({ panel }) => {
      const labels = await labelsOf(panel);
      for (const [index, { legendFormat = "" }] of panel.targets.entries())
        for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) expect(labels[index]).toContain(label);
      for (const { url } of linksOf(panel))
        for (const [, label] of url.matchAll(/__field\.labels\.(\w+)/g)) expect(labels.flat()).toContain(label);
    },
  );

  it("shows a rack as it stands: a row for each unit, hosts in theirs", async () => {
    const panel = panels.find(({ panel }) => panel.repeat === "rack")?.panel;
    const target = panel?.targets[0];
    if (target === undefined) throw new Error("no elevation");
    const expr = filledIn(target.expr, { rack: "r4" });
    const rows = await prometheus.api(`/api/v1/query?query=${encodeURIComponent(expr)}&time=${END}`);
    const found = (rows as { result: readonly Series[] }).result.map(({ metric }) => metric.unit ?? "");
    expect(found.length).toBe(42);
    expect(found.sort().slice(0, 4)).toEqual(["01/node037", "02/", "03/", "04/node038"]);
  });

  it("sees what happened", async () => {
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
    expect(await value("bmc-fleet / Fans not ok / A")).toMatchObject([{ sensor: "Fan 2", state: "lower_critical" }]);
    expect((await value("bmc-fleet / Power supplies not ok / A")).map(({ state }) => state).sort()).toEqual([
      "input_lost",
      "redundancy_lost",
    ]);
    expect((await value("bmc-fleet / Racks by worst state / A")).length).toBe(6);
  });

  // As often as Grafana draws it: once for each host or rack.
  shown((panel) =>
    (panel.repeat === "rack" ? RACKS : panel.targets.some(({ expr }) => expr.includes("$host")) ? SHOWN : [WELL]).map(
      (variables) => async () =>
        Promise.all(panel.targets.map(async (target) => ({ target, series: await ask(target, variables) }))),
    ),
  );

  it("fills every variable", async () => {
    for (const { uid, templating } of dashboards)
      for (const one of templating.list.filter(({ type }) => type === "query")) {
        const [, series = "", label = ""] = variableQuery(one).match(/^label_values\((.*), (\w+)\)$/) ?? [];
        const match = encodeURIComponent(filledIn(series));
        const values = await prometheus.api(`/api/v1/label/${label}/values?match[]=${match}&start=${START}&end=${END}`);
        expect((values as readonly string[]).length, `${uid} ${one.name}`).toBeGreaterThan(0);
      }
  });
});
