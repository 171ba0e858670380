import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bits } from "../../wire/bytes.ts";
import { type ChannelRequest, channelRequest } from "../channel.ts";
import { command } from "../command.ts";

/** Channel medium of an Ethernet LAN. */
export const CHANNEL_MEDIUM_LAN = 4;

export const SESSION_SUPPORT = ["session-less", "single session", "multi-session", "session-based"] as const;

/**
 * Get Channel Info - IPMI 2.0 section 22.24.
 *
 *   [0]   3:0 channel
 *   [1]   6:0 medium, 4 is 802.3 LAN
 *   [2]   4:0 protocol
 *   [3]   7:6 session support, 5:0 active sessions
 *   [4-6] vendor of the protocol, IANA enterprise number; 7154 is the IPMI forum
 *   [7-8] auxiliary information
 */
export interface ChannelInfo {
  readonly channel: number;
  readonly medium: number;
  readonly protocol: number;
  /** Index into SESSION_SUPPORT. */
  readonly sessionSupport: number;
  readonly activeSessions: number;
  readonly vendorId: number;
  readonly auxiliary: number;
}

export const getChannelInfo = command<ChannelRequest, ChannelInfo>({
  name: "Get Channel Info",
  netFn: NetFn.App,
  code: 0x42,
  privilege: PrivilegeLevel.User,
  request: channelRequest,
  response: {
    decode(from) {
      const channel = from.u8() & 0x0f;
      const medium = from.u8() & 0x7f;
      const protocol = from.u8() & 0x1f;
      const sessions = from.u8();
      return {
        channel,
        medium,
        protocol,
        sessionSupport: bits(sessions, 7, 6),
        activeSessions: bits(sessions, 5, 0),
        vendorId: from.u24(),
        auxiliary: from.u16(),
      };
    },
    encode(to, r) {
      to.u8(r.channel & 0x0f)
        .u8(r.medium & 0x7f)
        .u8(r.protocol & 0x1f)
        .u8((r.sessionSupport << 6) | (r.activeSessions & 0x3f))
        .u24(r.vendorId)
        .u16(r.auxiliary);
    },
  },
});
