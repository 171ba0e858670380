import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, flag } from "../../wire/bytes.ts";
import { command } from "../command.ts";
import { type SensorRequest, sensorRequest } from "./sensor-request.ts";

/**
 * Get Sensor Reading - IPMI 2.0 section 35.14.
 *
 *   [0] raw reading; meaningless for discrete sensors
 *   [1] 7 event messages enabled, 6 scanning enabled, 5 reading or state unavailable
 *   [2] threshold sensors: 0 at or below lower non-critical, 1 lower critical, 2 lower non-recoverable, 3 at or above
 *       upper non-critical, 4 upper critical, 5 upper non-recoverable; discrete: states 7:0
 *   [3] discrete: 6:0 states 14:8
 *
 * Dell 2950 and Inventec 5441 omit [2]; many BMCs omit [3].
 */
export interface SensorReading {
  readonly raw: number;
  readonly eventMessagesEnabled: boolean;
  readonly scanningEnabled: boolean;
  readonly unavailable: boolean;
  /** Discrete sensors: bit n is set while state n is asserted, 0-14; 0 where the bytes are missing. */
  readonly states: number;
  /** Threshold sensors: bits 5:0 of [2]; 0 where the byte is missing. Some BMCs set them without a crossing. */
  readonly comparison: number;
  /** Number of received bytes of [2] and [3]. */
  readonly stateBytes: number;
}

export const getSensorReading = command<SensorRequest, SensorReading>({
  name: "Get Sensor Reading",
  netFn: NetFn.SensorEvent,
  code: 0x2d,
  privilege: PrivilegeLevel.User,
  request: sensorRequest,
  response: {
    decode(from) {
      const raw = from.u8();
      const flags = from.u8();
      const stateBytes = Math.min(2, from.remaining);
      const low = stateBytes > 0 ? from.u8() : 0;
      const high = stateBytes > 1 ? from.u8() & 0x7f : 0;
      return {
        raw,
        eventMessagesEnabled: bit(flags, 7),
        scanningEnabled: bit(flags, 6),
        unavailable: bit(flags, 5),
        states: low | (high << 8),
        comparison: low & 0x3f,
        stateBytes,
      };
    },
    encode(to, r) {
      to.u8(r.raw);
      to.u8(flag(r.eventMessagesEnabled, 7) | flag(r.scanningEnabled, 6) | flag(r.unavailable, 5));
      if (r.stateBytes > 0) to.u8(r.states | (r.comparison & 0x3f));
      if (r.stateBytes > 1) to.u8(0x80 | ((r.states >> 8) & 0x7f));
    },
  },
});
