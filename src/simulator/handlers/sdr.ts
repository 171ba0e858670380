import {
  getSdr,
  getSdrRepositoryInfo,
  LAST_RECORD,
  type ReadRecordRequest,
  type RecordPart,
  reserveSdrRepository,
  WHOLE_RECORD,
} from "../../ipmi/commands/index.ts";
import { CompletionCode } from "../../ipmi/tables/completion-code.ts";
import type { VirtualBmc } from "../bmc/virtual-bmc.ts";
import type { Context } from "./context.ts";
import { type Handler, type Refusal, refuse, respond } from "./handler.ts";

const SDR_VERSION = 0x51;
const UNSPECIFIED = 0xffff;
/** Date of the firmware that contains the repository: 2024-01-01. */
const WRITTEN = Date.UTC(2024, 0, 1) / 1000;
const NON_MODAL = 1;
/** Bytes of a record that fit into an IPMB message of 32 bytes. */
const IPMB_RECORD_BYTES = 22;

/** A part of a record of the repository - IPMI 2.0 section 33.12. */
function readSdr({ bmc }: Context, request: ReadRecordRequest): RecordPart | Refusal {
  const { model } = bmc;
  const { sdr, description } = model;
  return partOf(bmc, request, sdr, model.sdrIndex(request.recordId), description.firmware?.sdrReadBytes);
}

/** A part of a device SDR - IPMI 2.0 section 35.3. */
export function readDeviceSdr(context: Context, request: ReadRecordRequest): RecordPart | Refusal {
  const { bmc, satellite } = context;
  if (!satellite) return readSdr(context, request);
  const records = bmc.model.deviceSdr(satellite);
  const { recordId } = request;
  const index = recordId === 0 ? 0 : records.findIndex((record) => record.readUInt16LE(0) === recordId);
  return partOf(bmc, request, records, index, IPMB_RECORD_BYTES);
}

/** @param most bytes per read; undefined: whole records */
function partOf(
  bmc: VirtualBmc,
  request: ReadRecordRequest,
  records: readonly Buffer[],
  index: number,
  most: number | undefined,
): RecordPart | Refusal {
  const { reservationId = 0, offset = 0, count = WHOLE_RECORD } = request;
  // Without a reservation only the start of a record can be read; a cancelled reservation is invalid.
  const isValid = reservationId === 0 ? offset === 0 : reservationId === bmc.sdrReservation;
  if (!isValid) return refuse(CompletionCode.ReservationCancelled);
  const record = records[index];
  if (!record) return refuse(CompletionCode.NotPresent);
  if (offset >= record.length) return refuse(CompletionCode.ParameterOutOfRange);
  const length = count === WHOLE_RECORD ? record.length - offset : Math.min(count, record.length - offset);
  if (most !== undefined && length > most) return refuse(CompletionCode.CannotReturnThatManyBytes);
  const next = records[index + 1];
  return { nextRecordId: next ? next.readUInt16LE(0) : LAST_RECORD, data: record.subarray(offset, offset + length) };
}

/** The sensor data repository; read only. */
export const sdrHandlers: readonly Handler[] = [
  respond(getSdrRepositoryInfo, ({ bmc }) => {
    if (bmc.model.description.firmware?.deviceSdrs) return refuse(CompletionCode.InvalidCommand);
    return {
      version: SDR_VERSION,
      records: bmc.model.sdr.length,
      freeBytes: UNSPECIFIED,
      lastAdditionTimestamp: bmc.model.description.sdrTimestamp ?? WRITTEN,
      lastEraseTimestamp: bmc.model.description.sdrTimestamp ?? WRITTEN,
      overflow: false,
      updateModes: NON_MODAL,
      deleteSupported: false,
      partialAddSupported: false,
      reserveSupported: true,
      allocationInfoSupported: false,
    };
  }),
  respond(reserveSdrRepository, ({ bmc }) => ({ reservationId: bmc.reserveSdr() })),
  respond(getSdr, readSdr),
];
