import type { Clock } from "../../lib/index.ts";
import type { EventCounters, EventLog, LogEntry } from "../../model/index.ts";
import type { Expand, Get } from "../../redfish/index.ts";
import { EventCounts } from "../event-counts.ts";
import type { ChosenLog } from "./event-log-choice.ts";
import { type EntryContext, modelEntry } from "./event-log-entry.ts";
import { compared, type LogOrder, type MarkedEntry, rememberedOf } from "./event-log-order.ts";
import { type LogHabits, type LogReading, readLog, type UnfinishedWalk, WalkStopped } from "./event-log-walk.ts";

/** How often the BMC's clock is compared with ours, if the log does not change. */
const CLOCK_AGE_MS = 10 * 60_000;
/** Number of entries that are remembered, to find the position again if the newest were deleted. */
const REMEMBERED = 64;
/** After this time an interrupted reading begins again: its pages may have moved. */
const UNFINISHED_AGE_MS = 10 * 60_000;

/** State of an event log to save for a restart. Plain JSON. */
export interface SavedRedfishLog {
  /** URI of its entries. */
  readonly uri: string;
  readonly order?: LogOrder;
  readonly skips?: boolean;
  readonly total?: number;
  /** Newest last. */
  readonly remembered: readonly string[];
  readonly counts: EventCounters;
  /** The board or the log was replaced, and the new log was not read completely yet. */
  readonly replaced?: boolean;
}

/** What is needed to read a log, in addition to its URI. */
export interface LogContext extends EntryContext {
  readonly get: Get;
  readonly expand: Expand;
  readonly zone?: string;
  /** Current time of the BMC's clock, epoch ms; undefined if it does not report it. */
  readonly readClock: (signal: AbortSignal) => Promise<number | undefined>;
}

/**
 * The event log of one host over Redfish: reads new entries and counts them. Each poll takes one request while nothing
 * is new, if the service lists the newest entries first or understands `$skip`; see {@link readLog}.
 */
