import {
  clearSel,
  deleteSelEntry,
  getSelAllocationInfo,
  getSelEntry,
  getSelInfo,
  getSelTime,
  getSelTimeUtcOffset,
  type ReadRecordRequest,
  type RecordPart,
  reserveSel,
  setSelTime,
  WHOLE_RECORD,
} from "../../ipmi/commands/index.ts";
import { CompletionCode } from "../../ipmi/tables/completion-code.ts";
import { SEL_RECORD_BYTES } from "../bmc/sel-log.ts";
import type { Context } from "./context.ts";
import { type Handler, type Refusal, refuse, respond } from "./handler.ts";

const SEL_VERSION = 0x51;
const MOST = 0xffff;

function readEntry({ bmc }: Context, request: ReadRecordRequest): RecordPart | Refusal {
  const { reservationId = 0, recordId, offset = 0, count = WHOLE_RECORD } = request;
  const { sel } = bmc.state;
  const isValid = reservationId === 0 ? offset === 0 : reservationId === bmc.selReservation;
  if (!isValid) return refuse(CompletionCode.ReservationCancelled);
  const index = sel.indexOf(recordId);
  if (index < 0) return refuse(CompletionCode.NotPresent);
  if (offset >= SEL_RECORD_BYTES) return refuse(CompletionCode.ParameterOutOfRange);
  if (count !== WHOLE_RECORD && offset + count > SEL_RECORD_BYTES)
    return refuse(CompletionCode.CannotReturnThatManyBytes);
  const end = count === WHOLE_RECORD ? SEL_RECORD_BYTES : offset + count;
  return { nextRecordId: sel.idAfter(index), data: sel.at(index).subarray(offset, end) };
}

/** The event log. */
export const selHandlers: readonly Handler[] = [
  respond(getSelInfo, ({ bmc }) => {
    const { sel } = bmc.state;
    return {
      version: SEL_VERSION,
      entries: sel.count,
      freeBytes: Math.min(MOST, (sel.capacity - sel.count) * SEL_RECORD_BYTES),
      lastAdditionTimestamp: sel.lastAddition,
      lastEraseTimestamp: sel.lastErase,
      overflow: sel.overflow,
      deleteSupported: true,
      partialAddSupported: false,
      reserveSupported: true,
      allocationInfoSupported: true,
    };
  }),
  respond(getSelAllocationInfo, ({ bmc }) => {
    const { sel } = bmc.state;
    const free = sel.capacity - sel.count;
    return {
      units: sel.capacity,
      unitBytes: SEL_RECORD_BYTES,
      freeUnits: free,
      largestFreeUnits: free,
      largestRecordUnits: 1,
    };
  }),
  respond(reserveSel, ({ bmc }) => ({ reservationId: bmc.reserveSel() })),
  respond(getSelEntry, readEntry),
  respond(deleteSelEntry, ({ bmc }, { reservationId, recordId }) => {
    if (reservationId !== bmc.selReservation) return refuse(CompletionCode.ReservationCancelled);
    const { sel } = bmc.state;
    const index = sel.indexOf(recordId);
    if (index < 0) return refuse(CompletionCode.NotPresent);
    const deleted = sel.at(index).readUInt16LE(0);
    sel.delete(deleted, bmc.state.clockSeconds());
    bmc.reserveSel();
    return { recordId: deleted };
  }),
  respond(clearSel, ({ bmc }, { reservationId, action }) => {
    const isLate = action === "initiate" && bmc.selGrewSinceReservation;
    if (reservationId !== bmc.selReservation || isLate) return refuse(CompletionCode.ReservationCancelled);
    if (action === "initiate") bmc.state.clearSel();
    return { completed: true };
  }),
  respond(getSelTime, ({ bmc }) => ({ timestamp: bmc.state.clockSeconds() >>> 0 })),
  respond(setSelTime, ({ bmc }, { timestamp }) => {
    bmc.state.clockOffsetSeconds += timestamp - bmc.state.clockSeconds();
  }),
  respond(getSelTimeUtcOffset, () => ({ offsetMinutes: 0 })),
];
