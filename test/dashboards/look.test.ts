import { describe, expect, it } from "vitest";
import { dashboards, type MappingJson, type Override, type PanelJson, panels } from "./panels.ts";

/**
 * Checks of what a dashboard looks like, on the JSON: no linter finds a null cell that reads "all hosts are ok", a column
 * that is cut off, or a cell that is glaring in the dark theme.
 */

/** Pixels of a dashboard at a window width of 1280 with the side menu open (300), without padding. */
const DASHBOARD_WIDTH = 1280 - 300 - 32;
const GRID = { columns: 24, gap: 8, panelPadding: 18 };
const innerWidth = ({ gridPos: { w } }: PanelJson): number => {
  const column = (DASHBOARD_WIDTH - (GRID.columns - 1) * GRID.gap) / GRID.columns;
  return w * column + (w - 1) * GRID.gap - GRID.panelPadding;
};
/** The largest floor that must fit without paging. */
const RACKS = 48;

const property = <T>({ properties }: Override, id: string): T | undefined =>
  properties.find((one) => one.id === id)?.value as T | undefined;
const isSpecial = (mapping: MappingJson, ...matches: readonly string[]): boolean =>
  mapping.type === "special" && matches.includes(String(mapping.options.match));
const mappingsOf = ({ fieldConfig }: PanelJson): readonly MappingJson[] => [
  ...(fieldConfig.defaults.mappings ?? []),
  ...fieldConfig.overrides.flatMap((one) => property<readonly MappingJson[]>(one, "mappings") ?? []),
];
const transformation = ({ transformations = [] }: PanelJson, id: string) =>
  transformations.find((one) => one.id === id)?.options;

const tables = panels.filter(({ panel }) => panel.type === "table");
const columnsOf = ({ fieldConfig }: PanelJson): readonly Override[] =>
  fieldConfig.overrides.filter(({ matcher }) => matcher.id === "byName");

/** Texts of empty panels that claim that all is well, and the reason why they are true. */
const CLAIM = /\b(?:all|every|everything|well|ok|healthy|no|nothing|none)\b/i;
const TRUE: Readonly<Record<string, string>> = {
  "none reported": "says what is reported",
  "no alerts reported in this time range": "says what is reported",
  "no budgets are configured": "no budget is exported",
  "no hosts in racks": "no host is exported",
  none: "the query returns a row if nothing is known",
};

describe.each(tables)("$at", ({ panel }) => {
  it("has a text for null in every column", () => {
    for (const column of columnsOf(panel)) {
      const own = property<readonly MappingJson[]>(column, "mappings");
      const mappings = own ?? panel.fieldConfig.defaults.mappings ?? [];
      expect(
        mappings.some((one) => isSpecial(one, "null", "null+nan")),
        column.matcher.options,
      ).toBe(true);
    }
  });

  it("has a text for empty strings in every text column, if it has a text for an empty table", () => {
    if (panel.fieldConfig.defaults.noValue === undefined) return;
    for (const column of columnsOf(panel).filter((one) => property(one, "unit") === "string")) {
      if (property(column, "displayName") !== undefined) continue; // the row names of a matrix are never empty
      const mappings = property<readonly MappingJson[]>(column, "mappings") ?? [];
      expect(
        mappings.some((one) => isSpecial(one, "empty")),
        column.matcher.options,
      ).toBe(true);
    }
  });

  it("fits a window of 1280 pixels with the side menu open", () => {
    const widths = columnsOf(panel).map((one) => property<number>(one, "custom.width") ?? 0);
    const matrix = panel.fieldConfig.overrides.find(({ matcher }) => matcher.id === "byRegexp");
    const racks = matrix === undefined ? 0 : RACKS * (property<number>(matrix, "custom.minWidth") ?? 150);
    expect(widths.reduce((sum, one) => sum + one, racks)).toBeLessThanOrEqual(innerWidth(panel));
  });

  it("has headings that fit their columns", () => {
    const { renameByName = {} } = (transformation(panel, "organize") ?? {}) as {
      renameByName?: Record<string, string>;
    };
    for (const column of columnsOf(panel)) {
      const title = property<string>(column, "displayName") ?? renameByName[column.matcher.options] ?? "";
      // 14 px, medium: seven pixels a letter, and six of padding on both sides.
      expect(property<number>(column, "custom.width"), title).toBeGreaterThanOrEqual(title.length * 7 + 12);
    }
  });
});

describe.each(panels)("$at", ({ panel }) => {
  it("has no opaque colour for values that are not known", () => {
    for (const { options } of mappingsOf(panel).filter((one) => one.type === "special")) {
      const { color } = options.result as { readonly color?: string };
      expect(color ?? "transparent").toMatch(/^(?:transparent|rgba\(.*, 0\.[0-3]\d*\))$/);
    }
  });

  it("claims that all is well only if it knows", () => {
    const text = panel.fieldConfig.defaults.noValue;
    if (text === undefined || !CLAIM.test(text)) return;
    expect(Object.keys(TRUE)).toContain(text);
    // A row that says so if nothing is known; panels of the exporter have none.
    if (text === "none") expect(panel.targets.map(({ expr }) => expr).join()).toMatch(/\babsent\(/);
  });

  it("never turns an absent series into 0", () => {
    for (const { expr } of panel.targets) expect(expr).not.toMatch(/or vector\(0\)\s*$/);
  });

  it("shows racks in natural order, not r1, r10, r2", () => {
    const matrix = transformation(panel, "groupingToMatrix");
    if (matrix !== undefined) {
      expect(matrix.columnField).toBe("rack");
      const [first] = panel.transformations ?? [];
      expect(first).toMatchObject({ id: "sortBy", options: { sort: [{ field: "order", desc: false }] } });
    }
    const rows = ["heatmap", "status-history"].includes(panel.type);
    const [target] = panel.targets;
    if (rows && /\brack\b/.test(target?.legendFormat ?? target?.expr ?? "")) expect(target?.expr).toContain('"order"');
  });

  it("has no pages for up to 48 racks", () => {
    const { options } = panel as unknown as { readonly options: { readonly perPage?: number } };
    if (panel.type === "status-history") expect(options.perPage).toBeGreaterThanOrEqual(RACKS);
  });
});

describe("dashboards", () => {
  it("show one row for each sensor, with its states in one cell", () => {
    const states = tables.filter(({ panel }) => panel.targets.some(({ expr }) => expr.includes("bmc_sensor_state")));
    expect(states.length).toBeGreaterThan(0);
    for (const { at, panel } of states) expect(transformation(panel, "groupBy"), at).toBeDefined();
  });

  it("mark alerts and power switches of a host in its graphs", () => {
    const list = dashboards.find(({ uid }) => uid === "bmc-host")?.annotations?.list ?? [];
    expect(list.map(({ expr }) => expr?.match(/ALERTS|bmc_changes_total/)?.[0])).toEqual([
      "ALERTS",
      "bmc_changes_total",
    ]);
  });

  it("show a single rack unless more are chosen", () => {
    for (const { at, uid } of panels.filter(({ panel }) => panel.repeat === "rack")) {
      const rack = dashboards.find((one) => one.uid === uid)?.templating.list.find(({ name }) => name === "rack");
      expect(rack?.includeAll, at).toBe(false);
    }
  });
});
