import { EventType } from "../../tables/event-type.ts";
import { manufacturerName } from "../../tables/manufacturer.ts";
import { OEM_STATES } from "../../tables/oem-state.ts";
import { type StateSubject, stateOf } from "../../tables/sensor-state.ts";
import { sensorKind, sensorTypeTitle } from "../../tables/sensor-type.ts";
import type { Direction, Severity } from "../../tables/severity.ts";
import type { StateRow } from "../../tables/state-row.ts";
import { bits } from "../../wire/bytes.ts";
import { hexByte, hexDigits } from "../../wire/hex.ts";
import { dimmOf } from "./dimm.ts";
import { eventDetail, rawDetail } from "./event-detail.ts";
import { type MemoryErrorKind, memoryErrorKind } from "./memory-error.ts";
import {
  type EventFields,
  isOemEventType,
  type OemRecord,
  type OemTimestampedRecord,
  type SelRecord,
  type SystemEventRecord,
} from "./record.ts";
import { generatorText } from "./software-id.ts";

/** The sensor of an event, as far as the SDRs know it. */
export interface SelSensor {
  readonly name: string;
  /** The value of a raw reading or threshold; undefined if the sensor has none. */
  convert?(raw: number): number | undefined;
  /** For a person: "degrees C". */
  readonly unit?: string;
}

/** Facts beside the record. */
export interface SelContext {
  /** Absent: the SDRs do not have the sensor (BIOS events, Inventec, Sun X4150). */
  readonly sensor?: SelSensor;
  readonly manufacturerId?: number;
  readonly productId?: number;
}

/** A record in words. */
export interface SelEventDescription {
  /** Sensor type in snake case; "oem" for OEM records and types. */
  readonly kind: string;
  /** Name from the SDR, else type and number: "Memory #46h". */
  readonly sensorName: string;
  /** What happened in snake case: upper_critical_going_high; oem_event_2 without a known meaning. */
  readonly event: string;
  readonly eventText: string;
  readonly direction: Direction;
  /** 0 ok, 1 warning, 2 critical, 3 non-recoverable; undefined for events without a known meaning. */
  readonly severity: Severity | undefined;
  /** Details from the event data: "reading 101 degrees C, threshold 100 degrees C". */
  readonly detail: string | undefined;
  /** All of it on one line. */
  readonly text: string;
  /** Reading and threshold of a threshold event, in the sensor's unit. */
  readonly reading?: number;
  readonly threshold?: number;
  readonly memoryError?: MemoryErrorKind;
  readonly dimm?: string;
}

/** Puts a record into words. Never throws. */
export function describeSelEvent(record: SelRecord, context: SelContext = {}): SelEventDescription {
  if (record.type !== "system_event") return describeOemRecord(record);
  const described = describeEvent(record, context);
  const isBmc = record.generator.kind === "ipmb" && record.generator.address === BMC_ADDRESS;
  const reporter = isBmc ? "" : `, reported by ${generatorText(record.generator)}`;
  return { ...described, text: described.text + reporter };
}

const BMC_ADDRESS = 0x20;

/** The same for an event without a record, from a platform event trap. */
export function describeEvent(event: EventFields, context: SelContext = {}): SelEventDescription {
  const row = stateRow(event, context);
  const direction: Direction = event.deassertion ? "deasserted" : "asserted";
  const sensorName = context.sensor?.name || `${sensorTypeTitle(event.sensorType)} #${hexByte(event.sensorNumber)}`;
  const oem = isOemEventType(event.eventType) || event.sensorType >= FIRST_OEM_SENSOR_TYPE;
  const eventText = row?.text ?? `${oem ? "OEM event" : "event"} ${event.offset}`;
  const { reading, threshold } = values(event, context.sensor);
  const dimm = dimmOf(event, { ...context, sensorName: context.sensor?.name });
  const detail = detailOf(event, context, dimm);
  return {
    kind: sensorKind(event.sensorType),
    sensorName,
    event: row?.state ?? `${oem ? "oem_event" : "event"}_${event.offset}`,
    eventText,
    direction,
    severity: row?.[direction],
    detail,
    text: `${sensorName}: ${eventText}, ${direction}${detail === undefined ? "" : ` (${detail})`}`,
    reading,
    threshold,
    memoryError: memoryErrorKind(event),
    dimm,
  };
}

const FIRST_OEM_SENSOR_TYPE = 0xc0;

function stateRow(event: EventFields, { manufacturerId, productId }: SelContext): StateRow | undefined {
  const subject = { eventType: event.eventType, sensorType: event.sensorType, manufacturerId, productId };
  // A sensor whose state word is a level sends the offset of the word's bit: Supermicro's 2 is level 4.
  const offset = isLevel(subject) ? 1 << event.offset : event.offset;
  return stateOf({ ...subject, offset });
}

