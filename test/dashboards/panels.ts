import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");
export const folder = join(root, "dashboards");

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly instant: boolean;
  readonly range: boolean;
  readonly format: "time_series" | "table";
  readonly legendFormat?: string;
  readonly datasource: unknown;
}

export interface LinkJson {
  readonly title: string;
  readonly url: string;
}

export interface Override {
  readonly matcher: { readonly id: string; readonly options: string };
  readonly properties: readonly { readonly id: string; readonly value: unknown }[];
}

export interface MappingJson {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description: string;
  readonly datasource: unknown;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly Target[];
  readonly repeat?: string;
  readonly transformations?: readonly {
    readonly id: string;
    readonly options: Readonly<Record<string, unknown>>;
    readonly filter?: unknown;
  }[];
  readonly fieldConfig: {
    readonly defaults: {
      readonly unit?: string;
      readonly mappings?: readonly MappingJson[];
      readonly noValue?: string;
      readonly links?: readonly LinkJson[];
    };
    readonly overrides: readonly Override[];
  };
}

export interface VariableJson {
  readonly name: string;
  readonly type: string;
  readonly label: string;
  readonly query: unknown;
  readonly datasource?: unknown;
  readonly refresh?: number;
  readonly multi: boolean;
  readonly includeAll: boolean;
  readonly allValue?: string;
}

export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly editable: boolean;
  readonly panels: readonly PanelJson[];
  readonly templating: { readonly list: readonly VariableJson[] };
  readonly links: readonly LinkJson[];
  readonly annotations?: { readonly list: readonly AnnotationJson[] };
}

export interface AnnotationJson {
  readonly name: string;
  readonly datasource: unknown;
  readonly expr?: string;
}

/** The shipped files, by name. */
export const files: ReadonlyMap<string, string> = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
);

export const dashboards: readonly DashboardJson[] = [...files.values()].map((text) => JSON.parse(text));

/** All panels except row headings, with their location. */
export const panels: readonly { readonly at: string; readonly uid: string; readonly panel: PanelJson }[] =
  dashboards.flatMap(({ uid, panels }) =>
    panels.filter(({ type }) => type !== "row").map((panel) => ({ at: `${uid} / ${panel.title}`, uid, panel })),
  );

/** Every query, with its location. */
export const queries = panels.flatMap(({ at, uid, panel }) =>
  panel.targets.map((target) => ({ at: `${at} / ${target.refId}`, uid, panel, target })),
);

/** The query of a variable. */
export function variableQuery({ query }: VariableJson): string {
  return typeof query === "object" && query !== null && "query" in query ? String(query.query) : String(query);
}

/** Links of a panel and of its fields. */
export function linksOf({ fieldConfig }: PanelJson): readonly LinkJson[] {
  const ofFields = fieldConfig.overrides.flatMap(({ properties }) =>
    properties.filter(({ id }) => id === "links").flatMap(({ value }) => value as readonly LinkJson[]),
  );
  return [...(fieldConfig.defaults.links ?? []), ...ofFields];
}

/** Replaces variables as Grafana does. Variables without a value are "All". */
export function filledIn(expr: string, values: Readonly<Record<string, string>> = {}): string {
  return expr
    .replaceAll("$__rate_interval", "8m")
    .replaceAll(/\$(site|room|row|rack|host|job|instance)\b/g, (_, name: string) => values[name] ?? ".*");
}
