import { randomBytes } from "node:crypto";
import { activateSession } from "../commands/app/activate-session.ts";
import type { AuthenticationTypes } from "../commands/app/authentication-types.ts";
import { getSessionChallenge } from "../commands/app/get-session-challenge.ts";
import { CompletionCodeError, IpmiError } from "../errors.ts";
import type { DropReason } from "../observer.ts";
import { CompletionCode } from "../tables/completion-code.ts";
import { BMC_ADDRESS, CONSOLE_ADDRESS, encodeRequestMessage } from "../wire/message.ts";
import { AuthType } from "../wire/session-header.ts";
import { SilenceError } from "./conversation.ts";
import type { Credentials } from "./credentials.ts";
import { type Framing, framing15, sessionless } from "./framing.ts";
import type { Answer, Requester } from "./requester.ts";

const ATTEMPTS = 3;
/** Activate Session counts as unanswered after this time, and after this multiple of the time the challenge took. */
const PATIENCE_MS = 2000;
const PATIENCE_FACTOR = 3;
const LONGEST_PATIENCE_MS = 10_000;

interface Ipmi15Login {
  readonly framing: Framing;
  readonly sessionId: number;
  readonly authType: number;
}

interface LoginRequest {
  readonly credentials: Credentials;
  readonly privilege: number;
  readonly offered: AuthenticationTypes;
  /** Straight passwords are sent in clear text: only if configured. */
  readonly allowStraight: boolean;
  readonly signal?: AbortSignal;
}

/** MD5 if offered; else the straight password if allowed; else none, with an empty password. */
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
 * A BMC does not answer Activate Session if the code is wrong. So a missing answer is reported as a wrong password, which
 * stops all further attempts, unless it may be slowness or loss: every challenge was answered to the first transmission,
 * and several times as fast as the wait. Otherwise it is a time-out.
 *
 * @throws IpmiError, or the signal's reason
 */
export async function loginIpmi15(requester: Requester, request: LoginRequest): Promise<Ipmi15Login> {
  const authType = chooseAuthType(request);
  const { clock, timer } = requester.conversation;
  const activation = new Activation(requester, request, authType);
  let isPrompt = true;
  for (let attempt = 1; ; attempt++) {
    const requestedAt = clock.monotonicMs();
    const firstWaitMs = timer.timeoutMs(0);
    const challenge = await requestChallenge(requester, request, authType);
    const tookMs = clock.monotonicMs() - requestedAt;
    const patienceMs = Math.min(Math.max(PATIENCE_MS, PATIENCE_FACTOR * tookMs), LONGEST_PATIENCE_MS);
    isPrompt &&= tookMs < firstWaitMs && PATIENCE_FACTOR * tookMs <= patienceMs;
    try {
      return await activation.activate(challenge, patienceMs);
    } catch (error) {
      if (!(error instanceof SilenceError)) throw error;
      // A repeated Activate Session may be refused: start again with a new challenge.
      if (attempt < ATTEMPTS) continue;
      const stage = "activate_session";
      const unanswered = "Activate Session: no answer, after the BMC had sent a challenge";
      if (isPrompt) {
        const options = { stage, failedLogin: true, cause: error } as const;
        throw new IpmiError("wrong_password", `${unanswered}: wrong password`, options);
      }
      const message = `${unanswered}: slow BMC, lost packets, or wrong password`;
      throw new IpmiError("timeout", message, { stage, cause: error });
    }
  }
}

type Challenge = { readonly temporarySessionId: number; readonly challenge: Uint8Array };

async function requestChallenge(requester: Requester, request: LoginRequest, authType: number): Promise<Challenge> {
  const { credentials, signal } = request;
  const stage = "session_challenge";
  try {
    return await requester.run(
      sessionless,
      getSessionChallenge,
      { authenticationType: authType, userName: credentials.userName },
      { signal, stage },
    );
  } catch (error) {
    if (!(error instanceof CompletionCodeError)) throw error;
    const unknown = error.completionCode === 0x81 || error.completionCode === 0x82;
    throw new IpmiError(unknown ? "unknown_user" : error.reason, error.message, { stage, cause: error });
  }
}

