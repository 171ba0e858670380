import { setImmediate as nextTurn } from "node:timers/promises";
import type { HostRecord, Place } from "../../model/index.ts";
import type { ListedHost } from "../parts.ts";
import { placeMatches, SELECTABLE, type Selection } from "../selection.ts";
import { CONDITIONS, type Condition, type HostView, viewOf, worse } from "./condition.ts";

/** Looked at before polls get their turn: a host has a hundred sensors. */
const BATCH = 200;

export interface Rack {
  readonly place: Place;
  readonly worst: Condition;
  readonly hosts: number;
  /** Hosts that are down, critical or in warning. */
  readonly inTrouble: number;
}

/** What the landing page shows of all hosts. */
export interface Fleet {
  /** Those that match words and place, whatever their condition, worst first. */
  readonly matching: readonly HostView[];
  readonly counts: Readonly<Record<Condition, number>>;
  /** Of those that match. */
  readonly racks: readonly Rack[];
  /** In the inventory. */
  readonly total: number;
}

const textOf = ({ host }: HostRecord): string =>
  [host.name, host.address, ...Object.values(host.place), ...Object.values(host.labels)].join(" ").toLowerCase();

/** Every word is somewhere in the host's name, address, place or labels. */
function wordsMatch(record: HostRecord, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = textOf(record);
  return words.every((word) => text.includes(word));
}

/** Looks at all hosts, in batches. */
export async function lookAtFleet(
  records: Iterable<ListedHost>,
  { query, selection }: { readonly query: string; readonly selection: Selection },
): Promise<Fleet> {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  // Taken at once, because the inventory may change between two batches.
  const all = [...records];
  const matching: HostView[] = [];
  for (const [index, { record }] of all.entries()) {
    if (index % BATCH === BATCH - 1) await nextTurn();
    if (placeMatches(record.host.place, selection) && wordsMatch(record, words)) matching.push(viewOf(record));
  }
  const counts = Object.fromEntries(CONDITIONS.map((condition) => [condition, 0])) as Record<Condition, number>;
  for (const { condition } of matching) counts[condition]++;
  matching.sort((a, b) => CONDITIONS.indexOf(a.condition) - CONDITIONS.indexOf(b.condition));
  return { matching, counts, racks: racksOf(matching), total: all.length };
}

function racksOf(views: readonly HostView[]): Rack[] {
  const racks = new Map<string, Rack>();
  for (const { record, condition } of views) {
    const { place } = record.host;
    if (!place.rack) continue;
    const key = JSON.stringify(SELECTABLE.map((label) => place[label] ?? ""));
    const before = racks.get(key) ?? { place, worst: "ok", hosts: 0, inTrouble: 0 };
    const trouble = condition === "down" || condition === "critical" || condition === "warning";
    racks.set(key, {
      place,
      worst: worse(before.worst, condition),
      hosts: before.hosts + 1,
      inTrouble: before.inTrouble + (trouble ? 1 : 0),
    });
  }
  const inOrder = new Intl.Collator("en", { numeric: true });
  const name = ({ place }: Rack): string => SELECTABLE.map((label) => place[label] ?? "").join(" ");
  return [...racks.values()].sort((a, b) => inOrder.compare(name(a), name(b)));
}
