/** The system event log: its records as bytes, as fields and in words. */
export type { SelContext, SelEventDescription, SelSensor } from "./describe.ts";
export { describeEvent, describeSelEvent, isSystemEvent } from "./describe.ts";
export type { DimmContext } from "./dimm.ts";
export { dimmOf } from "./dimm.ts";
export { memoryErrorKind } from "./memory-error.ts";
export type { OemRecord, SelRecord, SystemEventRecord } from "./record.ts";
export { decodeSelRecord, encodeSelRecord, eventDataUses, eventFields, SEL_RECORD_LENGTH } from "./record.ts";
export type { SelTime } from "./timestamp.ts";
export { selTime, selTimestamp } from "./timestamp.ts";
