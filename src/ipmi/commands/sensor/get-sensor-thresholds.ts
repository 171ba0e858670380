import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit } from "../../wire/bytes.ts";
import { command } from "../command.ts";
import { type SensorRequest, sensorRequest } from "./sensor-request.ts";

/**
 * Get Sensor Thresholds - IPMI 2.0 section 35.9.
 *
 *   [0] readable: 0 lower non-critical, 1 lower critical, 2 lower non-recoverable,
 *       3 upper non-critical, 4 upper critical, 5 upper non-recoverable
 *   [1-6] the thresholds in this order, undefined if the bit is 0
 *
 * Raw: to be converted as the reading is. Absent if not readable.
 */
export interface SensorThresholds {
  readonly lowerNonCritical?: number;
  readonly lowerCritical?: number;
  readonly lowerNonRecoverable?: number;
  readonly upperNonCritical?: number;
  readonly upperCritical?: number;
  readonly upperNonRecoverable?: number;
}

/** In wire order. */
export const SENSOR_THRESHOLDS = [
  "lowerNonCritical",
  "lowerCritical",
  "lowerNonRecoverable",
  "upperNonCritical",
  "upperCritical",
  "upperNonRecoverable",
] as const satisfies readonly (keyof SensorThresholds)[];

export const getSensorThresholds = command<SensorRequest, SensorThresholds>({
  name: "Get Sensor Thresholds",
  netFn: NetFn.SensorEvent,
  code: 0x27,
  privilege: PrivilegeLevel.User,
  request: sensorRequest,
  response: {
    decode(from) {
      const readable = from.u8();
      const next = (n: number): number | undefined => {
        const raw = from.u8();
        return bit(readable, n) ? raw : undefined;
      };
      return {
        lowerNonCritical: next(0),
        lowerCritical: next(1),
        lowerNonRecoverable: next(2),
        upperNonCritical: next(3),
        upperCritical: next(4),
        upperNonRecoverable: next(5),
      };
    },
    encode(to, t) {
      to.u8(SENSOR_THRESHOLDS.reduce((mask, name, n) => (t[name] === undefined ? mask : mask | (1 << n)), 0));
      for (const name of SENSOR_THRESHOLDS) to.u8(t[name] ?? 0);
    },
  },
});
