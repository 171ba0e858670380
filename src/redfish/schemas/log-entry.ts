import { at, isObject, type JsonObject, linkAt, numberAt, textAt } from "../json.ts";
import { type RedfishTime, timeOf } from "../time.ts";

/** An IPMI event as far as a log entry has its bytes; numbers as in a SEL record. */
export interface LoggedIpmiEvent {
  readonly sensorType?: number;
  readonly eventType?: number;
  readonly deassertion: boolean;
  /** Event data 1 to 3. */
  readonly data: readonly [number, number, number];
}

/** LogEntry: one record of a log. */
export interface RedfishLogEntry {
  /** `Id`, else the end of its URI; unique in the log until that is cleared. */
  readonly id: string;
  /** When it happened, else when it was written; absent without a date. */
  readonly time?: RedfishTime;
  /**
   * The same as a number that only serves to recognise the entry: it depends neither on `zone`, nor on the offset in
   * which the service writes the time at present. Negative for a time since the start of the BMC.
   */
  readonly stamp?: number;
  /** `Severity` as written, in lower case. Absent on XCC and NVIDIA dumps. */
  readonly severity?: string;
  readonly message?: string;
  /** "Registry.1.0.Name", or a code of the vendor. */
  readonly messageId?: string;
  readonly args: readonly string[];
  /** Text of `EntryCode`: Assert, Deassert, "Upper Critical - going high" ... */
  readonly code?: string;
  /** Text of `SensorType`: Temperature, Memory, "Power Supply / Converter" ... */
  readonly sensorType?: string;
  readonly sensorNumber?: number;
  /** URI of the resource it is about. */
  readonly origin?: string;
  /** What the vendor files it under: `ClassDescription` of HPE, e.g. "Drive Array". */
  readonly category?: string;
  /** A number of the vendor that a clear of the log does not reset. */
  readonly sequence?: string;
  readonly ipmi?: LoggedIpmiEvent;
}

const MOST_ARGS = 32;

/** @param zone offset of the BMC's clock for times without one */
export function decodeLogEntry(resource: JsonObject, zone?: string): RedfishLogEntry {
  const message = textAt(resource, "Message");
  const messageId =
    textAt(resource, "MessageId") ?? textAt(resource, "Oem", "Lenovo", "CommonEventID") ?? hpeCode(resource);
  const args = at(resource, "MessageArgs");
  const happened = textAt(resource, "EventTimestamp");
  const written = timeOf(happened) ? happened : textAt(resource, "Created");
  const severity = textAt(resource, "Severity") ?? textAt(resource, "MessageSeverity");
  return {
    id: textAt(resource, "Id") ?? lastSegment(linkAt(resource)) ?? "",
    time: timeOf(written, zone),
    stamp: stampOf(timeOf(written)),
    severity: severity?.toLowerCase(),
    message,
    messageId,
    args: Array.isArray(args) ? args.slice(0, MOST_ARGS).flatMap((arg: unknown) => textAt({ arg }, "arg") ?? []) : [],
    code: codeOf(resource),
    sensorType: textAt(resource, "SensorType") ?? textAt(resource, "OemSensorType"),
    sensorNumber: numberAt(resource, "SensorNumber"),
    origin: linkAt(resource, "Links", "OriginOfCondition") ?? linkAt(resource, "OriginOfCondition"),
    category: textAt(resource, "Oem", "Hpe", "ClassDescription") ?? textAt(resource, "Oem", "Hp", "ClassDescription"),
    sequence: textAt(resource, "Oem", "Hpe", "EventNumber") ?? textAt(resource, "Oem", "Hp", "EventNumber"),
    ipmi: ipmiEvent(resource),
  };
}

function stampOf(time: RedfishTime | undefined): number | undefined {
  return time && ("epochMs" in time ? time.epochMs : -1 - time.secondsSinceStart);
}

/** A text, or a list of texts on iDRAC 8: `[{ "Member": "Assert" }]`. */
function codeOf(resource: JsonObject): string | undefined {
  const code = at(resource, "EntryCode");
  const first = Array.isArray(code) ? code[0] : undefined;
  return textAt({ code }, "code") ?? textAt(first, "Member") ?? textAt({ first }, "first");
}

