import { getDeviceSdr } from "../commands/sensor/get-device-sdr.ts";
import { reserveDeviceSdrRepository } from "../commands/sensor/reserve-device-sdr-repository.ts";
import { getSdr } from "../commands/storage/get-sdr.ts";
import { FIRST_RECORD, LAST_RECORD, type RecordPart, WHOLE_RECORD } from "../commands/storage/read-record.ts";
import { reserveSdrRepository } from "../commands/storage/reserve-sdr-repository.ts";
import { CompletionCodeError, DecodeError } from "../errors.ts";
import { SilenceError } from "../session/conversation.ts";
import type { BmcMemory } from "../session/memory.ts";
import { CompletionCode } from "../tables/completion-code.ts";
import type { CommandRunner } from "./runner.ts";

const HEADER_BYTES = 5;
const SMALLEST_CHUNK = 4;
const RESERVATION_TRIES = 5;
/** Failed runs at one record after which the record is skipped. */
const REFUSED_RUNS = 3;
const REFUSED_WHOLE_READS = 3;
/** Firmware that never reports a last record is stopped this far beyond its own count. */
const EXTRA_RECORDS = 16;
const MOST_RECORDS = 0xffff;

/** Codes for "too many bytes at once". */
const TOO_MANY: readonly number[] = [
  CompletionCode.CannotReturnThatManyBytes,
  CompletionCode.RequestLengthExceeded,
  CompletionCode.RequestLengthInvalid,
  CompletionCode.Unspecified,
];

/** Where SDRs come from: the BMC's repository, or the device itself where there is no repository. */
export type SdrSource = "repository" | "device";

const COMMANDS = {
  repository: { get: getSdr, reserve: reserveSdrRepository },
  device: { get: getDeviceSdr, reserve: reserveDeviceSdrRepository },
} as const;

/**
 * A walk over all SDRs - IPMI 2.0 section 33.12. Can be interrupted: the records are kept, and the next `run` continues
 * where the last one stopped, so that a slow BMC is read over several polls.
 */
export class SdrWalk {
  /** Whole records as read, header included, in repository order. */
  readonly records: Buffer[] = [];
  /** Problems that were worked around, a sentence each. */
  readonly problems: string[] = [];
  readonly #source: SdrSource;
  readonly #memory: BmcMemory;
  readonly #expected: number;
  readonly #limit: number;
  readonly #visited = new Set<number>();
  #next = FIRST_RECORD;
  #firstId: number | undefined;
  #done = false;
  #reservation: number | undefined;
  /** Runs that failed at the current record. */
  #refusals = 0;
  /** Consecutive reads of whole records that were refused for no clear reason. */
  #wholeRefusals = 0;

  /** @param options.expectedRecords the count reported by the repository, 0 if unknown; often wrong, but it bounds the walk */
  constructor(options: { readonly source: SdrSource; readonly memory: BmcMemory; readonly expectedRecords: number }) {
    this.#source = options.source;
    this.#memory = options.memory;
    this.#expected = options.expectedRecords;
    this.#limit = options.expectedRecords > 0 ? options.expectedRecords + EXTRA_RECORDS : MOST_RECORDS;
  }

