import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COLOURS, TEMPERATURE } from "../../dashboards/src/colours.ts";
import { COMPONENTS } from "../../dashboards/src/queries.ts";
import { FAMILIES, rackPowerBudget, SelfMetrics } from "../../src/exposition/index.ts";
import { SENSOR_TYPES, sensorKind, statesOf } from "../../src/ipmi/index.ts";
import { MEMORY_ERROR_KINDS } from "../../src/model/index.ts";
import { alerts, records, subjects } from "../alerts/rules.ts";
import { dashboards, files, linksOf, panels, queries, variableQuery } from "./panels.ts";

const DATASOURCE = { type: "prometheus", uid: `\${datasource}` };
const KINDS = ["stat", "table", "bargauge", "timeseries", "heatmap", "state-timeline", "status-history"];
/** Units of Grafana that are used here. Grafana shows a misspelt unit as text behind the number. */
const UNITS = [
  "none",
  "string",
  "celsius",
  "percentunit",
  "watt",
  "rotrpm",
  "s",
  "bytes",
  "ops",
  "pps",
  "dateTimeFromNow",
];
/** Transformations of Grafana, and the options that are set here. shown.ts runs them. */
const TRANSFORMATIONS: Readonly<Record<string, readonly string[]>> = {
  joinByField: ["byField", "mode"],
  organize: ["excludeByName", "includeByName", "indexByName", "renameByName"],
  sortBy: ["fields", "sort"],
  groupingToMatrix: ["columnField", "rowField", "valueField", "emptyValue"],
  groupBy: ["fields"],
  convertFieldType: ["conversions", "fields"],
};

const places = ["site", "room", "row", "rack"];
const boardOf = (url: string): string | undefined => url.match(/\/d\/([^?]+)/)?.[1];
const variablesOf = (uid: string | undefined): readonly string[] =>
  dashboards.find((one) => one.uid === uid)?.templating.list.map(({ name }) => name) ?? [];

describe("the dashboards", () => {
  it("have unique uids, to which the alerts link", () => {
    expect(dashboards.map(({ uid }) => uid)).toEqual(["bmc-exporter", "bmc-fleet", "bmc-host", "bmc-rack"]);
    for (const { alert, annotations } of alerts) {
      const url = annotations.dashboard ?? "";
      expect(variablesOf(boardOf(url)), `${alert}: ${url}`).toContain("datasource");
      for (const [, name] of url.matchAll(/var-([a-z]+)=/g)) expect(variablesOf(boardOf(url)), alert).toContain(name);
    }
  });

  it.each(dashboards)(
    "$uid has the schema version, is not editable and below 1 MiB",
    ({ uid, schemaVersion, editable }) => {
      const text = files.get(`${uid}.json`) ?? "";
      expect(schemaVersion).toBe(42);
      expect(editable).toBe(false);
      expect(text).not.toContain("__inputs");
      expect(text.length).toBeLessThan(2 ** 20);
    },
  );

  it.each(dashboards)(
    "$uid has variables that follow the time range, each restricted by the previous ones",
    ({ uid, templating }) => {
      const [source, ...others] = templating.list;
      expect(source).toMatchObject({
        name: "datasource",
        type: "datasource",
        query: "prometheus",
        label: "Data source",
      });
      const expected = uid === "bmc-exporter" ? ["job", "instance"] : uid === "bmc-host" ? [...places, "host"] : places;
      expect(others.map(({ name }) => name)).toEqual(expected);
      for (const [index, one] of others.entries()) {
        expect(one).toMatchObject({ type: "query", refresh: 2, datasource: DATASOURCE });
        // With all racks, the rack dashboard would be 30,000 pixels tall.
        const single = one.name === "host" || (uid === "bmc-rack" && one.name === "rack");
        expect(one).toMatchObject(
          single
            ? { multi: one.name === "rack", includeAll: false }
            : { multi: true, includeAll: true, allValue: ".*" },
        );
        expect(variableQuery(one)).toMatch(new RegExp(`^label_values\\([a-z_]+(\\{.*\\})?, ${one.name}\\)$`));
        const used = [...variableQuery(one).matchAll(/\$([a-z]+)/g)].map(([, name]) => name);
        expect(used).toEqual(others.slice(0, index).map(({ name }) => name));
      }
    },
  );

  it.each(dashboards)("$uid has no overlapping panels and unique ids", ({ panels: all }) => {
    const ids = all.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const taken = new Map<string, string>();
    for (const { title, gridPos } of all) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.get(`${x},${y}`), `${title} overlaps it`).toBeUndefined();
          taken.set(`${x},${y}`, title);
        }
    }
  });

  it.each(dashboards)("$uid has a question as each row heading", ({ panels: all }) => {
    const headings = all.filter(({ type }) => type === "row").map(({ title }) => title);
    expect(headings.filter((title) => !title.endsWith("?"))).toEqual([]);
    expect(all[0]?.type).toBe("row");
    expect(new Set(headings).size).toBe(headings.length);
  });

  it.each(dashboards)("$uid links to the others with time range and variables", ({ uid, links }) => {
    const others = dashboards.map((one) => one.uid).filter((one) => one !== uid);
    expect(links.map(({ url }) => boardOf(url)).sort()).toEqual(others.sort());
    for (const one of links) expect(one).toMatchObject({ includeVars: true, keepTime: true });
  });

  it("use no colours except those for all kinds of colour vision", () => {
    const known = [...Object.values(COLOURS), ...TEMPERATURE.map(({ color }) => color)] as readonly string[];
    for (const text of files.values()) {
      for (const colour of text.match(/#[0-9a-fA-F]{6}\b/g) ?? []) expect(known).toContain(colour);
      expect(text).not.toMatch(/"(?:(?:super-light|light|semi-dark|dark)-)?(?:red|green)"/);
    }
  });

  it("include the components of all alerts", () => {
    expect([...COMPONENTS].sort()).toEqual([...subjects].sort());
  });
});

