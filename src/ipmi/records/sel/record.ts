import { DecodeError } from "../../errors.ts";
import { bit, bits, flag, Reader, Writer } from "../../wire/bytes.ts";

/** Every SEL record has this many bytes. */
export const SEL_RECORD_LENGTH = 16;

/** Who reported an event. */
export type EventGenerator =
  | {
      readonly kind: "ipmb";
      /** Slave address as 8 bits, lowest bit 0: 20h is the BMC, 2Ch Intel's ME. */
      readonly address: number;
      readonly channel: number;
      readonly lun: number;
    }
  | {
      readonly kind: "software";
      /** 7 bits: 00h-0Fh BIOS, 10h-1Fh SMI handler, 20h-2Fh system management software; see software-id.ts. */
      readonly softwareId: number;
      readonly channel: number;
      readonly lun: number;
    };

/**
 * What event data 2 or 3 holds. `trigger_reading` and `trigger_threshold` are raw sensor units;
 * `previous_state` is [7:4] severity offset, [3:0] previous state offset, Fh each for "not given".
 */
export type EventDataUse =
  | "unspecified"
  | "trigger_reading"
  | "trigger_threshold"
  | "previous_state"
  | "oem"
  | "sensor_specific"
  | "reserved";

/**
 * The event of a system event record or a platform event trap - IPMI 2.0 section 29.7, table 29-6.
 *
 *   [0] sensor type
 *   [1] sensor number
 *   [2] 7 deassertion, 6:0 event type
 *   [3] event data 1: 7:6 use of data 2, 5:4 use of data 3, 3:0 offset
 *   [4] event data 2, FFh when unused
 *   [5] event data 3, FFh when unused
 */
export interface EventFields {
  readonly sensorType: number;
  readonly sensorNumber: number;
  readonly deassertion: boolean;
  /** 01h threshold, 02h-0Ch generic, 6Fh sensor specific, 70h-7Fh OEM. */
  readonly eventType: number;
  /** Which of the event type's states this is about. */
  readonly offset: number;
  readonly data1: number;
  readonly data2: number;
  readonly data3: number;
  readonly data2Use: EventDataUse;
  readonly data3Use: EventDataUse;
}

/**
 * System event record - IPMI 2.0 section 32.1.
 *
 *   [0-1]   record id
 *   [2]     record type, 02h
 *   [3-6]   time stamp; see timestamp.ts
 *   [7]     generator: 0 software, 7:1 slave address or software id
 *   [8]     generator: 7:4 channel, 1:0 LUN
 *   [9]     event message revision: 04h IPMI 1.5 and 2.0, 03h IPMI 1.0
 *   [10-15] the event
 */
export interface SystemEventRecord extends EventFields {
  readonly type: "system_event";
  readonly recordId: number;
  readonly recordType: number;
  /** False: the type is 00h, 01h or 03h-BFh; HP DL380 G5 and Intel S2600JF write such, laid out like 02h. */
  readonly legalType: boolean;
  /** Raw; see `selTime`. */
  readonly timestamp: number;
  readonly generator: EventGenerator;
  readonly revision: number;
}

/**
 * OEM record with a time stamp, types C0h-DFh - IPMI 2.0 section 32.2.
 *
 *   [0-1] record id; [2] record type; [3-6] time stamp; [7-9] manufacturer (IANA); [10-15] OEM
 */
export interface OemTimestampedRecord {
  readonly type: "oem_timestamped";
  readonly recordId: number;
  readonly recordType: number;
  readonly timestamp: number;
  readonly manufacturerId: number;
  /** 6 bytes. */
  readonly data: Uint8Array;
}

/**
 * OEM record without a time stamp, types E0h-FFh - IPMI 2.0 section 32.3.
 *
 *   [0-1] record id; [2] record type; [3-15] OEM
 */
export interface OemRecord {
  readonly type: "oem";
  readonly recordId: number;
  readonly recordType: number;
  /** 13 bytes. */
  readonly data: Uint8Array;
}

export type SelRecord = SystemEventRecord | OemTimestampedRecord | OemRecord;

const SYSTEM_EVENT_TYPE = 0x02;
const FIRST_TIMESTAMPED_TYPE = 0xc0;
const FIRST_PLAIN_OEM_TYPE = 0xe0;

const THRESHOLD_CLASS = 0x01;

const THRESHOLD_DATA2: readonly EventDataUse[] = ["unspecified", "trigger_reading", "oem", "sensor_specific"];
const THRESHOLD_DATA3: readonly EventDataUse[] = ["unspecified", "trigger_threshold", "oem", "sensor_specific"];
const DISCRETE_DATA2: readonly EventDataUse[] = ["unspecified", "previous_state", "oem", "sensor_specific"];
const DISCRETE_DATA3: readonly EventDataUse[] = ["unspecified", "reserved", "oem", "sensor_specific"];
const OEM_DATA2: readonly EventDataUse[] = ["unspecified", "previous_state", "oem", "reserved"];
const OEM_DATA3: readonly EventDataUse[] = ["unspecified", "reserved", "oem", "reserved"];

