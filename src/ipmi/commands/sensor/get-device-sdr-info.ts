import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, bits, flag } from "../../wire/bytes.ts";
import { command } from "../command.ts";

/** [0] 0 absent or 0: number of sensors of the LUN; 1: number of SDRs. */
export interface DeviceSdrInfoRequest {
  readonly count: "sensors" | "records";
}

/**
 * Get Device SDR Info - IPMI 2.0 section 35.2.
 *
 *   [0]   number of sensors or of SDRs, as requested
 *   [1]   7 dynamic population, 3:0 LUNs that have sensors
 *   [2-5] population change indicator; dynamic population only
 */
export interface DeviceSdrInfo {
  readonly count: number;
  readonly dynamicPopulation: boolean;
  /** Bit n: LUN n has sensors. */
  readonly luns: number;
  /** Changes with the population; a time stamp or a counter. */
  readonly populationChange?: number;
}

export const getDeviceSdrInfo = command<DeviceSdrInfoRequest, DeviceSdrInfo>({
  name: "Get Device SDR Info",
  netFn: NetFn.SensorEvent,
  code: 0x20,
  privilege: PrivilegeLevel.User,
  request: {
    decode: (from) => ({ count: from.has() && bit(from.u8(), 0) ? "records" : "sensors" }),
    encode(to, q) {
      if (q.count === "records") to.u8(0x01);
    },
  },
  response: {
    decode(from) {
      const count = from.u8();
      const flags = from.u8();
      return {
        count,
        dynamicPopulation: bit(flags, 7),
        luns: bits(flags, 3, 0),
        populationChange: bit(flags, 7) && from.has(4) ? from.u32() : undefined,
      };
    },
    encode(to, r) {
      to.u8(r.count).u8(flag(r.dynamicPopulation, 7) | (r.luns & 0x0f));
      if (r.dynamicPopulation && r.populationChange !== undefined) to.u32(r.populationChange);
    },
  },
});
