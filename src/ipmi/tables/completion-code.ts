import type { IpmiReason } from "../errors.ts";

/** Meaning of a completion code (IPMI 2.0 table 5-2). */
export interface CompletionCodeMeaning {
  readonly text: string;
  /** Another request a little later may succeed. */
  readonly transient: boolean;
  readonly reason: IpmiReason;
}

export const CompletionCode = {
  Ok: 0x00,
  NodeBusy: 0xc0,
  InvalidCommand: 0xc1,
  InvalidForLun: 0xc2,
  Timeout: 0xc3,
  OutOfSpace: 0xc4,
  ReservationCancelled: 0xc5,
  RequestTruncated: 0xc6,
  RequestLengthInvalid: 0xc7,
  RequestLengthExceeded: 0xc8,
  ParameterOutOfRange: 0xc9,
  CannotReturnThatManyBytes: 0xca,
  NotPresent: 0xcb,
  InvalidDataField: 0xcc,
  IllegalForSensor: 0xcd,
  ResponseNotProvided: 0xce,
  DuplicateRequest: 0xcf,
  SdrUpdateMode: 0xd0,
  FirmwareUpdateMode: 0xd1,
  Initialising: 0xd2,
  DestinationUnavailable: 0xd3,
  InsufficientPrivilege: 0xd4,
  NotSupportedInPresentState: 0xd5,
  SubFunctionDisabled: 0xd6,
  Unspecified: 0xff,
} as const;

const rows: readonly (readonly [number, string, boolean, IpmiReason])[] = [
  [0xc0, "node busy", true, "bmc_busy"],
  [0xc1, "invalid or unsupported command", false, "unsupported"],
  [0xc2, "command invalid for this LUN", false, "unsupported"],
  [0xc3, "time-out while processing", true, "bmc_busy"],
  [0xc4, "out of space", false, "bmc_busy"],
  [0xc5, "reservation cancelled or invalid", true, "bmc_busy"],
  [0xc6, "request data truncated", false, "protocol_error"],
  [0xc7, "request length invalid", false, "protocol_error"],
  [0xc8, "request length limit exceeded", false, "protocol_error"],
  [0xc9, "parameter out of range", false, "unsupported"],
  [0xca, "cannot return that many bytes", false, "protocol_error"],
  [0xcb, "sensor, data or record not present", false, "unsupported"],
  [0xcc, "invalid data field in request", false, "unsupported"],
  [0xcd, "command illegal for this sensor or record type", false, "unsupported"],
  [0xce, "response could not be provided", true, "bmc_busy"],
  [0xcf, "cannot execute duplicate request", true, "bmc_busy"],
  [0xd0, "SDR repository in update mode", true, "bmc_busy"],
  [0xd1, "device in firmware update mode", true, "bmc_busy"],
  [0xd2, "BMC initialisation in progress", true, "bmc_busy"],
  [0xd3, "destination unavailable", false, "unsupported"],
  [0xd4, "insufficient privilege", false, "privilege_refused"],
  [0xd5, "not supported in the present state", false, "unsupported"],
  [0xd6, "sub-function disabled or unavailable", false, "unsupported"],
  [0xff, "unspecified error", false, "protocol_error"],
];

const TABLE: ReadonlyMap<number, CompletionCodeMeaning> = new Map(
  rows.map(([code, text, transient, reason]) => [code, { text, transient, reason }]),
);

/** The generic meaning; command-specific codes (80h-BEh) are named by the table of the command. */
export function completionCodeMeaning(code: number): CompletionCodeMeaning {
  const known = TABLE.get(code);
  if (known) return known;
  const text = code >= 0x80 && code <= 0xbe ? "command-specific refusal" : "device-specific refusal";
  return { text, transient: false, reason: "unsupported" };
}
