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

/** Names compared with a misspelt one: comparing takes microseconds each, and polls wait meanwhile. */
const MAX_GUESSED = 1000;

/** Which hosts are wanted: different criteria all hold, several values of one are alternatives. */
export interface Selection {
  readonly hosts: readonly string[];
  readonly places: ReadonlyMap<Selectable, readonly string[]>;
  /** Labels the hosts must not have; Prometheus cannot be told to send an empty parameter. */
  readonly without: readonly Selectable[];
  readonly slice?: Slice;
}

export function readSelection(parameters: Parameters): Selection {
  const places = new Map<Selectable, readonly string[]>();
  for (const label of SELECTABLE) {
    const values = parameters.all(label);
    if (values.includes(""))
      throw new Refusal(400, `${label} is empty; without=${label} gives the hosts that have none`);
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

/** True: nothing was asked for in particular. */
export function isEverything({ hosts, places, without, slice }: Selection): boolean {
  return hosts.length === 0 && places.size === 0 && without.length === 0 && slice === undefined;
}

/** Whether a rack's place is in the selection, as far as places go. */
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
  // One host of ten thousand is found without a walk over all of them.
  for (const name of new Set(hosts)) {
    const listed = parts.record(name);
    if (listed !== undefined) yield listed;
  }
}

/**
 * The hosts of a selection. Throws a Refusal (404) when none is, because an empty answer to a misspelt rack
 * looks like a rack without trouble; an empty slice is no mistake.
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
    throw new Refusal(404, `no host of the inventory is ${inWords(selection)}${guess(selection, parts)}`);
  return found;
}

function inWords({ hosts, places, without }: Selection): string {
  const said = [...places].map(([label, values]) => `${label}=${values.map(quoted).join(" or ")}`);
  if (hosts.length > 0) said.unshift(`host=${hosts.slice(0, 5).map(quoted).join(" or ")}`);
  if (without.length > 0) said.push(`without ${without.join(", ")}`);
  return said.join(" and ");
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
