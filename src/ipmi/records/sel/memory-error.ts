import { EventType } from "../../tables/event-type.ts";
import { SensorType } from "../../tables/sensor-type.ts";
import type { EventFields } from "./record.ts";

/** Kind of memory error that an event reports; the words of the counters. */
export type MemoryErrorKind = "correctable" | "uncorrectable" | "logging_limit";

/** By offset of a memory sensor (IPMI 2.0 table 42-3, type 0Ch); parity cannot be corrected either. */
const MEMORY_OFFSETS: readonly (MemoryErrorKind | undefined)[] = [
  "correctable",
  "uncorrectable",
  "uncorrectable",
  undefined,
  undefined,
  "logging_limit",
];

/** Type 10h: correctable memory error logging was switched off, which follows from too many of them. */
const LOGGING_OFF_OFFSET = 0;

/** The kind of memory error an event reports; undefined for everything else and for deassertions. */
export function memoryErrorKind(event: EventFields): MemoryErrorKind | undefined {
  if (event.deassertion || event.eventType !== EventType.SensorSpecific) return undefined;
  if (event.sensorType === SensorType.Memory) return MEMORY_OFFSETS[event.offset];
  const loggingOff = event.sensorType === SensorType.EventLogging && event.offset === LOGGING_OFF_OFFSET;
  return loggingOff ? "logging_limit" : undefined;
}

/** Whether an event is about memory, so that its data may name a DIMM. */
export function isMemoryEvent(event: EventFields): boolean {
  if (event.sensorType === SensorType.Memory) return true;
  return memoryErrorKind(event) !== undefined;
}
