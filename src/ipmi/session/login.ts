import {
  type ChannelAuthenticationCapabilities,
  offersIpmi15,
  offersIpmi20,
} from "../commands/app/get-channel-authentication-capabilities.ts";
import { type CipherSuite, cipherSuite, suitesToTry } from "../crypto/cipher-suite.ts";
import { IpmiError } from "../errors.ts";
import { requestCapabilities, requestCipherSuites } from "./capabilities.ts";
import type { Credentials } from "./credentials.ts";
import { loginIpmi15 } from "./ipmi15-login.ts";
import { downgradeError, raisedFloor, suitesAbove } from "./login-floor.ts";
import type { BmcMemory } from "./memory.ts";
import type { Requester } from "./requester.ts";
import { HandshakeRefused, loginRmcpPlus } from "./rmcp-plus-login.ts";
import { Session } from "./session.ts";

const WITHOUT_INTEGRITY = "only cipher suites without integrity";

export interface LoginOptions {
  readonly credentials: Credentials;
  /** Requested privilege level; the exporter requests User. */
  readonly privilege: number;
  /**
   * Cipher suites to use, in this order, instead of what the BMC offers; suite 0 only when listed here. Listed suites
   * without integrity are used even with a BMC that had integrity before.
   */
  readonly cipherSuites?: readonly number[];
  /**
   * "auto" uses IPMI 1.5 only with BMCs that offer nothing else and never completed an RMCP+ login; never after a
   * failed authentication.
   */
  readonly ipmi15?: "auto" | "always" | "never";
  /** Permits the straight password of IPMI 1.5, which is sent in clear text. */
  readonly allowStraightPassword?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Opens a session: requests what the BMC offers, chooses the protocol and the best cipher suite, logs in and raises the
 * privilege. For a known BMC the way that worked last time is tried first, which saves the first requests.
 *
 * @throws IpmiError with the reason and the stage, or the signal's reason; `no_cipher_suite` also where all that the BMC
 *   offers is weaker than a login it once completed
 */
export async function login(requester: Requester, memory: BmcMemory, options: LoginOptions): Promise<Session> {
  const known = memory.login?.protocol === "2.0" ? cipherSuite(memory.login.suiteId) : undefined;
  const isAllowed =
    known && (options.cipherSuites?.includes(known.id) ?? suitesAbove(memory.floor, [known]).length > 0);
  if (known && isAllowed && options.ipmi15 !== "always") {
    try {
      return await rmcpPlus(requester, memory, options, [known]);
    } catch (error) {
      if (!(error instanceof IpmiError) || isFinal(error)) throw error;
      // Start from the beginning.
      memory.login = undefined;
    }
  }
  const capabilities = await requestCapabilities(requester, memory, options.privilege, options.signal);
  if (options.ipmi15 === "always" || !offersIpmi20(capabilities))
    return ipmi15(requester, memory, options, capabilities);
  if (options.cipherSuites) return rmcpPlus(requester, memory, options, suitesToTry(undefined, options.cipherSuites));
  const offered = await requestCipherSuites(requester, memory, options.signal);
  const possible = suitesToTry(offered.ids);
  const suites = suitesAbove(memory.floor, possible);
  if (suites.length === 0) throw downgradeError(WITHOUT_INTEGRITY, "integrity");
  try {
    return await rmcpPlus(requester, memory, options, suites);
  } catch (error) {
    if (!(error instanceof IpmiError && error.reason === "no_cipher_suite")) throw error;
    if (!offered.complete) return otherSuites(requester, memory, options, suites, error);
    throw suites.length < possible.length ? downgradeError(WITHOUT_INTEGRITY, "integrity", error) : error;
  }
}

/**
 * The list of cipher suites was lost and the usual suites are refused: requests the list again.
 *
 * @throws IpmiError `timeout` if it is lost again, because then it is not known whether a common suite exists
 */
async function otherSuites(
  requester: Requester,
  memory: BmcMemory,
  options: LoginOptions,
  refused: readonly CipherSuite[],
  refusal: IpmiError,
): Promise<Session> {
  const { ids, complete } = await requestCipherSuites(requester, memory, options.signal);
  const possible = ids ? suitesToTry(ids).filter((suite) => !refused.includes(suite)) : [];
  const others = suitesAbove(memory.floor, possible);
  try {
    if (others.length > 0) return await rmcpPlus(requester, memory, options, others);
  } catch (error) {
    if (complete || !(error instanceof IpmiError && error.reason === "no_cipher_suite")) throw error;
  }
  if (complete)
    throw others.length < possible.length ? downgradeError(WITHOUT_INTEGRITY, "integrity", refusal) : refusal;
  const message = "Get Channel Cipher Suites: the list did not arrive, and the usual suites are refused";
  throw new IpmiError("timeout", message, { stage: "channel_cipher_suites", cause: refusal });
}

/** Reasons for which another try would do harm: accounts get locked, slots run out. */
function isFinal(error: IpmiError): boolean {
  return (
    error.reason === "wrong_password" ||
    error.reason === "unknown_user" ||
    error.reason === "privilege_refused" ||
    error.reason === "no_free_session"
  );
}

async function rmcpPlus(
  requester: Requester,
  memory: BmcMemory,
  options: LoginOptions,
  suites: readonly CipherSuite[],
): Promise<Session> {
  const { conversation } = requester;
  const { credentials, privilege, signal } = options;
  let refused: IpmiError | undefined;
  for (const suite of suites) {
    try {
      const opened = await loginRmcpPlus(conversation, { credentials, suite, privilege, memory, signal });
      memory.login = { protocol: "2.0", suiteId: suite.id };
      memory.floor = raisedFloor(memory.floor, suite);
      return await finish(requester, options, opened.framing, opened.bmcSessionId, {
        protocol: "2.0",
        cipherSuite: suite.id,
        privilege,
      });
    } catch (error) {
      if (!(error instanceof HandshakeRefused) || error.action !== "next_suite") throw error;
      // "No resources" is temporary, "no such suite" is not. After both, report the temporary one.
      refused = refused === undefined || error.reason === "no_free_session" ? error : refused;
      conversation.trace?.("note", error.message);
      // All slots may really be in use: try one other suite, not all.
      if (error.reason === "no_free_session" && suite !== suites[0]) break;
    }
  }
  throw (
    refused ?? new IpmiError("no_cipher_suite", "no cipher suite to try: none is configured", { stage: "open_session" })
  );
}

async function ipmi15(
  requester: Requester,
  memory: BmcMemory,
  options: LoginOptions,
  capabilities: ChannelAuthenticationCapabilities,
): Promise<Session> {
  if (options.ipmi15 === "never" || !offersIpmi15(capabilities)) {
    const message = "the BMC offers no protocol that may be used: IPMI 2.0 is absent, 1.5 is absent or not allowed";
    throw new IpmiError("no_cipher_suite", message, { stage: "channel_auth_capabilities" });
  }
  if (memory.floor && options.ipmi15 !== "always") throw downgradeError("only IPMI 1.5", memory.floor);
  const opened = await loginIpmi15(requester, {
    credentials: options.credentials,
    privilege: options.privilege,
    offered: capabilities.authenticationTypes,
    allowStraight: options.allowStraightPassword ?? false,
    signal: options.signal,
  });
  memory.login = { protocol: "1.5" };
  return finish(requester, options, opened.framing, opened.sessionId, {
    protocol: "1.5",
    authType: opened.authType,
    privilege: options.privilege,
  });
}

async function finish(
  requester: Requester,
  options: LoginOptions,
  framing: ConstructorParameters<typeof Session>[1],
  id: number,
  info: Session["info"],
): Promise<Session> {
  const session = new Session(requester, framing, id, info);
  requester.conversation.observer.sessionOpened(info.protocol);
  try {
    await session.raisePrivilege(options.privilege, options.signal);
    return session;
  } catch (error) {
    await session.close({ answer: false });
    throw error;
  }
}
