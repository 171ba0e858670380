import { RE2JS, RE2JSException } from "re2js";

/** Longer expressions are refused. */
const LONGEST = 1000;

/** Says why an expression is none of Go's. */
export class GoRegexpError extends Error {}

/**
 * A regular expression as Go's regexp package reads it (RE2), for the question whether it matches anywhere in a
 * text. Like Go's it never goes back, so that no expression takes more time than its length times the text's.
 */
export class GoRegexp {
  readonly source: string;
  readonly #compiled: RE2JS;

  /** @throws GoRegexpError */
  constructor(source: string) {
    if (source.length > LONGEST) throw new GoRegexpError(`longer than ${LONGEST} characters`);
    this.source = source;
    try {
      this.#compiled = RE2JS.compile(source);
    } catch (error) {
      if (!(error instanceof RE2JSException)) throw error;
      throw new GoRegexpError(error.message.replace(/^error parsing regexp: /, ""));
    }
  }

  matches(text: string): boolean {
    return this.#compiled.test(text);
  }

  toJSON(): string {
    return this.source;
  }
}