/** iLO 5 has no MessageId. Class and code are what iLO 6 makes it of: "17.10". */
function hpeCode(resource: JsonObject): string | undefined {
  for (const vendor of ["Hpe", "Hp"]) {
    const [type, code] = ["Class", "Code"].map((name) => numberAt(resource, "Oem", vendor, name));
    if (type !== undefined && code !== undefined) return `${type}.${code}`;
  }
  return undefined;
}

function lastSegment(uri: string | undefined): string | undefined {
  return uri?.split("#")[0]?.replace(/\/+$/, "").split("/").at(-1);
}

/** The bytes of the event, where a vendor gives them. */
function ipmiEvent(resource: JsonObject): LoggedIpmiEvent | undefined {
  return supermicroEvent(resource) ?? lenovoEvent(resource) ?? amiEvent(resource) ?? dellEvent(resource);
}

const byteOf = (text: string | undefined): number | undefined => {
  const match = text === undefined ? null : /^(?:0x)?([0-9a-f]{1,2})$/i.exec(text);
  return match?.[1] === undefined ? undefined : Number.parseInt(match[1], 16);
};

/** Each byte as a text, e.g. "0x6F". Seen on X10. */
function supermicroEvent(resource: JsonObject): LoggedIpmiEvent | undefined {
  const raw = at(resource, "Oem", "Supermicro", "RawEventData");
  if (!isObject(raw)) return undefined;
  const [way, sensorType, data1, data2 = 0xff, data3 = 0xff] = [
    "EventDirAndType",
    "SensorType",
    "EventData1",
    "EventData2",
    "EventData3",
  ].map((name) => byteOf(textAt(raw, name)));
  if (way === undefined || sensorType === undefined || data1 === undefined) return undefined;
  return { sensorType, eventType: way & 0x7f, deassertion: way >= 0x80, data: [data1, data2, data3] };
}

/** "0x806f010c2001ffff": 80h asserted or 81h deasserted, event type, offset, sensor type, entity, instance. */
const LENOVO_EVENT = /^0x8([01])([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})[0-9a-f]{8}$/i;

function lenovoEvent(resource: JsonObject): LoggedIpmiEvent | undefined {
  const text = textAt(resource, "EventId") ?? textAt(resource, "Oem", "Lenovo", "EventID");
  const match = text === undefined ? null : LENOVO_EVENT.exec(text);
  if (!match) return undefined;
  const [deasserted = 0, eventType = 0, offset = 0, sensorType = 0] = match
    .slice(1)
    .map((digits) => Number.parseInt(digits, 16));
  return { sensorType, eventType, deassertion: deasserted === 1, data: [offset & 0x0f, 0xff, 0xff] };
}

/** The three data bytes as the message: "0x07FFFF". Seen on MegaRAC. */
function amiEvent(resource: JsonObject): LoggedIpmiEvent | undefined {
  const match = /^0x([0-9a-f]{6})$/i.exec(textAt(resource, "Message") ?? "");
  return match?.[1] === undefined ? undefined : { deassertion: isDeassertion(resource), data: dataOf(match[1]) };
}

/** Event type and the three data bytes as MessageId: "6fa00100". Seen on iDRAC 9, with the sensor type as text. */
function dellEvent(resource: JsonObject): LoggedIpmiEvent | undefined {
  const match = /^([0-9a-f]{2})([0-9a-f]{6})$/i.exec(textAt(resource, "MessageId") ?? "");
  if (match?.[1] === undefined || match[2] === undefined || textAt(resource, "EntryType") !== "SEL") return undefined;
  const way = Number.parseInt(match[1], 16);
  return { eventType: way & 0x7f, deassertion: way >= 0x80 || isDeassertion(resource), data: dataOf(match[2]) };
}

const isDeassertion = (resource: JsonObject): boolean => /^deassert/i.test(codeOf(resource) ?? "");

function dataOf(digits: string): [number, number, number] {
  const [data1 = 0, data2 = 0, data3 = 0] = Buffer.from(digits, "hex");
  return [data1, data2, data3];
}
