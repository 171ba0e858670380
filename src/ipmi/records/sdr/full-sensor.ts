import type { ThresholdName } from "../../tables/threshold.ts";
import { bit, bits, flag, type Reader, signed, type Writer } from "../../wire/bytes.ts";
import type { SdrIdentity } from "./header.ts";
import { decodeIdString, encodeIdString } from "./id-string.ts";
import { decodeSensorCommon, encodeSensorCommon, type SensorRecordBody } from "./sensor-record.ts";

/** How a raw reading becomes a value; see conversion.ts. */
export interface SensorFactors {
  /** 0 linear, 1-11 functions, 70h non-linear (factors per reading), 71h-7Fh OEM non-linear. */
  readonly linearisation: number;
  /** 10 bits, signed. */
  readonly m: number;
  /** In half raw counts, either way. */
  readonly tolerance: number;
  /** 10 bits, signed. */
  readonly b: number;
  /** In hundredths of a percent, times 10 to the power of `accuracyExponent`. */
  readonly accuracy: number;
  readonly accuracyExponent: number;
  /** K2, -8 to 7. */
  readonly rExponent: number;
  /** K1, -8 to 7. */
  readonly bExponent: number;
}

/** Raw limits of a sensor by name. */
export type ThresholdRaws = Readonly<Record<ThresholdName, number>>;

/**
 * Full sensor record, type 01h - IPMI 2.0 section 43.1. After the common part (sensor-record.ts):
 *
 *   [23] linearisation, 6:0
 *   [24] M 7:0             [25] 7:6 M 9:8, 5:0 tolerance
 *   [26] B 7:0             [27] 7:6 B 9:8, 5:0 accuracy 5:0
 *   [28] 7:4 accuracy 9:6, 3:2 accuracy exponent, 1:0 direction
 *   [29] 7:4 R exponent, 3:0 B exponent, both signed
 *   [30] 2 normal minimum, 1 normal maximum, 0 nominal reading specified
 *   [31] nominal reading   [32] normal maximum  [33] normal minimum
 *   [34] sensor maximum    [35] sensor minimum
 *   [36-41] UNR, UC, UNC, LNR, LC, LNC
 *   [42] positive hysteresis  [43] negative hysteresis
 *   [44-45] reserved       [46] OEM
 *   [47] id string type/length, [48-] id string
 */
export interface FullSensorRecord extends SensorRecordBody {
  readonly type: "full";
  readonly factors: SensorFactors;
  /** 0 unspecified, 1 input, 2 output. */
  readonly direction: number;
  /** Which of the next three mean anything; firmware fills them in regardless. */
  readonly specified: {
    readonly nominalReading: boolean;
    readonly normalMaximum: boolean;
    readonly normalMinimum: boolean;
  };
  /** Raw, as all readings here. */
  readonly nominalReading: number;
  readonly normalMaximum: number;
  readonly normalMinimum: number;
  readonly sensorMaximum: number;
  readonly sensorMinimum: number;
  readonly thresholds: ThresholdRaws;
  /** Raw counts; 00h and FFh mean not specified. */
  readonly positiveHysteresis: number;
  readonly negativeHysteresis: number;
  /** Bytes 44-45, LS first; not zero on some boards. */
  readonly reserved: number;
  readonly oem: number;
}

export function decodeFullSensor(from: Reader, identity: SdrIdentity): FullSensorRecord {
  const common = decodeSensorCommon(from);
  const linearisation = from.u8();
  const m = from.u8();
  const mTolerance = from.u8();
  const b = from.u8();
  const bAccuracy = from.u8();
  const accuracy = from.u8();
  const exponents = from.u8();
  const specified = from.u8();
  return {
    type: "full",
    ...identity,
    ...common,
    factors: {
      linearisation: bits(linearisation, 6, 0),
      m: signed((bits(mTolerance, 7, 6) << 8) | m, 10),
      tolerance: bits(mTolerance, 5, 0),
      b: signed((bits(bAccuracy, 7, 6) << 8) | b, 10),
      accuracy: (bits(accuracy, 7, 4) << 6) | bits(bAccuracy, 5, 0),
      accuracyExponent: bits(accuracy, 3, 2),
      rExponent: signed(bits(exponents, 7, 4), 4),
      bExponent: signed(bits(exponents, 3, 0), 4),
    },
    direction: bits(accuracy, 1, 0),
    specified: {
      nominalReading: bit(specified, 0),
      normalMaximum: bit(specified, 1),
      normalMinimum: bit(specified, 2),
    },
    nominalReading: from.u8(),
    normalMaximum: from.u8(),
    normalMinimum: from.u8(),
    sensorMaximum: from.u8(),
    sensorMinimum: from.u8(),
    thresholds: {
      upper_non_recoverable: from.u8(),
      upper_critical: from.u8(),
      upper_non_critical: from.u8(),
      lower_non_recoverable: from.u8(),
      lower_critical: from.u8(),
      lower_non_critical: from.u8(),
    },
    positiveHysteresis: from.u8(),
    negativeHysteresis: from.u8(),
    reserved: from.u16(),
    oem: from.u8(),
    ...decodeIdString(from),
  };
}

export function encodeFullSensor(to: Writer, s: FullSensorRecord): void {
  const { factors: f, thresholds: t } = s;
  encodeSensorCommon(to, s);
  to.u8(f.linearisation);
  to.u8(f.m).u8((((f.m >> 8) & 3) << 6) | f.tolerance);
  to.u8(f.b).u8((((f.b >> 8) & 3) << 6) | (f.accuracy & 0x3f));
  to.u8(((f.accuracy >> 6) << 4) | (f.accuracyExponent << 2) | s.direction);
  to.u8(((f.rExponent & 0x0f) << 4) | (f.bExponent & 0x0f));
  to.u8(flag(s.specified.nominalReading, 0) | flag(s.specified.normalMaximum, 1) | flag(s.specified.normalMinimum, 2));
  to.u8(s.nominalReading).u8(s.normalMaximum).u8(s.normalMinimum);
  to.u8(s.sensorMaximum).u8(s.sensorMinimum);
  to.u8(t.upper_non_recoverable).u8(t.upper_critical).u8(t.upper_non_critical);
  to.u8(t.lower_non_recoverable).u8(t.lower_critical).u8(t.lower_non_critical);
  to.u8(s.positiveHysteresis).u8(s.negativeHysteresis);
  to.u16(s.reserved).u8(s.oem);
  encodeIdString(to, s);
}