export class RedfishEventLog {
  readonly #clock: Clock;
  readonly #counts = new EventCounts();
  readonly #habits: LogHabits = {};
  #uri: string | undefined;
  #total: number | undefined;
  #remembered: readonly string[] = [];
  /** The log was read completely at least once, so the counters can be exported. */
  #complete = false;
  /** Another board or another log: entries that it has now are historical and not counted, unless it is the same log. */
  #isReplaced = false;
  /** The first reading of a long log may take several polls. */
  #unfinished: { readonly walk: UnfinishedWalk; readonly atMs: number } | undefined;
  #lastAddition: number | undefined;
  #clockOffsetSeconds: number | undefined;
  #clockReadAt = Number.NEGATIVE_INFINITY;
  #revision = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async read(
    { entries: uri, capacity }: ChosenLog,
    context: LogContext,
    signal: AbortSignal,
  ): Promise<{ readonly log: EventLog; readonly failure?: unknown }> {
    this.#use(uri);
    let news: { readonly fresh: readonly LogEntry[]; readonly historical: number } = { fresh: [], historical: 0 };
    let failure: unknown;
    try {
      news = this.#note(await this.#walk(uri, context, signal), context);
    } catch (error) {
      if (!(error instanceof WalkStopped)) throw error;
      this.#unfinished = { walk: error.rest, atMs: this.#clock.monotonicMs() };
      failure = error.cause;
    }
    const { fresh, historical } = news;
    if (failure === undefined) failure = await this.#compareClocks(context, fresh.length > 0, signal);
    const entries = this.#total;
    const log: EventLog = {
      entries,
      capacityEntries: capacity,
      overflow: capacity === undefined || entries === undefined ? undefined : entries >= capacity,
      lastAddition: this.#lastAddition,
      clockOffsetSeconds: this.#clockOffsetSeconds,
      counters: this.#complete ? this.#counts.snapshot() : undefined,
      fresh,
      historical,
    };
    return { log, failure };
  }

  /** Another board answers at the address. */
  replaceBoard(): void {
    if (this.#complete) this.#isReplaced = true;
    this.#unfinished = undefined;
    this.#clockOffsetSeconds = undefined;
    this.#clockReadAt = Number.NEGATIVE_INFINITY;
    this.#lastAddition = undefined;
    this.#revision++;
  }

  /** After an update, another log may be the one to count. */
  #use(uri: string): void {
    if (this.#uri === uri) return;
    if (this.#uri !== undefined) {
      this.#isReplaced ||= this.#complete;
      this.#habits.order = undefined;
      this.#habits.skips = undefined;
      this.#total = undefined;
      this.#unfinished = undefined;
    }
    this.#uri = uri;
    this.#revision++;
  }

  async #walk(uri: string, { get, expand, zone }: LogContext, signal: AbortSignal): Promise<LogReading> {
    const known = new Set(this.#remembered.map(keyOf));
    const last = this.#remembered.at(-1);
    const newest = last === undefined ? undefined : keyOf(last);
    const source = { get, uri, expand, zone };
    const { walk, atMs } = this.#unfinished ?? { atMs: 0 };
    this.#unfinished = undefined;
    // Later on, an entry that moved to a page that was already read would be lost.
    const isFirst = !this.#complete || this.#isReplaced;
    const rest = isFirst && this.#clock.monotonicMs() - atMs < UNFINISHED_AGE_MS ? walk : undefined;
    const { order, skips } = this.#habits;
    try {
      return await readLog(source, this.#habits, { known, newest, total: this.#total }, rest, signal);
    } finally {
      if (order !== this.#habits.order || skips !== this.#habits.skips) this.#revision++;
    }
  }

  /** Counts what is new in a complete reading. */
  #note(
    { entries, total, totalAtBegin = entries.length }: LogReading,
    context: EntryContext,
  ): { readonly fresh: readonly LogEntry[]; readonly historical: number } {
    // The service reports entries and returns none: it is starting.
    if (entries.length === 0 && (total ?? 0) > 0) return { fresh: [], historical: 0 };
    const { fresh, continued } = compared(entries, this.#remembered);
    if (continued) this.#isReplaced = false;
    const isHistory = !this.#complete || this.#isReplaced;
    const historical = isHistory ? Math.min(fresh.length, totalAtBegin) : 0;
    const uncounted = this.#isReplaced ? historical : 0;
    const estimate = continued && this.#total !== undefined ? this.#total + fresh.length : undefined;
    const changed = total !== this.#total || fresh.length > 0 || !this.#complete || this.#isReplaced;
    this.#total = total ?? estimate;
    // What was known stays known: a service that is starting may list some entries only.
    this.#remembered = [...this.#remembered, ...fresh.map(rememberedOf)].slice(-REMEMBERED);
    this.#complete = true;
    this.#isReplaced = false;
    this.#lastAddition = newestDate(entries) ?? this.#lastAddition;
    if (changed) this.#revision++;
    return { fresh: fresh.map(({ entry }, i) => this.#entryOf(entry, context, i >= uncounted)), historical };
  }

  #entryOf(entry: MarkedEntry["entry"], context: EntryContext, isCounted: boolean): LogEntry {
    const { entry: decoded, memoryError } = modelEntry(entry, context);
    if (isCounted) this.#counts.add(decoded, memoryError);
    return decoded;
  }

  /** Returns the error. */
  async #compareClocks({ readClock }: LogContext, isDue: boolean, signal: AbortSignal): Promise<unknown> {
    const begin = this.#clock.monotonicMs();
    if (!isDue && begin - this.#clockReadAt < CLOCK_AGE_MS) return undefined;
    const before = this.#clock.wallMs();
    try {
      const theirs = await readClock(signal);
      this.#clockReadAt = begin;
      const half = (this.#clock.wallMs() - before) / 2;
      this.#clockOffsetSeconds = theirs === undefined ? undefined : Math.round((theirs - before - half) / 1000);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** Revision of the data to save. */
  get revision(): number {
    return this.#revision;
  }

  /** Position and counts, which belong together. Undefined before the log was read once. */
  save(): SavedRedfishLog | undefined {
    if (!this.#complete || this.#uri === undefined) return undefined;
    return {
      uri: this.#uri,
      order: this.#habits.order,
      skips: this.#habits.skips,
      total: this.#total,
      remembered: this.#remembered,
      counts: this.#counts.snapshot(),
      replaced: this.#isReplaced || undefined,
    };
  }

  /** Restores saved state; the next poll reads newer entries. */
  restore({ uri, order, skips, total, remembered, counts, replaced }: SavedRedfishLog): void {
    this.#uri = uri;
    this.#habits.order = order;
    this.#habits.skips = skips;
    this.#total = total;
    this.#remembered = remembered;
    this.#counts.restore(counts);
    this.#complete = true;
    this.#isReplaced = replaced === true;
  }
}

const keyOf = (remembered: string): string => remembered.split(" ")[0] ?? remembered;

/** The date of the newest entry that has one. */
function newestDate(entries: readonly MarkedEntry[]): number | undefined {
  for (const { entry } of entries.toReversed()) if (entry.time && "epochMs" in entry.time) return entry.time.epochMs;
  return undefined;
}
