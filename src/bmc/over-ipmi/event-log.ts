import {
  type CommandRunner,
  DecodeError,
  type DeviceId,
  decodeSelRecord,
  getSelInfo,
  getSelTime,
  readSelSince,
  SEL_RECORD_LENGTH,
  type SelCursor,
  type SelInfo,
  selTime,
} from "../../ipmi/index.ts";
import type { Clock } from "../../lib/index.ts";
import type { EventCounters, EventLog, LogEntry } from "../../model/index.ts";
import { EventCounts } from "../event-counts.ts";
import type { Severities } from "../severities.ts";
import { decodeEvent } from "./log-entry.ts";
import { isUnknownCommand, optional } from "./refusals.ts";
import type { SensorPlan } from "./sensor-plan.ts";

/** How often the BMC's clock is compared with ours. */
const CLOCK_AGE_MS = 10 * 60_000;
/** Records at the end of the log that are remembered, to find the place again when the last one has gone. */
const REMEMBERED = 64;
const UNSPECIFIED = 0xffffffff;
const FREE_65535_OR_MORE = 0xffff;
/** Stamps count seconds: what is younger may be given to another record, too. */
const YOUNG_SECONDS = 2;

/** What a restart should know of an event log; bytes as base64. */
export interface SavedEventLog {
  readonly cursor?: { readonly recordId: number; readonly bytes: string };
  readonly remembered: readonly string[];
  readonly counts: EventCounters;
  /** The board was replaced, and the log of the new one was not read to its end. */
  readonly replaced?: boolean;
}

/** What is known besides the log, to read its records with. */
export interface EventContext {
  readonly plan?: SensorPlan;
  readonly device?: DeviceId;
  readonly severities?: Severities;
}

interface NewEvents {
  readonly fresh: readonly LogEntry[];
  /** How many of them, from the beginning, are history. */
  readonly historical: number;
  readonly failure?: unknown;
}

/** Of a BMC that returns its records and no info about them. */
const NO_INFO: LogInfo = {
  freeBytes: FREE_65535_OR_MORE,
  lastAdditionTimestamp: UNSPECIFIED,
  lastEraseTimestamp: UNSPECIFIED,
};

type LogInfo = Pick<SelInfo, "freeBytes" | "lastAdditionTimestamp" | "lastEraseTimestamp"> &
  Partial<Pick<SelInfo, "entries" | "overflow">>;

/** What changes when the log does. */
type KnownLog = Pick<LogInfo, "entries" | "lastAdditionTimestamp" | "lastEraseTimestamp">;

const NOTHING_NEW: NewEvents = { fresh: [], historical: 0 };
/** Stamps up to here count from the start of the BMC: the next start gives them again. */
const LAST_RELATIVE = 0x20000000;

/**
 * The event log of one host: reads what is new and counts it. The log is read only when its info says
 * that something changed, and then from the last known record on; if that has gone, the log was cleared
 * or went round, and the newest record that is known tells what is old.
 */
