import { bit, flag } from "../../wire/bytes.ts";
import { command } from "../command.ts";
import { dcmi } from "./group.ts";

/**
 *   [0] mode: 1 system power statistics, 2 enhanced
 *   [1] of mode 2 one of the periods of enhancedPowerStatistics, else 00h
 *   [2] 00h
 */
export interface PowerReadingRequest {
  /** Asks for mode 2 with this rolling average period; mode 1 if absent. */
  readonly enhancedPeriod?: number;
}

/**
 * Get Power Reading - DCMI 1.5.
 *
 *   [0-1]   current, watts
 *   [2-3]   minimum over the period, watts
 *   [4-5]   maximum
 *   [6-7]   average
 *   [8-11]  time stamp, seconds since 1970
 *   [12-15] period, ms
 *   [16]    6 measurement active
 *
 * OpenBMC returns real numbers with the active bit 0, so 0 watts, not the bit, means that there is no reading. The period
 * of Supermicro BMCs is not in milliseconds. Minimum and maximum are since the last reset of the statistics.
 */
export interface PowerReading {
  readonly currentWatts: number;
  readonly minimumWatts: number;
  readonly maximumWatts: number;
  readonly averageWatts: number;
  readonly timestamp: number;
  readonly periodMs: number;
  readonly active: boolean;
}

export const getPowerReading = command<PowerReadingRequest, PowerReading>({
  ...dcmi,
  name: "Get Power Reading",
  code: 0x02,
  request: {
    decode(from) {
      const mode = from.u8();
      const period = from.u8();
      from.skip(1);
      return { enhancedPeriod: mode === 2 ? period : undefined };
    },
    encode(to, q) {
      to.u8(q.enhancedPeriod === undefined ? 1 : 2)
        .u8(q.enhancedPeriod ?? 0)
        .u8(0);
    },
  },
  response: {
    decode: (from) => ({
      currentWatts: from.u16(),
      minimumWatts: from.u16(),
      maximumWatts: from.u16(),
      averageWatts: from.u16(),
      timestamp: from.u32(),
      periodMs: from.u32(),
      active: bit(from.u8(), 6),
    }),
    encode(to, r) {
      to.u16(r.currentWatts).u16(r.minimumWatts).u16(r.maximumWatts).u16(r.averageWatts);
      to.u32(r.timestamp).u32(r.periodMs).u8(flag(r.active, 6));
    },
  },
});
