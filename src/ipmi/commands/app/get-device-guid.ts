import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command, nothing } from "../command.ts";
import { type GuidResponse, guidResponse } from "./guid.ts";

/** Get Device GUID - IPMI 2.0 section 20.8: the GUID of the management controller. */
export const getDeviceGuid = command<void, GuidResponse>({
  name: "Get Device GUID",
  netFn: NetFn.App,
  code: 0x08,
  privilege: PrivilegeLevel.User,
  request: nothing,
  response: guidResponse,
});
