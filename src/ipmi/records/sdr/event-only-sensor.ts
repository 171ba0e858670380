import type { Reader, Writer } from "../../wire/bytes.ts";
import type { SdrIdentity } from "./header.ts";
import { decodeIdString, encodeIdString, type NamedRecord } from "./id-string.ts";
import {
  decodeSensorKey,
  decodeSharedSensors,
  encodeSensorKey,
  encodeSharedSensors,
  type SensorKey,
  type SharedSensors,
} from "./sensor-record.ts";

/**
 * Event-only sensor record, type 03h - IPMI 2.0 section 43.3: a sensor that sends events and cannot
 * be read. After the key (sensor-record.ts):
 *
 *   [10] sensor type  [11] event/reading type
 *   [12-13] sharing
 *   [14] reserved     [15] OEM
 *   [16] id string type/length, [17-] id string
 */
export interface EventOnlySensorRecord extends SdrIdentity, SensorKey, NamedRecord {
  readonly type: "event_only";
  readonly sensorType: number;
  readonly eventType: number;
  readonly shared: SharedSensors;
  readonly reserved: number;
  readonly oem: number;
}

export function decodeEventOnlySensor(from: Reader, identity: SdrIdentity): EventOnlySensorRecord {
  return {
    type: "event_only",
    ...identity,
    ...decodeSensorKey(from),
    sensorType: from.u8(),
    eventType: from.u8(),
    shared: decodeSharedSensors(from),
    reserved: from.u8(),
    oem: from.u8(),
    ...decodeIdString(from),
  };
}

export function encodeEventOnlySensor(to: Writer, s: EventOnlySensorRecord): void {
  encodeSensorKey(to, s);
  to.u8(s.sensorType).u8(s.eventType);
  encodeSharedSensors(to, s.shared);
  to.u8(s.reserved).u8(s.oem);
  encodeIdString(to, s);
}
