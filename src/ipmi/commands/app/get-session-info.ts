import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bits } from "../../wire/bytes.ts";
import { command } from "../command.ts";
import { readIpv4, readMac, writeIpv4, writeMac } from "../network-address.ts";

/**
 * Selects a session.
 *
 *   [0]   00h this one, 01h-FDh the nth active one, FEh by handle, FFh by id
 *   [1]   handle, after FEh
 *   [1-4] id, after FFh
 */
export type SessionInfoRequest =
  | { readonly which: "this" }
  | { readonly which: "nth"; readonly n: number }
  | { readonly which: "handle"; readonly handle: number }
  | { readonly which: "id"; readonly sessionId: number };

/** By number; 2-15 are reserved. */
export const SESSION_PROTOCOLS = ["IPMI 1.5", "RMCP+"] as const;

/**
 * Get Session Info - IPMI 2.0 section 22.20.
 *
 *   [0]     handle, 0 where there is no such session
 *   [1]     5:0 number of possible sessions
 *   [2]     5:0 number of active sessions
 *   [3]     5:0 user id
 *   [4]     3:0 privilege level
 *   [5]     7:4 protocol: 0 IPMI 1.5, 1 RMCP+; 3:0 channel
 *   [6-9]   console's IP address, most significant byte first; LAN channels
 *   [10-15] console's MAC address
 *   [16-17] console's port
 */
export interface BmcSessionInfo {
  readonly handle: number;
  readonly possibleSessions: number;
  readonly activeSessions: number;
  /** Absent if there is no such session. */
  readonly session?: {
    readonly userId: number;
    readonly privilege: number;
    /** Index into SESSION_PROTOCOLS. */
    readonly protocol: number;
    readonly channel: number;
  };
  readonly console?: { readonly ipAddress: string; readonly macAddress: string; readonly port: number };
}

export const getSessionInfo = command<SessionInfoRequest, BmcSessionInfo>({
  name: "Get Session Info",
  netFn: NetFn.App,
  code: 0x3d,
  privilege: PrivilegeLevel.User,
  request: {
    decode(from) {
      const index = from.u8();
      if (index === 0x00) return { which: "this" };
      if (index === 0xfe) return { which: "handle", handle: from.u8() };
      if (index === 0xff) return { which: "id", sessionId: from.u32() };
      return { which: "nth", n: index };
    },
    encode(to, q) {
      if (q.which === "this") to.u8(0x00);
      else if (q.which === "nth") to.u8(q.n);
      else if (q.which === "handle") to.u8(0xfe).u8(q.handle);
      else to.u8(0xff).u32(q.sessionId);
    },
  },
  response: {
    decode(from) {
      const counts = {
        handle: from.u8(),
        possibleSessions: from.u8() & 0x3f,
        activeSessions: from.u8() & 0x3f,
      };
      if (!from.has(3)) return counts;
      const userId = from.u8() & 0x3f;
      const privilege = from.u8() & 0x0f;
      const type = from.u8();
      const session = {
        userId,
        privilege,
        protocol: bits(type, 7, 4),
        channel: bits(type, 3, 0),
      };
      if (!from.has(12)) return { ...counts, session };
      return {
        ...counts,
        session,
        console: { ipAddress: readIpv4(from), macAddress: readMac(from), port: from.u16() },
      };
    },
    encode(to, r) {
      to.u8(r.handle);
      to.u8(r.possibleSessions & 0x3f);
      to.u8(r.activeSessions & 0x3f);
      if (!r.session) return;
      to.u8(r.session.userId & 0x3f);
      to.u8(r.session.privilege & 0x0f);
      to.u8(((r.session.protocol & 0x0f) << 4) | (r.session.channel & 0x0f));
      if (!r.console) return;
      writeIpv4(to, r.console.ipAddress);
      writeMac(to, r.console.macAddress);
      to.u16(r.console.port);
    },
  },
});
