import { DecodeError } from "../../errors.ts";
import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command } from "../command.ts";

/**
 *   [0-1] reservation id
 *   [2-4] "CLR"
 *   [5]   AAh begin to erase, 00h get the status
 */
export interface ClearSelRequest {
  readonly reservationId: number;
  readonly action: "initiate" | "get status";
}

/**
 * Clear SEL - IPMI 2.0 section 31.9.
 *
 *   [0] 3:0 0 erase in progress, 1 completed
 */
export interface ClearSelStatus {
  readonly completed: boolean;
}

const CLR = [0x43, 0x4c, 0x52];
const INITIATE = 0xaa;
const GET_STATUS = 0x00;

export const clearSel = command<ClearSelRequest, ClearSelStatus>({
  name: "Clear SEL",
  netFn: NetFn.Storage,
  code: 0x47,
  privilege: PrivilegeLevel.Operator,
  effect: "changes",
  request: {
    decode(from) {
      const reservationId = from.u16();
      const guard = from.bytes(3);
      if (!CLR.every((byte, i) => guard[i] === byte)) throw new DecodeError('Clear SEL: bytes 2-4 are not "CLR"');
      const action = from.u8();
      if (action !== INITIATE && action !== GET_STATUS) throw new DecodeError(`Clear SEL: unknown action ${action}`);
      return { reservationId, action: action === INITIATE ? "initiate" : "get status" };
    },
    encode(to, q) {
      to.u16(q.reservationId)
        .bytes(CLR)
        .u8(q.action === "initiate" ? INITIATE : GET_STATUS);
    },
  },
  response: {
    decode: (from) => ({ completed: (from.u8() & 0x0f) === 1 }),
    encode(to, r) {
      to.u8(r.completed ? 1 : 0);
    },
  },
});
