import {
  type CommandRunner,
  decodeSelRecord,
  firstSelRecord,
  fromBaseUnit,
  getSelInfo,
  readSelSince,
  SEL_RECORD_LENGTH,
  type SelCursor,
} from "../../ipmi/index.ts";
import type { CodedEvent } from "../../model/index.ts";
import { sensorOfEvent } from "./log-entry.ts";
import type { PlannedSensor } from "./planned-sensor.ts";
import type { SensorPlan } from "./sensor-plan.ts";

const EMPTY = Buffer.alloc(0);

/**
 * All records of one event log, 16 bytes each. Read completely once, after that only new records; again from the
 * beginning if the number of records does not match. An interrupted reading continues in the next poll.
 */
export class WholeLog {
  #records: Buffer = EMPTY;
  /**
   * By how many records the log's own count exceeds the records it returns: some BMCs miscount. Known after a complete
   * reading.
   */
  #missing = 0;

  /**
   * Reads to the end of the log.
   *
   * @param entries number of records that the log reports; undefined if it does not report it
   * @throws what the runner throws; what was read until then is kept
   */
  async read(
    runner: CommandRunner,
    entries: number | undefined,
    plan: SensorPlan | undefined,
    signal: AbortSignal,
  ): Promise<Iterable<CodedEvent>> {
    const isAnew = this.#count === 0;
    await this.#readOn(runner, signal);
    if (entries === undefined) return new CodedEvents(this.#records, plan);
    let announced = entries;
    if (this.#count !== announced - this.#missing) {
      // Records may have been added since the count was read.
      announced = (await runner.run(getSelInfo, undefined, { signal })).entries;
      if (this.#count > announced - this.#missing) await this.#forgetFirst(runner, announced - this.#missing, signal);
    }
    if (this.#count !== announced - this.#missing && !isAnew) {
      // Records were deleted one by one, or the log has wrapped around.
      this.#records = EMPTY;
      await this.#readOn(runner, signal);
    }
    this.#missing = announced - this.#count;
    return new CodedEvents(this.#records, plan);
  }

  get #count(): number {
    return this.#records.length / SEL_RECORD_LENGTH;
  }

  async #readOn(runner: CommandRunner, signal: AbortSignal): Promise<void> {
    const { records, continued, failure } = await readSelSince(runner, this.#cursor(), signal);
    // An unchanged log keeps its buffer, which snapshots share.
    if (!continued || records.length > 0)
      this.#records = Buffer.concat([...(continued ? [this.#records] : []), ...records]);
    if (failure !== undefined) throw failure;
  }

  #cursor(): SelCursor | undefined {
    if (this.#count === 0) return undefined;
    const bytes = this.#records.subarray(-SEL_RECORD_LENGTH);
    return { recordId: bytes.readUInt16LE(0), bytes };
  }

  /**
   * For logs that drop the oldest records when full: removes records that are older than the first record of the log.
   */
  async #forgetFirst(runner: CommandRunner, entries: number, signal: AbortSignal): Promise<void> {
    const kept = this.#records.subarray((this.#count - entries) * SEL_RECORD_LENGTH);
    if (kept.length === 0) return;
    const first = kept.subarray(0, SEL_RECORD_LENGTH);
    const now = await firstSelRecord(runner, signal);
    if (now?.equals(first)) this.#records = Buffer.from(kept);
  }
}

/** Decodes the records on each iteration. */
class CodedEvents implements Iterable<CodedEvent> {
  readonly #records: Buffer;
  readonly #plan: SensorPlan | undefined;

  constructor(records: Buffer, plan: SensorPlan | undefined) {
    this.#records = records;
    this.#plan = plan;
  }

  *[Symbol.iterator](): Generator<CodedEvent> {
    for (let at = 0; at < this.#records.length; at += SEL_RECORD_LENGTH) {
      const event = codedEvent(this.#records.subarray(at, at + SEL_RECORD_LENGTH), this.#plan);
      if (event) yield event;
    }
  }
}

/** Undefined for record types that the specification does not define; other tools omit them. */
function codedEvent(bytes: Buffer, plan: SensorPlan | undefined): CodedEvent | undefined {
  const record = decodeSelRecord(bytes);
  if (record.type === "oem") return { type: "oem", data: record.data };
  if (record.type === "oem_timestamped") return { type: "oem", timestamp: record.timestamp, data: record.data };
  if (!record.legalType) return undefined;
  const { timestamp, sensorType, eventType, deassertion, data1, data2, data3 } = record;
  const sensor = plan && sensorOfEvent(record, plan);
  const values = sensor && valuesOf(sensor, data2, data3);
  return { type: "event", timestamp, sensorType, eventType, deassertion, data1, data2, data3, values };
}

type Values = Extract<CodedEvent, { type: "event" }>["values"];

function valuesOf(sensor: PlannedSensor, data2: number, data3: number): Values {
  const { unit, convert, codes, definition } = sensor;
  if (!unit || !codes.full || !definition.units) return undefined;
  const [first, second] = [convert(data2), convert(data3)];
  if (first === undefined || second === undefined) return undefined;
  return { data2: fromBaseUnit(first, unit), data3: fromBaseUnit(second, unit), unit: definition.units };
}
