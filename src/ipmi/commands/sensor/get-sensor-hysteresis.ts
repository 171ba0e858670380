import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command } from "../command.ts";
import type { SensorRequest } from "./sensor-request.ts";

/**
 * Get Sensor Hysteresis - IPMI 2.0 section 35.7. The request is the sensor number and FFh.
 *
 *   [0] positive-going hysteresis
 *   [1] negative-going hysteresis
 *
 * Raw counts: multiplied by |M|, without B.
 */
export interface SensorHysteresis {
  readonly positive: number;
  readonly negative: number;
}

export const getSensorHysteresis = command<SensorRequest, SensorHysteresis>({
  name: "Get Sensor Hysteresis",
  netFn: NetFn.SensorEvent,
  code: 0x25,
  privilege: PrivilegeLevel.User,
  request: {
    decode(from) {
      const sensorNumber = from.u8();
      from.skip(1);
      return { sensorNumber };
    },
    encode(to, q) {
      to.u8(q.sensorNumber).u8(0xff);
    },
  },
  response: {
    decode: (from) => ({ positive: from.u8(), negative: from.u8() }),
    encode(to, r) {
      to.u8(r.positive).u8(r.negative);
    },
  },
});