describe.each(panels)("$at", ({ uid, panel }) => {
  it("has a description and a unit", () => {
    expect(KINDS).toContain(panel.type);
    expect(panel.title).not.toBe("");
    expect(panel.description).toMatch(/^[A-Z0-9].*\.$/s);
    const units = panel.fieldConfig.overrides.flatMap(({ properties }) =>
      properties.filter(({ id }) => id === "unit").map(({ value }) => value),
    );
    for (const unit of [panel.fieldConfig.defaults.unit, ...units]) expect(UNITS).toContain(unit);
  });

  it("uses the data source of the variable", () => {
    expect(panel.datasource).toEqual(DATASOURCE);
    expect(panel.targets.length).toBeGreaterThan(0);
    expect(new Set(panel.targets.map(({ refId }) => refId)).size).toBe(panel.targets.length);
    for (const { datasource, instant, range, format } of panel.targets) {
      expect(datasource).toEqual(DATASOURCE);
      expect(instant).toBe(!range);
      expect(format).toBe(panel.type === "table" ? "table" : "time_series");
      expect(range).toBe(["timeseries", "heatmap", "state-timeline", "status-history"].includes(panel.type));
    }
  });

  it("uses only variables that the dashboard has", () => {
    const known = [...variablesOf(uid), "__rate_interval"];
    for (const { expr } of panel.targets)
      for (const [, name] of expr.matchAll(/\$\{?([a-z_]+)/g)) expect(known).toContain(name);
    if (panel.repeat !== undefined) expect(known).toContain(panel.repeat);
  });

  it("links to dashboards that exist, time and data source kept", () => {
    for (const { url } of linksOf(panel).filter((one) => !one.url.startsWith("https://"))) {
      expect(url).toContain(`\${__url_time_range}`);
      expect(url).toContain(`\${datasource:queryparam}`);
      for (const [, name] of url.matchAll(/var-([a-z]+)=/g)) expect(variablesOf(boardOf(url))).toContain(name);
      expect(variablesOf(boardOf(url))).not.toEqual([]);
    }
  });

  it("transforms with what Grafana has", () => {
    for (const { id, options } of panel.transformations ?? [])
      expect(Object.keys(options), id).toEqual(TRANSFORMATIONS[id]);
  });

  it("gives every column a width", () => {
    if (panel.type !== "table") return;
    // Columns of a matrix share the width of the panel.
    for (const { matcher, properties } of panel.fieldConfig.overrides)
      expect(properties.map(({ id }) => id)).toContain(matcher.id === "byRegexp" ? "custom.minWidth" : "custom.width");
  });
});

describe("the names in queries", () => {
  const self = new SelfMetrics({ version: "0" });
  const always = ["host", ...places, "position", "job", "instance"];
  const outside = { ALERTS: ["alertname", "alertstate", "severity", "component"], up: [] };
  const scrape = { scrape_samples_scraped: [], scrape_duration_seconds: [] };
  const labels = new Map<string, readonly string[]>(Object.entries({ ...outside, ...scrape }));
  beforeAll(async () => {
    for (const family of [...FAMILIES, rackPowerBudget]) labels.set(family.name, family.labels);
    for (const { record } of records) labels.set(record, []);
    for (const { name, type, labels: own } of await self.describe())
      for (const end of type === "histogram" ? ["_bucket", "_sum", "_count"] : [""]) labels.set(name + end, own);
    for (const [, name = ""] of (await self.text()).matchAll(/^# TYPE (process_\w+)/gm)) labels.set(name, []);
  });
  afterAll(() => self.close());

  const texts = [
    ...queries.map(({ at, target }) => ({ at, expr: target.expr })),
    ...dashboards.flatMap(({ uid, templating }) =>
      templating.list
        .filter(({ type }) => type === "query")
        .map((one) => ({ at: `${uid} $${one.name}`, expr: variableQuery(one) })),
    ),
  ];

  it("are families, rules, or what Prometheus itself writes, with their labels", () => {
    for (const { at, expr } of texts) {
      const plain = expr.replaceAll(/"[^"]*"/g, '""');
      const named = plain.match(
        /\b(?:(?:rack|host|sensor):[a-z0-9_:]+|(?:bmc|lightsout|process|scrape)_\w+|ALERTS|up)\b/g,
      );
      for (const name of named ?? []) expect([...labels.keys()], at).toContain(name);
      expect(named?.length, at).toBeGreaterThan(0);
      for (const [, name = "", matchers = ""] of plain.matchAll(/([A-Za-z_:]+)\{([^}]*)\}/g))
        for (const [, label = ""] of matchers.matchAll(/([a-z_]+)\s*[=!]/g))
          expect([...always, ...(labels.get(name) ?? [])], `${at}: ${name}`).toContain(label);
    }
  });

  it("match words that the exporter can say", () => {
    const classes = [...Array(0x0c).keys()].map((code) => code + 1).concat(0x6f);
    const states = SENSOR_TYPES.flatMap((sensorType) =>
      classes.flatMap((eventType) => statesOf({ eventType, sensorType }).map(({ state }) => state)),
    );
    const sayable: Readonly<Record<string, readonly string[]>> = {
      kind: [...SENSOR_TYPES.map(sensorKind), ...MEMORY_ERROR_KINDS],
      state: states,
      role: ["inlet", "cpu", "margin"],
      threshold: ["upper_critical", "lower_critical"],
      severity: ["critical", "non_recoverable", "warning", "info", "none"],
      statistic: ["current", "p99", "max"],
      component: ["system", ...COMPONENTS],
      direction: ["asserted"],
      result: ["hit"],
    };
    for (const { at, expr } of texts)
      for (const [, label = "", value = ""] of expr.matchAll(/([a-z_]+)\s*(?:!~|=~|!=|=)\s*"([^"$]+)"/g))
        for (const pattern of value.split("|"))
          if (sayable[label] !== undefined)
            expect(
              sayable[label].some((word) => new RegExp(`^(?:${pattern})$`).test(word)),
              `${at}: ${label} ${value}`,
            ).toBe(true);
  });

  it("look back over times that fit", () => {
    for (const { at, expr } of texts) {
      for (const [, window] of expr.matchAll(/\brate\([^[]*\[([^\]]+)\]/g))
        expect(["$__rate_interval", "15m"], at).toContain(window);
      for (const [, window] of expr.matchAll(/\bincrease\([^[]*\[([^\]]+)\]/g))
        expect(["1h", "1d", "24h"], at).toContain(window);
    }
  });
});
