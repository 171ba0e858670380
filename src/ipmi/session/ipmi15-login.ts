import { randomBytes } from "node:crypto";
import { activateSession } from "../commands/app/activate-session.ts";
import type { AuthenticationTypes } from "../commands/app/authentication-types.ts";
import { getSessionChallenge } from "../commands/app/get-session-challenge.ts";
import { CompletionCodeError, IpmiError } from "../errors.ts";
import { AuthType } from "../wire/session-header.ts";
import type { Credentials } from "./credentials.ts";
import { type Framing, framing15, sessionless } from "./framing.ts";
import type { Requester } from "./requester.ts";

const ATTEMPTS = 3;
const PATIENCE_MS = 1000;

export interface Ipmi15Login {
  readonly framing: Framing;
  readonly sessionId: number;
  readonly authType: number;
}

interface LoginRequest {
  readonly credentials: Credentials;
  readonly privilege: number;
  readonly offered: AuthenticationTypes;
  /** Straight passwords go over the network in clear: only when somebody asked for it. */
  readonly allowStraight: boolean;
  readonly signal?: AbortSignal;
}

/** MD5 where it is offered, else what is left: the straight password when allowed, none when it is all there is. */
function chooseAuthType(request: LoginRequest): number {
  const { offered } = request;
  if (offered.md5) return AuthType.Md5;
  if (offered.straightPassword && request.allowStraight) return AuthType.Straight;
  if (offered.none && request.credentials.password.length === 0) return AuthType.None;
  throw new IpmiError("no_cipher_suite", "the BMC offers no IPMI 1.5 authentication type that may be used (MD5)", {
    stage: "session_challenge",
  });
}

/**
 * Opens an IPMI 1.5 session - IPMI 2.0 section 22.16 and 22.17: Get Session Challenge, Activate Session.
 *
 * A BMC keeps silent when the code of Activate Session is wrong. So silence there, after challenges that
 * were answered, is reported as a wrong password.
 *
 * @throws IpmiError, or the signal's reason
 */
export async function loginIpmi15(requester: Requester, request: LoginRequest): Promise<Ipmi15Login> {
  const authType = chooseAuthType(request);
  for (let attempt = 1; ; attempt++) {
    const challenge = await askChallenge(requester, request, authType);
    try {
      return await activate(requester, request, authType, challenge);
    } catch (error) {
      const silent = error instanceof IpmiError && (error.reason === "timeout" || error.reason === "no_answer");
      if (!silent) throw error;
      // A repeated Activate Session may be refused: begin again from a new challenge.
      if (attempt < ATTEMPTS) continue;
      const message = "Activate Session: the BMC gave a challenge but keeps silent to the answer: wrong password";
      throw new IpmiError("wrong_password", message, { stage: "activate_session", cause: error });
    }
  }
}

type Challenge = { readonly temporarySessionId: number; readonly challenge: Uint8Array };

async function askChallenge(requester: Requester, request: LoginRequest, authType: number): Promise<Challenge> {
  const { credentials, signal } = request;
  const stage = "session_challenge";
  try {
    const userName = Buffer.from(credentials.userName).toString("latin1");
    return await requester.run(
      sessionless,
      getSessionChallenge,
      { authenticationType: authType, userName },
      { signal, stage },
    );
  } catch (error) {
    if (!(error instanceof CompletionCodeError)) throw error;
    const unknown = error.completionCode === 0x81 || error.completionCode === 0x82;
    throw new IpmiError(unknown ? "unknown_user" : error.reason, error.message, { stage, cause: error });
  }
}

async function activate(
  requester: Requester,
  request: LoginRequest,
  authType: number,
  { temporarySessionId, challenge }: Challenge,
): Promise<Ipmi15Login> {
  const { credentials, privilege, signal } = request;
  const stage = "activate_session";
  const { password } = credentials;
  const framing = framing15({
    authType,
    password,
    sessionId: temporarySessionId,
    inboundSequence: 0,
    fixedSequence: true,
  });
  const initialOutboundSequence = randomBytes(4).readUInt32LE() || 1;
  const question = { authenticationType: authType, maximumPrivilege: privilege, challenge, initialOutboundSequence };
  try {
    const options = { signal, stage, tries: 1, patienceMs: PATIENCE_MS } as const;
    const opened = await requester.run(framing, activateSession, question, options);
    // What the answer says goes for all later packets: some BMCs answer "none" to an MD5 activation and mean it.
    // Nothing else: the answer must not talk us into sending the password in clear.
    if (opened.authenticationType !== authType && opened.authenticationType !== AuthType.None) {
      const message = `Activate Session: asked for authentication type ${authType}, the BMC answered with ${opened.authenticationType}`;
      throw new IpmiError("protocol_error", message, { stage });
    }
    return {
      sessionId: opened.sessionId,
      authType: opened.authenticationType,
      framing: framing15({
        authType: opened.authenticationType,
        password,
        sessionId: opened.sessionId,
        inboundSequence: opened.initialInboundSequence,
      }),
    };
  } catch (error) {
    if (!(error instanceof CompletionCodeError)) throw error;
    const full = error.completionCode >= 0x81 && error.completionCode <= 0x83;
    const reason = full ? "no_free_session" : error.completionCode === 0x86 ? "privilege_refused" : error.reason;
    throw new IpmiError(reason, error.message, { stage, cause: error });
  }
}
