/**
 * Reads foreign JSON. A number in a string is a number and a number where text belongs is text, as BMCs mix them
 * up; a value of any other type is absent, and nothing here throws.
 */

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The value at a path of at most four property names; undefined where a step is missing. The path is no rest parameter,
 * which would be an array for each of the hundreds of calls of a poll.
 */
export function at(value: unknown, a?: string, b?: string, c?: string, d?: string): unknown {
  if (a === undefined) return value;
  const first = own(value, a);
  if (b === undefined || first === undefined) return first;
  const second = own(first, b);
  if (c === undefined || second === undefined) return second;
  const third = own(second, c);
  return d === undefined || third === undefined ? third : own(third, d);
}

/** One property, without those of the prototype. JSON has no getters, so a missing one is found by its value. */
function own(value: unknown, name: string): unknown {
  if (!isObject(value)) return undefined;
  const found = value[name];
  return found !== undefined && Object.hasOwn(value, name) ? found : undefined;
}

/** The object at a path. */
export function objectAt(value: unknown, a?: string, b?: string, c?: string, d?: string): JsonObject | undefined {
  const found = at(value, a, b, c, d);
  return isObject(found) ? found : undefined;
}

/** The objects of the array at a path; elements that are no objects are left out. */
export function objectsAt(value: unknown, a?: string, b?: string, c?: string, d?: string): readonly JsonObject[] {
  const found = at(value, a, b, c, d);
  return Array.isArray(found) ? found.filter(isObject) : [];
}

/** Texts become labels: longer ones are cut. */
const LONGEST_TEXT = 256;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
const CONTROL = /[\x00-\x1f\x7f-\x9f]+/g;

/** Most texts need no change. */
const PLAIN = /^[!-~](?:[ -~]*[!-~])?$/;
const isPlain = (text: string): boolean => text.length <= LONGEST_TEXT && PLAIN.test(text);

/**
 * Text at a path, or a number as text, as one line without control characters; undefined where it is empty. At most
 * {@link LONGEST_TEXT} characters.
 */
export function textAt(value: unknown, a?: string, b?: string, c?: string, d?: string): string | undefined {
  const found = at(value, a, b, c, d);
  if (typeof found === "number" && Number.isFinite(found)) return String(found);
  if (typeof found !== "string") return undefined;
  if (isPlain(found)) return found;
  const text = found
    .slice(0, 4 * LONGEST_TEXT)
    .replace(CONTROL, " ")
    .trim()
    .slice(0, LONGEST_TEXT)
    .trimEnd();
  return text === "" ? undefined : text;
}

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** A finite number at a path, also one in a string. */
export function numberAt(value: unknown, a?: string, b?: string, c?: string, d?: string): number | undefined {
  const found = at(value, a, b, c, d);
  if (typeof found === "number") return Number.isFinite(found) ? found : undefined;
  if (typeof found !== "string" || !NUMBER.test(found.trim())) return undefined;
  const number = Number(found);
  return Number.isFinite(number) ? number : undefined;
}

/** A boolean at a path, also one in a string. */
export function booleanAt(value: unknown, a?: string, b?: string, c?: string, d?: string): boolean | undefined {
  const found = at(value, a, b, c, d);
  if (typeof found === "boolean") return found;
  if (typeof found !== "string") return undefined;
  const word = found.toLowerCase();
  return word === "true" ? true : word === "false" ? false : undefined;
}

const LONGEST_URI = 2048;

/** The URI that a link at a path leads to: `@odata.id`, or `href` of firmware older than the standard. */
export function linkAt(value: unknown, a?: string, b?: string, c?: string, d?: string): string | undefined {
  const target = at(value, a, b, c, d);
  const uri = at(target, "@odata.id") ?? at(target, "href");
  return typeof uri === "string" && uri.startsWith("/") && uri.length <= LONGEST_URI ? uri : undefined;
}

/** The URIs that the links of an array at a path lead to. */
export function linksAt(value: unknown, a?: string, b?: string, c?: string, d?: string): readonly string[] {
  return objectsAt(value, a, b, c, d).flatMap((link) => linkAt(link) ?? []);
}

/** URIs that name one resource compare equal: without fragment, trailing slash and case. */
export function uriKey(uri: string): string {
  const [path = ""] = uri.split("#");
  return path.replace(/\/+$/, "").toLowerCase();
}
