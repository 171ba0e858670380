import type {
  DataTransformerConfig,
  DynamicConfigValue,
  Threshold,
  ValueMapping,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { NO_DATA, steps as stepsOf } from "./colours.ts";
import type { Link } from "./links.ts";
import type { Override } from "./panels.ts";

/** A column of a table. */
export interface Column {
  /** The field: a label, or `Value #A` for the value of the first of several queries. */
  readonly field: string;
  /** Its heading; the field stays what links are told. */
  readonly title: string;
  /** Pixels; every column has some, or the last ones fall off. */
  readonly width: number;
  readonly unit?: string;
  readonly decimals?: number;
  readonly steps?: readonly Threshold[];
  readonly mappings?: readonly ValueMapping[];
  readonly links?: readonly Link[];
}

/** What colours a cell: the background, in the colour of its threshold or of its word. */
export const CELL: DynamicConfigValue = {
  id: "custom.cellOptions",
  value: { type: "color-background", mode: "basic" },
};

function override({ field, width, unit, decimals, steps, mappings, links }: Column): Override {
  const set: DynamicConfigValue[] = [{ id: "custom.width", value: width }];
  // Text is told to be text, or a unit of the panel makes "8 °C" of the position "08".
  set.push({ id: "unit", value: unit ?? "string" });
  if (decimals !== undefined) set.push({ id: "decimals", value: decimals });
  if (steps !== undefined || mappings !== undefined) {
    set.push(CELL, { id: "mappings", value: mappings ?? [NO_DATA] });
    set.push({ id: "thresholds", value: { mode: "absolute", steps: steps ?? stepsOf("transparent") } });
  } else if (unit === undefined) set.push({ id: "mappings", value: [] });
  if (links !== undefined) set.push({ id: "links", value: links.map((link) => ({ ...link, targetBlank: false })) });
  return { name: field, set };
}

interface TableShape {
  readonly overrides: readonly Override[];
  readonly transformations: readonly DataTransformerConfig[];
}

/** What Prometheus and the scrape add to every row. */
export const ALWAYS_HIDDEN: readonly string[] = [
  "Time",
  "__name__",
  "instance",
  "job",
  "pod",
  "endpoint",
  "namespace",
  "service",
  "container",
];

/**
 * The columns in their order, everything named in `hide` and what the scrape adds left out; `joined` puts
 * several queries together by a label first. Rows may be sorted by a heading.
 */
export function columns(
  list: readonly Column[],
  options: {
    readonly joined?: string;
    readonly hide?: readonly string[];
    readonly sort?: { readonly by: string; readonly descending: boolean };
    /** Labels of the scrape that are columns here. */
    readonly shown?: readonly string[];
  } = {},
): TableShape {
  const { joined, hide = [], sort, shown = [] } = options;
  const times = joined === undefined ? [] : [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `Time ${n}`);
  const excluded = [...ALWAYS_HIDDEN.filter((name) => !shown.includes(name)), ...times, ...hide];
  const transformations: DataTransformerConfig[] = [];
  if (joined !== undefined) transformations.push({ id: "joinByField", options: { byField: joined, mode: "outer" } });
  if (sort !== undefined)
    transformations.push({ id: "sortBy", options: { fields: {}, sort: [{ field: sort.by, desc: sort.descending }] } });
  transformations.push({
    id: "organize",
    options: {
      excludeByName: Object.fromEntries(excluded.map((name) => [name, true])),
      includeByName: {},
      indexByName: Object.fromEntries(list.map(({ field }, index) => [field, index])),
      renameByName: Object.fromEntries(list.map(({ field, title }) => [field, title])),
    },
  });
  return { overrides: list.map(override), transformations };
}
