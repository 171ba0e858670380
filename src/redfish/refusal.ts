import { RedfishError, type RedfishReason, type RedfishStage } from "./errors.ts";
import type { HttpResponse } from "./http.ts";
import { objectsAt, textAt } from "./json.ts";

/** All sessions of the BMC are in use. RAC0218 is Dell's message; the last one is in the registry of DMTF. */
const SESSION_LIMIT = /RAC0218|SessionLimitExceeded|(maximum|max\.?) number of (user )?sessions|too many sessions/i;
/** Answers that mean later, not never: Dell's SWC0700 "iDRAC is not ready", SYS518 "Retry in 30 seconds". */
const NOT_READY =
  /SWC0700|SYS518|not ready|temporarily unavailable|ServiceTemporarilyUnavailable|ServiceInUnknownState/i;
const LICENCE = /licen[cs]e|SWC0242/i;
const LONGEST_MESSAGE = 200;

/** The first message of an error body. */
export function errorMessage(json: unknown): string | undefined {
  const info = objectsAt(json, "error", "@Message.ExtendedInfo")[0];
  const id = textAt(info, "MessageId") ?? textAt(json, "error", "code");
  const message = textAt(info, "Message") ?? textAt(json, "error", "message");
  const text = [id, message].filter((part) => part !== undefined).join(": ");
  return text === "" ? undefined : text.slice(0, LONGEST_MESSAGE);
}

/** All messages of an error body, to be searched. */
function allMessages(json: unknown): string {
  const infos = objectsAt(json, "error", "@Message.ExtendedInfo");
  const texts = infos.flatMap((info) => [textAt(info, "MessageId"), textAt(info, "Message")]);
  return [...texts, textAt(json, "error", "code"), textAt(json, "error", "message")].join(" ");
}

/** True for a login or request that was refused because all sessions are taken. */
export function isSessionLimit({ status, json }: HttpResponse): boolean {
  return status >= 400 && SESSION_LIMIT.test(allMessages(json));
}

/** True for an answer that may be another one in a moment. */
export function isTransient({ status, json }: HttpResponse): boolean {
  return [429, 500, 502, 503, 504].includes(status) || (status === 400 && NOT_READY.test(allMessages(json)));
}

/** Why a response is no resource, as an error. */
export function refusalOf(what: string, response: HttpResponse, stage: RedfishStage): RedfishError {
  const { status, json, isForeign } = response;
  const said = errorMessage(json);
  const fail = (reason: RedfishReason, text: string): RedfishError =>
    new RedfishError(reason, `${what}: ${text}${said ? ` (${said})` : ""}`, { stage, status });
  if (isSessionLimit(response)) return fail("no_free_session", "all sessions of the BMC are in use");
  if (status === 401) return fail("bmc_busy", "HTTP 401, the token was refused");
  if (status === 403) {
    const why = LICENCE.test(allMessages(json)) ? "the BMC has no licence for it" : "the account may not read it";
    return fail("privilege_refused", `HTTP 403, ${why}`);
  }
  if (isTransient(response)) return fail("bmc_busy", `HTTP ${status}`);
  if (isForeign)
    return fail("protocol_error", `HTTP ${status}, the answer is not JSON; does Redfish run on this port?`);
  if (status >= 400 && status < 500) return fail("unsupported", `HTTP ${status}`);
  if (status === 501 || status === 505) return fail("unsupported", `HTTP ${status}`);
  return fail("protocol_error", `unexpected HTTP ${status}`);
}
