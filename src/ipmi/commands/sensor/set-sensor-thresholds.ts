import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit } from "../../wire/bytes.ts";
import { command, nothing } from "../command.ts";
import { SENSOR_THRESHOLDS, type SensorThresholds } from "./get-sensor-thresholds.ts";
import type { SensorRequest } from "./sensor-request.ts";

/**
 * Set Sensor Thresholds - IPMI 2.0 section 35.8.
 *
 *   [0]   sensor number
 *   [1]   which to set, bits as in Get Sensor Thresholds
 *   [2-7] the thresholds in wire order, ignored if the bit is 0
 */
export interface SetSensorThresholdsRequest extends SensorRequest {
  /** Raw; what is absent stays as it is. */
  readonly thresholds: SensorThresholds;
}

export const setSensorThresholds = command<SetSensorThresholdsRequest, void>({
  name: "Set Sensor Thresholds",
  netFn: NetFn.SensorEvent,
  code: 0x26,
  privilege: PrivilegeLevel.Operator,
  effect: "changes",
  request: {
    decode(from) {
      const sensorNumber = from.u8();
      const mask = from.u8();
      const values = from.bytes(SENSOR_THRESHOLDS.length);
      const set = SENSOR_THRESHOLDS.flatMap((name, n) => (bit(mask, n) ? [[name, values[n]]] : []));
      return { sensorNumber, thresholds: Object.fromEntries(set) };
    },
    encode(to, { sensorNumber, thresholds }) {
      to.u8(sensorNumber);
      to.u8(SENSOR_THRESHOLDS.reduce((mask, name, n) => (thresholds[name] === undefined ? mask : mask | (1 << n)), 0));
      for (const name of SENSOR_THRESHOLDS) to.u8(thresholds[name] ?? 0);
    },
  },
  response: nothing,
});
