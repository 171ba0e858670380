import type {
  DataTransformerConfig,
  DynamicConfigValue,
  Threshold,
  ValueMapping,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { NO_DATA, NO_TEXT, steps as stepsOf } from "./colours.ts";
import type { Link } from "./links.ts";
import type { Override } from "./panels.ts";

/** A column of a table. */
export interface Column {
  /** The field: a label, or `Value #A` for the value of the first of several queries. */
  readonly field: string;
  /** Heading. Links still use the name of the field. */
  readonly title: string;
  /** Pixels. Every column needs a width; otherwise the last columns are cut off. */
  readonly width: number;
  readonly unit?: string;
  readonly decimals?: number;
  readonly steps?: readonly Threshold[];
  readonly mappings?: readonly ValueMapping[];
  readonly links?: readonly Link[];
}

/** Colours the background of a cell in the colour of its threshold or mapping. */
export const CELL: DynamicConfigValue = {
  id: "custom.cellOptions",
  value: { type: "color-background", mode: "basic" },
};

function override({ field, width, unit, decimals, steps, mappings, links }: Column): Override {
  const set: DynamicConfigValue[] = [{ id: "custom.width", value: width }];
  // With the unit of the panel, the position "08" would become "8 °C".
  set.push({ id: "unit", value: unit ?? "string" });
  if (decimals !== undefined) set.push({ id: "decimals", value: decimals });
  const coloured = steps !== undefined || mappings !== undefined;
  if (coloured)
    set.push(CELL, { id: "thresholds", value: { mode: "absolute", steps: steps ?? stepsOf("transparent") } });
  set.push({ id: "mappings", value: mappings ?? (unit === undefined ? NO_TEXT : [NO_DATA]) });
  if (links !== undefined) set.push({ id: "links", value: links.map((link) => ({ ...link, targetBlank: false })) });
  return { name: field, set };
}

interface TableShape {
  readonly overrides: readonly Override[];
  readonly transformations: readonly DataTransformerConfig[];
}

/** Labels and fields that Prometheus and scraping add to every row. */
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

/** Puts all rows with the same labels into one, with the different values of one more label joined in a text. */
export interface Joined {
  readonly by: readonly string[];
  readonly label: string;
  /** The letter of the query, if the table has several. */
  readonly query?: string;
}

/** Name of the field with the joined values of a label. */
export const joined = (label: string): string => `${label} (uniqueValues)`;
/** Name of the field with the largest value of joined rows. */
export const LARGEST = "Value (max)";

function joinedRows({ by, label, query }: Joined): readonly DataTransformerConfig[] {
  const groups = by.map((name) => [name, { aggregations: [], operation: "groupby" }]);
  const aggregated = [
    [label, { aggregations: ["uniqueValues"], operation: "aggregate" }],
    ...(query === undefined ? [["Value", { aggregations: ["max"], operation: "aggregate" }]] : []),
  ];
  return [
    {
      id: "groupBy",
      options: { fields: Object.fromEntries([...groups, ...aggregated]) },
      ...(query === undefined ? {} : { filter: { id: "byRefId", options: query } }),
    },
    {
      id: "convertFieldType",
      options: { conversions: [{ targetField: joined(label), destinationType: "string", joinWith: ", " }], fields: {} },
    },
  ];
}

/**
 * The columns in their order. Fields named in `hide` and those of scraping are hidden. `joinedBy` joins several queries
 * by a label. Rows can be sorted by a field.
 */
export function columns(
  list: readonly Column[],
  options: {
    readonly joinedBy?: string;
    readonly rows?: Joined;
    readonly hide?: readonly string[];
    readonly sort?: { readonly by: string; readonly descending: boolean };
    /** Labels of scraping that are columns here. */
    readonly shown?: readonly string[];
  } = {},
): TableShape {
  const { joinedBy, rows, hide = [], sort, shown = [] } = options;
  const times = joinedBy === undefined ? [] : [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `Time ${n}`);
  const excluded = [...ALWAYS_HIDDEN.filter((name) => !shown.includes(name)), ...times, ...hide];
  const transformations: DataTransformerConfig[] = rows === undefined ? [] : [...joinedRows(rows)];
  if (joinedBy !== undefined)
    transformations.push({ id: "joinByField", options: { byField: joinedBy, mode: "outer" } });
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
