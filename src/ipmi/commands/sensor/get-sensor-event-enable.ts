import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, flag } from "../../wire/bytes.ts";
import { command } from "../command.ts";
import { readEventMask } from "./event-mask.ts";
import { type SensorRequest, sensorRequest } from "./sensor-request.ts";

/**
 * Get Sensor Event Enable - IPMI 2.0 section 35.11.
 *
 *   [0]   7 event messages enabled, 6 scanning enabled
 *   [1-2] assertion events enabled; optional
 *   [3-4] deassertion events enabled; optional
 */
export interface SensorEventEnable {
  readonly eventMessagesEnabled: boolean;
  readonly scanningEnabled: boolean;
  readonly assertions: number;
  readonly deassertions: number;
}

export const getSensorEventEnable = command<SensorRequest, SensorEventEnable>({
  name: "Get Sensor Event Enable",
  netFn: NetFn.SensorEvent,
  code: 0x29,
  privilege: PrivilegeLevel.User,
  request: sensorRequest,
  response: {
    decode(from) {
      const flags = from.u8();
      return {
        eventMessagesEnabled: bit(flags, 7),
        scanningEnabled: bit(flags, 6),
        assertions: readEventMask(from),
        deassertions: readEventMask(from),
      };
    },
    encode(to, r) {
      to.u8(flag(r.eventMessagesEnabled, 7) | flag(r.scanningEnabled, 6))
        .u16(r.assertions)
        .u16(r.deassertions);
    },
  },
});
