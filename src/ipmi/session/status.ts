import type { IpmiReason } from "../errors.ts";
import { hexByte } from "../wire/hex.ts";

/** What to do about a status that is not 0. */
export type StatusAction = "next_suite" | "restart" | "give_up";

interface StatusMeaning {
  readonly text: string;
  readonly reason: IpmiReason;
  readonly action: StatusAction;
}

const row = (text: string, reason: IpmiReason, action: StatusAction): StatusMeaning => ({ text, reason, action });

/** RMCP+ and RAKP message status codes - IPMI 2.0 table 13-15. */
const STATUS: ReadonlyMap<number, StatusMeaning> = new Map([
  // Intel M50CYP returns 01h for every suite but 17: worth one try with another suite.
  [0x01, row("insufficient resources to create a session", "no_free_session", "next_suite")],
  [0x02, row("invalid session id", "protocol_error", "restart")],
  [0x03, row("invalid payload type", "protocol_error", "give_up")],
  [0x04, row("invalid authentication algorithm", "no_cipher_suite", "next_suite")],
  [0x05, row("invalid integrity algorithm", "no_cipher_suite", "next_suite")],
  [0x06, row("no matching authentication payload", "no_cipher_suite", "next_suite")],
  [0x07, row("no matching integrity payload", "no_cipher_suite", "next_suite")],
  [0x08, row("inactive session id", "protocol_error", "restart")],
  [0x09, row("invalid role", "privilege_refused", "give_up")],
  [0x0a, row("unauthorised role or privilege level requested", "privilege_refused", "give_up")],
  [0x0b, row("insufficient resources to create a session at the requested role", "no_free_session", "give_up")],
  [0x0c, row("invalid name length", "unknown_user", "give_up")],
  [0x0d, row("unauthorised name", "unknown_user", "give_up")],
  [0x0e, row("unauthorised GUID", "protocol_error", "give_up")],
  [0x0f, row("invalid integrity check value", "wrong_password", "give_up")],
  [0x10, row("invalid confidentiality algorithm", "no_cipher_suite", "next_suite")],
  [0x11, row("no cipher suite match with the proposed algorithms", "no_cipher_suite", "next_suite")],
  [0x12, row("illegal or unrecognised parameter", "no_cipher_suite", "next_suite")],
]);

export function statusMeaning(status: number): StatusMeaning {
  return STATUS.get(status) ?? row("status not defined by the specification", "protocol_error", "give_up");
}

/** "0Dh (unauthorised name)" */
export function statusText(status: number): string {
  return `${hexByte(status)} (${statusMeaning(status).text})`;
}
