import { CIPHER_SUITE_PAGE_BYTES } from "../../ipmi/commands/app/get-channel-cipher-suites.ts";
import {
  type BmcSessionInfo,
  closeSession,
  encodeCipherSuiteRecords,
  getChannelAuthenticationCapabilities,
  getChannelCipherSuites,
  getSessionChallenge,
  getSessionInfo,
  type SessionInfoRequest,
  setSessionPrivilegeLevel,
} from "../../ipmi/commands/index.ts";
import { cipherSuite } from "../../ipmi/crypto/cipher-suite.ts";
import { CompletionCode } from "../../ipmi/tables/completion-code.ts";
import { PrivilegeLevel } from "../../ipmi/tables/privilege-level.ts";
import { AuthType } from "../../ipmi/wire/session-header.ts";
import type { ServerSession } from "../bmc/server-session.ts";
import { mayLogIn } from "../bmc/user-table.ts";
import type { VirtualBmc } from "../bmc/virtual-bmc.ts";
import { LAN_CHANNEL } from "./channel.ts";
import type { Context } from "./context.ts";
import { type Handler, type Refusal, refuse, respond } from "./handler.ts";

const INVALID_USER_NAME = 0x81;
const PRIVILEGE_NOT_AVAILABLE = 0x80;
const PRIVILEGE_EXCEEDED = 0x81;
const INVALID_SESSION_ID = 0x87;
const INVALID_SESSION_HANDLE = 0x88;
/** Most challenges kept; a new one replaces the oldest. */
const CHALLENGES = 8;
const CHALLENGE_BYTES = 16;

/** Authentication types of IPMI 1.5, as the mask of Get Channel Authentication Capabilities. */
export function authenticationTypes(bmc: VirtualBmc) {
  const types = bmc.authTypes15;
  return {
    none: types.includes("none"),
    md2: false,
    md5: types.includes("md5"),
    straightPassword: types.includes("straight"),
    oem: false,
  };
}

const AUTH_TYPE_NAMES: Readonly<Record<number, "none" | "md5" | "straight">> = {
  [AuthType.None]: "none",
  [AuthType.Md5]: "md5",
  [AuthType.Straight]: "straight",
};

function challenge(context: Context, request: { readonly authenticationType: number; readonly userName: Uint8Array }) {
  const { bmc } = context;
  const refused = bmc.refusal("session_challenge");
  if (refused) return refuse(refused);
  const name = AUTH_TYPE_NAMES[request.authenticationType];
  if (!name || !bmc.authTypes15.includes(name)) return refuse(CompletionCode.InvalidDataField);
  const user = bmc.users.find((u) => mayLogIn(u) && Buffer.from(u.name).equals(request.userName));
  if (!user) {
    bmc.loginFailed();
    return refuse(INVALID_USER_NAME);
  }
  // Ends in 80h, so that it never equals a session id: those end in 1 to 63.
  const temporaryId = ((bmc.newRandom(4).readUInt32LE() & 0xffffff00) | 0x80) >>> 0;
  const bytes = bmc.newRandom(CHALLENGE_BYTES);
  const issued = { temporaryId, bytes, authType: request.authenticationType, user };
  bmc.challenges = [...bmc.challenges, issued].slice(-CHALLENGES);
  return { temporarySessionId: temporaryId, challenge: bytes };
}

/** Sets the privilege level of a session, or refuses it - IPMI 2.0 section 22.18. */
function setPrivilege({ session }: Context, { privilege }: { readonly privilege: number }) {
  if (!session) return refuse(CompletionCode.NotSupportedInPresentState);
  if (privilege === 0) return { privilege: session.privilege };
  if (privilege > (session.user?.privilege ?? 0)) return refuse(PRIVILEGE_NOT_AVAILABLE);
  if (privilege > session.privilegeLimit) return refuse(PRIVILEGE_EXCEEDED);
  session.privilege = privilege;
  return { privilege };
}

