import {
  getChannelAccess,
  getChannelInfo,
  getUserAccess,
  getUserName,
  getUserPayloadAccess,
  SOL_PAYLOAD_BIT,
  setChannelAccess,
  setUserAccess,
  setUserName,
  setUserPassword,
  setUserPayloadAccess,
  WRONG_PASSWORD,
  WRONG_PASSWORD_SIZE,
} from "../../ipmi/commands/index.ts";
import { CompletionCode } from "../../ipmi/tables/completion-code.ts";
import { CHANNEL_ACCESS } from "../bmc/settings.ts";
import { FIXED_NAMES, MAXIMUM_USERS, NO_ACCESS } from "../bmc/user-table.ts";
import { isLanChannel, LAN_CHANNEL } from "./channel.ts";
import { type Handler, refuse, respond } from "./handler.ts";

const LAN_MEDIUM = 4;
const IPMB_PROTOCOL = 1;
const MULTI_SESSION = 2;
const IPMI_FORUM = 7154;

const isUserId = (id: number): boolean => id >= 1 && id <= MAXIMUM_USERS;

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
  respond(getChannelAccess, ({ bmc }, { channel, setting }) => {
    if (!isLanChannel(channel)) return refuse(CompletionCode.InvalidDataField);
    return bmc.changedSettings?.channelAccess[setting] ?? CHANNEL_ACCESS;
  }),
  respond(setChannelAccess, ({ bmc }, { channel, setting, ...access }) => {
    if (!isLanChannel(channel)) return refuse(CompletionCode.InvalidDataField);
    bmc.settings.channelAccess[setting] = access;
  }),
  respond(getUserAccess, ({ bmc }, { userId, channel }) => {
    if (!isUserId(userId) || !isLanChannel(channel)) return refuse(CompletionCode.InvalidDataField);
    const user = bmc.users.find((u) => u.id === userId);
    const enabled = user !== undefined && user.enabled !== false;
    const messaging = user !== undefined && (user.messaging ?? enabled);
    return {
      maximumUsers: MAXIMUM_USERS,
      enableState: enabled ? "enabled" : "disabled",
      enabledUsers: bmc.users.filter((u) => u.enabled !== false).length,
      fixedNames: FIXED_NAMES,
      callbackOnly: user?.callbackOnly ?? false,
      linkAuthentication: user?.linkAuthentication ?? messaging,
      messaging,
      privilegeLimit: user?.privilege ?? NO_ACCESS,
    };
  }),
  respond(setUserAccess, ({ bmc }, { userId, channel, access, privilegeLimit }) => {
    const isPrivilege = privilegeLimit === NO_ACCESS || (privilegeLimit >= 1 && privilegeLimit <= 5);
    if (!isUserId(userId) || !isLanChannel(channel) || !isPrivilege) return refuse(CompletionCode.InvalidDataField);
    bmc.settings.users.change(userId, { privilege: privilegeLimit, ...access });
  }),
  respond(getUserName, ({ bmc }, { userId }) => {
    const user = bmc.users.find((u) => u.id === userId);
    return user ? { userName: user.name } : refuse(CompletionCode.InvalidDataField);
  }),
  respond(setUserName, ({ bmc }, { userId, userName }) => {
    const isFixed = userId <= FIXED_NAMES;
    if (!isUserId(userId) || isFixed || !bmc.settings.users.rename(userId, userName))
      return refuse(CompletionCode.InvalidDataField);
  }),
  respond(setUserPassword, ({ bmc }, { userId, operation, size, password = new Uint8Array(0) }) => {
    if (!isUserId(userId)) return refuse(CompletionCode.InvalidDataField);
    const { users } = bmc.settings;
    switch (operation) {
      case "disable":
      case "enable":
        users.change(userId, { enabled: operation === "enable" });
        return;
      case "set":
        users.change(userId, { password: Uint8Array.from(password), passwordSize: size });
        return;
      case "test": {
        const result = users.test(userId, password, size);
        if (result === "same") return;
        return refuse(result === "other" ? WRONG_PASSWORD : WRONG_PASSWORD_SIZE);
      }
    }
  }),
  respond(getUserPayloadAccess, ({ bmc }, { userId, channel }) => {
    if (!isUserId(userId) || !isLanChannel(channel)) return refuse(CompletionCode.InvalidDataField);
    const user = bmc.users.find((u) => u.id === userId);
    return { standard: user !== undefined && user.sol !== false ? SOL_PAYLOAD_BIT : 0, oem: 0 };
  }),
  respond(setUserPayloadAccess, ({ bmc }, { userId, channel, operation, standard }) => {
    if (!isUserId(userId) || !isLanChannel(channel)) return refuse(CompletionCode.InvalidDataField);
    if ((standard & SOL_PAYLOAD_BIT) !== 0) bmc.settings.users.change(userId, { sol: operation === "enable" });
  }),
];
