/** The system event log: its records as bytes, as fields and in words. */
export type { SelContext, SelEventDescription, SelSensor } from "./describe.ts";
export { describeEvent, describeSelEvent, isSystemEvent } from "./describe.ts";
export type { DimmContext } from "./dimm.ts";
export { dimmOf } from "./dimm.ts";
export type { MemoryErrorKind } from "./memory-error.ts";
export { isMemoryEvent, memoryErrorKind } from "./memory-error.ts";
export type {
  EventDataUse,
  EventFields,
  EventGenerator,
  OemRecord,
  OemTimestampedRecord,
  SelRecord,
  SystemEventRecord,
} from "./record.ts";
export { decodeSelRecord, encodeSelRecord, eventDataUses, eventFields, SEL_RECORD_LENGTH } from "./record.ts";
export type { SoftwareKind } from "./software-id.ts";
export { generatorText, softwareKind } from "./software-id.ts";
export type { SelTime } from "./timestamp.ts";
export { selTime, selTimestamp } from "./timestamp.ts";
