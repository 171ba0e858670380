import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command, type Layout } from "../command.ts";

/**
 * Set Session Privilege Level - IPMI 2.0 section 22.18; request and response alike.
 *
 *   [0] 3:0 privilege level; 0 in the request changes nothing and returns the present level
 *
 * A session starts at User, or lower if its limit is: every command above needs this first.
 */
export interface SessionPrivilege {
  readonly privilege: number;
}

const sessionPrivilege: Layout<SessionPrivilege> = {
  decode: (from) => ({ privilege: from.u8() & 0x0f }),
  encode(to, value) {
    to.u8(value.privilege & 0x0f);
  },
};

export const setSessionPrivilegeLevel = command<SessionPrivilege, SessionPrivilege>({
  name: "Set Session Privilege Level",
  netFn: NetFn.App,
  code: 0x3b,
  privilege: PrivilegeLevel.User,
  request: sessionPrivilege,
  response: sessionPrivilege,
  refusals: {
    128: "level not available for this user",
    129: "level exceeds the limit of user or channel",
    130: "user-level authentication cannot be disabled",
  },
});
