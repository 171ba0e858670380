import type { Severity } from "./severity.ts";

/** One state a discrete sensor can assert. */
export interface StateRow {
  readonly offset: number;
  /** Snake case, stable: the `state` label of metrics. */
  readonly state: string;
  /** The same for a person. */
  readonly text: string;
  /** While the state is asserted, and of its assertion event. */
  readonly asserted: Severity;
  /** Of the deassertion event. */
  readonly deasserted: Severity;
}

/** The states of one class or sensor type, by offset; offsets without a meaning are absent. */
export type StateTable = readonly StateRow[];

/** Severity letters of the tables: of assertion, and of deassertion where that is not N. */
type Letter = "N" | "W" | "C" | "R";
export type Letters = Letter | `${Letter}/${Letter}`;

const SEVERITIES: Readonly<Record<Letter, Severity>> = { N: 0, W: 1, C: 2, R: 3 };

/** Rows written as offset, label, text, letters: N nominal, W warning, C critical, R non-recoverable. */
export function states(
  ...rows: readonly (readonly [offset: number, state: string, text: string, severity: Letters])[]
): StateTable {
  return rows.map(([offset, state, text, letters]) => {
    const [asserted, deasserted = "N"] = letters.split("/") as [Letter, Letter?];
    return { offset, state, text, asserted: SEVERITIES[asserted], deasserted: SEVERITIES[deasserted] };
  });
}
