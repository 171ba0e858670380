import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command, nothing } from "../command.ts";
import type { SelTime } from "./get-sel-time.ts";

/**
 * Set SEL Time - IPMI 2.0 section 31.11.
 *
 *   [0-3] seconds since 1970
 */
export const setSelTime = command<SelTime, void>({
  name: "Set SEL Time",
  netFn: NetFn.Storage,
  code: 0x49,
  privilege: PrivilegeLevel.Operator,
  effect: "changes",
  request: {
    decode: (from) => ({ timestamp: from.u32() }),
    encode(to, q) {
      to.u32(q.timestamp);
    },
  },
  response: nothing,
});
