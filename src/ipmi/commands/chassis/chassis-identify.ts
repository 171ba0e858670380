import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit } from "../../wire/bytes.ts";
import { command, nothing } from "../command.ts";

export const DEFAULT_IDENTIFY_SECONDS = 15;

/**
 * Chassis Identify - IPMI 2.0 section 28.5.
 *
 *   [0] interval, seconds, 0 off; optional, 15 if absent
 *   [1] 0 on until switched off; optional, some IPMI 1.5 BMCs refuse the byte
 */
export interface ChassisIdentifyRequest {
  /** 0-255; 0 switches the light off. */
  readonly intervalSeconds?: number;
  /** On until switched off; the interval does not matter then. */
  readonly indefinitely?: boolean;
}

export const chassisIdentify = command<ChassisIdentifyRequest, void>({
  name: "Chassis Identify",
  netFn: NetFn.Chassis,
  code: 0x04,
  privilege: PrivilegeLevel.Operator,
  effect: "changes",
  request: {
    decode: (from) => ({
      intervalSeconds: from.has() ? from.u8() : DEFAULT_IDENTIFY_SECONDS,
      indefinitely: from.has() ? bit(from.u8(), 0) : false,
    }),
    encode(to, q) {
      if (q.indefinitely) to.u8(q.intervalSeconds ?? DEFAULT_IDENTIFY_SECONDS).u8(0x01);
      else if (q.intervalSeconds !== undefined) to.u8(q.intervalSeconds);
    },
  },
  response: nothing,
});
