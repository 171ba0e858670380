import type { Reply, Request } from "../bmc/misbehaviour.ts";
import { readsSdr } from "./command-filter.ts";

const RECORD_ID_AT = 2;
const OFFSET_AT = 4;
/** The record's bytes follow the id of the next record. */
const RECORD_AT = 2;
const FIRST = 0x0000;
const LAST = 0xffff;

/** Bytes of a record by their place. */
export type RecordPatch = ReadonlyMap<number, number>;

/** Replaces bytes of SDRs in an answer of Get SDR, also where only a part of the record is read. */
export function patchedSdr(
  request: Request,
  reply: Reply,
  sdr: readonly Buffer[],
  patchOf: (recordId: number) => RecordPatch | undefined,
): Reply {
  if (!readsSdr(request) || reply.completionCode !== 0 || request.data.length <= OFFSET_AT) return reply;
  const patch = patchOf(recordIdOf(request, sdr));
  if (!patch) return reply;
  const offset = request.data[OFFSET_AT] ?? 0;
  const data = Uint8Array.from(reply.data);
  for (const [place, byte] of patch) {
    const at = place - offset + RECORD_AT;
    if (place >= offset && at < data.length) data[at] = byte;
  }
  return { ...reply, data };
}

/** The id of the record that is read; 0000h stands for the first and FFFFh for the last. */
function recordIdOf({ data }: Request, sdr: readonly Buffer[]): number {
  const id = (data[RECORD_ID_AT] ?? 0) | ((data[RECORD_ID_AT + 1] ?? 0) << 8);
  const record = id === FIRST ? sdr[0] : id === LAST ? sdr.at(-1) : undefined;
  return record?.readUInt16LE(0) ?? id;
}