function isLevel({ eventType, sensorType, manufacturerId }: StateSubject): boolean {
  return OEM_STATES.some(
    (known) =>
      known.value &&
      known.eventType === eventType &&
      known.sensorType === sensorType &&
      manufacturerId !== undefined &&
      known.manufacturerIds.includes(manufacturerId),
  );
}

function values(event: EventFields, sensor: SelSensor | undefined) {
  if (event.eventType !== EventType.Threshold) return {};
  return {
    reading: event.data2Use === "trigger_reading" ? sensor?.convert?.(event.data2) : undefined,
    threshold: event.data3Use === "trigger_threshold" ? sensor?.convert?.(event.data3) : undefined,
  };
}

function detailOf(event: EventFields, context: SelContext, dimm: string | undefined): string | undefined {
  const parts =
    event.eventType === EventType.Threshold
      ? thresholdParts(event, context.sensor)
      : [dimm, eventDetail(event, context.manufacturerId), ...previousState(event, context)];
  const known = parts.filter((part) => part !== undefined);
  return known.length > 0 ? known.join(", ") : rawDetail(event);
}

/** Value and limit side by side; a comparison sign between them can be false (Dell C410x). */
function thresholdParts(event: EventFields, sensor: SelSensor | undefined): string[] {
  const parts: string[] = [];
  if (event.data2Use === "trigger_reading") parts.push(`reading ${valueText(event.data2, sensor)}`);
  if (event.data3Use === "trigger_threshold") parts.push(`threshold ${valueText(event.data3, sensor)}`);
  return parts;
}

function valueText(raw: number, sensor: SelSensor | undefined): string {
  const value = sensor?.convert?.(raw);
  if (value === undefined || !Number.isFinite(value)) return `raw ${hexByte(raw)}`;
  const rounded = Math.abs(value) >= 1 ? Number(value.toFixed(2)) : Number(value.toPrecision(3));
  return sensor?.unit ? `${rounded} ${sensor.unit}` : `${rounded}`;
}

const NOT_GIVEN = 0x0f;

/** Data 2: [3:0] the previous state, [7:4] a severity of class 07h. */
function previousState(event: EventFields, context: SelContext): string[] {
  if (event.data2Use !== "previous_state" || event.data2 === 0xff) return [];
  const before = bits(event.data2, 3, 0);
  const graded = bits(event.data2, 7, 4);
  const parts: string[] = [];
  const row = before === NOT_GIVEN ? undefined : stateRow({ ...event, offset: before }, context);
  if (row !== undefined && before !== event.offset) parts.push(`before: ${row.text}`);
  const severity = { eventType: EventType.Severity, sensorType: event.sensorType, offset: graded };
  const grade = graded === NOT_GIVEN || graded === 0 ? undefined : stateOf(severity);
  if (grade !== undefined) parts.push(`severity: ${grade.text}`);
  return parts;
}

const LINUX_PANIC_TYPE = 0xf0;

function describeOemRecord(record: OemTimestampedRecord | OemRecord): SelEventDescription {
  const panic = record.type === "oem" && record.recordType === LINUX_PANIC_TYPE ? panicText(record.data) : undefined;
  if (panic !== undefined) {
    return oemDescription(
      "kernel_panic_message",
      "Kernel panic message",
      `Linux kernel: panic message "${panic}"`,
      panic,
    );
  }
  const eventText = `OEM record ${hexByte(record.recordType)}`;
  const data = hexDigits(record.data);
  const manufacturer =
    record.type === "oem_timestamped"
      ? `${manufacturerName(record.manufacturerId) ?? `manufacturer ${record.manufacturerId}`}, `
      : "";
  const detail = `${manufacturer}data ${data}`;
  return oemDescription("oem_record", eventText, `${eventText} (${detail})`, detail);
}

function oemDescription(event: string, eventText: string, text: string, detail: string): SelEventDescription {
  return { kind: "oem", sensorName: "", event, eventText, direction: "asserted", severity: undefined, text, detail };
}

/**
 * A piece of a panic message that Linux' IPMI message handler logs: [0] its slave address, [1] number
 * of the piece, [2..12] text. Undefined if it is not text.
 */
function panicText(data: Uint8Array): string | undefined {
  const text = Buffer.from(data.subarray(2)).toString("latin1").replace(/\0+$/, "");
  return /^[\x20-\x7e\t\n]+$/.test(text) ? text.replace(/[\t\n]/g, " ").trim() || undefined : undefined;
}

/** Narrower than SelRecord, for callers that only have events. */
export const isSystemEvent = (record: SelRecord): record is SystemEventRecord => record.type === "system_event";
