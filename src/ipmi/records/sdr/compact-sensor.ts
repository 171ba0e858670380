import type { Reader, Writer } from "../../wire/bytes.ts";
import type { SdrIdentity } from "./header.ts";
import { decodeIdString, encodeIdString } from "./id-string.ts";
import {
  decodeSensorCommon,
  decodeSharedSensors,
  encodeSensorCommon,
  encodeSharedSensors,
  type SensorRecordBody,
  type SharedSensors,
} from "./sensor-record.ts";

/**
 * Compact sensor record, type 02h - IPMI 2.0 section 43.2. After the common part (sensor-record.ts):
 *
 *   [23-24] sharing
 *   [25] positive hysteresis  [26] negative hysteresis
 *   [27-29] reserved          [30] OEM
 *   [31] id string type/length, [32-] id string
 */
export interface CompactSensorRecord extends SensorRecordBody {
  readonly type: "compact";
  readonly shared: SharedSensors;
  /** Raw counts; 00h and FFh mean not specified. */
  readonly positiveHysteresis: number;
  readonly negativeHysteresis: number;
  /** Bytes 27-29, LS first. */
  readonly reserved: number;
  readonly oem: number;
}

export function decodeCompactSensor(from: Reader, identity: SdrIdentity): CompactSensorRecord {
  return {
    type: "compact",
    ...identity,
    ...decodeSensorCommon(from),
    shared: decodeSharedSensors(from),
    positiveHysteresis: from.u8(),
    negativeHysteresis: from.u8(),
    reserved: from.u24(),
    oem: from.u8(),
    ...decodeIdString(from),
  };
}

export function encodeCompactSensor(to: Writer, s: CompactSensorRecord): void {
  encodeSensorCommon(to, s);
  encodeSharedSensors(to, s.shared);
  to.u8(s.positiveHysteresis).u8(s.negativeHysteresis);
  to.u24(s.reserved).u8(s.oem);
  encodeIdString(to, s);
}
