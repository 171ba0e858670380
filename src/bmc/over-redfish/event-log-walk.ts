import {
  decodeLogEntry,
  decodeLogPage,
  type Expand,
  type Get,
  type LogPage,
  RedfishError,
} from "../../redfish/index.ts";
import { type LogOrder, type MarkedEntry, marked, orderOf } from "./event-log-order.ts";

/** Bounds of one reading. */
const MOST_PAGES = 200;
const MOST_ENTRIES = 20_000;
/** Entries read one by one, if the collection has links only: the newest. */
const MOST_SINGLE_ENTRIES = 50;

/** What is known about a log from earlier readings. */
export interface LogHabits {
  order?: LogOrder | undefined;
  /** Whether the service understands `$skip`; absent: unknown, and it is not sent. */
  skips?: boolean | undefined;
}

/** The position up to which a log was read. */
export interface LogPosition {
  readonly known: ReadonlySet<string>;
  /** Key of the newest known entry. */
  readonly newest?: string;
  /** Number of entries that the log had. */
  readonly total?: number;
}

/** A reading that was interrupted after some pages. */
export interface UnfinishedWalk {
  readonly listed: readonly MarkedEntry[];
  readonly links: readonly string[];
  readonly next: string;
  readonly total?: number;
}

export interface LogReading {
  /** Oldest first. */
  readonly entries: readonly MarkedEntry[];
  /** Number of entries of the log; absent if the service does not report it and not all were read. */
  readonly total?: number;
  /** Number of entries when the reading began. */
  readonly totalAtBegin?: number;
}

export interface LogSource {
  readonly get: Get;
  readonly uri: string;
  readonly expand: Expand;
  /** Offset of the BMC's clock, for times without one. */
  readonly zone?: string;
}

/** Stopped by an error; the reading can go on. */
export class WalkStopped extends Error {
  override readonly name = "WalkStopped";
  readonly rest: UnfinishedWalk;

  constructor(cause: unknown, rest: UnfinishedWalk) {
    super("the event log was not read to its end", { cause });
    this.rest = rest;
  }
}

/**
 * Reads a log up to the newest known entry, with as few requests as its order allows. A log that lists the newest
 * entries first takes one page. One that lists the oldest first takes one page if the service understands `$skip`, and
 * all pages otherwise.
 *
 * `$filter` is not used: a filter by date hides entries without a date.
 *
 * @param habits is updated with what the responses show
 * @throws WalkStopped if an error follows the first page; before that, the error
 */
export async function readLog(
  source: LogSource,
  habits: LogHabits,
  position: LogPosition,
  unfinished: UnfinishedWalk | undefined,
  signal: AbortSignal,
): Promise<LogReading> {
  const tail = unfinished ? undefined : await readTail(source, habits, position, signal);
  return tail ?? new Walk(source, habits, position, unfinished).read(signal);
}

/** The entries from the newest known one on. Undefined if the service does not return them. */
async function readTail(
  { get, uri, zone }: LogSource,
  habits: LogHabits,
  { newest, total = 0 }: LogPosition,
  signal: AbortSignal,
): Promise<LogReading | undefined> {
  if (habits.order !== "oldest_first" || habits.skips !== true || newest === undefined || total === 0) return undefined;
  const entries: MarkedEntry[] = [];
  let next: string | undefined = withQuery(uri, `$skip=${total - 1}`);
  let reported: number | undefined;
  try {
    for (let pages = 0; next !== undefined && pages < MOST_PAGES && entries.length < MOST_ENTRIES; pages++) {
      const page: LogPage = decodeLogPage(await get(next, signal));
      entries.push(...page.members.flatMap(({ body }) => (body ? marked(decodeLogEntry(body, zone)) : [])));
      if (entries[0]?.key !== newest) {
        // The entry is elsewhere if the log was cleared, or if the service ignores the parameter.
        if (entries.some(({ key }) => key === newest)) habits.skips = false;
        return undefined;
      }
      reported = page.total;
      next = page.next;
    }
  } catch (error) {
    if (!isRefusal(error)) throw error;
    habits.skips = false;
    return undefined;
  }
  const read = total - 1 + entries.length;
  return { entries, total: Math.max(read, reported ?? 0), totalAtBegin: total };
}

