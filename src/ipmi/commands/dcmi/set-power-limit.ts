import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command, nothing } from "../command.ts";
import type { PowerLimit } from "./get-power-limit.ts";
import { dcmi } from "./group.ts";

/**
 * Set Power Limit - DCMI 1.5.
 *
 *   [0-2]   reserved
 *   [3]     exception action: 0 none, 1 power off and log, 11h log
 *   [4-5]   limit, watts
 *   [6-9]   correction time, ms
 *   [10-11] reserved
 *   [12-13] sampling period, seconds
 */
export const setPowerLimit = command<PowerLimit, void>({
  ...dcmi,
  name: "Set Power Limit",
  code: 0x04,
  privilege: PrivilegeLevel.Operator,
  effect: "changes",
  request: {
    decode(from) {
      from.skip(3);
      const exceptionAction = from.u8();
      const limitWatts = from.u16();
      const correctionTimeMs = from.u32();
      from.skip(2);
      return { exceptionAction, limitWatts, correctionTimeMs, samplingPeriodSeconds: from.u16() };
    },
    encode(to, l) {
      to.u24(0).u8(l.exceptionAction).u16(l.limitWatts).u32(l.correctionTimeMs).u16(0).u16(l.samplingPeriodSeconds);
    },
  },
  response: nothing,
  refusals: {
    132: "power limit out of range",
    133: "correction time out of range",
    137: "sampling period out of range",
  },
});
