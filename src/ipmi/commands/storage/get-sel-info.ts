import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, flag } from "../../wire/bytes.ts";
import { command, nothing } from "../command.ts";

/**
 * Get SEL Info - IPMI 2.0 section 31.2.
 *
 *   [0]    SEL version, 51h
 *   [1-2]  number of entries
 *   [3-4]  free bytes, FFFFh 65535 or more
 *   [5-8]  time of the last addition
 *   [9-12] time of the last erase
 *   [13]   7 overflow: events were lost; 3 delete, 2 partial add, 1 reserve, 0 allocation info supported
 */
export interface SelInfo {
  readonly version: number;
  readonly entries: number;
  readonly freeBytes: number;
  /** Seconds since 1970, by the BMC's clock; FFFFFFFFh: never. */
  readonly lastAdditionTimestamp: number;
  /** Seconds since 1970, by the BMC's clock; FFFFFFFFh: never. */
  readonly lastEraseTimestamp: number;
  readonly overflow: boolean;
  readonly deleteSupported: boolean;
  readonly partialAddSupported: boolean;
  readonly reserveSupported: boolean;
  readonly allocationInfoSupported: boolean;
}

export const getSelInfo = command<void, SelInfo>({
  name: "Get SEL Info",
  netFn: NetFn.Storage,
  code: 0x40,
  privilege: PrivilegeLevel.User,
  request: nothing,
  response: {
    decode(from) {
      const counts = {
        version: from.u8(),
        entries: from.u16(),
        freeBytes: from.u16(),
        lastAdditionTimestamp: from.u32(),
        lastEraseTimestamp: from.u32(),
      };
      const support = from.u8();
      return {
        ...counts,
        overflow: bit(support, 7),
        deleteSupported: bit(support, 3),
        partialAddSupported: bit(support, 2),
        reserveSupported: bit(support, 1),
        allocationInfoSupported: bit(support, 0),
      };
    },
    encode(to, r) {
      to.u8(r.version).u16(r.entries).u16(r.freeBytes).u32(r.lastAdditionTimestamp).u32(r.lastEraseTimestamp);
      to.u8(
        flag(r.overflow, 7) |
          flag(r.deleteSupported, 3) |
          flag(r.partialAddSupported, 2) |
          flag(r.reserveSupported, 1) |
          flag(r.allocationInfoSupported, 0),
      );
    },
  },
  refusals: { 129: "SEL erase in progress" },
});
