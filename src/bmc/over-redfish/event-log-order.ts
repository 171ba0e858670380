import { createHash } from "node:crypto";
import type { RedfishLogEntry } from "../../redfish/index.ts";

/** The order in which a service lists its entries. */
export type LogOrder = "oldest_first" | "newest_first";

/** An entry with what it is recognised by. */
export interface MarkedEntry {
  readonly entry: RedfishLogEntry;
  /** Digest of everything that does not change while the entry is in the log. */
  readonly key: string;
  /** The same without the id; absent without a date, because such entries repeat. */
  readonly content?: string;
}

/** 96 bits. */
const digest = (parts: readonly unknown[]): string =>
  createHash("sha1").update(JSON.stringify(parts)).digest("base64url").slice(0, 16);

/**
 * Severity is no part of it: iLO sets it to OK when the fault is repaired. Nor are MessageArgs and times that are
 * updated.
 */
export function marked(entry: RedfishLogEntry): MarkedEntry {
  const { id, stamp, message, messageId, code, sensorNumber, sequence } = entry;
  const dated = stamp !== undefined && stamp > 0;
  // An update of the firmware changes the version of a registry: "OpenBMC.0.1.PowerSupplyFailed".
  const name = messageId?.split(".").at(-1);
  const content = [stamp, message, name, code, sensorNumber, sequence];
  return {
    entry,
    key: digest([id, ...content]),
    ...(dated || sequence !== undefined ? { content: digest(content) } : undefined),
  };
}

/** Text form of an entry that was read, as it is remembered and saved: "KEY" or "KEY CONTENT". */
export const rememberedOf = ({ key, content }: MarkedEntry): string =>
  content === undefined ? key : `${key} ${content}`;

const epochOf = ({ entry: { time } }: MarkedEntry): number | undefined =>
  time !== undefined && "epochMs" in time ? time.epochMs : undefined;

const numberOf = ({ entry: { id } }: MarkedEntry): number | undefined =>
  /^\d{1,15}$/.test(id) ? Number(id) : undefined;

/** The sign of the majority of the steps between neighbours: 1 ascending, -1 descending, 0 undecided. */
function trend(values: readonly (number | undefined)[]): number {
  const known = values.filter((value) => value !== undefined);
  let balance = 0;
  for (let i = 1; i < known.length; i++) balance += Math.sign((known[i] ?? 0) - (known[i - 1] ?? 0));
  return Math.sign(balance);
}

/**
 * Finds out the order of entries as listed: from their dates, then from their ids, then from the side on which entries
 * are that were not there before. The majority decides, because a clock that is set makes one step backwards. Undefined
 * if nothing tells.
 */
export function orderOf(listed: readonly MarkedEntry[], remembered: ReadonlySet<string>): LogOrder | undefined {
  const isKnown = listed.map(({ key }) => remembered.has(key));
  const first = isKnown.indexOf(true);
  const last = isKnown.lastIndexOf(true);
  const side = first < 0 ? 0 : Math.sign(listed.length - 1 - last - first);
  const sign = trend(listed.map(epochOf)) || trend(listed.map(numberOf)) || side;
  return sign === 0 ? undefined : sign > 0 ? "oldest_first" : "newest_first";
}

export interface Comparison {
  /** Entries after the newest known one; oldest first. */
  readonly fresh: readonly MarkedEntry[];
  /** The log has an entry that was read before. */
  readonly continued: boolean;
}

/**
 * Separates new entries from known ones.
 *
 * The newest known entry is looked for; what follows is new. If ids were assigned anew, dated entries are recognised by
 * their content. If no known entry is left, the log was cleared or has wrapped around, and all are new. So they are if
 * only entries without a date are known and the newest of those is missing: a BMC without a clock that was cleared logs
 * the same entries under the same ids again, while nobody deletes the newest entry alone.
 *
 * @param entries oldest first
 * @param remembered newest last, as from {@link rememberedOf}
 */
export function compared(entries: readonly MarkedEntry[], remembered: readonly string[]): Comparison {
  const pairs = remembered.map((text) => text.split(" "));
  const keys = new Set(pairs.map(([key]) => key));
  const newest = entries.findLastIndex(({ key }) => keys.has(key));
  if (newest >= 0) {
    const isLast = pairs.at(-1)?.[0] === entries[newest]?.key;
    const isDated = entries.some(({ key, content }) => content !== undefined && keys.has(key));
    if (isLast || isDated) return { fresh: entries.slice(newest + 1), continued: true };
    return { fresh: entries, continued: false };
  }
  const contents = new Set(pairs.flatMap(([, content]) => content ?? []));
  const same = entries.findLastIndex(({ content }) => content !== undefined && contents.has(content));
  return { fresh: entries.slice(same + 1), continued: same >= 0 };
}
