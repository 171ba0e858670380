import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { type ChannelRequest, channelRequest } from "../channel.ts";
import { command } from "../command.ts";

/**
 * Get Channel Payload Support - IPMI 2.0 section 24.8. Bit n of a mask: the payload type n of that group is supported.
 *
 *   [0-1] standard types: 0 IPMI, 1 SOL, 2 OEM explicit
 *   [2-3] session set-up types 10h-1Fh
 *   [4-5] OEM types 20h-27h
 *   [6-7] reserved
 *
 * Often unsupported or wrong: use it for information only. Some BMCs send one byte.
 */
export interface ChannelPayloadSupport {
  readonly standard: number;
  /** Absent: not reported. */
  readonly setup?: number;
  /** Absent: not reported. */
  readonly oem?: number;
}

export const getChannelPayloadSupport = command<ChannelRequest, ChannelPayloadSupport>({
  name: "Get Channel Payload Support",
  netFn: NetFn.App,
  code: 0x4e,
  privilege: PrivilegeLevel.User,
  request: channelRequest,
  response: {
    decode(from) {
      if (!from.has(2)) return { standard: from.u8() };
      const standard = from.u16();
      if (!from.has(4)) return { standard };
      return { standard, setup: from.u16(), oem: from.u16() };
    },
    encode(to, r) {
      to.u16(r.standard);
      if (r.setup === undefined) return;
      to.u16(r.setup)
        .u16(r.oem ?? 0)
        .u16(0);
    },
  },
});
