import { command, type Layout } from "../command.ts";
import { dcmi } from "./group.ts";

/**
 * Get Power Limit - DCMI 1.5. Completion code 80h means that no limit is active; then there may be no data.
 *
 *   [0-1]   reserved
 *   [2]     exception action: 0 none, 1 power off and log, 11h log
 *   [3-4]   limit, watts
 *   [5-8]   correction time, ms
 *   [9-10]  reserved
 *   [11-12] sampling period, seconds
 */
export interface PowerLimit {
  readonly exceptionAction: number;
  readonly limitWatts: number;
  readonly correctionTimeMs: number;
  readonly samplingPeriodSeconds: number;
}

/** Completion code: there is a limit, but it is not active. */
export const NO_ACTIVE_POWER_LIMIT = 0x80;

/** [0-1] 0000h */
const reserved: Layout<void> = {
  decode(from) {
    from.skip(2);
  },
  encode(to) {
    to.u16(0);
  },
};

export const getPowerLimit = command<void, PowerLimit>({
  ...dcmi,
  name: "Get Power Limit",
  code: 0x03,
  request: reserved,
  response: {
    decode(from) {
      from.skip(2);
      const exceptionAction = from.u8();
      const limitWatts = from.u16();
      const correctionTimeMs = from.u32();
      from.skip(2);
      return { exceptionAction, limitWatts, correctionTimeMs, samplingPeriodSeconds: from.u16() };
    },
    encode(to, l) {
      to.u16(0).u8(l.exceptionAction).u16(l.limitWatts).u32(l.correctionTimeMs).u16(0).u16(l.samplingPeriodSeconds);
    },
  },
  refusals: { [NO_ACTIVE_POWER_LIMIT]: "no active power limit" },
});
