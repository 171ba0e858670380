import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command } from "../command.ts";

/** Parameter number of the system firmware version. */
export const SYSTEM_FIRMWARE_PARAMETER = 1;

/**
 *   [0] 7 revision only, here always 0
 *   [1] parameter
 *   [2] set selector
 *   [3] block selector
 */
export interface SystemInfoParametersRequest {
  readonly parameter: number;
  /** 0 if absent. */
  readonly set?: number;
  /** 0 if absent. */
  readonly block?: number;
}

/**
 * Get System Info Parameters - IPMI 2.0 section 22.14b.
 *
 *   [0]  parameter revision
 *   [1-] parameter data; see SystemTextBlock for texts
 */
export interface SystemInfoParameters {
  readonly revision: number;
  readonly data: Uint8Array;
}

export const getSystemInfoParameters = command<SystemInfoParametersRequest, SystemInfoParameters>({
  name: "Get System Info Parameters",
  netFn: NetFn.App,
  code: 0x59,
  privilege: PrivilegeLevel.User,
  request: {
    decode(from) {
      from.skip(1);
      return { parameter: from.u8(), set: from.u8(), block: from.u8() };
    },
    encode(to, q) {
      to.u8(0)
        .u8(q.parameter)
        .u8(q.set ?? 0)
        .u8(q.block ?? 0);
    },
  },
  response: {
    decode: (from) => ({ revision: from.u8(), data: new Uint8Array(from.rest()) }),
    encode(to, r) {
      to.u8(r.revision).bytes(r.data);
    },
  },
  refusals: { 128: "parameter not supported" },
});
