import { nearest } from "../lib/index.ts";
import type { Place } from "../model/index.ts";
import { type Parameters, quoted } from "./parameters.ts";
import type { ListedHost, WebParts } from "./parts.ts";
import { Refusal } from "./refusal.ts";
import { inSlice, parseSlice, type Slice } from "./slice.ts";

/** The place labels hosts can be selected by. */
export const SELECTABLE = ["site", "room", "row", "rack"] as const satisfies readonly (keyof Place)[];
type Selectable = (typeof SELECTABLE)[number];

export const SELECTION_PARAMETERS = ["host", ...SELECTABLE, "without", "slice"] as const;

/** Names that are compared with a misspelt one: each comparison takes microseconds, and polls wait meanwhile. */
const MAX_GUESSED = 1000;

/** Selected hosts: all criteria must match; several values of one criterion are alternatives. */
export interface Selection {
  readonly hosts: readonly string[];
  readonly places: ReadonlyMap<Selectable, readonly string[]>;
  /** Labels that the hosts must not have: Prometheus cannot send an empty parameter. */
  readonly without: readonly Selectable[];
  readonly slice?: Slice;
}

export function readSelection(parameters: Parameters): Selection {
  const places = new Map<Selectable, readonly string[]>();
  for (const label of SELECTABLE) {
    const values = parameters.all(label);
    if (values.includes(""))
      throw new Refusal(400, `${label} is empty; use without=${label} for hosts without a ${label}`);
    if (values.length > 0) places.set(label, values);
  }
  const hosts = parameters.all("host");
  if (hosts.includes("")) throw new Refusal(400, "host is empty");
  const slice = parameters.one("slice");
  return {
    hosts,
    places,
    without: parameters.all("without").flatMap(readLabels),
    slice: slice === undefined ? undefined : parseSlice(slice),
  };
}

function readLabels(text: string): Selectable[] {
  return text.split(",").map((name) => {
    const label = SELECTABLE.find((candidate) => candidate === name);
    if (label === undefined) throw new Refusal(400, `without: ${quoted(name)} is not one of ${SELECTABLE.join(", ")}`);
    return label;
  });
}

/** Whether all hosts are selected. */
export function isEverything({ hosts, places, without, slice }: Selection): boolean {
  return hosts.length === 0 && places.size === 0 && without.length === 0 && slice === undefined;
}

/** Whether a place matches the place criteria of the selection. */
export function placeMatches(place: Place, { places, without }: Selection): boolean {
  for (const [label, values] of places) {
    const value = place[label];
    if (value === undefined || !values.includes(value)) return false;
  }
  return without.every((label) => (place[label] ?? "") === "");
}

function* candidates({ hosts }: Selection, parts: Pick<WebParts, "records" | "record">): Generator<ListedHost> {
  if (hosts.length === 0) {
    yield* parts.records();
    return;
  }
  // Finds one host of ten thousand without a loop over all of them.
  for (const name of new Set(hosts)) {
    const listed = parts.record(name);
    if (listed !== undefined) yield listed;
  }
}

/**
 * The selected hosts. Throws a Refusal (404) if there are none, because an empty response to a misspelt rack would look like a
 * rack without problems. An empty slice is allowed.
 */
export function selectHosts(selection: Selection, parts: Pick<WebParts, "records" | "record">): ListedHost[] {
  const { slice } = selection;
  const found: ListedHost[] = [];
  let beforeSlicing = 0;
  for (const listed of candidates(selection, parts)) {
    const { host } = listed.record;
    if (!placeMatches(host.place, selection)) continue;
    beforeSlicing++;
    if (slice === undefined || inSlice(host.name, slice)) found.push(listed);
  }
  if (beforeSlicing === 0 && !isEverything({ ...selection, slice: undefined }))
    throw new Refusal(404, `no host of the inventory matches ${inWords(selection)}${guess(selection, parts)}`);
  return found;
}

function inWords({ hosts, places, without }: Selection): string {
  const criteria = [...places].map(([label, values]) => `${label}=${values.map(quoted).join(" or ")}`);
  if (hosts.length > 0) criteria.unshift(`host=${hosts.slice(0, 5).map(quoted).join(" or ")}`);
  if (without.length > 0) criteria.push(`without ${without.join(", ")}`);
  return criteria.join(" and ");
}

function guess({ hosts, places }: Selection, { records }: Pick<WebParts, "records">): string {
  const label: "host" | Selectable | undefined = hosts.length > 0 ? "host" : [...places.keys()].at(-1);
  const word = label === "host" ? hosts[0] : label && places.get(label)?.[0];
  if (label === undefined || word === undefined || word.length > 100) return "";
  const known = new Set<string>();
  for (const { record } of records()) {
    known.add(label === "host" ? record.host.name : (record.host.place[label] ?? ""));
    if (known.size >= MAX_GUESSED) break;
  }
  const near = nearest(word, known);
  return near === undefined || near === word ? "" : `; did you mean ${label}=${near}?`;
}
