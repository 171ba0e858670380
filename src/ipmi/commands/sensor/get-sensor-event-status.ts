import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, flag } from "../../wire/bytes.ts";
import { command } from "../command.ts";
import { readEventMask } from "./event-mask.ts";
import { type SensorRequest, sensorRequest } from "./sensor-request.ts";

/**
 * Get Sensor Event Status - IPMI 2.0 section 35.13.
 *
 *   [0]   7 event messages enabled, 6 scanning enabled, 5 reading or state unavailable
 *   [1-2] assertion events that occurred; optional
 *   [3-4] deassertion events that occurred; optional
 */
export interface SensorEventStatus {
  readonly eventMessagesEnabled: boolean;
  readonly scanningEnabled: boolean;
  readonly unavailable: boolean;
  readonly assertions: number;
  readonly deassertions: number;
}

export const getSensorEventStatus = command<SensorRequest, SensorEventStatus>({
  name: "Get Sensor Event Status",
  netFn: NetFn.SensorEvent,
  code: 0x2b,
  privilege: PrivilegeLevel.User,
  request: sensorRequest,
  response: {
    decode(from) {
      const flags = from.u8();
      return {
        eventMessagesEnabled: bit(flags, 7),
        scanningEnabled: bit(flags, 6),
        unavailable: bit(flags, 5),
        assertions: readEventMask(from),
        deassertions: readEventMask(from),
      };
    },
    encode(to, r) {
      to.u8(flag(r.eventMessagesEnabled, 7) | flag(r.scanningEnabled, 6) | flag(r.unavailable, 5))
        .u16(r.assertions)
        .u16(r.deassertions);
    },
  },
});
