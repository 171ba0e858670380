import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bits, signed } from "../../wire/bytes.ts";
import { command } from "../command.ts";

/**
 *   [0] sensor number
 *   [1] raw reading to get the factors for
 */
export interface SensorReadingFactorsRequest {
  readonly sensorNumber: number;
  readonly raw: number;
}

/**
 * Get Sensor Reading Factors - IPMI 2.0 section 35.5. For non-linear sensors (linearisation 70h-7Fh).
 *
 *   [0] next raw reading for which the factors change
 *   [1] M 7:0
 *   [2] 7:6 M 9:8, 5:0 tolerance
 *   [3] B 7:0
 *   [4] 7:6 B 9:8, 5:0 accuracy 5:0
 *   [5] 7:4 accuracy 9:6, 3:2 accuracy exponent
 *   [6] 7:4 R exponent, 3:0 B exponent
 *
 * M and B are two's complement of 10 bits, the R and B exponents of 4; accuracy is in 1/100 per cent.
 */
export interface SensorReadingFactors {
  readonly nextReading: number;
  readonly m: number;
  readonly tolerance: number;
  readonly b: number;
  readonly accuracy: number;
  readonly accuracyExponent: number;
  readonly rExponent: number;
  readonly bExponent: number;
}

export const getSensorReadingFactors = command<SensorReadingFactorsRequest, SensorReadingFactors>({
  name: "Get Sensor Reading Factors",
  netFn: NetFn.SensorEvent,
  code: 0x23,
  privilege: PrivilegeLevel.User,
  request: {
    decode: (from) => ({ sensorNumber: from.u8(), raw: from.u8() }),
    encode(to, q) {
      to.u8(q.sensorNumber).u8(q.raw);
    },
  },
  response: {
    decode(from) {
      const nextReading = from.u8();
      const mLow = from.u8();
      const mHigh = from.u8();
      const bLow = from.u8();
      const bHigh = from.u8();
      const accuracy = from.u8();
      const exponents = from.u8();
      return {
        nextReading,
        m: signed((bits(mHigh, 7, 6) << 8) | mLow, 10),
        tolerance: bits(mHigh, 5, 0),
        b: signed((bits(bHigh, 7, 6) << 8) | bLow, 10),
        accuracy: (bits(accuracy, 7, 4) << 6) | bits(bHigh, 5, 0),
        accuracyExponent: bits(accuracy, 3, 2),
        rExponent: signed(bits(exponents, 7, 4), 4),
        bExponent: signed(bits(exponents, 3, 0), 4),
      };
    },
    encode(to, f) {
      to.u8(f.nextReading);
      to.u8(f.m & 0xff);
      to.u8((((f.m >> 8) & 3) << 6) | (f.tolerance & 0x3f));
      to.u8(f.b & 0xff);
      to.u8((((f.b >> 8) & 3) << 6) | (f.accuracy & 0x3f));
      to.u8((((f.accuracy >> 6) & 0x0f) << 4) | ((f.accuracyExponent & 3) << 2));
      to.u8(((f.rExponent & 0x0f) << 4) | (f.bExponent & 0x0f));
    },
  },
});