  /** The ids under which records were requested, in order, those of skipped records included. */
  get ids(): readonly number[] {
    return [...this.#visited];
  }

  /** Id of the record after the last one that was read; FFFFh after a complete walk of a sound repository. */
  get nextId(): number {
    return this.#next;
  }

  /**
   * Reads one record as the walk does, and the id of the next one. Undefined: there is no such record.
   *
   * @throws what the runner throws, also if the BMC refuses the record
   */
  read(
    runner: CommandRunner,
    id: number,
    signal?: AbortSignal,
  ): Promise<{ readonly record?: Buffer; readonly next: number } | undefined> {
    return this.#record(runner, id, signal);
  }

  /** All records were read. */
  get done(): boolean {
    return this.#done;
  }

  /**
   * Reads to the end of the repository.
   *
   * @throws what the runner throws; the next run continues
   */
  async run(runner: CommandRunner, signal?: AbortSignal): Promise<void> {
    // A reservation ends with its session.
    this.#reservation = undefined;
    while (!this.#done) await this.#step(runner, signal);
  }

  async #step(runner: CommandRunner, signal?: AbortSignal): Promise<void> {
    const id = this.#next;
    const read = await this.#record(runner, id, signal);
    if (read === undefined) {
      this.#done = true;
      return;
    }
    if (read.record) this.records.push(read.record);
    this.#visited.add(id);
    // The first record was requested as 0000h and has another id of its own.
    if (id === FIRST_RECORD) this.#firstId = read.record?.readUInt16LE(0);
    const again = this.#visited.has(read.next) || (read.next === this.#firstId && this.#visited.size > 1);
    this.#refusals = 0;
    this.#next = read.next;
    if (read.next === LAST_RECORD) this.#done = true;
    else if (again) this.#end(`record ${hex4(id)} is followed by ${hex4(read.next)} again`);
    else if (this.#visited.size >= this.#limit) this.#end(`more than ${this.#limit} records`);
  }

  #end(problem: string): void {
    this.problems.push(`SDR repository does not end: ${problem}`);
    this.#memory.quirks.add("sdr_endless");
    this.#done = true;
  }

  /** A record and the id of the next; without record: skipped. Undefined: the end. */
  async #record(
    runner: CommandRunner,
    id: number,
    signal?: AbortSignal,
  ): Promise<{ readonly record?: Buffer; readonly next: number } | undefined> {
    for (let tries = 1; ; tries++) {
      let next: number | undefined;
      try {
        if (this.#memory.wholeSdrReads !== false) {
          const whole = await this.#whole(runner, id, signal);
          if (whole) return whole;
        }
        const header = await this.#part(runner, id, 0, HEADER_BYTES, signal);
        next = header.nextRecordId;
        return { next, record: await this.#rest(runner, id, header.data, signal) };
      } catch (error) {
        const refusal = error instanceof CompletionCodeError ? error : undefined;
        if (!refusal && !(error instanceof DecodeError)) throw error;
        if (refusal?.completionCode === CompletionCode.ReservationCancelled && tries < RESERVATION_TRIES) {
          this.#reservation = undefined;
          continue;
        }
        const isLost = next === undefined;
        if (refusal?.completionCode === CompletionCode.NotPresent && isLost) return undefined;
        if (refusal?.reason === "privilege_refused" || this.#visited.size === 0) throw error;
        // Busy in the middle, or no id of the next record: the rest would be lost, so later runs try again.
        const isWorthwhile = (refusal?.transient || isLost) && this.#expectsMore();
        if (isWorthwhile && ++this.#refusals < REFUSED_RUNS) throw error;
        // Dell FC830 never returns its last record, OpenBMC lists ids of sensors that no longer exist.
        this.problems.push(`SDR ${hex4(id)} skipped: ${(error as Error).message}`);
        this.#memory.quirks.add("sdr_records_refused");
        return next === undefined ? undefined : { next };
      }
    }
  }

  /** By the count of the repository the current record is not the last. */
  #expectsMore(): boolean {
    return this.#visited.size + 1 < this.#expected;
  }

  /** The whole record in one read; undefined if this BMC does not support that. */
  async #whole(
    runner: CommandRunner,
    id: number,
    signal?: AbortSignal,
  ): Promise<{ readonly record: Buffer; readonly next: number } | undefined> {
    const { get } = COMMANDS[this.#source];
    let part: RecordPart;
    try {
      part = await runner.run(get, { recordId: id, offset: 0, count: WHOLE_RECORD }, { signal });
    } catch (error) {
      // No answer may be caused by the length: the next run reads in pieces.
      if (error instanceof SilenceError && this.#memory.wholeSdrReads === undefined) this.#noWholeReads();
      if (!(error instanceof CompletionCodeError || error instanceof DecodeError)) throw error;
      const refused = error instanceof DecodeError || TOO_MANY.includes(error.completionCode);
      // The header may still be readable. It has the id of the next record, and then the rest can be tried.
      if (!refused && !this.#inPartsInstead(error)) throw error;
      if (refused || ++this.#wholeRefusals >= REFUSED_WHOLE_READS) this.#noWholeReads();
      return undefined;
    }
    const length = recordLength(part.data);
    if (length === undefined || part.data.length < length) {
      // HP DL585 G7 has one record whose header gives too large a length; other BMCs cut every long record.
      if (this.#memory.wholeSdrReads !== true) this.#noWholeReads();
      return undefined;
    }
    this.#wholeRefusals = 0;
    this.#memory.wholeSdrReads = true;
    return { record: Buffer.from(part.data.subarray(0, length)), next: part.nextRecordId };
  }

  #inPartsInstead({ completionCode, reason }: CompletionCodeError): boolean {
    if (completionCode === CompletionCode.ReservationCancelled || reason === "privilege_refused") return false;
    // For the first record it means that the repository is empty.
    return completionCode !== CompletionCode.NotPresent || this.#visited.size > 0;
  }

  #noWholeReads(): void {
    this.#memory.wholeSdrReads = false;
    this.#memory.quirks.add("sdr_partial_reads");
  }

  /** The record after its header, in the largest pieces that this BMC returns. */
  async #rest(runner: CommandRunner, id: number, head: Uint8Array, signal?: AbortSignal): Promise<Buffer> {
    const length = recordLength(head);
    if (length === undefined) throw new DecodeError(`SDR ${hex4(id)}: a header of ${head.length} bytes`);
    const record = Buffer.alloc(length);
    record.set(head.subarray(0, HEADER_BYTES));
    let chunk = this.#memory.sdrChunkBytes;
    let at = HEADER_BYTES;
    while (at < length) {
      const wanted = Math.min(chunk, length - at);
      let got: Uint8Array;
      try {
        // OpenBMC returns more bytes than requested.
        got = (await this.#part(runner, id, at, wanted, signal)).data.subarray(0, wanted);
      } catch (error) {
        const tooMany = error instanceof CompletionCodeError && TOO_MANY.includes(error.completionCode);
        if (!tooMany || wanted <= SMALLEST_CHUNK) throw error;
        chunk = Math.max(SMALLEST_CHUNK, Math.floor(wanted / 2));
        continue;
      }
      record.set(got, at);
      at += got.length;
      if (got.length === wanted) continue;
      if (wanted <= SMALLEST_CHUNK) break;
      chunk = Math.max(SMALLEST_CHUNK, Math.floor(wanted / 2));
    }
    // A record that is shorter than its header says is no reason for smaller reads.
    if (at === length && chunk < this.#memory.sdrChunkBytes) {
      this.#memory.sdrChunkBytes = chunk;
      this.#memory.quirks.add("sdr_small_reads");
    }
    return record.subarray(0, at);
  }

  async #part(
    runner: CommandRunner,
    recordId: number,
    offset: number,
    count: number,
    signal?: AbortSignal,
  ): Promise<RecordPart> {
    const { get } = COMMANDS[this.#source];
    const reservationId = await this.#reserve(runner, signal);
    return runner.run(get, { reservationId, recordId, offset, count }, { signal });
  }

  /** Partial reads need a reservation, except on BMCs without reservations. */
  async #reserve(runner: CommandRunner, signal?: AbortSignal): Promise<number> {
    if (this.#reservation !== undefined) return this.#reservation;
    const { reserve } = COMMANDS[this.#source];
    try {
      this.#reservation = (await runner.run(reserve, undefined, { signal })).reservationId;
    } catch (error) {
      if (!(error instanceof CompletionCodeError || error instanceof DecodeError)) throw error;
      this.#reservation = 0;
    }
    return this.#reservation;
  }
}

/** Length of header and body, from the header; undefined without a whole header. */
function recordLength(record: Uint8Array): number | undefined {
  return record.length < HEADER_BYTES ? undefined : HEADER_BYTES + (record[4] as number);
}

function hex4(id: number): string {
  return `0x${id.toString(16).padStart(4, "0")}`;
}
