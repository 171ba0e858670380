import { parseCipherSuiteRecords } from "../commands/app/cipher-suite-records.ts";
import {
  type ChannelAuthenticationCapabilities,
  getChannelAuthenticationCapabilities,
} from "../commands/app/get-channel-authentication-capabilities.ts";
import { CIPHER_SUITE_PAGE_BYTES, getChannelCipherSuites } from "../commands/app/get-channel-cipher-suites.ts";
import { CompletionCodeError, DecodeError, IpmiError } from "../errors.ts";
import type { Reachability } from "../transport/datagram.ts";
import { BMC_ADDRESS, CONSOLE_ADDRESS, encodeRequestMessage } from "../wire/message.ts";
import { SilenceError } from "./conversation.ts";
import { sessionless } from "./framing.ts";
import type { BmcMemory } from "./memory.ts";
import type { Requester } from "./requester.ts";

const STAGE = "channel_auth_capabilities";
const DIAGNOSIS_MS = 500;
/** 64 pages of 16 bytes is all the command can address. */
const MAX_PAGES = 64;

/**
 * Requests what the channel offers: the first packet to a BMC, and the cheapest check whether it answers.
 *
 * @throws IpmiError `no_answer` if nothing answers, `unreachable` if the host or a router reports that nothing is there
 */
export async function requestCapabilities(
  requester: Requester,
  memory: BmcMemory,
  privilege: number,
  signal?: AbortSignal,
): Promise<ChannelAuthenticationCapabilities> {
  // One sequence number for each form, so that a late answer to an earlier request is accepted.
  const sequences = new Map<boolean, number>();
  const request = (ipmi20: boolean, tries: number): Promise<ChannelAuthenticationCapabilities> => {
    const repeated = sequences.has(ipmi20);
    const sequence = sequences.get(ipmi20) ?? requester.nextSequence();
    sequences.set(ipmi20, sequence);
    const options = { signal, tries, stage: STAGE, sequence, repeated } as const;
    return requester.run(sessionless, getChannelAuthenticationCapabilities, { privilege, ipmi20 }, options);
  };
  let verdict: Reachability | undefined;
  const requestThreeTimes = async (ipmi20: boolean): Promise<ChannelAuthenticationCapabilities> => {
    try {
      return await request(ipmi20, 1);
    } catch (error) {
      if (!(error instanceof SilenceError)) throw error;
      // A closed port is reported at once by ICMP: no need to wait for it.
      verdict = await diagnose(requester, signal);
      if (isGone(verdict)) throw silence(requester, error, verdict);
    }
    return request(ipmi20, 2);
  };
  if (memory.quirks.has("ipmi_1_5_only_first_form")) return remember(memory, await requestThreeTimes(false));
  try {
    return remember(memory, await requestThreeTimes(true));
  } catch (error) {
    const refused = error instanceof CompletionCodeError || error instanceof DecodeError;
    if (!refused && !(error instanceof SilenceError)) throw error;
    // A BMC that is starting refuses any request; it must not be taken for one without IPMI 2.0.
    if (error instanceof CompletionCodeError && error.transient) throw error;
    // IPMI 1.5 firmware refuses the reserved bit of the 2.0 form, or does not answer.
    const found = await request(false, 1).catch((second: unknown) => {
      if (!(second instanceof IpmiError)) throw second;
      if (refused) throw error;
      return undefined;
    });
    if (!found) throw silence(requester, error, verdict);
    // Lost packets look the same: now that the BMC answers, one more request decides.
    const late = refused ? undefined : await request(true, 1).catch(notAborted);
    if (late) return remember(memory, late);
    memory.quirks.add("ipmi_1_5_only_first_form");
    return remember(memory, found);
  }
}

function notAborted(error: unknown): undefined {
  if (!(error instanceof IpmiError)) throw error;
  return undefined;
}

function remember(memory: BmcMemory, found: ChannelAuthenticationCapabilities): ChannelAuthenticationCapabilities {
  memory.capabilities = found;
  return found;
}

/** Finds out why nothing answers: no host, nothing listening on the port, or a BMC that does not answer. */
function diagnose(requester: Requester, signal?: AbortSignal): Promise<Reachability> {
  const data = getChannelAuthenticationCapabilities.encodeRequest({ privilege: 2, ipmi20: true });
  const message = encodeRequestMessage({
    responderAddress: BMC_ADDRESS,
    netFn: getChannelAuthenticationCapabilities.netFn,
    responderLun: 0,
    requesterAddress: CONSOLE_ADDRESS,
    requesterLun: 0,
    sequence: requester.nextSequence(),
    command: getChannelAuthenticationCapabilities.code,
    data,
  });
  return requester.conversation.diagnose(sessionless.seal(message), DIAGNOSIS_MS, signal);
}

function isGone(verdict: Reachability): boolean {
  return verdict === "refused" || verdict === "unreachable";
}

/** The error for a BMC that does not answer. */
function silence(requester: Requester, error: IpmiError, verdict: Reachability | undefined): IpmiError {
  const { address, port } = requester.conversation.remote;
  const options = { stage: STAGE, cause: error } as const;
  if (verdict === "refused")
    return new IpmiError("unreachable", `${address}: nothing listens on UDP port ${port}`, options);
  if (verdict === "unreachable") return new IpmiError("unreachable", `${address}: no route to host`, options);
  const isForeign = verdict === "answered" || (error instanceof SilenceError && error.otherPackets > 0);
  if (isForeign) {
    const message = `${address}: the answer on UDP port ${port} is not IPMI`;
    return new IpmiError("protocol_error", message, options);
  }
  return new IpmiError(error.reason, `${address}: no answer on UDP port ${port}`, options);
}

interface CipherSuiteList {
  /** Undefined: not available. */
  readonly ids: readonly number[] | undefined;
  /** False: the BMC did not answer, so another request may help. */
  readonly complete: boolean;
}

/** The cipher suite ids in the list of the BMC. Such lists are often wrong: a hint for the order of attempts. */
export async function requestCipherSuites(
  requester: Requester,
  memory: BmcMemory,
  signal?: AbortSignal,
): Promise<CipherSuiteList> {
  let complete = true;
  const pages: Uint8Array[] = [];
  try {
    for (let index = 0; index < MAX_PAGES; index++) {
      const options = { signal, tries: 2, stage: "channel_cipher_suites" } as const;
      const page = await requester.run(sessionless, getChannelCipherSuites, { index }, options);
      pages.push(page.data);
      if (page.data.length < CIPHER_SUITE_PAGE_BYTES) break;
    }
  } catch (error) {
    // Not supported, or an error instead of an empty last page.
    if (!(error instanceof IpmiError)) throw error;
    complete = !(error instanceof SilenceError);
    requester.conversation.trace?.("note", `no list of cipher suites: ${error.message}`);
  }
  const ids = parseCipherSuiteRecords(Buffer.concat(pages)).flatMap((r) => (r.oemId === undefined ? [r.id] : []));
  const told = ids.length > 0 ? ids : undefined;
  // A list that is incomplete because an answer is missing does not replace a whole one.
  if (complete || memory.cipherSuites === undefined) memory.cipherSuites = told;
  return { ids: told, complete };
}
