import { type Host, PLACE_LABELS, type Sensor } from "../model/index.ts";

// NUL ends the input for the parser of Prometheus. Damaged FRU areas contain it.
const EVERY_SPECIAL = /["\\\n\0]/g;

const ESCAPED: Readonly<Record<string, string>> = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\0": "\uFFFD" };

/** True if nothing needs escaping. For short names a loop is much faster than a regular expression. */
function isPlain(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code === 0x22 || code === 0x5c || code === 0x0a || code === 0) return false;
  }
  return true;
}

/** A label value as the text format requires it between quotes. */
export function escapeValue(value: string): string {
  return isPlain(value) ? value : value.replace(EVERY_SPECIAL, (character) => ESCAPED[character] ?? "");
}

/** `name="value"`; empty without a value, because an empty label is the same as an absent one. */
function pair(name: string, value: string | undefined): string {
  return value === undefined || value === "" ? "" : `${name}="${escapeValue(value)}"`;
}

/** Joins label texts, leaving out the empty ones. */
function joined(first: string, second: string): string {
  if (first === "") return second;
  return second === "" ? first : `${first},${second}`;
}

/** The labels `names[from..]` with their values, in that order. */
export function labelText(names: readonly string[], values: readonly (string | undefined)[], from = 0): string {
  let text = "";
  for (let i = 0; i < values.length; i++) text = joined(text, pair(names[from + i] ?? "", values[i]));
  return text;
}

/** Labels given with their names, sorted by name. */
export function recordText(labels: Readonly<Record<string, string>>): string {
  let text = "";
  for (const name of Object.keys(labels).sort()) text = joined(text, pair(name, labels[name]));
  return text;
}

/**
 * The labels of every series of a sensor; never empty, because `id` is always present. Joined from an array, so that
 * the string is flat: it is copied into many lines, and a rope would be walked for each of them.
 */
export function sensorText({ name, id, entity, role }: Sensor): string {
  const pairs = name === "" ? [] : [pair("sensor", name)];
  pairs.push(`id="${escapeValue(id)}"`);
  if (entity !== "") pairs.push(pair("entity", entity));
  if (role !== undefined && role !== "") pairs.push(pair("role", role));
  return pairs.join(",");
}

/** The labels of every series of a host in fleet output: host and place. */
export function placeText(host: Host): string {
  let text = pair("host", host.name);
  for (const label of PLACE_LABELS) text = joined(text, pair(label, host.place[label]));
  return text;
}
