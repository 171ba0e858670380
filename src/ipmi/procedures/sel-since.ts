import { getSelEntry } from "../commands/storage/get-sel-entry.ts";
import { FIRST_RECORD, LAST_RECORD, WHOLE_RECORD } from "../commands/storage/read-record.ts";
import { CompletionCodeError, DecodeError } from "../errors.ts";
import { CompletionCode } from "../tables/completion-code.ts";
import type { CommandRunner } from "./runner.ts";

export const SEL_RECORD_BYTES = 16;
const MOST_RECORDS = 0xffff;

/** The last record that was read: where the next read goes on. */
export interface SelCursor {
  readonly recordId: number;
  /** Its 16 bytes: ids are used again after a clear. */
  readonly bytes: Uint8Array;
}

export interface SelRead {
  /** Records after the cursor, or all of them; 16 bytes each, in log order. */
  readonly records: readonly Buffer[];
  /** The cursor's record was still there: `records` are exactly what came after it. */
  readonly continued: boolean;
  /** What ended the reading early; `records` are what was read before, and the last of them is a good cursor. */
  readonly failure?: unknown;
}

/**
 * Reads the event log after a cursor, or all of it when there is none or its record has gone - IPMI 2.0
 * section 31.5. Whole records need no reservation. A read that fails half way gives what it has.
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
      // The way went back to records of before: which of them are new shows from the beginning only.
      if (!isCircle) return { ...read, continued: true };
    }
  }
  const { records, failure } = await collect(runner, FIRST_RECORD, signal);
  return { records, failure, continued: false };
}

/** The oldest record of the log as it is now; undefined where it is empty. */
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
  // BMCs that go round in circles exist (Facebook's OpenBMC after an overflow): each id is read once.
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
      // The first may name itself as the next, and come again.
      if (!records.at(-1)?.equals(got.record)) records.push(got.record);
      // Asked for as "the first", it may come round again under its own id.
      const own = got.record.readUInt16LE(0);
      if (id === FIRST_RECORD && own !== got.next) visited.add(own);
    }
    before = id;
    id = got.next;
  }
  // A record that is followed by itself is the last one.
  return { records, isCircle: id !== LAST_RECORD && id !== before && visited.has(id) };
}

/** One record; undefined when there is none of that id, which is also the answer of an empty log. */
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

/** An answer without data says that there is no record as the completion codes do. */
function isAbsent(error: unknown): boolean {
  if (error instanceof CompletionCodeError) return ABSENT.includes(error.completionCode);
  return error instanceof DecodeError;
}

const ABSENT: readonly number[] = [
  CompletionCode.NotPresent,
  CompletionCode.InvalidDataField,
  CompletionCode.ParameterOutOfRange,
];
