import { getChannelAccess, getChannelInfo, getUserAccess, getUserName } from "../../ipmi/commands/index.ts";
import { CompletionCode } from "../../ipmi/tables/completion-code.ts";
import { PrivilegeLevel } from "../../ipmi/tables/privilege-level.ts";
import { isLanChannel, LAN_CHANNEL } from "./channel.ts";
import { type Handler, refuse, respond } from "./handler.ts";

const MAXIMUM_USERS = 16;
const LAN_MEDIUM = 4;
const IPMB_PROTOCOL = 1;
const MULTI_SESSION = 2;
const IPMI_FORUM = 7154;
const ALWAYS_AVAILABLE = 2;
const NO_ACCESS = 0x0f;

/** Channels and their users. */
export const userHandlers: readonly Handler[] = [
  respond(getChannelInfo, ({ bmc }, { channel }) => {
    if (!isLanChannel(channel)) return refuse(CompletionCode.InvalidDataField);
    return {
      channel: LAN_CHANNEL,
      medium: LAN_MEDIUM,
      protocol: IPMB_PROTOCOL,
      sessionSupport: MULTI_SESSION,
      activeSessions: bmc.sessions.all(bmc.clock.monotonicMs()).filter((s) => s.active).length,
      vendorId: IPMI_FORUM,
      auxiliary: 0,
    };
  }),
  respond(getChannelAccess, (_context, { channel }) => {
    if (!isLanChannel(channel)) return refuse(CompletionCode.InvalidDataField);
    return {
      alertingDisabled: true,
      perMessageAuthenticationDisabled: false,
      userLevelAuthenticationDisabled: false,
      accessMode: ALWAYS_AVAILABLE,
      privilegeLimit: PrivilegeLevel.Administrator,
    };
  }),
  respond(getUserAccess, ({ bmc }, { userId }) => {
    if (userId === 0 || userId > MAXIMUM_USERS) return refuse(CompletionCode.InvalidDataField);
    const user = bmc.users.find((u) => u.id === userId);
    const enabled = user !== undefined && user.enabled !== false;
    return {
      maximumUsers: MAXIMUM_USERS,
      enableState: enabled ? "enabled" : "disabled",
      enabledUsers: bmc.users.filter((u) => u.enabled !== false).length,
      fixedNames: 1,
      callbackOnly: false,
      linkAuthentication: enabled,
      messaging: enabled,
      privilegeLimit: user?.privilege ?? NO_ACCESS,
    };
  }),
  respond(getUserName, ({ bmc }, { userId }) => {
    const user = bmc.users.find((u) => u.id === userId);
    return user ? { userName: user.name } : refuse(CompletionCode.InvalidDataField);
  }),
];
