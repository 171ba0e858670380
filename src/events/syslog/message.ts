import type { EventSeverity, HostEvent } from "../../model/index.ts";
import { eventJson } from "../json.ts";

/** Severities by number - RFC 5424 table 2: 1 alert, 2 critical, 4 warning, 5 notice, 6 informational. */
const SEVERITIES: Readonly<Record<EventSeverity, number>> = {
  non_recoverable: 1,
  critical: 2,
  warning: 4,
  unknown: 5,
  ok: 6,
};

export interface MessageOptions {
  /** 0 to 23, RFC 5424 table 1: 3 daemon, 16 local0. */
  readonly facility: number;
  readonly appName: string;
  /** Name of the machine of the exporter; the host of the event is in the structured data. */
  readonly hostname: string;
  readonly pid: number;
  /** A longer message is cut off. */
  readonly maxBytes: number;
}

/** The names of the structured data elements use the enterprise number that IANA reserves for documentation. */
const EVENT_ID = "event@32473";
const PLACE_ID = "place@32473";
/** Marks the text as UTF-8 - RFC 5424 section 6.4. */
const BOM = "\uFEFF";
const NIL = "-";

/**
 * An event as a syslog message - RFC 5424 section 6: `<PRI>1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID SD MSG`. The
 * time is that of the exporter. The time of the record, which may be wrong by years, is in the structured data.
 */
export function syslogMessage(event: HostEvent, options: MessageOptions): Buffer {
  const { facility, appName, hostname, pid, maxBytes } = options;
  const priority = facility * 8 + SEVERITIES[event.severity];
  const time = new Date(event.seenAt).toISOString();
  const names = `${name(hostname, 255)} ${name(appName, 48)} ${pid} ${name(event.type, 32)}`;
  const { site, room, row, rack, position } = event.place;
  const data = element(EVENT_ID, fieldsOf(event)) + element(PLACE_ID, { site, room, row, rack, position });
  const header = `<${priority}>1 ${time} ${names} ${data}`;
  const text = `${header} ${BOM}${event.host}: ${oneLine(event.text)}`;
  return cut(Buffer.from(text), maxBytes);
}

/** The fields of the JSON line except place and text. */
function fieldsOf(event: HostEvent): Readonly<Record<string, unknown>> {
  const { text, site, room, row, rack, position, ...fields } = JSON.parse(eventJson(event)) as Record<string, unknown>;
  return fields;
}

/** `[id name="value" ...]`; empty if there is no value - RFC 5424 section 6.3. */
function element(id: string, fields: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}="${escaped(Array.isArray(value) ? value.join(", ") : String(value))}"`],
  );
  return pairs.length === 0 ? "" : `[${[id, ...pairs].join(" ")}]`;
}

const escaped = (value: string): string => value.replaceAll(/[\\"\]]/g, "\\$&");

/** Printable ASCII without spaces, as header fields are. */
function name(text: string, most: number): string {
  return text.replaceAll(/[^\x21-\x7e]/g, "_").slice(0, most) || NIL;
}

/** Receivers end messages at control characters, or escape them in their own way. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const oneLine = (text: string): string => text.replaceAll(/[\u0000-\u001f\u007f]+/g, " ");

/** The first bytes, without an incomplete character at the end. */
function cut(bytes: Buffer, most: number): Buffer {
  if (bytes.length <= most) return bytes;
  let end = most;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}
