import {
  type CommandRunner,
  type DeviceId,
  getSelInfo,
  getSelTime,
  readSelSince,
  SEL_RECORD_LENGTH,
  type SelCursor,
  type SelInfo,
} from "../../ipmi/index.ts";
import type { Clock } from "../../lib/index.ts";
import type { EventLog, LogEntry } from "../../model/index.ts";
import { EventCounts } from "../event-counts.ts";
import { optional } from "./controller.ts";
import { decodeEvent } from "./log-entry.ts";
import type { SensorPlan } from "./sensor-plan.ts";

/** How often the BMC's clock is compared with ours. */
const CLOCK_AGE_MS = 10 * 60_000;
/** Records at the end of the log that are remembered, to find the place again when the last one has gone. */
const REMEMBERED = 64;
const UNSPECIFIED = 0xffffffff;
const FREE_65535_OR_MORE = 0xffff;

interface NewEvents {
  readonly fresh: readonly LogEntry[];
  readonly failure?: unknown;
}

const NOTHING_NEW: NewEvents = { fresh: [] };

/**
 * The event log of one host: reads what is new and counts it. The log is read only when its info says
 * that something changed, and then from the last known record on; if that has gone, the log was cleared
 * or went round, and the newest record that is known tells what is old.
 */
export class EventLogReader {
  readonly #clock: Clock;
  readonly #counts = new EventCounts();
  #info: SelInfo | undefined;
  #cursor: SelCursor | undefined;
  #remembered: readonly string[] = [];
  /** Read to its end at least once: the counters are worth telling. */
  #complete = false;
  /** The read before did not get to the end. */
  #unfinished = true;
  #clockOffsetSeconds: number | undefined;
  #clockReadAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async read(
    runner: CommandRunner,
    context: { readonly plan?: SensorPlan; readonly device?: DeviceId },
    signal: AbortSignal,
  ): Promise<{ readonly log: EventLog; readonly failure?: unknown }> {
    const info = await runner.run(getSelInfo, undefined, { signal });
    const unchanged = !this.#unfinished && sameLog(info, this.#info);
    const { fresh, failure } = unchanged ? NOTHING_NEW : await this.#readNew(runner, context, signal);
    this.#info = info;
    if (failure === undefined) await this.#compareClocks(runner, signal);
    const { freeBytes, lastAdditionTimestamp } = info;
    const log: EventLog = {
      entries: info.entries,
      freeBytes,
      capacityEntries:
        freeBytes === FREE_65535_OR_MORE ? undefined : info.entries + Math.floor(freeBytes / SEL_RECORD_LENGTH),
      overflow: info.overflow,
      lastAddition:
        lastAdditionTimestamp === UNSPECIFIED || lastAdditionTimestamp === 0 ? undefined : lastAdditionTimestamp * 1000,
      clockOffsetSeconds: this.#clockOffsetSeconds,
      counters: this.#complete ? this.#counts.snapshot() : undefined,
      fresh,
    };
    return { log, failure };
  }

  async #readNew(
    runner: CommandRunner,
    context: { readonly plan?: SensorPlan; readonly device?: DeviceId },
    signal: AbortSignal,
  ): Promise<NewEvents> {
    this.#unfinished = true;
    const read = await readSelSince(runner, this.#cursor, signal);
    const records = read.continued ? read.records : this.#unknown(read.records);
    const fresh: LogEntry[] = [];
    for (const bytes of records) {
      const { entry, memoryError } = decodeEvent(bytes, context.plan, context.device);
      this.#counts.add(entry, memoryError);
      fresh.push(entry);
    }
    const last = read.records.at(-1);
    if (last) this.#cursor = { recordId: last.readUInt16LE(0), bytes: last };
    else if (!read.continued) this.#cursor = undefined;
    const known = read.continued ? this.#remembered : [];
    this.#remembered = [...known, ...read.records.map(identity)].slice(-REMEMBERED);
    if (read.failure === undefined) {
      this.#complete = true;
      this.#unfinished = false;
    }
    return { fresh, failure: read.failure };
  }

  /** What comes after the newest known record; everything, when none of the known ones is left. */
  #unknown(records: readonly Buffer[]): readonly Buffer[] {
    const known = new Set(this.#remembered);
    const newest = records.findLastIndex((record) => known.has(identity(record)));
    return records.slice(newest + 1);
  }

  async #compareClocks(runner: CommandRunner, signal: AbortSignal): Promise<void> {
    const now = this.#clock.monotonicMs();
    if (now - this.#clockReadAt < CLOCK_AGE_MS) return;
    this.#clockReadAt = now;
    const before = this.#clock.wallMs();
    const answer = await optional(runner.run(getSelTime, undefined, { signal }));
    if (!answer) return;
    const half = (this.#clock.wallMs() - before) / 2;
    this.#clockOffsetSeconds = Math.round(answer.timestamp - (before + half) / 1000);
  }
}

/** A record is known by what it says; ids are given anew. */
function identity(record: Buffer): string {
  return record.toString("latin1", 2);
}

function sameLog(a: SelInfo, b: SelInfo | undefined): boolean {
  return (
    b !== undefined &&
    a.entries === b.entries &&
    a.lastAdditionTimestamp === b.lastAdditionTimestamp &&
    a.lastEraseTimestamp === b.lastEraseTimestamp
  );
}
