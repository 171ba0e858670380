import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, bits, flag } from "../../wire/bytes.ts";
import { type ChannelRequest, THIS_CHANNEL } from "../channel.ts";
import { command } from "../command.ts";

/**
 *   [0] 7 parameter revision only, 3:0 channel
 *   [1] parameter
 *   [2] set selector
 *   [3] block selector
 */
export interface LanConfigurationParametersRequest extends ChannelRequest {
  readonly parameter: number;
  /** 0 if absent. */
  readonly set?: number;
  /** 0 if absent. */
  readonly block?: number;
  readonly revisionOnly?: boolean;
}

/**
 * Get LAN Configuration Parameters - IPMI 2.0 section 23.2.
 *
 *   [0]  parameter revision, 11h
 *   [1-] parameter data: see lan-parameters.ts
 */
export interface LanConfigurationParameters {
  readonly revision: number;
  readonly data: Uint8Array;
}

export const getLanConfigurationParameters = command<LanConfigurationParametersRequest, LanConfigurationParameters>({
  name: "Get LAN Configuration Parameters",
  netFn: NetFn.Transport,
  code: 0x02,
  privilege: PrivilegeLevel.Operator,
  request: {
    decode(from) {
      const first = from.u8();
      return {
        channel: bits(first, 3, 0),
        revisionOnly: bit(first, 7),
        parameter: from.u8(),
        set: from.u8(),
        block: from.u8(),
      };
    },
    encode(to, q) {
      to.u8(flag(q.revisionOnly ?? false, 7) | ((q.channel ?? THIS_CHANNEL) & 0x0f));
      to.u8(q.parameter)
        .u8(q.set ?? 0)
        .u8(q.block ?? 0);
    },
  },
  response: {
    decode: (from) => ({ revision: from.u8(), data: from.rest() }),
    encode(to, r) {
      to.u8(r.revision).bytes(r.data);
    },
  },
  refusals: { 128: "parameter not supported" },
});
