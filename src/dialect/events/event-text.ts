import type { CodedEvent } from "../../model/index.ts";
import { twoDecimals } from "../rounding.ts";
import { data2Text, data3Text } from "./data-texts.ts";
import { GENERIC_STATES, SPECIFIC_STATES } from "./state-texts.ts";
import { unitText } from "./unit-texts.ts";

const THRESHOLD = 0x01;
const SEVERITIES = 0x07;
const SPECIFIC = 0x6f;
const FIRST_OEM = 0x70;
const NOTHING = 0xff;
/** Sensor type "Event Logging Disabled". */
const LOGGING = 0x10;
/** Logging of correctable machine check errors is disabled. */
const MACHINE_CHECKS_OFF = 6;

/** Use of data 2 and of data 3, two bits each of data 1 - IPMI 2.0 table 29-6. */
const VALUE = 1;
const OEM = 2;
const OWN = 3;

type SensorEvent = Extract<CodedEvent, { type: "event" }>;

/**
 * The column Event of `ipmi-sel --comma-separated-output --interpret-oem-data`: the state, followed by the meaning of
 * event data 2 and 3, separated by " ; ".
 */
export function eventText(event: CodedEvent): string {
  if (event.type === "oem") return `OEM defined = ${[...event.data].map(hex).join(" ")}`;
  const { eventType, data1, data2, data3 } = event;
  const offset = `Event Offset = ${hex(data1 & 0x0f)}`;
  if (eventType >= FIRST_OEM) return joined(`OEM ${offset}`, ...oemData(event));
  if (eventType !== SPECIFIC && !GENERIC_STATES.has(eventType))
    return joined(offset, raw("Event Data2", data2), raw("Event Data3", data3));
  return joined(stateText(event) ?? offset, data2Of(event), data3Of(event));
}

function stateText({ eventType, sensorType, data1 }: SensorEvent): string | undefined {
  const states = eventType === SPECIFIC ? SPECIFIC_STATES.get(sensorType) : GENERIC_STATES.get(eventType);
  return states?.[data1 & 0x0f];
}

function data2Of(event: SensorEvent): string | undefined {
  const { eventType, sensorType, data1, data2, values } = event;
  const use = data1 >> 6;
  if (use === VALUE && eventType === THRESHOLD) return measured("Sensor Reading", data2, values?.data2, values);
  if (use === 0 || data2 === NOTHING) return undefined;
  if (use === OEM) return raw("OEM Event Data2 code", data2);
  if (use === OWN && isInData3(event)) return undefined;
  const specific = (value: number): string | undefined =>
    eventType === SPECIFIC && stateText(event) !== undefined ? data2Text(sensorType, data1 & 0x0f, value) : undefined;
  const text = use === OWN ? specific(data2) : previousState(data2, specific);
  return text ?? raw("Event Data2", data2);
}

/** For this event the text of data 3 includes data 2. */
function isInData3({ eventType, sensorType, data1 }: SensorEvent): boolean {
  return eventType === SPECIFIC && sensorType === LOGGING && (data1 & 0x3f) === ((OWN << 4) | MACHINE_CHECKS_OFF);
}

/** Previous state in the lower half, severity in the upper. FreeIPMI looks up the previous state as a meaning of data 2. */
function previousState(data2: number, specific: (value: number) => string | undefined): string | undefined {
  const state = data2 & 0x0f;
  const previous = state === 0x0f ? undefined : specific(state);
  const severity = GENERIC_STATES.get(SEVERITIES)?.[data2 >> 4];
  const parts = [
    previous === undefined ? [] : `Previous State = ${previous}`,
    severity ? `Severity State = ${severity}` : [],
  ];
  const all = parts.flat();
  return all.length === 0 ? undefined : all.join(" ; ");
}

function data3Of(event: SensorEvent): string | undefined {
  const { eventType, sensorType, data1, data2, data3, values } = event;
  const use = (data1 >> 4) & 3;
  if (use === VALUE) {
    return eventType === THRESHOLD ? measured("Threshold", data3, values?.data3, values) : undefined;
  }
  if (use === 0 || data3 === NOTHING) return undefined;
  if (use === OEM) return raw("OEM Event Data3 code", data3);
  const isKnown = eventType === SPECIFIC && stateText(event) !== undefined;
  const text = isKnown ? data3Text(sensorType, data1 & 0x0f, data3, data2) : undefined;
  return text ?? raw("Event Data3", data3);
}

function oemData({ data1, data2, data3 }: SensorEvent): readonly (string | undefined)[] {
  return [
    data1 >> 6 !== 0 && data2 !== NOTHING ? raw("OEM Event Data2 code", data2) : undefined,
    ((data1 >> 4) & 3) !== 0 && data3 !== NOTHING ? raw("OEM Event Data3 code", data3) : undefined,
  ];
}

function measured(what: string, code: number, value: number | undefined, values: SensorEvent["values"]): string {
  if (value === undefined || !values) return raw(what, code);
  return `${what} = ${twoDecimals(value).toFixed(2)} ${unitText(values.unit)}`;
}

const hex = (byte: number): string => `${byte.toString(16).toUpperCase().padStart(2, "0")}h`;
const raw = (what: string, byte: number): string => `${what} = ${hex(byte)}`;
const joined = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined).join(" ; ");
