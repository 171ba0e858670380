import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { MAX_USER_NAME } from "../../wire/rakp.ts";
import { untilNul } from "../../wire/text.ts";
import { command } from "../command.ts";

/**
 *   [0]    authentication type
 *   [1-16] user name, padded with 00h
 */
export interface SessionChallengeRequest {
  readonly authenticationType: number;
  /** At most 16 bytes. */
  readonly userName: Uint8Array;
}

/**
 * Get Session Challenge - IPMI 2.0 section 22.16. IPMI 1.5 sessions only, sent before the session.
 *
 *   [0-3]  temporary session id
 *   [4-19] challenge
 */
export interface SessionChallenge {
  readonly temporarySessionId: number;
  readonly challenge: Uint8Array;
}

export const getSessionChallenge = command<SessionChallengeRequest, SessionChallenge>({
  name: "Get Session Challenge",
  netFn: NetFn.App,
  code: 0x39,
  privilege: PrivilegeLevel.Callback,
  request: {
    decode: (from) => ({
      authenticationType: from.u8() & 0x0f,
      userName: new Uint8Array(untilNul(from.bytes(MAX_USER_NAME))),
    }),
    encode(to, q) {
      to.u8(q.authenticationType & 0x0f).padded(q.userName, MAX_USER_NAME);
    },
  },
  response: {
    decode: (from) => ({ temporarySessionId: from.u32(), challenge: new Uint8Array(from.bytes(16)) }),
    encode(to, r) {
      to.u32(r.temporarySessionId).padded(r.challenge, 16);
    },
  },
  refusals: { 129: "invalid user name", 130: "null user name not enabled" },
});
