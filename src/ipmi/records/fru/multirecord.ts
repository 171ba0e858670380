import type { Layout } from "../../commands/command.ts";
import { DecodeError } from "../../errors.ts";
import { bit, bits, flag, Reader, Writer } from "../../wire/bytes.ts";
import { checksum } from "../../wire/checksum.ts";
import { zeroChecksumHolds } from "./checksum.ts";
import { type Compatibility, compatibility } from "./compatibility.ts";
import { type DcLoad, dcLoad, extendedDcLoad } from "./dc-load.ts";
import { type DcOutput, dcOutput, extendedDcOutput } from "./dc-output.ts";
import { type ManagementAccess, managementAccess } from "./management-access.ts";
import { type PowerSupplyInfo, powerSupplyInfo } from "./power-supply.ts";

export const MULTIRECORD_HEADER_LENGTH = 5;
const FORMAT_VERSION = 2;
const FIRST_OEM_TYPE = 0xc0;
const LONGEST_DATA = 255;

/** Types C0h-FEh: the manufacturer, then data in its own layout (e.g. PICMG 12634). */
export interface OemMultiRecord {
  readonly type: "oem";
  readonly recordType: number;
  readonly manufacturerId: number;
  readonly data: Uint8Array;
}

/** An unknown type, or a known one whose data is too short for its layout. */
export interface UnknownMultiRecord {
  readonly type: "unknown";
  readonly recordType: number;
  readonly data: Uint8Array;
}

export type MultiRecord =
  | ({ readonly type: "power_supply" } & PowerSupplyInfo)
  | ({ readonly type: "dc_output" | "extended_dc_output" } & DcOutput)
  | ({ readonly type: "dc_load" | "extended_dc_load" } & DcLoad)
  | ({ readonly type: "management_access" } & ManagementAccess)
  | ({ readonly type: "base_compatibility" | "extended_compatibility" } & Compatibility)
  | OemMultiRecord
  | UnknownMultiRecord;

/**
 * Multirecord header - FRU storage definition section 16.1.
 *
 *   [0] record type
 *   [1] 7 last record, 3:0 format version, 2
 *   [2] length of the data that follows
 *   [3] zero checksum of the data
 *   [4] zero checksum of the header
 */
export interface MultiRecordHeader {
  readonly recordType: number;
  readonly last: boolean;
  readonly formatVersion: number;
  readonly length: number;
  readonly sound: boolean;
  readonly dataChecksum: number;
}

/** @throws TruncatedError when there are fewer than 5 bytes */
export function decodeMultiRecordHeader(bytes: Uint8Array): MultiRecordHeader {
  const from = new Reader(bytes, "FRU multirecord header");
  const recordType = from.u8();
  const params = from.u8();
  const length = from.u8();
  const dataChecksum = from.u8();
  from.u8();
  return {
    recordType,
    last: bit(params, 7),
    formatVersion: bits(params, 3, 0),
    length,
    sound: zeroChecksumHolds(bytes.subarray(0, MULTIRECORD_HEADER_LENGTH)),
    dataChecksum,
  };
}

/** Whether a record header is plausible: FFh and zeros are storage that was never written. */
export function multiRecordFollows(header: MultiRecordHeader): boolean {
  return header.recordType !== 0xff && (header.formatVersion === FORMAT_VERSION || (header.sound && header.length > 0));
}

/**
 * Reads the records of the multirecord area that begins at `offset`, until the last, the end of the
 * data or a header that is not plausible. Damage goes to `problems`.
 */
