import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command, nothing } from "../command.ts";

/**
 * Cold Reset - IPMI 2.0 section 20.2: restarts the BMC, not the host.
 *
 * Most firmware does not answer; sessions are lost, and the BMC answers again after 1 to 3 minutes.
 */
export const coldReset = command<void, void>({
  name: "Cold Reset",
  netFn: NetFn.App,
  code: 0x02,
  privilege: PrivilegeLevel.Administrator,
  effect: "changes",
  request: nothing,
  response: nothing,
});