/** True for event types whose offsets only the manufacturer can explain. */
export const isOemEventType = (eventType: number): boolean => eventType >= 0x70;

/** What data 2 and 3 hold: two bits each of event data 1, read by event type (table 29-6). */
export function eventDataUses(
  eventType: number,
  data1: number,
): { readonly data2Use: EventDataUse; readonly data3Use: EventDataUse } {
  const [second, third] =
    eventType === THRESHOLD_CLASS
      ? [THRESHOLD_DATA2, THRESHOLD_DATA3]
      : isOemEventType(eventType)
        ? [OEM_DATA2, OEM_DATA3]
        : [DISCRETE_DATA2, DISCRETE_DATA3];
  return {
    data2Use: second[bits(data1, 7, 6)] ?? "reserved",
    data3Use: third[bits(data1, 5, 4)] ?? "reserved",
  };
}

/** The event as decoded from its parts; for platform event traps, which carry them in another order. */
export function eventFields(event: {
  readonly sensorType: number;
  readonly sensorNumber: number;
  readonly deassertion: boolean;
  readonly eventType: number;
  readonly data1: number;
  readonly data2: number;
  readonly data3: number;
}): EventFields {
  return { ...event, offset: event.data1 & 0x0f, ...eventDataUses(event.eventType, event.data1) };
}

/**
 * Decodes the 16 bytes of a record; more bytes are ignored.
 *
 * @throws TruncatedError when there are fewer than 16
 */
export function decodeSelRecord(bytes: Uint8Array): SelRecord {
  const from = new Reader(bytes, "SEL record");
  const recordId = from.u16();
  const recordType = from.u8();
  if (recordType >= FIRST_PLAIN_OEM_TYPE) {
    return { type: "oem", recordId, recordType, data: from.bytes(13) };
  }
  const timestamp = from.u32();
  if (recordType >= FIRST_TIMESTAMPED_TYPE) {
    const manufacturerId = from.u24();
    return { type: "oem_timestamped", recordId, recordType, timestamp, manufacturerId, data: from.bytes(6) };
  }
  const generator = readGenerator(from);
  const revision = from.u8();
  const sensorType = from.u8();
  const sensorNumber = from.u8();
  const directionAndType = from.u8();
  const event = eventFields({
    sensorType,
    sensorNumber,
    deassertion: bit(directionAndType, 7),
    eventType: bits(directionAndType, 6, 0),
    data1: from.u8(),
    data2: from.u8(),
    data3: from.u8(),
  });
  const legalType = recordType === SYSTEM_EVENT_TYPE;
  return { type: "system_event", recordId, recordType, legalType, timestamp, generator, revision, ...event };
}

/**
 * Encodes a record into its 16 bytes. Of an event, `data1` is written; `offset` and the uses follow from it.
 *
 * @throws DecodeError when OEM data has another length than the record type's
 */
export function encodeSelRecord(record: SelRecord): Buffer {
  const to = new Writer(SEL_RECORD_LENGTH);
  to.u16(record.recordId).u8(record.recordType);
  switch (record.type) {
    case "oem":
      expectLength(record.data, 13);
      to.bytes(record.data);
      break;
    case "oem_timestamped":
      expectLength(record.data, 6);
      to.u32(record.timestamp).u24(record.manufacturerId).bytes(record.data);
      break;
    case "system_event":
      to.u32(record.timestamp);
      writeGenerator(to, record.generator);
      to.u8(record.revision).u8(record.sensorType).u8(record.sensorNumber);
      to.u8(flag(record.deassertion, 7) | record.eventType);
      to.u8(record.data1).u8(record.data2).u8(record.data3);
      break;
  }
  return to.take();
}

function readGenerator(from: Reader): EventGenerator {
  const first = from.u8();
  const second = from.u8();
  const channel = bits(second, 7, 4);
  const lun = bits(second, 1, 0);
  return bit(first, 0)
    ? { kind: "software", softwareId: bits(first, 7, 1), channel, lun }
    : { kind: "ipmb", address: first, channel, lun };
}

function writeGenerator(to: Writer, g: EventGenerator): void {
  to.u8(g.kind === "software" ? (g.softwareId << 1) | 1 : g.address & 0xfe);
  to.u8((g.channel << 4) | g.lun);
}

function expectLength(data: Uint8Array, length: number): void {
  if (data.length !== length)
    throw new DecodeError(`SEL record: wanted ${length} bytes of OEM data, got ${data.length}`);
}