/** A reading from the first page on. */
class Walk {
  readonly #source: LogSource;
  readonly #habits: LogHabits;
  readonly #position: LogPosition;
  /** By key: entries that are added while a log is read move others to the next page. */
  readonly #listed: Map<string, MarkedEntry>;
  /** URIs of entries that the collection only links to. */
  readonly #links: Set<string>;
  #next: string | undefined;
  #total: number | undefined;
  readonly #requested = new Set<string>();
  /** The whole reading, if the first page shows that little is new. */
  #tail: LogReading | undefined;
  readonly #unfinished: UnfinishedWalk | undefined;

  constructor(source: LogSource, habits: LogHabits, position: LogPosition, unfinished: UnfinishedWalk | undefined) {
    this.#source = source;
    this.#habits = habits;
    this.#position = position;
    this.#listed = new Map(unfinished?.listed.map((entry) => [entry.key, entry]));
    this.#links = new Set(unfinished?.links);
    this.#next = unfinished?.next ?? source.uri;
    this.#total = unfinished?.total;
    this.#unfinished = unfinished;
  }

  async read(signal: AbortSignal): Promise<LogReading> {
    if (this.#unfinished) await this.#verifyFirst(this.#unfinished, signal);
    const isWhole = await this.#pages(signal);
    if (this.#tail) return this.#tail;
    const singles = this.#links.size > 0 ? await this.#singles(signal) : [];
    const listed = [...this.#listed.values(), ...singles];
    const count = this.#count;
    const order = this.#order(listed);
    const isKnown = isWhole || this.#total !== undefined;
    return {
      entries: order === "newest_first" ? listed.reverse() : listed,
      total: isKnown ? Math.max(this.#total ?? 0, count) : undefined,
      totalAtBegin: Math.min(this.#total ?? count, count),
    };
  }

  get #count(): number {
    return this.#listed.size + this.#links.size;
  }

  /** The order of what was listed; saved if it was found out. */
  #order(listed: readonly MarkedEntry[]): LogOrder {
    const found = orderOf(listed, this.#position.known);
    if (found) this.#habits.order = found;
    return found ?? this.#habits.order ?? "oldest_first";
  }

  /** Reads page by page. False if it stopped before the end because it met a known entry. */
  async #pages(signal: AbortSignal): Promise<boolean> {
    const { get } = this.#source;
    while (this.#next !== undefined && this.#requested.size < MOST_PAGES && this.#count < MOST_ENTRIES) {
      const uri = this.#next;
      if (this.#requested.has(uri)) break;
      this.#requested.add(uri);
      let page: LogPage;
      try {
        page = await this.#expanded(uri, decodeLogPage(await get(uri, signal)), signal);
      } catch (error) {
        if (this.#count === 0 || isRefusal(error)) throw error;
        const [listed, links] = [[...this.#listed.values()], [...this.#links]];
        throw new WalkStopped(error, { listed, links, next: uri, total: this.#total });
      }
      this.#tail = this.#requested.size === 1 && this.#count === 0 ? this.#tailOf(page) : undefined;
      if (this.#tail) return false;
      this.#total ??= page.total;
      if (page.skips) this.#habits.skips ??= true;
      const before = this.#count;
      for (const { uri: link, body } of page.members) {
        if (body) this.#list(marked(decodeLogEntry(body, this.#source.zone)));
        else if (link !== undefined) this.#links.add(link);
      }
      // A page without new entries ends the log, whatever it links to.
      this.#next = this.#count > before ? page.next : undefined;
      if (this.#next !== undefined && this.#isKnownFromHere()) return false;
    }
    return this.#next === undefined;
  }

  /**
   * The entries of a first page from the newest known one on. Only these are decoded, as most polls find nothing new.
   * Undefined if that entry is not where the known order puts it, or is on another page.
   */
  #tailOf({ members, next, total }: LogPage): LogReading | undefined {
    const { order } = this.#habits;
    const { newest } = this.#position;
    if (order === undefined || newest === undefined || (order === "oldest_first" && next !== undefined))
      return undefined;
    const newestFirst = order === "newest_first" ? members : members.toReversed();
    const found: MarkedEntry[] = [];
    for (const { body } of newestFirst) {
      if (!body) return undefined;
      const entry = marked(decodeLogEntry(body, this.#source.zone));
      // Older entries come first: the order has changed, or the newest entry was deleted.
      if (entry.key !== newest && this.#position.known.has(entry.key)) return undefined;
      found.push(entry);
      if (entry.key === newest)
        return {
          entries: found.reverse(),
          total: next === undefined || total !== undefined ? Math.max(total ?? 0, members.length) : undefined,
        };
    }
    return undefined;
  }

  /** The first page of a reading that goes on: begins again if its first entry is another one, as all pages moved. */
  async #verifyFirst(rest: UnfinishedWalk, signal: AbortSignal): Promise<void> {
    const { get, uri, zone } = this.#source;
    try {
      const [first] = decodeLogPage(await get(uri, signal)).members;
      const isSame = first?.body
        ? marked(decodeLogEntry(first.body, zone)).key === rest.listed[0]?.key
        : first !== undefined && first.uri === rest.links[0];
      if (isSame) return;
    } catch (error) {
      if (isRefusal(error)) throw error;
      throw new WalkStopped(error, rest);
    }
    this.#listed.clear();
    this.#links.clear();
    this.#total = undefined;
    this.#next = uri;
  }

  #list(entry: MarkedEntry): void {
    if (!this.#listed.has(entry.key)) this.#listed.set(entry.key, entry);
  }

  /** True if the log lists the newest entries first and a known one was met. */
  #isKnownFromHere(): boolean {
    const listed = [...this.#listed.values()];
    return listed.some(({ key }) => this.#position.known.has(key)) && this.#order(listed) === "newest_first";
  }

  /** The page with its entries whole, if the service offers to expand a collection that has links only. */
  async #expanded(uri: string, page: LogPage, signal: AbortSignal): Promise<LogPage> {
    const { get, expand } = this.#source;
    if (expand.query === undefined || page.members.length === 0 || page.members.some(({ body }) => body)) return page;
    try {
      const expanded = decodeLogPage(await get(withQuery(uri, expand.query), signal));
      return expanded.members.length >= page.members.length ? expanded : page;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return page;
    }
  }

  /** Entries that the collection only links to: the newest ones, up to the newest known one; in the order of the links. */
  async #singles(signal: AbortSignal): Promise<readonly MarkedEntry[]> {
    const { get, zone } = this.#source;
    const read = async (uri: string): Promise<MarkedEntry> => {
      const resource = await get(uri, signal);
      return marked(decodeLogEntry({ "@odata.id": uri, ...resource }, zone));
    };
    const links = [...this.#links];
    const order = this.#habits.order ?? this.#order(await inTurn(ends(links), read));
    const newestFirst = order === "newest_first" ? links : links.toReversed();
    const found: MarkedEntry[] = [];
    for (const uri of newestFirst.slice(0, MOST_SINGLE_ENTRIES)) {
      const entry = await read(uri);
      found.push(entry);
      if (this.#position.known.has(entry.key)) break;
    }
    return order === "newest_first" ? found : found.reverse();
  }
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

/** The first and the last of two or more. */
const ends = <T>(items: readonly T[]): readonly T[] =>
  items.length < 2 ? [] : [...items.slice(0, 1), ...items.slice(-1)];

const withQuery = (uri: string, query: string): string => `${uri}${uri.includes("?") ? "&" : "?"}${query}`;

/** The BMC refused the request for good, e.g. because of a parameter. */
function isRefusal(error: unknown): boolean {
  return error instanceof RedfishError && (error.reason === "unsupported" || error.reason === "protocol_error");
}
