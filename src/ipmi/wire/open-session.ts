import { DecodeError } from "../errors.ts";
import { bits, Reader, Writer } from "./bytes.ts";

/** Numbers of the three algorithms of a cipher suite. */
export interface Algorithms {
  readonly authentication: number;
  readonly integrity: number;
  readonly confidentiality: number;
}

/**
 * RMCP+ Open Session Request - IPMI 2.0 section 13.17, 32 bytes.
 *
 *   [0]     message tag
 *   [1]     3:0 requested maximum privilege, 0 the highest the algorithms allow
 *   [2:3]   reserved
 *   [4:7]   remote console session id
 *   [8:15]  authentication payload:  00 00 00 08 algorithm 00 00 00
 *   [16:23] integrity payload:       01 00 00 08 algorithm 00 00 00
 *   [24:31] confidentiality payload: 02 00 00 08 algorithm 00 00 00
 */
export interface OpenSessionRequest extends Algorithms {
  readonly tag: number;
  readonly privilege: number;
  readonly consoleSessionId: number;
}

/**
 * RMCP+ Open Session Response - IPMI 2.0 section 13.18, 36 bytes; 2 or 8 when the status is not 0.
 *
 *   [0]     message tag
 *   [1]     status
 *   [2]     3:0 maximum privilege for these algorithms; some BMCs echo 0: not to be relied on
 *   [3]     reserved
 *   [4:7]   remote console session id
 *   [8:11]  managed system session id
 *   [12:35] the three payloads as in the request
 */
export interface OpenSessionResponse {
  readonly tag: number;
  readonly status: number;
  /** Absent exactly when `status` is not 0. */
  readonly accepted?: Algorithms & {
    readonly privilege: number;
    readonly consoleSessionId: number;
    readonly bmcSessionId: number;
  };
}

const KINDS = ["authentication", "integrity", "confidentiality"] as const;

function putAlgorithms(to: Writer, algorithms: Algorithms): void {
  KINDS.forEach((kind, type) => {
    to.u8(type).u16(0).u8(8).u8(algorithms[kind]).fill(0, 3);
  });
}

function takeAlgorithms(from: Reader, what: string): Algorithms {
  const numbers = KINDS.map((kind, type) => {
    const got = from.u8();
    if (got !== type) throw new DecodeError(`${what}: wanted the ${kind} payload (${type}), got ${got}`);
    from.skip(3);
    const algorithm = bits(from.u8(), 5, 0);
    from.skip(3);
    return algorithm;
  });
  return { authentication: numbers[0] ?? 0, integrity: numbers[1] ?? 0, confidentiality: numbers[2] ?? 0 };
}

export function encodeOpenSessionRequest(r: OpenSessionRequest): Buffer {
  const to = new Writer(32);
  to.u8(r.tag).u8(r.privilege).u16(0).u32(r.consoleSessionId);
  putAlgorithms(to, r);
  return to.take();
}

export function decodeOpenSessionRequest(payload: Uint8Array): OpenSessionRequest {
  const what = "Open Session Request";
  const from = new Reader(payload, what);
  const tag = from.u8();
  const privilege = bits(from.u8(), 3, 0);
  from.skip(2);
  const consoleSessionId = from.u32();
  return { tag, privilege, consoleSessionId, ...takeAlgorithms(from, what) };
}

export function encodeOpenSessionResponse(r: OpenSessionResponse): Buffer {
  const to = new Writer(36);
  to.u8(r.tag).u8(r.status);
  if (r.accepted) {
    to.u8(r.accepted.privilege).u8(0).u32(r.accepted.consoleSessionId).u32(r.accepted.bmcSessionId);
    putAlgorithms(to, r.accepted);
  }
  return to.take();
}

export function decodeOpenSessionResponse(payload: Uint8Array): OpenSessionResponse {
  const what = "Open Session Response";
  const from = new Reader(payload, what);
  const tag = from.u8();
  const status = from.u8();
  if (status !== 0) return { tag, status };
  const privilege = bits(from.u8(), 3, 0);
  from.skip(1);
  const consoleSessionId = from.u32();
  const bmcSessionId = from.u32();
  return { tag, status, accepted: { privilege, consoleSessionId, bmcSessionId, ...takeAlgorithms(from, what) } };
}
