import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command, nothing } from "../command.ts";

/**
 * Close Session - IPMI 2.0 section 22.19.
 *
 *   [0-3] session id; in RMCP+ the BMC's
 *   [4]   session handle, only where the id is 0
 *
 * Some BMCs never answer: send once, wait briefly.
 */
export interface CloseSessionRequest {
  readonly sessionId: number;
  readonly sessionHandle?: number;
}

export const closeSession = command<CloseSessionRequest, void>({
  name: "Close Session",
  netFn: NetFn.App,
  code: 0x3c,
  privilege: PrivilegeLevel.Callback,
  request: {
    decode(from) {
      const sessionId = from.u32();
      return { sessionId, sessionHandle: sessionId === 0 && from.has() ? from.u8() : undefined };
    },
    encode(to, q) {
      to.u32(q.sessionId);
      if (q.sessionId === 0 && q.sessionHandle !== undefined) to.u8(q.sessionHandle);
    },
  },
  response: nothing,
  refusals: { 135: "invalid session id", 136: "invalid session handle" },
});
