import { createRequire } from "node:module";
import { join } from "node:path";
import { findProgram } from "../rig/requirements.ts";
import type { PanelJson, Target } from "./panels.ts";

/** Name under which `npm test` fetches it. */
export const GRAFANA = "grafana-data-12.4";

/** A series in a response of Prometheus: one value for an instant query, several for a range query. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

/** A query of a panel and the response of Prometheus. */
export interface Answer {
  readonly target: Target;
  readonly series: readonly Series[];
}

export interface Field {
  readonly name: string;
  readonly type: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly config: { readonly displayName?: string; readonly displayNameFromDS?: string };
  readonly values: readonly unknown[];
  /** Set when overrides are applied. */
  readonly display?: (value: unknown) => Shown;
}

/** A formatted cell. */
interface Shown {
  readonly text: string;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly color?: string;
}

export interface Frame {
  readonly refId?: string;
  readonly fields: readonly Field[];
  readonly length: number;
}

type Matches = (field: Field, frame: Frame, all: readonly Frame[]) => boolean;
interface Identified {
  readonly id: string;
}

/** The part of @grafana/data that is used here. */
interface GrafanaData {
  readonly standardTransformers: Readonly<Record<string, Identified>>;
  readonly standardTransformersRegistry: Registry;
  readonly standardFieldConfigEditorRegistry: Registry;
  readonly fieldMatchers: { get(id: string): { get(options: unknown): Matches } };
  transformDataFrame(
    transformations: readonly unknown[],
    frames: readonly Frame[],
    context: { readonly interpolate: (text: string) => string },
  ): { subscribe(observer: { next: (frames: readonly Frame[]) => void; error: (error: unknown) => void }): unknown };
  applyFieldOverrides(options: Readonly<Record<string, unknown>>): readonly Frame[];
  createTheme(): unknown;
  getFieldDisplayName(field: Field, frame: Frame, all: readonly Frame[]): string;
  readonly [processor: `${string}OverrideProcessor`]: unknown;
}
interface Registry {
  setInit(init: () => readonly unknown[]): void;
}

/** Grafana's own code between the response of a data source and the rendered panel. */
export interface Grafana {
  /** Applies the transformations and overrides of a panel. */
  show(panel: PanelJson, answers: readonly Answer[]): Promise<readonly Frame[]>;
  /** Applies the transformations before the first with this id, or all. */
  before(id: string, panel: PanelJson, answers: readonly Answer[]): Promise<readonly Frame[]>;
  /** Whether the matcher of an override matches any field. */
  matches(matcher: { readonly id: string; readonly options: unknown }, frames: readonly Frame[]): boolean;
  /** Heading of a column or name of a series. */
  heading(field: Field, frame: Frame, all: readonly Frame[]): string;
}

