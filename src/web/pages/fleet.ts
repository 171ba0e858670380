import { setImmediate as nextTurn } from "node:timers/promises";
import type { HostRecord, Place } from "../../model/index.ts";
import type { ListedHost } from "../parts.ts";
import { placeMatches, SELECTABLE, type Selection } from "../selection.ts";
import { CONDITIONS, type Condition, type HostView, isTrouble, viewOf, worse } from "./condition.ts";
import { type Measure, type Reading, readingOf } from "./measure.ts";
import { inNaturalOrder } from "./natural-order.ts";
import { type Spread, spreadOf } from "./scale.ts";

/** Hosts that are processed before polls run: a host has a hundred sensors. */
const BATCH = 200;

export interface Rack {
  /** Without position; without rack for hosts that have none. */
  readonly place: Place;
  readonly worst: Condition;
  /** Hosts that are down, critical or in warning. */
  readonly inTrouble: number;
  /** In the order of the inventory. */
  readonly hosts: readonly HostView[];
  /** Values of the hosts that have the measure in its own unit. */
  readonly values: Totals;
}

/** Values of several hosts together. */
interface Totals {
  readonly count: number;
  readonly sum: number;
  readonly most: number;
  readonly least: number;
}

/** What the landing page shows of all hosts. */
export interface Fleet {
  /** Hosts that match words and place, in any condition, worst first. */
  readonly matching: readonly HostView[];
  readonly counts: Readonly<Record<Condition, number>>;
  /** Racks of the matching hosts, in the order of their place; hosts without a rack last. */
  readonly racks: readonly Rack[];
  /** Range of the values of the matching hosts. */
  readonly spread: Spread | undefined;
  /** Hosts in the inventory. */
  readonly total: number;
}

const textOf = ({ host }: HostRecord): string =>
  [host.name, host.address, ...Object.values(host.place), ...Object.values(host.labels)].join(" ").toLowerCase();

/** The words of a query, in lower case. */
export const wordsOf = (query: string): readonly string[] =>
  query
    .slice(0, 200)
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");

/** Whether every word is in the name, address, place or labels of the host. */
export function matchesWords(record: HostRecord, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = textOf(record);
  return words.every((word) => text.includes(word));
}

interface Tally {
  count: number;
  sum: number;
  most: number;
  least: number;
}

const noValues = (): Tally => ({
  count: 0,
  sum: 0,
  most: Number.NEGATIVE_INFINITY,
  least: Number.POSITIVE_INFINITY,
});

function add(totals: Tally, { value }: Reading): void {
  totals.count++;
  totals.sum += value;
  totals.most = Math.max(totals.most, value);
  totals.least = Math.min(totals.least, value);
}

interface Gathered {
  readonly place: Place;
  readonly hosts: HostView[];
  readonly values: Tally;
  worst: Condition;
  inTrouble: number;
}

/** The same for all hosts of a rack, and different for different racks. */
export const rackKey = (place: Place): string =>
  place.rack ? SELECTABLE.map((label) => place[label] ?? "").join("\0") : "";

/** Summarises all hosts, in batches. */
export async function lookAtFleet(
  records: Iterable<ListedHost>,
  { query, selection, by }: { readonly query: string; readonly selection: Selection; readonly by: Measure },
): Promise<Fleet> {
  const words = wordsOf(query);
  // Copied at once, because the inventory may change between two batches.
  const all = [...records];
  const found = Object.fromEntries(CONDITIONS.map((condition) => [condition, []])) as unknown as Record<
    Condition,
    HostView[]
  >;
  const racks = new Map<string, Gathered>();
  const values: number[] = [];
  for (const [index, { record }] of all.entries()) {
    if (index % BATCH === BATCH - 1) await nextTurn();
    if (!placeMatches(record.host.place, selection) || !matchesWords(record, words)) continue;
    const seen = viewOf(record);
    const { snapshot } = record;
    const reading = snapshot?.up === true ? readingOf(by, snapshot) : undefined;
    const view = reading === undefined ? seen : { ...seen, reading };
    found[view.condition].push(view);
    gather(racks, view);
    if (reading !== undefined) values.push(reading.value);
  }
  await nextTurn();
  return {
    matching: CONDITIONS.flatMap((condition) => found[condition]),
    counts: Object.fromEntries(CONDITIONS.map((name) => [name, found[name].length])) as Record<Condition, number>,
    racks: inOrder(racks),
    spread: spreadOf(values),
    total: all.length,
  };
}

function gather(racks: Map<string, Gathered>, view: HostView): void {
  const { record, condition, reading } = view;
  const { site, room, row, rack } = record.host.place;
  const key = rackKey(record.host.place);
  let gathered = racks.get(key);
  if (gathered === undefined) {
    const place = rack ? { site, room, row, rack } : {};
    gathered = { place, hosts: [], values: noValues(), worst: "ok", inTrouble: 0 };
    racks.set(key, gathered);
  }
  gathered.hosts.push(view);
  gathered.worst = worse(gathered.worst, condition);
  if (isTrouble(condition)) gathered.inTrouble++;
  if (reading !== undefined) add(gathered.values, reading);
}

function inOrder(racks: ReadonlyMap<string, Gathered>): Rack[] {
  const placed = [...racks].filter(([key]) => key !== "");
  const none = racks.get("");
  const sorted = inNaturalOrder(placed, ([key]) => key).map(([, rack]) => rack);
  return none === undefined ? sorted : [...sorted, none];
}
