import { TruncatedError } from "../errors.ts";
import { checksum } from "./checksum.ts";

/** The BMC's slave address. */
export const BMC_ADDRESS = 0x20;
/** Software id of a remote console: what we call ourselves. */
export const CONSOLE_ADDRESS = 0x81;

/**
 * IPMI message of a LAN session - IPMI 2.0 section 13.8.
 *
 *   request                          response
 *   [0] rsAddr responder             rqAddr requester
 *   [1] 7:2 netFn, 1:0 rsLUN         7:2 netFn + 1, 1:0 rqLUN
 *   [2] checksum over 0-1            same
 *   [3] rqAddr requester             rsAddr responder
 *   [4] 7:2 rqSeq, 1:0 rqLUN         7:2 rqSeq, 1:0 rsLUN
 *   [5] command                      same
 *   [6] data ...                     completion code, data ...
 *   last: checksum over 3 to last-1
 */
export interface RequestMessage {
  readonly responderAddress: number;
  readonly netFn: number;
  readonly responderLun: number;
  readonly requesterAddress: number;
  readonly requesterLun: number;
  /** 0-63 */
  readonly sequence: number;
  readonly command: number;
  readonly data: Uint8Array;
}

export interface ResponseMessage {
  readonly requesterAddress: number;
  /** The response's network function: the request's plus one. */
  readonly netFn: number;
  readonly requesterLun: number;
  readonly responderAddress: number;
  readonly responderLun: number;
  readonly sequence: number;
  readonly command: number;
  readonly completionCode: number;
  /** What follows the completion code; a view. */
  readonly data: Uint8Array;
  /** False: at least one checksum is wrong, as some Supermicro firmware sends; the caller decides. */
  readonly checksumsOk: boolean;
}

function frame(
  to: number,
  netFn: number,
  toLun: number,
  from: number,
  sequence: number,
  fromLun: number,
  command: number,
  head: number,
  data: Uint8Array,
): Buffer {
  const message = Buffer.allocUnsafe(head + data.length + 1);
  message[0] = to;
  message[1] = (netFn << 2) | toLun;
  message[2] = checksum(message, 0, 2);
  message[3] = from;
  message[4] = (sequence << 2) | fromLun;
  message[5] = command;
  for (let i = 0; i < data.length; i++) message[head + i] = data[i] as number;
  return message;
}

export function encodeRequestMessage(r: RequestMessage): Buffer {
  const message = frame(
    r.responderAddress,
    r.netFn,
    r.responderLun,
    r.requesterAddress,
    r.sequence,
    r.requesterLun,
    r.command,
    6,
    r.data,
  );
  message[message.length - 1] = checksum(message, 3, message.length - 1);
  return message;
}

export function encodeResponseMessage(r: Omit<ResponseMessage, "checksumsOk">): Buffer {
  const message = frame(
    r.requesterAddress,
    r.netFn,
    r.requesterLun,
    r.responderAddress,
    r.sequence,
    r.responderLun,
    r.command,
    7,
    r.data,
  );
  message[6] = r.completionCode;
  message[message.length - 1] = checksum(message, 3, message.length - 1);
  return message;
}

const checksumsOk = (m: Uint8Array): boolean =>
  checksum(m, 0, 2) === m[2] && checksum(m, 3, m.length - 1) === m[m.length - 1];

/** Reads a request, for the simulator; wrong checksums are reported, not thrown. */
export function decodeRequestMessage(m: Uint8Array): RequestMessage & { readonly checksumsOk: boolean } {
  if (m.length < 7) throw new TruncatedError("IPMI request message", 7, m.length);
  return {
    responderAddress: m[0] as number,
    netFn: (m[1] as number) >>> 2,
    responderLun: (m[1] as number) & 3,
    requesterAddress: m[3] as number,
    sequence: (m[4] as number) >>> 2,
    requesterLun: (m[4] as number) & 3,
    command: m[5] as number,
    data: m.subarray(6, m.length - 1),
    checksumsOk: checksumsOk(m),
  };
}

/** Reads a response; wrong checksums are reported, not thrown. */
export function decodeResponseMessage(m: Uint8Array): ResponseMessage {
  if (m.length < 8) throw new TruncatedError("IPMI response message", 8, m.length);
  return {
    requesterAddress: m[0] as number,
    netFn: (m[1] as number) >>> 2,
    requesterLun: (m[1] as number) & 3,
    responderAddress: m[3] as number,
    sequence: (m[4] as number) >>> 2,
    responderLun: (m[4] as number) & 3,
    command: m[5] as number,
    completionCode: m[6] as number,
    data: m.subarray(7, m.length - 1),
    checksumsOk: checksumsOk(m),
  };
}
