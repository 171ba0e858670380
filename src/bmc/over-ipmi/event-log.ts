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
import { LogTrust } from "./log-trust.ts";
import { isUnknownCommand, optional } from "./refusals.ts";
import type { SensorPlan } from "./sensor-plan.ts";

/** How often the BMC's clock is compared with ours. */
const CLOCK_AGE_MS = 10 * 60_000;
/**
 * Number of records at the end of the log that are remembered, to find the position again if the last one was deleted.
 */
const REMEMBERED = 64;
const UNSPECIFIED = 0xffffffff;
const FREE_65535_OR_MORE = 0xffff;
/**
 * Timestamps have a resolution of one second, so a record that is younger than this may share its timestamp with a
 * later one.
 */
const YOUNG_SECONDS = 2;

/** State of an event log to save for a restart; bytes as base64. */
export interface SavedEventLog {
  readonly cursor?: { readonly recordId: number; readonly bytes: string };
  readonly remembered: readonly string[];
  readonly counts: EventCounters;
  /** The board was replaced, and the log of the new board was not read completely yet. */
  readonly replaced?: boolean;
}

/** What is needed to interpret the records, in addition to the log. */
export interface EventContext {
  readonly plan?: SensorPlan;
  readonly device?: DeviceId;
  readonly severities?: Severities;
}

export interface LogReading {
  readonly log: EventLog;
  /** Something was added, erased or changed since the previous reading. */
  readonly changed: boolean;
  readonly failure?: unknown;
}

interface NewEvents {
  readonly fresh: readonly LogEntry[];
  /** How many of them, from the beginning, are historical. */
  readonly historical: number;
  readonly failure?: unknown;
}

/** Info of a BMC that returns records but no info about the log. */
const NO_INFO: LogInfo = {
  freeBytes: FREE_65535_OR_MORE,
  lastAdditionTimestamp: UNSPECIFIED,
  lastEraseTimestamp: UNSPECIFIED,
};

type LogInfo = Pick<SelInfo, "freeBytes" | "lastAdditionTimestamp" | "lastEraseTimestamp"> &
  Partial<Pick<SelInfo, "entries" | "overflow">>;

/** A value that changes when the log changes. */
type KnownLog = Pick<LogInfo, "entries" | "lastAdditionTimestamp" | "lastEraseTimestamp">;

const NOTHING_NEW: NewEvents = { fresh: [], historical: 0 };
/** Timestamps up to this value count from the start of the BMC, so the next start uses them again. */
const LAST_RELATIVE = 0x20000000;

/**
 * The event log of one host: reads new records and counts them.
 *
 * The log is read only if its info changed, and then from the last known record on. If that record is missing, the log
 * was cleared or has wrapped around. Then it is read from the beginning, and the newest known record separates old from
 * new records.
 */
export class EventLogReader {
  readonly #clock: Clock;
  readonly #counts = new EventCounts();
  readonly #recheckMs: number | undefined;
  #trust: LogTrust | undefined;
  #known: KnownLog | undefined;
  #cursor: SelCursor | undefined;
  #remembered: readonly string[] = [];
  /**
   * The log is being read again from the beginning. Which records are new is known when the newest known record is
   * found, so nothing is counted before the end.
   */
  #again: readonly Buffer[] | undefined;
  /** The log was read completely at least once, so the counters can be exported. */
  #complete = false;
  /**
   * True from the first contact with a board until its log was read completely: records that it had then are
   * historical.
   */
  #firstContact: { readonly info: LogInfo; historyLeft: number; begun: boolean } | undefined;
  /** Another board answers: its older records are not counted. */
  #isReplaced = false;
  /** The log must be read even if its info did not change. */
  #unfinished = true;
  #revision = 0;
  #clockOffsetSeconds: number | undefined;
  #clockReadAt = Number.NEGATIVE_INFINITY;
  /** The log changed since the clocks were compared. */
  #isClockDue = false;

