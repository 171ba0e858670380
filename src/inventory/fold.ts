/**
 * Folds names into a list: `n01, n02, n03` -> `n[01-03]`. Expanding the list returns the same names, each once.
 */
export function foldHosts(names: Iterable<string>): string {
  const shapes = new Map<string, Row[]>();
  for (const name of new Set(names)) {
    const texts = name.split(NUMBER);
    const numbers = (name.match(NUMBER) ?? []).map((digits) => ({ text: digits, runs: [run(digits)] }));
    const shape = JSON.stringify(texts);
    const rows = shapes.get(shape);
    if (rows) rows.push(numbers);
    else shapes.set(shape, [numbers]);
  }
  const items: string[] = [];
  for (const [shape, rows] of shapes) {
    const texts = JSON.parse(shape) as string[];
    for (const row of foldRows(rows)) items.push(texts.map((text, i) => text + fieldText(row[i])).join(""));
  }
  return items.join(",");
}

/** A number that can be counted with; longer sequences of digits are text. */
const NUMBER = /(?<!\d)\d{1,15}(?!\d)/g;

/** Consecutive numbers; `width` as in host lists. */
interface Run {
  readonly first: number;
  readonly last: number;
  readonly width: number;
}

/** A number in a name, or the numbers that several names have at this place. */
interface Field {
  readonly text: string;
  readonly runs: readonly Run[];
}

type Row = readonly Field[];

function run(digits: string): Run {
  return { first: Number(digits), last: Number(digits), width: digits.startsWith("0") ? digits.length : 1 };
}

/** Joins rows that differ in one field only, the last field first, because that one mostly numbers the hosts. */
function foldRows(rows: readonly Row[]): readonly Row[] {
  let folded = rows;
  for (let i = (rows[0]?.length ?? 0) - 1; i >= 0; i--) {
    const groups = new Map<string, Row[]>();
    for (const row of folded) {
      const others = JSON.stringify(row.map((field, j) => (j === i ? "" : field.text)));
      const group = groups.get(others);
      if (group) group.push(row);
      else groups.set(others, [row]);
    }
    folded = [...groups.values()].map((group) => {
      const field = joinFields(group.flatMap((row) => row[i]?.runs ?? []));
      return (group[0] ?? []).map((old, j) => (j === i ? field : old));
    });
  }
  return folded;
}

function joinFields(runs: readonly Run[]): Field {
  const joined: Run[] = [];
  // Runs such as 7, 8 and 07, 08 may grow in parallel, so they are found by their last number.
  const endingAt = new Map<number, number[]>();
  for (const next of [...runs].sort((a, b) => a.first - b.first || a.width - b.width)) {
    const open = endingAt.get(next.first - 1) ?? [];
    const at = open.find((i) => continues(joined[i], next)) ?? joined.length;
    const before = joined[at];
    if (before) open.splice(open.indexOf(at), 1);
    joined[at] = before ? { ...before, last: next.last } : next;
    endingAt.set(next.last, [...(endingAt.get(next.last) ?? []), at]);
  }
  return { text: joined.map(runText).join(","), runs: joined };
}

function continues(before: Run | undefined, next: Run): boolean {
  if (!before || next.first !== before.last + 1) return false;
  // In 08, 09, 10 the 10 has no leading zero, but has the width of the run.
  return padded(next.first, before.width) === padded(next.first, next.width);
}

function padded(number: number, width: number): string {
  return String(number).padStart(width, "0");
}

function runText({ first, last, width }: Run): string {
  return first === last ? padded(first, width) : `${padded(first, width)}-${padded(last, width)}`;
}

function fieldText(field: Field | undefined): string {
  if (!field) return "";
  const single = field.runs.length === 1 && field.runs[0]?.first === field.runs[0]?.last;
  return single ? field.text : `[${field.text}]`;
}
