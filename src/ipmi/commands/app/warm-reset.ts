import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command, nothing } from "../command.ts";

/** Warm Reset - IPMI 2.0 section 20.3: restarts the BMC and keeps its settings and interrupts. Often not supported. */
export const warmReset = command<void, void>({
  name: "Warm Reset",
  netFn: NetFn.App,
  code: 0x03,
  privilege: PrivilegeLevel.Administrator,
  effect: "changes",
  request: nothing,
  response: nothing,
});
