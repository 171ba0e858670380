import { type Host, PLACE_LABELS, type Sensor } from "../model/index.ts";

// NUL ends the input for the parser of Prometheus, and damaged FRU areas hold it.
const EVERY_SPECIAL = /["\\\n\0]/g;

const ESCAPED: Readonly<Record<string, string>> = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\0": "\uFFFD" };

/** Nothing to escape. A loop: for names of a few letters it takes a fraction of a regular expression's time. */
function isPlain(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code === 0x22 || code === 0x5c || code === 0x0a || code === 0) return false;
  }
  return true;
}

/** A label value as the text format wants it between its quotes. */
export function escapeValue(value: string): string {
  return isPlain(value) ? value : value.replace(EVERY_SPECIAL, (character) => ESCAPED[character] ?? "");
}

/** `name="value"`, or nothing where there is no value: an empty label is the same as none. */
function pair(name: string, value: string | undefined): string {
  return value === undefined || value === "" ? "" : `${name}="${escapeValue(value)}"`;
}

/** Joins label texts, leaving out the empty ones. */
export function joined(before: string, after: string): string {
  if (before === "") return after;
  return after === "" ? before : `${before},${after}`;
}

/** The labels `names[from..]` with their values, in that order. */
export function labelText(names: readonly string[], values: readonly (string | undefined)[], from = 0): string {
  let text = "";
  for (let i = 0; i < values.length; i++) text = joined(text, pair(names[from + i] ?? "", values[i]));
  return text;
}

/** Labels whose names come with them. */
export function recordText(labels: Readonly<Record<string, string>>): string {
  let text = "";
  for (const name of Object.keys(labels).sort()) text = joined(text, pair(name, labels[name]));
  return text;
}

/**
 * What every series of a sensor carries. Joined from an array, so that the string is flat: it goes into
 * many lines, and a rope would be walked for each of them. Never empty: `id` is always there.
 */
export function sensorText({ name, id, entity, role }: Sensor): string {
  const pairs = name === "" ? [] : [pair("sensor", name)];
  pairs.push(`id="${escapeValue(id)}"`);
  if (entity !== "") pairs.push(pair("entity", entity));
  if (role !== undefined && role !== "") pairs.push(pair("role", role));
  return pairs.join(",");
}

/** What every series of a host carries in fleet output: who it is and where it stands. */
export function placeText(host: Host): string {
  let text = pair("host", host.name);
  for (const label of PLACE_LABELS) text = joined(text, pair(label, host.place[label]));
  return text;
}