function sessionInfo(context: Context, request: SessionInfoRequest): BmcSessionInfo | Refusal {
  const { bmc } = context;
  const sessions = bmc.sessions.all(bmc.clock.monotonicMs()).filter((s) => s.active);
  const counts = { possibleSessions: bmc.sessions.limit, activeSessions: sessions.length };
  const found = selected(context, sessions, request);
  if (!found) return request.which === "nth" ? { handle: 0, ...counts } : refuse(CompletionCode.NotPresent);
  return {
    handle: found.handle,
    ...counts,
    session: {
      userId: found.user?.id ?? 0,
      privilege: found.privilege,
      protocol: found.protocol === "2.0" ? 1 : 0,
      channel: LAN_CHANNEL,
    },
    console: { ipAddress: found.peer.address, macAddress: "00:00:00:00:00:00", port: found.peer.port },
  };
}

function selected(
  context: Context,
  sessions: readonly ServerSession[],
  request: SessionInfoRequest,
): ServerSession | undefined {
  switch (request.which) {
    case "this":
      return context.session;
    case "nth":
      return sessions[request.n - 1];
    case "handle":
      return sessions.find((s) => s.handle === request.handle);
    case "id":
      return sessions.find((s) => s.id === request.sessionId);
  }
}

/** All cipher suites of the board as records. */
function suiteRecords(bmc: VirtualBmc): Buffer {
  const suites = bmc.channel.ipmi20 === false ? [] : bmc.cipherSuites.flatMap((id) => cipherSuite(id) ?? []);
  return encodeCipherSuiteRecords(
    suites.map((s) => ({
      id: s.id,
      authentication: [s.authentication],
      integrity: [s.integrity],
      confidentiality: [s.confidentiality],
    })),
  );
}

/** Session set-up and sessions. */
export const sessionHandlers: readonly Handler[] = [
  respond(
    getChannelAuthenticationCapabilities,
    ({ bmc }, { ipmi20, channel }) => {
      if (channel !== 0x0e && channel !== LAN_CHANNEL) return refuse(CompletionCode.InvalidDataField);
      const speaks20 = bmc.channel.ipmi20 !== false;
      return {
        channel: LAN_CHANNEL,
        ipmi20DataValid: ipmi20 && speaks20,
        authenticationTypes: authenticationTypes(bmc),
        kgSet: bmc.channel.kg !== undefined,
        perMessageAuthenticationDisabled: false,
        userLevelAuthenticationDisabled: false,
        nonNullUserNames: bmc.users.some((u) => u.name !== ""),
        nullUserNames: bmc.users.some((u) => u.name === "" && u.password.length > 0),
        anonymousLogin: bmc.users.some((u) => u.name === "" && u.password.length === 0),
        supportsIpmi20: ipmi20 && speaks20,
        supportsIpmi15: ipmi20 && bmc.authTypes15.length > 0,
        oemId: 0,
        oemAuxiliary: 0,
      };
    },
    { sessionless: true },
  ),
  respond(
    getChannelCipherSuites,
    ({ bmc }, { index }) => ({
      channel: LAN_CHANNEL,
      data: suiteRecords(bmc).subarray(index * CIPHER_SUITE_PAGE_BYTES, (index + 1) * CIPHER_SUITE_PAGE_BYTES),
    }),
    { sessionless: true },
  ),
  respond(getSessionChallenge, challenge, { sessionless: true }),
  respond(setSessionPrivilegeLevel, setPrivilege),
  respond(closeSession, (context, { sessionId, sessionHandle }) => {
    const { bmc, session } = context;
    const isOwn = sessionId === session?.id || (sessionId === 0 && sessionHandle === session?.handle);
    if (isOwn) {
      context.closes = session;
      return;
    }
    // Only administrators may close the session of another console.
    const nowMs = bmc.clock.monotonicMs();
    const isByHandle = sessionId === 0;
    const other = isByHandle
      ? bmc.sessions.all(nowMs).find((s) => s.handle === sessionHandle)
      : bmc.sessions.find(sessionId, nowMs);
    if (!other) return refuse(isByHandle ? INVALID_SESSION_HANDLE : INVALID_SESSION_ID);
    if ((session?.privilege ?? 0) < PrivilegeLevel.Administrator) return refuse(CompletionCode.InsufficientPrivilege);
    bmc.sessions.close(other);
  }),
  respond(getSessionInfo, sessionInfo),
];
