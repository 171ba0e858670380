/**
 * Error messages about the type or form of a value. All of them are made here, so that secrets are left out in one
 * place.
 */

import { hideAddressSecrets, hideUrlSecrets, nearest } from "../lib/index.ts";

/** The fields of a schema issue that the messages use. */
interface Issue {
  readonly code?: string;
  readonly input?: unknown;
  readonly expected?: unknown;
  readonly values?: readonly unknown[];
  readonly minimum?: unknown;
  readonly maximum?: unknown;
}

/** `must be a number, got "many"`, for issues without a message of their own. */
export function sentence(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type": {
      const found = isComposite(issue.expected) && typeof issue.input === "string" ? "text" : undefined;
      return mustBe(noun(issue.expected), found)(issue);
    }
    case "invalid_value": {
      const values = (issue.values ?? []).map(String);
      const near = typeof issue.input === "string" ? nearest(issue.input, values) : undefined;
      return mustBe(`one of ${values.join(", ")}`)(issue) + (near === undefined ? "" : `; did you mean "${near}"?`);
    }
    case "too_small":
      return mustBe(`at least ${issue.minimum}`)(issue);
    case "too_big":
      return mustBe(`at most ${issue.maximum}`)(issue);
    default:
      return mustBe("something else")(issue);
  }
}

/** Message for a form, e.g. `mustBe("a duration such as 60s")`. It quotes the value, or shows `found` instead. */
export function mustBe(form: string, found?: string): (issue: Issue) => string {
  return (issue) => (issue.input === undefined ? "is missing" : `must be ${form}, got ${found ?? show(issue.input)}`);
}

/** The same for addresses and networks: what may be the path or the query of a URL is not quoted. */
export function addressMustBe(form: string): (issue: Issue) => string {
  return (issue) => {
    const { input } = issue;
    return mustBe(form)({ ...issue, input: typeof input === "string" ? hideAddressSecrets(input) : input });
  };
}

/** The same for values that errors must not quote. */
export function secretMustBe(form: string): (issue: Issue) => string {
  return (issue) => (issue.input === undefined ? "is missing" : `must be ${form}`);
}

/** Text in place of a mapping may be a password whose key is missing. */
function isComposite(expected: unknown): boolean {
  return noun(expected) === "a list" || noun(expected) === noun("object");
}

function noun(expected: unknown): string {
  switch (expected) {
    case "string":
      return 'text (quote it if it looks like a number: "07")';
    case "boolean":
      return "true or false";
    case "int":
      return "a whole number";
    case "number":
      return "a number";
    case "array":
      return "a list";
    default:
      return "a mapping (key: value)";
  }
}

function show(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value !== "string") return String(value);
  const text = JSON.stringify(hideUrlSecrets(value));
  return text.length > 60 ? `${text.slice(0, 60)}..."` : text;
}
