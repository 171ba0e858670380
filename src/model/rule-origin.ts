/** Where a rule is defined: file, and line counted from 1. */
export interface RuleOrigin {
  readonly file: string;
  readonly line: number;
}
