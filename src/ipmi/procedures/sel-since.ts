import { getSelEntry } from "../commands/storage/get-sel-entry.ts";
import { FIRST_RECORD, LAST_RECORD, WHOLE_RECORD } from "../commands/storage/read-record.ts";
import { CompletionCodeError, DecodeError } from "../errors.ts";
import { CompletionCode } from "../tables/completion-code.ts";
import type { CommandRunner } from "./runner.ts";

export const SEL_RECORD_BYTES = 16;
const MOST_RECORDS = 0xffff;

/** The last record that was read: the next read continues there. */
export interface SelCursor {
  readonly recordId: number;
  /** Its 16 bytes: ids are reused after a clear. */
  readonly bytes: Uint8Array;
}

export interface SelRead {
  /** Records after the cursor, or all of them; 16 bytes each, in log order. */
  readonly records: readonly Buffer[];
  /** The record of the cursor still exists: `records` are exactly the later ones. */
  readonly continued: boolean;
  /** The error that ended the reading early; the last of `records` is a valid cursor. */
  readonly failure?: unknown;
}

/**
 * Reads the event log after a cursor, or all of it without a cursor or if its record no longer exists - IPMI 2.0 section
 * 31.5. Whole records need no reservation. A read that fails half way returns the records so far.
 *
 * @throws what the runner throws before the first record
 */
export async function readSelSince(
  runner: CommandRunner,
  cursor: SelCursor | undefined,
  signal?: AbortSignal,
): Promise<SelRead> {
  if (cursor) {
    const last = await entry(runner, cursor.recordId, signal);
    if (last?.record.equals(cursor.bytes)) {
      const { isCircle, ...read } = await collect(runner, last.next, signal, cursor.recordId);
      // The log leads back to earlier records: only a reading from the beginning shows which are new.
      if (!isCircle) return { ...read, continued: true };
    }
  }
  const { records, failure } = await collect(runner, FIRST_RECORD, signal);
  return { records, failure, continued: false };
}

/** The oldest record of the log; undefined if it is empty. */
export async function firstSelRecord(runner: CommandRunner, signal?: AbortSignal): Promise<Buffer | undefined> {
  return (await entry(runner, FIRST_RECORD, signal))?.record;
}

async function collect(
  runner: CommandRunner,
  first: number,
  signal?: AbortSignal,
  already?: number,
): Promise<{ readonly records: Buffer[]; readonly isCircle: boolean; readonly failure?: unknown }> {
  const records: Buffer[] = [];
  // The ids of some BMCs form a circle (Facebook's OpenBMC after an overflow): each id is read once.
  const visited = new Set<number>(already === undefined ? [] : [already]);
  let id = first;
  let before = already;
  while (id !== LAST_RECORD && !visited.has(id) && visited.size < MOST_RECORDS) {
    visited.add(id);
    let got: Awaited<ReturnType<typeof entry>>;
    try {
      got = await entry(runner, id, signal);
    } catch (failure) {
      if (records.length === 0) throw failure;
      return { records, isCircle: false, failure };
    }
    if (!got) break;
    if (got.record.length === SEL_RECORD_BYTES) {
      // The first record may name itself as the next.
      if (!records.at(-1)?.equals(got.record)) records.push(got.record);
      // The first record was requested as 0000h and may follow again under its own id.
      const own = got.record.readUInt16LE(0);
      if (id === FIRST_RECORD && own !== got.next) visited.add(own);
    }
    before = id;
    id = got.next;
  }
  // A record that is followed by itself is the last one.
  return { records, isCircle: id !== LAST_RECORD && id !== before && visited.has(id) };
}

/** One record; undefined if there is none with that id, or the log is empty. */
async function entry(
  runner: CommandRunner,
  recordId: number,
  signal?: AbortSignal,
): Promise<{ readonly record: Buffer; readonly next: number } | undefined> {
  try {
    const part = await runner.run(getSelEntry, { recordId, offset: 0, count: WHOLE_RECORD }, { signal });
    return { record: Buffer.from(part.data.subarray(0, SEL_RECORD_BYTES)), next: part.nextRecordId };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** An answer without data means the same as these completion codes: no such record. */
function isAbsent(error: unknown): boolean {
  if (error instanceof CompletionCodeError) return ABSENT.includes(error.completionCode);
  return error instanceof DecodeError;
}

const ABSENT: readonly number[] = [
  CompletionCode.NotPresent,
  CompletionCode.InvalidDataField,
  CompletionCode.ParameterOutOfRange,
];
