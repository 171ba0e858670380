import type { Layout } from "../command.ts";

/** As a record id: the first record. */
export const FIRST_RECORD = 0x0000;
/** As a record id: the last record; as the next record id: there is no next one. */
export const LAST_RECORD = 0xffff;
/** As a count: the whole record. */
export const WHOLE_RECORD = 0xff;

/**
 * Selects a part of an SDR or SEL record.
 *
 *   [0-1] reservation id, 0000h allowed where a whole record or its start is read
 *   [2-3] record id, 0000h first, FFFFh last
 *   [4]   offset
 *   [5]   bytes to read, FFh the whole record
 */
export interface ReadRecordRequest {
  /** 0 (none) if absent. */
  readonly reservationId?: number;
  readonly recordId: number;
  /** 0 if absent. */
  readonly offset?: number;
  /** WHOLE_RECORD if absent. */
  readonly count?: number;
}

export const readRecordRequest: Layout<ReadRecordRequest> = {
  decode: (from) => ({ reservationId: from.u16(), recordId: from.u16(), offset: from.u8(), count: from.u8() }),
  encode(to, q) {
    to.u16(q.reservationId ?? 0)
      .u16(q.recordId)
      .u8(q.offset ?? 0)
      .u8(q.count ?? WHOLE_RECORD);
  },
};

/**
 *   [0-1] next record id, FFFFh: this is the last
 *   [2-]  record bytes; some firmware returns more than requested, some less
 */
export interface RecordPart {
  readonly nextRecordId: number;
  /** A view of the packet: copy to keep it. */
  readonly data: Uint8Array;
}

export const recordPart: Layout<RecordPart> = {
  decode: (from) => ({ nextRecordId: from.u16(), data: from.rest() }),
  encode(to, r) {
    to.u16(r.nextRecordId).bytes(r.data);
  },
};