  /**
   * @param options.recheckMs how often to query whether the BMC logs events; absent: nobody needs to know whether the
   *   log shows every event
   */
  constructor(clock: Clock, options: { readonly recheckMs?: number | undefined } = {}) {
    this.#clock = clock;
    this.#recheckMs = options.recheckMs;
    this.#trust = this.#newTrust();
  }

  #newTrust(): LogTrust | undefined {
    return this.#recheckMs === undefined ? undefined : new LogTrust(this.#clock, this.#recheckMs);
  }

  /** Whether the log shows every event; undefined: nobody needs to know. */
  get trust(): LogTrust | undefined {
    return this.#trust;
  }

  async read(runner: CommandRunner, context: EventContext, signal: AbortSignal): Promise<LogReading> {
    const info = await readInfo(runner, signal);
    if (!this.#complete || this.#isReplaced) this.#begin(info ?? NO_INFO);
    const changed = !info || !sameLog(info, this.#known);
    const unchanged = !this.#unfinished && !changed;
    const read = unchanged ? NOTHING_NEW : await this.#readNew(runner, info ?? NO_INFO, context, signal);
    const { fresh, historical, failure: stopped } = read;
    const { entries, overflow, freeBytes, lastAdditionTimestamp, lastEraseTimestamp } = info ?? NO_INFO;
    this.#known = { entries, lastAdditionTimestamp, lastEraseTimestamp };
    // Records that were read are counted even if reading the clock fails. After a change of the log, the clock is
    // compared again.
    this.#isClockDue ||= changed && info !== undefined;
    const failure = stopped ?? (await this.#compareClocks(runner, signal));
    this.#trust?.noteLog(info, this.#bmcSeconds);
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
    return { log, changed: changed || fresh.length > 0, failure };
  }

  /**
   * Another board answers at the address: the records that its log has now are historical, unless it turns out to be
   * the same log.
   */
  replaceBoard(): void {
    this.#isReplaced = true;
    this.#firstContact = undefined;
    this.#unfinished = true;
    this.#known = undefined;
    this.#trust = this.#newTrust();
    this.#clockOffsetSeconds = undefined;
    this.#clockReadAt = Number.NEGATIVE_INFINITY;
    this.#revision++;
  }

  #begin(info: LogInfo): void {
    this.#firstContact ??= { info, historyLeft: info.entries ?? Number.POSITIVE_INFINITY, begun: false };
  }

  /**
   * How many of the records just read, beginning with the oldest, the log had at first contact: all of the first
   * reading. If that takes several polls, as many as there were at its beginning; later records are news.
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
    // If two records have the same id, following the ids may lead back to a record that was just read.
    const all = begun ? distinct([...begun, ...records]) : records;
    this.#again = begun && failure !== undefined ? all : undefined;
    const first = this.#firstContact;
    if (this.#again) {
      // Records from now on are news.
      if (first) first.begun = true;
      return { fresh: [], historical: 0, failure };
    }
    const known = new Set(this.#remembered);
    // If two records have the same id, following the ids may lead back to a known record.
    const fresh = begun ? this.#unknown(all) : records.filter((record) => !known.has(whole(record)));
    // No known record is left and something was erased, so all records are newer than the clear. Unless they are older
    // than it, or the log is full: then a record was deleted and the log has wrapped around.
    const isAnew = begun !== undefined && fresh.length === all.length;
    const isErased = info.lastEraseTimestamp !== first?.info.lastEraseTimestamp;
    const isCleared = isAnew && isErased && info.freeBytes > 0 && !isOlder(all[0], info.lastEraseTimestamp);
    if (first && isCleared) first.historyLeft = 0;
    // The info announced records that were not returned: read the log again.
    const isMissing = !continued && all.length === 0 && (info.entries ?? 0) > 0;
    // If the log has a known record, it is the known board, whose GUID has changed.
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

  /** Revision of the data to save. */
  get revision(): number {
    return this.#revision;
  }

  /** Position and counts, which belong together. Undefined before the log was read once. */
  save(): SavedEventLog | undefined {
    if (!this.#complete) return undefined;
    // During a reading from the beginning, its partial result is not saved; after a restart it begins again.
    const last = this.#again ? undefined : this.#cursor;
    const cursor = last && { recordId: last.recordId, bytes: base64(last.bytes) };
    const remembered = this.#remembered.map((text) => base64(Buffer.from(text, "latin1")));
    return { cursor, remembered, counts: this.#counts.snapshot(), replaced: this.#isReplaced || undefined };
  }

  /** Restores saved state; the next poll reads newer records. */
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
   * The records after the newest known record; all records if no known record is left. If ids were reassigned, a record
   * is recognised by its content, unless it has no date: a BMC without a clock logs the same records at each start.
   */
  #unknown(records: readonly Buffer[]): readonly Buffer[] {
    const known = new Set(this.#remembered);
    const newest = records.findLastIndex((record) => known.has(whole(record)));
    if (newest >= 0) return records.slice(newest + 1);
    const contents = new Set(this.#remembered.filter(isDated).map(withoutId));
    return records.slice(records.findLastIndex((record) => contents.has(withoutId(whole(record)))) + 1);
  }

  /** Time of the BMC's clock; undefined: unknown. */
  get #bmcSeconds(): number | undefined {
    const offset = this.#clockOffsetSeconds;
    return offset === undefined ? undefined : this.#clock.wallMs() / 1000 + offset;
  }

  /** Whether a change of the log changes its info. False while its timestamps may be used again, or if it has none. */
  #isTelling(info: SelInfo): boolean {
    const now = this.#bmcSeconds ?? this.#clock.wallMs() / 1000;
    const isOld = (stamp: number): boolean => stamp === UNSPECIFIED || Math.abs(now - stamp) > YOUNG_SECONDS;
    const { lastAdditionTimestamp, lastEraseTimestamp, entries } = info;
    const isTold = entries === 0 || (lastAdditionTimestamp !== UNSPECIFIED && lastAdditionTimestamp > LAST_RELATIVE);
    return isTold && isOld(lastAdditionTimestamp) && isOld(lastEraseTimestamp);
  }

  /** Returns the error, unless the BMC only has no clock. */
  async #compareClocks(runner: CommandRunner, signal: AbortSignal): Promise<unknown> {
    const now = this.#clock.monotonicMs();
    const isDue = this.#isClockDue || this.#trust?.isClockDue || now - this.#clockReadAt >= CLOCK_AGE_MS;
    if (!isDue) return undefined;
    const before = this.#clock.wallMs();
    try {
      const answer = await optional(runner.run(getSelTime, undefined, { signal }));
      this.#clockReadAt = now;
      this.#isClockDue = false;
      if (!answer) return undefined;
      this.#trust?.noteTime(answer.timestamp);
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

/** The records without byte-identical duplicates of earlier ones. */
function distinct(records: readonly Buffer[]): readonly Buffer[] {
  return [...new Map(records.map((record) => [whole(record), record])).values()];
}

const whole = (record: Buffer): string => record.toString("latin1");
const withoutId = (record: string): string => record.slice(2);

/** True if the record has wall-clock time, so that no other record has the same content. */
const isDated = (text: string): boolean => stampOf(Buffer.from(text, "latin1")) !== undefined;

/** Whether a record is older than a timestamp; undefined for a record without a date. */
function isOlder(record: Buffer | undefined, stamp: number): boolean {
  const at = record && stampOf(record);
  // A timestamp that counts from the start of the BMC: the BMC does not know the time.
  return at !== undefined && (at < stamp || stamp <= LAST_RELATIVE);
}

/** The time of a record in seconds, if it is wall-clock time. */
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

/** Undefined if the BMC does not support the command or returns no data; its records may be readable all the same. */
async function readInfo(runner: CommandRunner, signal: AbortSignal): Promise<SelInfo | undefined> {
  try {
    return await runner.run(getSelInfo, undefined, { signal });
  } catch (error) {
    if (error instanceof DecodeError || isUnknownCommand(error)) return undefined;
    throw error;
  }
}
