import type { PlatformEventTrap } from "../ipmi/index.ts";

/** A record is the same event as a trap if these bytes are equal - IPMI 2.0 table 32-1. */
const RECORD_TYPE_AT = 2;
const SYSTEM_EVENT = 0x02;
const EVENT_AT = 10;

/** Sensor type, sensor, direction, event type and event data of a SEL record, from its 16 bytes in hex. */
export function eventOfRecord(raw: string): string | undefined {
  const bytes = Buffer.from(raw, "hex");
  return bytes.length === 16 && bytes[RECORD_TYPE_AT] === SYSTEM_EVENT ? keyOf(bytes.subarray(EVENT_AT)) : undefined;
}

/** The same of a trap. */
export function eventOfTrap(pet: PlatformEventTrap): string {
  return keyOf(eventBytes(pet));
}

/** Whether a record is the event of a trap: offset and direction must be equal, data where the trap has them. */
export function isSameEvent(record: string, trap: string): boolean {
  const [a, b] = [Buffer.from(record, "hex"), Buffer.from(trap, "hex")];
  for (let i = 0; i < 3; i++) if (a[i] !== b[i]) return false;
  if (((a[3] ?? 0) & 0x0f) !== ((b[3] ?? 0) & 0x0f)) return false;
  // FFh and 00h stand for data that the trap does not have.
  return [4, 5].every((i) => a[i] === b[i] || b[i] === 0xff || b[i] === 0x00);
}

/** A SEL record with the event of a trap, so that both are described in the same words. */
export function recordOfTrap(pet: PlatformEventTrap): Buffer {
  const record = Buffer.alloc(16);
  record[RECORD_TYPE_AT] = SYSTEM_EVENT;
  record.writeUInt32LE(0xffffffff, 3);
  record[7] = pet.sensorDevice;
  record[9] = 0x04;
  eventBytes(pet).copy(record, EVENT_AT);
  return record;
}

function eventBytes({
  sensorType,
  sensorNumber,
  deassertion,
  eventType,
  offset,
  data1,
  data2,
  data3,
}: PlatformEventTrap): Buffer {
  const direction = (deassertion ? 0x80 : 0) | eventType;
  // The trap number has the offset; event data 1 of some firmware is empty.
  const first = data1 === 0 ? offset : (data1 & 0xf0) | offset;
  return Buffer.from([sensorType, sensorNumber, direction, first, data2, data3]);
}

const keyOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
