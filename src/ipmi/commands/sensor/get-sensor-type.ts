import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command } from "../command.ts";
import { type SensorRequest, sensorRequest } from "./sensor-request.ts";

/**
 * Get Sensor Type - IPMI 2.0 section 35.16.
 *
 *   [0] sensor type
 *   [1] 6:0 event/reading type
 */
export interface SensorTypeInfo {
  readonly sensorType: number;
  readonly eventReadingType: number;
}

export const getSensorType = command<SensorRequest, SensorTypeInfo>({
  name: "Get Sensor Type",
  netFn: NetFn.SensorEvent,
  code: 0x2f,
  privilege: PrivilegeLevel.User,
  request: sensorRequest,
  response: {
    decode: (from) => ({ sensorType: from.u8(), eventReadingType: from.u8() & 0x7f }),
    encode(to, r) {
      to.u8(r.sensorType).u8(r.eventReadingType & 0x7f);
    },
  },
});
