import { bits } from "../../wire/bytes.ts";
import type { Layout } from "../command.ts";

/**
 * Selects one instance of a payload.
 *
 *   [0] 5:0 payload type, 1 SOL
 *   [1] 3:0 instance, from 1
 */
export interface PayloadInstance {
  readonly payloadType: number;
  /** 1 if absent: BMCs have one SOL payload. */
  readonly instance?: number;
}

export const payloadInstance: Layout<PayloadInstance> = {
  decode: (from) => ({ payloadType: bits(from.u8(), 5, 0), instance: bits(from.u8(), 3, 0) }),
  encode(to, q) {
    to.u8(q.payloadType & 0x3f).u8((q.instance ?? 1) & 0x0f);
  },
};
