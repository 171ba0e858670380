import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, bits, flag } from "../../wire/bytes.ts";
import { command, nothing } from "../command.ts";

/**
 * Set System Boot Options - IPMI 2.0 section 28.12.
 *
 *   [0]  7 mark the parameter invalid, 6:0 parameter
 *   [1-] parameter data: see boot-parameters.ts; none: only the mark changes
 */
export interface SetSystemBootOptionsRequest {
  readonly parameter: number;
  /** False if absent. */
  readonly invalid?: boolean;
  readonly data: Uint8Array;
}

export const setSystemBootOptions = command<SetSystemBootOptionsRequest, void>({
  name: "Set System Boot Options",
  netFn: NetFn.Chassis,
  code: 0x08,
  privilege: PrivilegeLevel.Operator,
  effect: "changes",
  request: {
    decode(from) {
      const first = from.u8();
      return { parameter: bits(first, 6, 0), invalid: bit(first, 7), data: from.rest() };
    },
    encode(to, q) {
      to.u8(flag(q.invalid ?? false, 7) | (q.parameter & 0x7f)).bytes(q.data);
    },
  },
  response: nothing,
  refusals: {
    128: "parameter not supported",
    129: "set in progress by another console",
    130: "parameter is read-only",
  },
});
