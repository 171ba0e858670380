import { Machine } from "./machine.ts";
import { compile } from "./program.ts";
import { GoRegexpError, parseGoRegexp } from "./syntax.ts";

export { GoRegexpError };

/** Longer expressions are refused. */
const LONGEST = 1000;

/**
 * A regular expression as Go's regexp package reads it (RE2), for the question whether it matches anywhere in a
 * text. Like Go's it never goes back, so that no expression takes more time than its length times the text's.
 */
export class GoRegexp {
  readonly source: string;
  readonly #machine: Machine;

  /** @throws GoRegexpError that says what is wrong and where */
  constructor(source: string) {
    if (source.length > LONGEST) throw new GoRegexpError(`is longer than ${LONGEST} characters`);
    this.source = source;
    this.#machine = new Machine(compile(parseGoRegexp(source)));
  }

  matches(text: string): boolean {
    return this.#machine.matches(text);
  }

  toJSON(): string {
    return this.source;
  }
}
