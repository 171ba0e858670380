import { grouped, type Measure, type Reading } from "./measure.ts";

/** Edges between the colours, ascending, and the class of each colour: one more than there are edges. */
export interface Scale {
  readonly edges: readonly number[];
  readonly kind: "heat" | "load";
  readonly unit: string;
  /** From the base unit to the unit of the legend; 1 by default. */
  readonly factor?: number;
  /** Low values are the bad ones. */
  readonly isReversed?: boolean;
}

/** ASHRAE recommends 18 to 27 degrees at the inlet and allows 15 to 32 in class A1, up to 35 in A2. */
const INLET_EDGES = [18, 21, 24, 27, 30, 32, 35] as const;
const LOAD_COLOURS = 6;
const NICE = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10] as const;

/** The next larger round number. */
function nice(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return (NICE.find((digit) => digit * power >= value) ?? 10) * power;
}

/** Range of most values: a few outliers must not make all others look alike. */
export interface Spread {
  readonly low: number;
  readonly high: number;
}

/** From a twentieth to nineteen twentieths of the values; undefined if there are none. */
export function spreadOf(values: Iterable<number>): Spread | undefined {
  const sorted = Float64Array.from(values).sort();
  const last = sorted.length - 1;
  const [low, high] = [sorted[Math.floor(last * 0.05)], sorted[Math.ceil(last * 0.95)]];
  return low === undefined || high === undefined ? undefined : { low, high };
}

/**
 * Even steps over the spread; not finer than a share of its upper end, or hosts with nearly equal
 * power would get different colours.
 */
export function loadScale(spread: Spread | undefined, unit: string): Scale {
  const { low = 0, high = 0 } = spread ?? {};
  if (!(high > 0) || !Number.isFinite(high - low)) return { edges: [], kind: "load", unit };
  const step = nice(Math.max((high - low) / (LOAD_COLOURS - 1), high / 24));
  const start = Math.floor(low / step) * step;
  const edges = Array.from({ length: LOAD_COLOURS - 1 }, (_, index) =>
    Number((start + step * (index + 1)).toPrecision(6)),
  );
  return { edges, kind: "load", unit };
}

/** Shares of the upper critical limit: from 95 % on a temperature is close to it. */
const LIMIT_EDGES = [0.4, 0.55, 0.65, 0.75, 0.85, 0.95, 1] as const;
/** Shares of the median of the siblings. */
const FAN_EDGES = [0.3, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95] as const;

/** The scale of a measure for the matching hosts; none for health. */
export function scaleOf(measure: Measure, spread: Spread | undefined): Scale | undefined {
  switch (measure) {
    case "health":
      return undefined;
    case "inlet":
      return { edges: INLET_EDGES, kind: "heat", unit: "\u00b0C" };
    case "limit":
      return { edges: LIMIT_EDGES, kind: "heat", unit: "%", factor: 100 };
    case "power":
      return loadScale(spread, "W");
    case "fan":
      return { edges: FAN_EDGES, kind: "heat", unit: "%", factor: 100, isReversed: true };
  }
}

/** The class of a value's colour: heat0 to heat7, load0 to load5. */
export function colourOf({ value }: Pick<Reading, "value">, { edges, kind, isReversed = false }: Scale): string {
  const above = edges.findIndex((edge) => value < edge);
  const step = above === -1 ? edges.length : above;
  return `${kind}${isReversed ? edges.length - step : step}`;
}

/** What each colour means: "under 18", "18 to 21", ... "35 and more". */
export function legendOf({
  edges: inBase,
  kind,
  unit,
  factor = 1,
  isReversed = false,
}: Scale): readonly { readonly colour: string; readonly text: string }[] {
  const edges = inBase.map((edge) => Number((edge * factor).toPrecision(6)));
  const say = (edge: number | undefined): string =>
    edge === undefined ? "" : edge >= 1000 ? grouped(edge) : String(edge);
  if (edges.length === 0) return [];
  return [...edges, Number.POSITIVE_INFINITY].map((edge, index) => {
    const text =
      index === 0
        ? `under ${say(edge)}`
        : index === edges.length
          ? `${say(edges[index - 1])} ${unit} and more`
          : `${say(edges[index - 1])} to ${say(edge)}`;
    return { colour: `${kind}${isReversed ? edges.length - index : index}`, text };
  });
}
