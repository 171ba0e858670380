import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command, nothing } from "../command.ts";
import { type GuidResponse, guidResponse } from "./guid.ts";

/** Get System GUID - IPMI 2.0 section 22.14: the GUID of the managed system. Answered before a session too. */
export const getSystemGuid = command<void, GuidResponse>({
  name: "Get System GUID",
  netFn: NetFn.App,
  code: 0x37,
  privilege: PrivilegeLevel.Callback,
  request: nothing,
  response: guidResponse,
});
