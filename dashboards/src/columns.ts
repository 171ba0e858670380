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
  /** Heading. Links still use the name of the field. */
  readonly title: string;
  /** Width in pixels. Every column needs one; otherwise Grafana cuts off the last columns. */
  readonly width: number;
  readonly unit?: string;
  readonly decimals?: number;
  readonly steps?: readonly Threshold[];
  readonly mappings?: readonly ValueMapping[];
  readonly links?: readonly Link[];
}

/** Colours the background of a cell by its threshold or value mapping. */
export const CELL: DynamicConfigValue = {
  id: "custom.cellOptions",
  value: { type: "color-background", mode: "basic" },
};

function override({ field, width, unit, decimals, steps, mappings, links }: Column): Override {
  const set: DynamicConfigValue[] = [{ id: "custom.width", value: width }];
  // Text columns get the unit "string". Otherwise the unit of the panel turns the position "08" into "8 °C".
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

/** Fields that Prometheus and the scrape add to every row. */
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
 * Shows columns in the given order, without the fields in `hide` and those that the scrape adds. `joined` first joins
 * several queries by a label. Rows can be sorted by a heading.
 */
export function columns(
  list: readonly Column[],
  options: {
    readonly joined?: string;
    readonly hide?: readonly string[];
    readonly sort?: { readonly by: string; readonly descending: boolean };
    /** Labels of the scrape that are shown as columns. */
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
