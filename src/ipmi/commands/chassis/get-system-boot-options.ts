import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, bits, flag } from "../../wire/bytes.ts";
import { command } from "../command.ts";

/** Parameter number of the boot flags. */
export const BOOT_FLAGS_PARAMETER = 5;

/**
 *   [0] 6:0 parameter
 *   [1] set selector
 *   [2] block selector
 */
export interface SystemBootOptionsRequest {
  readonly parameter: number;
  /** 0 if absent. */
  readonly set?: number;
  /** 0 if absent. */
  readonly block?: number;
}

/**
 * Get System Boot Options - IPMI 2.0 section 28.13.
 *
 *   [0]  3:0 parameter version
 *   [1]  7 parameter locked or invalid, 6:0 parameter
 *   [2-] parameter data; HP DL380 G5 appends 12 bytes
 */
export interface SystemBootOptions {
  readonly version: number;
  readonly locked: boolean;
  readonly parameter: number;
  readonly data: Uint8Array;
}

export const getSystemBootOptions = command<SystemBootOptionsRequest, SystemBootOptions>({
  name: "Get System Boot Options",
  netFn: NetFn.Chassis,
  code: 0x09,
  privilege: PrivilegeLevel.Operator,
  request: {
    decode: (from) => ({ parameter: from.u8() & 0x7f, set: from.u8(), block: from.u8() }),
    encode(to, q) {
      to.u8(q.parameter & 0x7f)
        .u8(q.set ?? 0)
        .u8(q.block ?? 0);
    },
  },
  response: {
    decode(from) {
      const version = from.u8() & 0x0f;
      const parameter = from.u8();
      return { version, locked: bit(parameter, 7), parameter: bits(parameter, 6, 0), data: from.rest() };
    },
    encode(to, r) {
      to.u8(r.version & 0x0f)
        .u8(flag(r.locked, 7) | (r.parameter & 0x7f))
        .bytes(r.data);
    },
  },
  refusals: { 128: "parameter not supported" },
});
