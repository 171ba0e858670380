import type { Request } from "express";
import { nearest } from "../lib/index.ts";
import { Refusal } from "./refusal.ts";

/** Foreign text for a message: quoted, short, on one line. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}...` : text);
}

/** The query of a request. The parsers of express would turn `a[b]=c` into an object. */
function queryOf({ originalUrl }: Pick<Request, "originalUrl">): URLSearchParams {
  const start = originalUrl.indexOf("?");
  return new URLSearchParams(start === -1 ? "" : originalUrl.slice(start + 1));
}

/**
 * The parameters of a request, read strictly: a misspelt parameter would otherwise be ignored, and the response would be
 * wrong.
 */
export class Parameters {
  readonly #query: URLSearchParams;

  /**
   * Throws a Refusal (400) for a parameter that is not in `known`.
   *
   * @param options `skipEmpty`: empty values are ignored, because forms send all their fields
   */
  constructor(
    request: Pick<Request, "originalUrl" | "path">,
    known: readonly string[],
    { skipEmpty = false }: { readonly skipEmpty?: boolean } = {},
  ) {
    const query = queryOf(request);
    this.#query = skipEmpty ? new URLSearchParams([...query].filter(([, value]) => value !== "")) : query;
    for (const name of this.#query.keys()) {
      if (known.includes(name)) continue;
      const near = nearest(name, known);
      const guess = near === undefined ? "" : `; did you mean ${near}?`;
      const offer = known.length === 0 ? "has no parameters" : `has ${known.join(", ")}`;
      throw new Refusal(400, `unknown parameter ${quoted(name)}${guess} (${request.path} ${offer})`);
    }
  }

  /** The values of a parameter that is allowed several times. */
  all(name: string): readonly string[] {
    return this.#query.getAll(name);
  }

  /** The value of a parameter that is allowed once. */
  one(name: string): string | undefined {
    const [value, ...more] = this.#query.getAll(name);
    if (more.length > 0)
      throw new Refusal(400, `the parameter ${name} is given ${more.length + 1} times, but allowed once`);
    return value;
  }

  /** `true` or `false`; false if absent. */
  truth(name: string): boolean {
    const value = this.one(name);
    if (value === undefined || value === "false") return false;
    if (value === "true") return true;
    throw new Refusal(400, `${name} must be true or false, not ${quoted(value)}`);
  }

  /** One of a closed set. */
  choice<T extends string, U>(name: string, choices: readonly T[], otherwise: U): T | U {
    const value = this.one(name);
    if (value === undefined) return otherwise;
    const choice = choices.find((candidate) => candidate === value);
    if (choice === undefined)
      throw new Refusal(400, `${name} must be one of ${choices.join(", ")}, not ${quoted(value)}`);
    return choice;
  }
}
