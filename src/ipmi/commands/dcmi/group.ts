import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";

/** What all DCMI commands have in common: the group extension with body DCh, echoed by the response. */
export const dcmi = {
  netFn: NetFn.GroupExtension,
  prefix: [0xdc],
  privilege: PrivilegeLevel.User,
} as const;