/** Framing and number of one Activate Session. */
interface Try {
  readonly framing: Framing;
  /** Sequence number of the message. */
  readonly sequence: number;
}

/** Activate Session, tried several times, each time with a new challenge; a late answer to an earlier try is accepted. */
class Activation {
  readonly #requester: Requester;
  readonly #request: LoginRequest;
  readonly #authType: number;
  #tries: readonly Try[] = [];

  constructor(requester: Requester, request: LoginRequest, authType: number) {
    this.#requester = requester;
    this.#request = request;
    this.#authType = authType;
  }

  async activate({ temporarySessionId, challenge }: Challenge, patienceMs: number): Promise<Ipmi15Login> {
    const { password } = this.#request.credentials;
    const authType = this.#authType;
    const sessionId = temporarySessionId;
    const framing = framing15({ authType, password, sessionId, inboundSequence: 0, fixedSequence: true });
    const sequence = this.#requester.nextSequence();
    this.#tries = [{ framing, sequence }, ...this.#tries];
    const answer = await this.#exchange(framing, sequence, challenge, patienceMs);
    const stage = "activate_session";
    const code = answer.completionCode;
    if (code !== CompletionCode.Ok) {
      const error = new CompletionCodeError(activateSession.name, code, activateSession.refusalMeaning(code));
      const full = code >= 0x81 && code <= 0x83;
      const reason = full ? "no_free_session" : code === 0x86 ? "privilege_refused" : error.reason;
      throw new IpmiError(reason, error.message, { stage, failedLogin: !full, cause: error });
    }
    const opened = activateSession.decodeResponse(answer.data);
    // The type in the answer applies to all later packets: some BMCs answer "none" to an MD5 activation. No other change
    // is accepted: the answer must not make us send the password in clear text.
    if (opened.authenticationType !== authType && opened.authenticationType !== AuthType.None) {
      const message = `Activate Session: requested authentication type ${authType}, the BMC answered with ${opened.authenticationType}`;
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
  }

  #exchange(newest: Framing, sequence: number, challenge: Uint8Array, patienceMs: number): Promise<Answer> {
    const { privilege, signal } = this.#request;
    const data = activateSession.encodeRequest({
      authenticationType: this.#authType,
      maximumPrivilege: privilege,
      challenge,
      initialOutboundSequence: randomBytes(4).readUInt32LE() || 1,
    });
    const message = encodeRequestMessage({
      responderAddress: BMC_ADDRESS,
      netFn: activateSession.netFn,
      responderLun: 0,
      requesterAddress: CONSOLE_ADDRESS,
      requesterLun: 0,
      sequence,
      command: activateSession.code,
      data,
    });
    const framing: Framing = {
      guarded: newest.guarded,
      seal: (m) => newest.seal(m),
      open: (packet) => this.#open(packet),
    };
    return this.#requester.transact(
      framing,
      activateSession,
      message,
      (m) => {
        const ours = m.netFn === activateSession.netFn + 1 && m.command === activateSession.code;
        // The BMC still processes the first transmission; its answer follows.
        if (m.completionCode === CompletionCode.DuplicateRequest) return undefined;
        return ours && this.#tries.some((t) => t.sequence === m.sequence) ? m : undefined;
      },
      { signal, stage: "activate_session", tries: 1, patienceMs, repeated: this.#tries.length > 1 },
    );
  }

  #open(packet: Uint8Array): Uint8Array | DropReason {
    let refused: DropReason = "other_session";
    for (const { framing } of this.#tries) {
      const opened = framing.open(packet);
      if (typeof opened !== "string") return opened;
      if (opened !== "other_session") refused = opened;
    }
    return refused;
  }
}
