import { hexByte } from "../wire/hex.ts";

/** Event/reading type codes - IPMI 2.0 table 42-1. */
export const EventType = {
  Unspecified: 0x00,
  Threshold: 0x01,
  Usage: 0x02,
  DigitalState: 0x03,
  PredictiveFailure: 0x04,
  Limit: 0x05,
  Performance: 0x06,
  Severity: 0x07,
  Presence: 0x08,
  Enabled: 0x09,
  Availability: 0x0a,
  Redundancy: 0x0b,
  AcpiDevicePower: 0x0c,
  SensorSpecific: 0x6f,
} as const;

/** What the bits of a sensor with this code mean, and whether it can have a value. */
export type SensorClass = "threshold" | "generic" | "sensor_specific" | "oem" | "unspecified";

/** Class of an event/reading type code; bit 7 is not part of it. Reserved codes (0Dh-6Eh) are "unspecified". */
export function sensorClass(eventType: number): SensorClass {
  const code = eventType & 0x7f;
  if (code === EventType.Threshold) return "threshold";
  if (code >= EventType.Usage && code <= EventType.AcpiDevicePower) return "generic";
  if (code === EventType.SensorSpecific) return "sensor_specific";
  if (code >= 0x70) return "oem";
  return "unspecified";
}

const word = (title: string): string => title.toLowerCase().replaceAll(/[ -]/g, "_");

const TITLES: ReadonlyMap<number, string> = new Map([
  [EventType.Unspecified, "unspecified"],
  [EventType.Threshold, "threshold"],
  [EventType.Usage, "usage"],
  [EventType.DigitalState, "digital state"],
  [EventType.PredictiveFailure, "predictive failure"],
  [EventType.Limit, "limit"],
  [EventType.Performance, "performance"],
  [EventType.Severity, "severity"],
  [EventType.Presence, "presence"],
  [EventType.Enabled, "enabled"],
  [EventType.Availability, "availability"],
  [EventType.Redundancy, "redundancy"],
  [EventType.AcpiDevicePower, "ACPI device power"],
  [EventType.SensorSpecific, "sensor-specific"],
]);

/** Words for event/reading types: the titles in snake case, `oem` for 70h-7Eh and `unspecified` for the rest. */
export const EVENT_TYPE_WORDS: readonly string[] = [...[...TITLES.values()].map(word), "oem"];

/** An event/reading type as rules name it: threshold, digital_state, sensor_specific, oem ... */
export function eventTypeWord(eventType: number): string {
  const code = eventType & 0x7f;
  const title = TITLES.get(code);
  return title === undefined ? (code >= 0x70 ? "oem" : "unspecified") : word(title);
}

/** Title of an event/reading type code: "redundancy"; "OEM 70h" for OEM codes. */
export function eventTypeTitle(eventType: number): string {
  const code = eventType & 0x7f;
  return TITLES.get(code) ?? (code >= 0x70 ? `OEM ${hexByte(code)}` : `reserved ${hexByte(code)}`);
}
