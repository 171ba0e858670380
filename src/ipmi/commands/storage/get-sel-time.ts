import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command, nothing } from "../command.ts";

/**
 * Get SEL Time - IPMI 2.0 section 31.10.
 *
 *   [0-3] seconds since 1970, in UTC or local time as the owner set it
 */
export interface SelTime {
  readonly timestamp: number;
}

export const getSelTime = command<void, SelTime>({
  name: "Get SEL Time",
  netFn: NetFn.Storage,
  code: 0x48,
  privilege: PrivilegeLevel.User,
  request: nothing,
  response: {
    decode: (from) => ({ timestamp: from.u32() }),
    encode(to, r) {
      to.u32(r.timestamp);
    },
  },
});
