import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command } from "../command.ts";

/**
 *   [0]   FRU device id
 *   [1-2] offset, in bytes or words: see Get FRU Inventory Area Info
 *   [3]   count, bytes or words
 */
export interface ReadFruDataRequest {
  readonly fruId: number;
  readonly offset: number;
  readonly count: number;
}

/**
 * Read FRU Data - IPMI 2.0 section 34.2.
 *
 *   [0]  count returned, bytes or words; may be less than requested
 *   [1-] data
 */
export interface FruData {
  readonly count: number;
  /** All received bytes, at least `count`; a view of the packet: copy to keep them. */
  readonly data: Uint8Array;
}

export const readFruData = command<ReadFruDataRequest, FruData>({
  name: "Read FRU Data",
  netFn: NetFn.Storage,
  code: 0x11,
  privilege: PrivilegeLevel.User,
  request: {
    decode: (from) => ({ fruId: from.u8(), offset: from.u16(), count: from.u8() }),
    encode(to, q) {
      to.u8(q.fruId).u16(q.offset).u8(q.count);
    },
  },
  response: {
    decode(from) {
      const count = from.u8();
      // Words are two bytes each, so fewer bytes than the count is short either way.
      return { count, data: from.bytes(Math.max(count, from.remaining)) };
    },
    encode(to, r) {
      to.u8(r.count).bytes(r.data);
    },
  },
  refusals: { 129: "FRU device busy" },
  busyCodes: [129],
});
