import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command } from "../command.ts";

/**
 *   [0]     authentication type
 *   [1]     3:0 maximum privilege
 *   [2-17]  challenge, from Get Session Challenge
 *   [18-21] initial outbound sequence number (BMC to console), not 0
 */
export interface ActivateSessionRequest {
  readonly authenticationType: number;
  readonly maximumPrivilege: number;
  readonly challenge: Uint8Array;
  readonly initialOutboundSequence: number;
}

/**
 * Activate Session - IPMI 2.0 section 22.17. IPMI 1.5 sessions only.
 *
 *   [0]   authentication type of all later packets; not always the requested one
 *   [1-4] session id
 *   [5-8] initial inbound sequence number (console to BMC)
 *   [9]   3:0 maximum privilege granted
 *
 * Never sent twice: a BMC may refuse the duplicate. Start again from the challenge.
 */
export interface ActivatedSession {
  readonly authenticationType: number;
  readonly sessionId: number;
  readonly initialInboundSequence: number;
  readonly maximumPrivilege: number;
}

export const activateSession = command<ActivateSessionRequest, ActivatedSession>({
  name: "Activate Session",
  netFn: NetFn.App,
  code: 0x3a,
  privilege: PrivilegeLevel.Callback,
  request: {
    decode: (from) => ({
      authenticationType: from.u8() & 0x0f,
      maximumPrivilege: from.u8() & 0x0f,
      challenge: new Uint8Array(from.bytes(16)),
      initialOutboundSequence: from.u32(),
    }),
    encode(to, q) {
      to.u8(q.authenticationType & 0x0f)
        .u8(q.maximumPrivilege & 0x0f)
        .padded(q.challenge, 16)
        .u32(q.initialOutboundSequence);
    },
  },
  response: {
    decode: (from) => ({
      authenticationType: from.u8() & 0x0f,
      sessionId: from.u32(),
      initialInboundSequence: from.u32(),
      maximumPrivilege: from.u8() & 0x0f,
    }),
    encode(to, r) {
      to.u8(r.authenticationType & 0x0f)
        .u32(r.sessionId)
        .u32(r.initialInboundSequence)
        .u8(r.maximumPrivilege & 0x0f);
    },
  },
  refusals: {
    129: "no session slot available",
    130: "no session slot available for this user",
    131: "no session slot available for this user's privilege",
    132: "session sequence number out of range",
    133: "invalid session id",
    134: "privilege exceeds the limit of user or channel",
  },
});