export class EventLogReader {
  readonly #clock: Clock;
  readonly #counts = new EventCounts();
  #known: KnownLog | undefined;
  #cursor: SelCursor | undefined;
  #remembered: readonly string[] = [];
  /**
   * Read again from the beginning and not yet to the end. What of it is new shows at its newest known
   * record, so nothing is counted before the end.
   */
  #again: readonly Buffer[] | undefined;
  /** Read to its end at least once: the counters are worth telling. */
  #complete = false;
  /** At first contact with a board, until its log was read to its end: what it held then is history. */
  #firstContact: { readonly info: LogInfo; historyLeft: number; begun: boolean } | undefined;
  /** Another board answers: its history is not counted. */
  #isReplaced = false;
  /** The log is to be read even if its info stays the same. */
  #unfinished = true;
  #revision = 0;
  #clockOffsetSeconds: number | undefined;
  #clockReadAt = Number.NEGATIVE_INFINITY;
  /** The log changed since. */
  #isClockDue = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async read(
    runner: CommandRunner,
    context: EventContext,
    signal: AbortSignal,
  ): Promise<{ readonly log: EventLog; readonly failure?: unknown }> {
    const info = await readInfo(runner, signal);
    if (!this.#complete || this.#isReplaced) this.#begin(info ?? NO_INFO);
    const changed = !info || !sameLog(info, this.#known);
    const unchanged = !this.#unfinished && !changed;
    const read = unchanged ? NOTHING_NEW : await this.#readNew(runner, info ?? NO_INFO, context, signal);
    const { fresh, historical, failure: stopped } = read;
    const { entries, overflow, freeBytes, lastAdditionTimestamp, lastEraseTimestamp } = info ?? NO_INFO;
    this.#known = { entries, lastAdditionTimestamp, lastEraseTimestamp };
    // What was read counts, whatever becomes of the clock. A change is when its clock has to be known.
    this.#isClockDue ||= changed && info !== undefined;
    const failure = stopped ?? (await this.#compareClocks(runner, signal));
    if (!info || !this.#isTelling(info)) this.#unfinished = true;
    const log: EventLog = {
      entries,
      freeBytes: info && freeBytes,
      capacityEntries:
        entries === undefined || freeBytes === FREE_65535_OR_MORE
          ? undefined
          : entries + Math.floor(freeBytes / SEL_RECORD_LENGTH),
      overflow,
      lastAddition:
        lastAdditionTimestamp === UNSPECIFIED || lastAdditionTimestamp === 0 ? undefined : lastAdditionTimestamp * 1000,
      clockOffsetSeconds: this.#clockOffsetSeconds,
      counters: this.#complete ? this.#counts.snapshot() : undefined,
      fresh,
      historical,
    };
    return { log, failure };
  }

  /** Another board answers at the address: what its log holds now is history, unless it is the same log after all. */
  replaceBoard(): void {
    this.#isReplaced = true;
    this.#firstContact = undefined;
    this.#unfinished = true;
    this.#known = undefined;
    this.#clockOffsetSeconds = undefined;
    this.#clockReadAt = Number.NEGATIVE_INFINITY;
    this.#revision++;
  }

  #begin(info: LogInfo): void {
    this.#firstContact ??= { info, historyLeft: info.entries ?? Number.POSITIVE_INFINITY, begun: false };
  }

  /**
   * How many of the records just read, the oldest of them, the log held at first contact. All of the first
   * reading; where that takes several polls, as many as there were when it began: what comes meanwhile is news.
   */
  #history(read: number): number {
    const first = this.#firstContact;
    if (!first || read === 0) return 0;
    const historical = first.begun ? Math.min(read, first.historyLeft) : read;
    first.historyLeft = Math.max(0, first.historyLeft - read);
    first.begun = true;
    return historical;
  }

  async #readNew(runner: CommandRunner, info: LogInfo, context: EventContext, signal: AbortSignal): Promise<NewEvents> {
    this.#unfinished = true;
    const before = { cursor: this.#cursor, isComplete: this.#complete, isReplaced: this.#isReplaced };
    const { records, continued, failure } = await readSelSince(runner, this.#cursor, signal);
    const last = records.at(-1);
    if (last) this.#cursor = { recordId: last.readUInt16LE(0), bytes: last };
    else if (!continued) this.#cursor = undefined;
    const begun = continued ? this.#again : this.#remembered.length > 0 ? [] : undefined;
    // Where two records have one id, the way on may lead back to what was just read.
    const all = begun ? distinct([...begun, ...records]) : records;
    this.#again = begun && failure !== undefined ? all : undefined;
    const first = this.#firstContact;
    if (this.#again) {
      // What comes from now on is news.
      if (first) first.begun = true;
      return { fresh: [], historical: 0, failure };
    }
    const known = new Set(this.#remembered);
    // Where two records have one id, the way on may lead back to what is known.
    const fresh = begun ? this.#unknown(all) : records.filter((record) => !known.has(whole(record)));
    // Nothing known is left and something was erased: what is there came after the clear. Unless it is older than
    // that, or the log is full: then a record was deleted, and the log has gone round.
    const isAnew = begun !== undefined && fresh.length === all.length;
    const isErased = info.lastEraseTimestamp !== first?.info.lastEraseTimestamp;
    const isCleared = isAnew && isErased && info.freeBytes > 0 && !isOlder(all[0], info.lastEraseTimestamp);
    if (first && isCleared) first.historyLeft = 0;
    // Announced and not given: once more.
    const isMissing = !continued && all.length === 0 && (info.entries ?? 0) > 0;
    // A board whose log has a record that is known is the known board: its GUID has changed.
    if (this.#isReplaced && (continued || (begun !== undefined && !isAnew))) this.#isReplaced = false;
    if (!isMissing)
      this.#remembered = [...(begun ? [] : this.#remembered), ...(begun ? all : fresh).map(whole)].slice(-REMEMBERED);
    const historical = this.#complete && !this.#isReplaced ? 0 : this.#history(fresh.length);
    const uncounted = this.#isReplaced ? historical : 0;
    if (failure === undefined && !isMissing) {
      this.#complete = true;
      this.#unfinished = false;
      this.#isReplaced = false;
      this.#firstContact = undefined;
    }
    const { cursor, isComplete, isReplaced } = before;
    const isSame = cursor === this.#cursor && isComplete === this.#complete && isReplaced === this.#isReplaced;
    if (!isSame || records.length > 0) this.#revision++;
    return { fresh: fresh.map((bytes, i) => this.#entryOf(bytes, context, i >= uncounted)), historical, failure };
  }

  /** Counts what is worth saving. */
  get revision(): number {
    return this.#revision;
  }

  /** Cursor and counts, which belong together. Undefined before the log was read once. */
  save(): SavedEventLog | undefined {
    if (!this.#complete) return undefined;
    // In the middle of a reading from the beginning: what was read of it is not kept, so it begins again.
    const last = this.#again ? undefined : this.#cursor;
    const cursor = last && { recordId: last.recordId, bytes: base64(last.bytes) };
    const remembered = this.#remembered.map((text) => base64(Buffer.from(text, "latin1")));
    return { cursor, remembered, counts: this.#counts.snapshot(), replaced: this.#isReplaced || undefined };
  }

  /** Takes what was saved; the next poll reads what came meanwhile. */
  restore(saved: SavedEventLog): void {
    const { cursor } = saved;
    this.#cursor = cursor && { recordId: cursor.recordId, bytes: Buffer.from(cursor.bytes, "base64") };
    this.#remembered = saved.remembered.map((text) => Buffer.from(text, "base64").toString("latin1"));
    this.#counts.restore(saved.counts);
    this.#complete = true;
    this.#isReplaced = saved.replaced === true;
  }

  #entryOf(bytes: Buffer, context: EventContext, isCounted: boolean): LogEntry {
    const { entry, memoryError } = decodeEvent(bytes, context);
    if (isCounted) this.#counts.add(entry, memoryError);
    return entry;
  }

  /**
   * What comes after the newest known record; everything, when none of the known ones is left. Where ids were
   * given anew a record is known by what it says, unless it has no date: each start of a BMC without a clock
   * logs the same again.
   */
  #unknown(records: readonly Buffer[]): readonly Buffer[] {
    const known = new Set(this.#remembered);
    const newest = records.findLastIndex((record) => known.has(whole(record)));
    if (newest >= 0) return records.slice(newest + 1);
    const contents = new Set(this.#remembered.filter(isDated).map(withoutId));
    return records.slice(records.findLastIndex((record) => contents.has(withoutId(whole(record)))) + 1);
  }

  /** Whether a change of the log would change its info: not while its stamps may be given again, or where it has none. */
  #isTelling(info: SelInfo): boolean {
    const now = this.#clock.wallMs() / 1000 + (this.#clockOffsetSeconds ?? 0);
    const isOld = (stamp: number): boolean => stamp === UNSPECIFIED || Math.abs(now - stamp) > YOUNG_SECONDS;
    const { lastAdditionTimestamp, lastEraseTimestamp, entries } = info;
    const isTold = entries === 0 || (lastAdditionTimestamp !== UNSPECIFIED && lastAdditionTimestamp > LAST_RELATIVE);
    return isTold && isOld(lastAdditionTimestamp) && isOld(lastEraseTimestamp);
  }

  /** Gives what went wrong, where that is more than a BMC without a clock. */
  async #compareClocks(runner: CommandRunner, signal: AbortSignal): Promise<unknown> {
    const now = this.#clock.monotonicMs();
    if (!this.#isClockDue && now - this.#clockReadAt < CLOCK_AGE_MS) return undefined;
    const before = this.#clock.wallMs();
    try {
      const answer = await optional(runner.run(getSelTime, undefined, { signal }));
      this.#clockReadAt = now;
      this.#isClockDue = false;
      if (!answer) return undefined;
      const half = (this.#clock.wallMs() - before) / 2;
      const isTold = selTime(answer.timestamp).kind !== "unspecified";
      this.#clockOffsetSeconds = isTold ? Math.round(answer.timestamp - (before + half) / 1000) : undefined;
      return undefined;
    } catch (error) {
      return error;
    }
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
}

/** Without those that are the same in every byte as one before. */
function distinct(records: readonly Buffer[]): readonly Buffer[] {
  return [...new Map(records.map((record) => [whole(record), record])).values()];
}

const whole = (record: Buffer): string => record.toString("latin1");
const withoutId = (record: string): string => record.slice(2);

/** Has a wall clock's time, which no other record of the same words has. */
const isDated = (text: string): boolean => stampOf(Buffer.from(text, "latin1")) !== undefined;

/** Whether a record is of before the time that a stamp tells; not known of one without a date. */
function isOlder(record: Buffer | undefined, stamp: number): boolean {
  const at = record && stampOf(record);
  // A stamp that counts from the start of the BMC: it did not know the time then, as it did before.
  return at !== undefined && (at < stamp || stamp <= LAST_RELATIVE);
}

/** The time of a record, where it is of a wall clock; seconds. */
function stampOf(bytes: Buffer): number | undefined {
  if (bytes.length !== SEL_RECORD_LENGTH) return undefined;
  const record = decodeSelRecord(bytes);
  if (!("timestamp" in record) || selTime(record.timestamp).kind !== "wall_clock") return undefined;
  return record.timestamp;
}

function sameLog(a: KnownLog, b: KnownLog | undefined): boolean {
  return (
    b !== undefined &&
    a.entries === b.entries &&
    a.lastAdditionTimestamp === b.lastAdditionTimestamp &&
    a.lastEraseTimestamp === b.lastEraseTimestamp
  );
}

/** Undefined where the BMC does not know the command, or answers without data: the records may be read all the same. */
async function readInfo(runner: CommandRunner, signal: AbortSignal): Promise<SelInfo | undefined> {
  try {
    return await runner.run(getSelInfo, undefined, { signal });
  } catch (error) {
    if (error instanceof DecodeError || isUnknownCommand(error)) return undefined;
    throw error;
  }
}
