import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, bits, flag } from "../../wire/bytes.ts";
import { type ChannelRequest, channelRequest, THIS_CHANNEL } from "../channel.ts";
import { command, nothing } from "../command.ts";

const refusals = { 128: "parameter not supported", 129: "set already in progress", 130: "parameter is read-only" };

/**
 *   [0] 7 parameter revision only, 3:0 channel
 *   [1] parameter
 *   [2] set selector
 *   [3] block selector
 */
export interface SolConfigurationParametersRequest extends ChannelRequest {
  readonly parameter: number;
  /** 0 if absent. */
  readonly set?: number;
  /** 0 if absent. */
  readonly block?: number;
  readonly revisionOnly?: boolean;
}

/**
 * Get SOL Configuration Parameters - IPMI 2.0 section 26.3.
 *
 *   [0]  parameter revision, 11h
 *   [1-] parameter data: see sol-parameters.ts
 */
export interface SolConfigurationParameters {
  readonly revision: number;
  readonly data: Uint8Array;
}

export const getSolConfigurationParameters = command<SolConfigurationParametersRequest, SolConfigurationParameters>({
  name: "Get SOL Configuration Parameters",
  netFn: NetFn.Transport,
  code: 0x22,
  privilege: PrivilegeLevel.User,
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
  refusals,
});

/**
 * Set SOL Configuration Parameters - IPMI 2.0 section 26.2.
 *
 *   [0]  3:0 channel
 *   [1]  parameter
 *   [2-] parameter data: see sol-parameters.ts
 *
 * Several sets belong between `solSetInProgress` with "in progress" and with "complete". Some boards refuse that
 * parameter with 80h: go on without it.
 */
export interface SetSolConfigurationParametersRequest extends ChannelRequest {
  readonly parameter: number;
  readonly data: Uint8Array;
}

export const setSolConfigurationParameters = command<SetSolConfigurationParametersRequest, void>({
  name: "Set SOL Configuration Parameters",
  netFn: NetFn.Transport,
  code: 0x21,
  privilege: PrivilegeLevel.Administrator,
  effect: "changes",
  request: {
    decode: (from) => ({ ...channelRequest.decode(from), parameter: from.u8(), data: from.rest() }),
    encode(to, q) {
      channelRequest.encode(to, q);
      to.u8(q.parameter).bytes(q.data);
    },
  },
  response: nothing,
  refusals,
});
