/** A series that only one of two expositions has, or that has different values in them. */
export interface Difference {
  readonly kind: "missing" | "extra" | "value";
  /** Name and labels, the labels in the order of their names. */
  readonly series: string;
  readonly theirs?: number;
  readonly ours?: number;
}

export interface CompareOptions {
  /** Allowed difference of two readings, relative to the greater one: they are not read at the same moment. */
  readonly tolerance: number;
}

/** Durations always differ. */
const IGNORED: ReadonlySet<string> = new Set(["ipmi_scrape_duration_seconds"]);
/** Numbers that stand for words are compared exactly. */
const EXACT = /^ipmi_(up|.*_state|.*_info|sel_.*)$/;

/**
 * The differences between the output of ipmi_exporter (`theirs`) and of lightsout (`ours`), in the order of the series.
 * "missing": only theirs has it; "extra": only ours has it.
 */
export function differences(theirs: string, ours: string, { tolerance }: CompareOptions): readonly Difference[] {
  const [their, our] = [seriesOf(theirs), seriesOf(ours)];
  const found: Difference[] = [];
  for (const series of [...new Set([...their.keys(), ...our.keys()])].sort()) {
    const name = series.split("{", 1)[0] ?? "";
    if (IGNORED.has(name)) continue;
    const [a, b] = [their.get(series), our.get(series)];
    if (b === undefined) found.push({ kind: "missing", series, theirs: a });
    else if (a === undefined) found.push({ kind: "extra", series, ours: b });
    else if (!same(a, b, EXACT.test(name) ? 0 : tolerance)) found.push({ kind: "value", series, theirs: a, ours: b });
  }
  return found;
}

function same(a: number, b: number, tolerance: number): boolean {
  if (Object.is(a, b) || a === b) return true;
  return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
}

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: -?\d+)?$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;

/** The samples of an exposition by series, without labels that have an empty value. Other lines are ignored. */
export function seriesOf(text: string): ReadonlyMap<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split("\n")) {
    const match = LINE.exec(line);
    if (!match) continue;
    const labels = [...(match[2] ?? "").matchAll(LABEL)].filter(([, , value]) => value !== "").map(([label]) => label);
    samples.set(labels.length === 0 ? `${match[1]}` : `${match[1]}{${labels.sort().join(",")}}`, numberOf(match[3]));
  }
  return samples;
}

function numberOf(text = ""): number {
  if (text === "+Inf") return Number.POSITIVE_INFINITY;
  return text === "-Inf" ? Number.NEGATIVE_INFINITY : Number(text);
}
