import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command, nothing } from "../command.ts";

/**
 * Get POH Counter (power-on hours) - IPMI 2.0 section 28.14.
 *
 *   [0]   minutes per count
 *   [1-4] count
 */
export interface PohCounter {
  readonly minutesPerCount: number;
  readonly count: number;
}

/** How long the host was powered on in its life, in seconds. */
export function powerOnSeconds(poh: PohCounter): number {
  return poh.count * poh.minutesPerCount * 60;
}

export const getPohCounter = command<void, PohCounter>({
  name: "Get POH Counter",
  netFn: NetFn.Chassis,
  code: 0x0f,
  privilege: PrivilegeLevel.User,
  request: nothing,
  response: {
    decode: (from) => ({ minutesPerCount: from.u8(), count: from.u32() }),
    encode(to, r) {
      to.u8(r.minutesPerCount).u32(r.count);
    },
  },
});