export function decodeMultiRecords(fru: Uint8Array, offset: number, problems: string[]): MultiRecord[] {
  const records: MultiRecord[] = [];
  for (let at = offset; ; ) {
    const label = `multirecord ${records.length}`;
    if (at + MULTIRECORD_HEADER_LENGTH > fru.length) {
      problems.push(`${label}: begins at byte ${at}, there are ${fru.length}`);
      return records;
    }
    const header = decodeMultiRecordHeader(fru.subarray(at, at + MULTIRECORD_HEADER_LENGTH));
    if (!multiRecordFollows(header)) {
      problems.push(`${label}: no record where one was announced`);
      return records;
    }
    const start = at + MULTIRECORD_HEADER_LENGTH;
    const data = fru.subarray(start, start + header.length);
    const whole = data.length === header.length;
    const dataSound = whole && checksum(data) === header.dataChecksum;
    if (!header.sound) problems.push(`${label}: wrong header checksum`);
    // With both checksums wrong the length may be noise, too, and so may everything after it.
    if (!header.sound && !dataSound) return records;
    if (!whole) problems.push(`${label}: runs past the end of the data`);
    else if (!dataSound) problems.push(`${label}: wrong checksum`);
    records.push(decodeRecord(header.recordType, data, label, problems));
    if (header.last || !whole) return records;
    at = start + header.length;
  }
}

/** @throws DecodeError when a record's data is longer than the 255 bytes a header can announce */
export function encodeMultiRecords(records: readonly MultiRecord[]): Buffer {
  return Buffer.concat(
    records.map((record, i) => {
      const { recordType, data } = encodeRecord(record);
      if (data.length > LONGEST_DATA) throw new DecodeError(`FRU multirecord ${i}: ${data.length} bytes of data`);
      const last = flag(i === records.length - 1, 7);
      const header = Buffer.of(recordType, last | FORMAT_VERSION, data.length, checksum(data));
      return Buffer.concat([header, Buffer.of(checksum(header)), data]);
    }),
  );
}

const RecordType = {
  power_supply: 0x00,
  dc_output: 0x01,
  dc_load: 0x02,
  management_access: 0x03,
  base_compatibility: 0x04,
  extended_compatibility: 0x05,
  extended_dc_output: 0x09,
  extended_dc_load: 0x0a,
} as const;

function decodeRecord(recordType: number, data: Uint8Array, label: string, problems: string[]): MultiRecord {
  const from = new Reader(data, label);
  try {
    switch (recordType) {
      case RecordType.power_supply:
        return { type: "power_supply", ...powerSupplyInfo.decode(from) };
      case RecordType.dc_output:
        return { type: "dc_output", ...dcOutput.decode(from) };
      case RecordType.dc_load:
        return { type: "dc_load", ...dcLoad.decode(from) };
      case RecordType.management_access:
        return { type: "management_access", ...managementAccess.decode(from) };
      case RecordType.base_compatibility:
        return { type: "base_compatibility", ...compatibility.decode(from) };
      case RecordType.extended_compatibility:
        return { type: "extended_compatibility", ...compatibility.decode(from) };
      case RecordType.extended_dc_output:
        return { type: "extended_dc_output", ...extendedDcOutput.decode(from) };
      case RecordType.extended_dc_load:
        return { type: "extended_dc_load", ...extendedDcLoad.decode(from) };
      default:
        if (recordType < FIRST_OEM_TYPE) return { type: "unknown", recordType, data };
        return { type: "oem", recordType, manufacturerId: from.u24(), data: from.rest() };
    }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    problems.push(error.message);
    return { type: "unknown", recordType, data };
  }
}

function encodeRecord(record: MultiRecord): { readonly recordType: number; readonly data: Buffer } {
  const write = <T>(recordType: number, layout: Layout<T>, value: T) => {
    const to = new Writer(32);
    layout.encode(to, value);
    return { recordType, data: to.take() };
  };
  switch (record.type) {
    case "power_supply":
      return write(RecordType[record.type], powerSupplyInfo, record);
    case "dc_output":
      return write(RecordType[record.type], dcOutput, record);
    case "extended_dc_output":
      return write(RecordType[record.type], extendedDcOutput, record);
    case "dc_load":
      return write(RecordType[record.type], dcLoad, record);
    case "extended_dc_load":
      return write(RecordType[record.type], extendedDcLoad, record);
    case "management_access":
      return write(RecordType[record.type], managementAccess, record);
    case "base_compatibility":
    case "extended_compatibility":
      return write(RecordType[record.type], compatibility, record);
    case "oem":
      return { recordType: record.recordType, data: new Writer().u24(record.manufacturerId).bytes(record.data).take() };
    case "unknown":
      return { recordType: record.recordType, data: Buffer.from(record.data) };
  }
}