/** The browser objects that Grafana's code needs to load. */
function pretendBrowser(): void {
  const storage = { getItem: () => null, setItem: () => undefined };
  const window = { addEventListener: () => undefined, localStorage: storage, matchMedia: () => ({}), location: {} };
  for (const [name, value] of Object.entries({ window, localStorage: storage, navigator: { languages: ["en"] } }))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

/** Field options that the dashboards set, with the processors of Grafana. */
const FIELD_OPTIONS: Readonly<Record<string, `${string}OverrideProcessor`>> = {
  unit: "unitOverrideProcessor",
  decimals: "numberOverrideProcessor",
  displayName: "displayNameOverrideProcessor",
  mappings: "valueMappingsOverrideProcessor",
  thresholds: "thresholdsOverrideProcessor",
  noValue: "stringOverrideProcessor",
};

/** Loads the fetched package. Takes about a second. */
export function loadGrafana(): Grafana {
  const folder = findProgram(GRAFANA);
  if (folder === undefined) throw new Error(`${GRAFANA} is not installed`);
  const require = createRequire(join(folder, "package.json"));
  // Otherwise one of the packages prints a notice.
  process.env.I18NEXT_NO_SUPPORT_NOTICE = "1";
  // Before `window` is set: otherwise it accesses `document`.
  require("react-use");
  pretendBrowser();
  const data = require("@grafana/data") as GrafanaData;
  // Some are exported twice.
  const transformers = [...new Map(Object.values(data.standardTransformers).map((one) => [one.id, one])).values()];
  data.standardTransformersRegistry.setInit(() =>
    transformers.map((transformation) => ({ id: transformation.id, name: transformation.id, transformation })),
  );
  data.standardFieldConfigEditorRegistry.setInit(() =>
    Object.entries(FIELD_OPTIONS).map(([id, processor]) => ({
      id,
      path: id,
      name: id,
      process: data[processor],
      shouldApply: () => true,
    })),
  );
  const theme = data.createTheme();
  const interpolate = (text: string): string => text;
  const transform = (transformations: readonly unknown[], answers: readonly Answer[]): Promise<readonly Frame[]> =>
    new Promise((next, error) => {
      data.transformDataFrame(transformations, framesOf(answers), { interpolate }).subscribe({ next, error });
    });
  return {
    async show({ transformations = [], fieldConfig }, answers) {
      return data.applyFieldOverrides({
        data: await transform(transformations, answers),
        fieldConfig,
        replaceVariables: interpolate,
        theme,
        timeZone: "utc",
      });
    },
    before(id, { transformations = [] }, answers) {
      const at = transformations.findIndex((one) => one.id === id);
      return transform(at < 0 ? transformations : transformations.slice(0, at), answers);
    },
    matches({ id, options }, frames) {
      const matches = data.fieldMatchers.get(id).get(options);
      return frames.some((frame) => frame.fields.some((field) => matches(field, frame, frames)));
    },
    heading: data.getFieldDisplayName,
  };
}

/**
 * Frames as Grafana's data source for Prometheus creates them. A table has the time, the labels by name and the value. With
 * several queries, the value is named after its query. An empty response is a frame without fields, or, with several
 * queries, one without rows.
 */
function framesOf(answers: readonly Answer[]): readonly Frame[] {
  return answers.flatMap((answer) =>
    answer.target.format === "table" ? tableOf(answer, answers.length > 1) : linesOf(answer),
  );
}

/** JavaScript does not parse the +Inf of Prometheus. */
export const numberOf = ([, text]: readonly [number, string]): number => Number(text.replace(/Inf$/, "Infinity"));

const string = (name: string, values: readonly string[]): Field => ({ name, type: "string", config: {}, values });
const times = (samples: readonly (readonly [number, string])[]): Field => ({
  name: "Time",
  type: "time",
  config: {},
  values: samples.map(([time]) => time * 1000),
});

function tableOf({ target: { refId }, series }: Answer, several: boolean): Frame {
  if (series.length === 0 && !several) return { refId, fields: [], length: 0 };
  const samples = series.flatMap(({ value }) => (value === undefined ? [] : [value]));
  const labels = [...new Set(series.flatMap(({ metric }) => Object.keys(metric).sort()))];
  const value = samples.map(numberOf);
  const fields = [
    times(samples),
    ...labels.map((label) =>
      string(
        label,
        series.map(({ metric }) => metric[label] ?? ""),
      ),
    ),
    { name: several ? `Value #${refId}` : "Value", type: "number", config: {}, values: value },
  ];
  return { refId, fields, length: samples.length };
}

function linesOf({ target: { refId, legendFormat = "" }, series }: Answer): readonly Frame[] {
  return series.map(({ metric, value, values = value === undefined ? [] : [value] }) => {
    const displayNameFromDS = legendFormat.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? "");
    const numbers = values.map(numberOf);
    const field = { name: "Value", type: "number", labels: metric, config: { displayNameFromDS }, values: numbers };
    return { refId, fields: [times(values), field], length: values.length };
  });
}
