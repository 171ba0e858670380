import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command } from "../command.ts";

/**
 *   [0-1] reservation id
 *   [2-3] record id
 */
export interface DeleteSelEntryRequest {
  readonly reservationId: number;
  readonly recordId: number;
}

/**
 * Delete SEL Entry - IPMI 2.0 section 31.8.
 *
 *   [0-1] id of the deleted record
 */
export interface DeletedSelEntry {
  /** Absent if the BMC omits it; the entry is deleted nevertheless. */
  readonly recordId?: number;
}

export const deleteSelEntry = command<DeleteSelEntryRequest, DeletedSelEntry>({
  name: "Delete SEL Entry",
  netFn: NetFn.Storage,
  code: 0x46,
  privilege: PrivilegeLevel.Operator,
  effect: "changes",
  request: {
    decode: (from) => ({ reservationId: from.u16(), recordId: from.u16() }),
    encode(to, q) {
      to.u16(q.reservationId).u16(q.recordId);
    },
  },
  response: {
    decode: (from) => ({ recordId: from.has(2) ? from.u16() : undefined }),
    encode(to, r) {
      if (r.recordId !== undefined) to.u16(r.recordId);
    },
  },
  refusals: { 128: "operation not supported for this record type", 129: "SEL erase in progress" },
});
