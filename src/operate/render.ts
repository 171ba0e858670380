import { foldHosts } from "../inventory/index.ts";
import { escapeControls } from "../lib/index.ts";
import { type Outcome, type OutcomeReason, remedyOf } from "./outcome.ts";

export const OUTPUTS = ["fold", "lines", "table", "json", "ndjson", "csv"] as const;
export type Output = (typeof OUTPUTS)[number];

/** How the answers of one command are printed. */
export interface Rendering<T> {
  /** One line, or several. */
  readonly text: (data: T) => string;
  /** Cells of a table or of CSV, by column; every answer has the same columns. */
  readonly cells: (data: T) => Readonly<Record<string, string>>;
}

/** What is printed: data for standard output, problems for standard error. */
export interface Printed {
  readonly out: string;
  readonly problems: readonly string[];
}

export function render<T>(outcomes: readonly Outcome<T>[], output: Output, rendering: Rendering<T>): Printed {
  switch (output) {
    case "fold":
      return { out: folded(outcomes, rendering), problems: [] };
    case "lines":
      return { out: outcomes.map((one) => lineOf(one, rendering)).join(""), problems: failureLines(outcomes) };
    case "json":
      return { out: `${JSON.stringify(outcomes.map(jsonOf), undefined, 2)}\n`, problems: [] };
    case "ndjson":
      return { out: outcomes.map((one) => `${JSON.stringify(jsonOf(one))}\n`).join(""), problems: [] };
    case "csv":
      return { out: rowsOf(outcomes, rendering).map(csvLine).join(""), problems: [] };
    case "table":
      return { out: aligned(rowsOf(outcomes, rendering)), problems: failureLines(outcomes) };
  }
}

/** The text of one outcome as soon as it is known; empty for failures, which are printed at the end. */
export function lineOf<T>(outcome: Outcome<T>, { text }: Rendering<T>): string {
  if (!outcome.ok) return "";
  return linesOf(text(outcome.data))
    .map((line) => `${outcome.host.name}: ${line}\n`)
    .join("");
}

/** Lines of foreign text, without control characters. */
const linesOf = (text: string): readonly string[] => text.split("\n").map(escapeControls);

/** Hosts with equal answers once, the largest group first, failures last. */
function folded<T>(outcomes: readonly Outcome<T>[], { text }: Rendering<T>): string {
  const answers = new Map<string, string[]>();
  for (const outcome of outcomes)
    if (outcome.ok) {
      const answer = linesOf(text(outcome.data)).join("\n");
      const names = answers.get(answer);
      if (names) names.push(outcome.host.name);
      else answers.set(answer, [outcome.host.name]);
    }
  const groups = [...answers].sort(([, a], [, b]) => b.length - a.length);
  const blocks = groups.map(([answer, names]) => `${heading(names)}\n${indented(answer)}`);
  const failures = failuresBy(outcomes, ({ reason, message }, name) => `${reason}: ${withoutName(message, name)}`).map(
    ({ key, reason, names }) => `${heading(names)} failed\n${indented(key)}  ${remedyOf(reason)}\n`,
  );
  return [...blocks, ...failures].join("");
}

const heading = (names: readonly string[]): string =>
  names.length === 1 ? `${names[0]}` : `${foldHosts(names)} (${names.length} hosts)`;

const indented = (text: string): string =>
  linesOf(text)
    .map((line) => `  ${line}\n`)
    .join("");

/** Messages of equal failures differ in the name of the host only. */
const withoutName = (message: string, name: string): string =>
  message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;

function failureLines(outcomes: readonly Outcome<unknown>[]): readonly string[] {
  const failed = outcomes.flatMap((one) =>
    one.ok || one.error.reason === "not_started"
      ? []
      : [`${one.host.name}: ${one.error.reason}: ${escapeControls(withoutName(one.error.message, one.host.name))}`],
  );
  const remedies = failuresBy(outcomes, ({ reason }) => reason).map(({ reason }) => `${reason}: ${remedyOf(reason)}`);
  return [...failed, ...remedies];
}

interface FailureGroup {
  readonly key: string;
  readonly reason: OutcomeReason;
  readonly names: string[];
}

/** Failed hosts by a key, the largest group first. */
function failuresBy(
  outcomes: readonly Outcome<unknown>[],
  keyOf: (error: { readonly reason: OutcomeReason; readonly message: string }, name: string) => string,
): readonly FailureGroup[] {
  const groups = new Map<string, FailureGroup>();
  for (const outcome of outcomes) {
    if (outcome.ok) continue;
    const key = keyOf(outcome.error, outcome.host.name);
    const group = groups.get(key) ?? { key, reason: outcome.error.reason, names: [] };
    group.names.push(outcome.host.name);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.names.length - a.names.length);
}

/** E.g. "34 ok, 2 failed: 1 wrong_password (n007), 1 no_answer (n019)". */
export function summaryOf(outcomes: readonly Outcome<unknown>[]): string {
  const ok = outcomes.filter((outcome) => outcome.ok).length;
  const failed = outcomes.length - ok;
  if (failed === 0) return `${ok} ok`;
  const reasons = failuresBy(outcomes, ({ reason }) => reason).map(
    ({ reason, names }) => `${names.length} ${reason} (${foldHosts(names)})`,
  );
  return `${ok} ok, ${failed} failed: ${reasons.join(", ")}`;
}

/** Version of the JSON form. */
export const OUTCOME_SCHEMA = "lightsout/outcome/1";

/** One outcome as JSON; see docs/operate.md. */
export function jsonOf<T>(outcome: Outcome<T>): object {
  const { host, ok, started, durationMs } = outcome;
  return {
    schema: OUTCOME_SCHEMA,
    host: host.name,
    place: host.place,
    ok,
    ...(outcome.ok ? { data: outcome.data } : { error: outcome.error }),
    ...(started !== undefined && { started: new Date(started).toISOString() }),
    duration_ms: durationMs,
  };
}

function rowsOf<T>(outcomes: readonly Outcome<T>[], { cells }: Rendering<T>): string[][] {
  const answers = outcomes.map((one) => (one.ok ? cells(one.data) : undefined));
  const columns = [...new Set(answers.flatMap((answer) => (answer === undefined ? [] : Object.keys(answer))))];
  const rows = outcomes.map((one, i) => [
    one.host.name,
    ...columns.map((column) => answers[i]?.[column] ?? ""),
    one.ok ? "" : one.error.reason,
  ]);
  return [["host", ...columns, "failure"], ...rows];
}

const csvLine = (cells: readonly string[]): string =>
  `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",")}\n`;

function aligned(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(escapeControls));
  const widths = (cells[0] ?? []).map((_, column) =>
    cells.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0),
  );
  return cells
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}
