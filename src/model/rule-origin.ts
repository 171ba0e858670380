/** Where a rule stands: its file, and the line from 1. */
export interface RuleOrigin {
  readonly file: string;
  readonly line: number;
}
