import { RE2JS, RE2JSException } from "re2js";

/** Length of the longest expression that is accepted. */
const LONGEST = 1000;

/** Why a text is not a regular expression of Go. */
export class GoRegexpError extends Error {}

/**
 * A regular expression in the syntax of Go's regexp package (RE2); tests whether it matches anywhere in a text. It does
 * not backtrack: the time is at most proportional to the length of the expression times the length of the text.
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
