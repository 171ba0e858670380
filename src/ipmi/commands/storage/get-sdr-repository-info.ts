import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, bits, flag } from "../../wire/bytes.ts";
import { command, nothing } from "../command.ts";

/**
 * Get SDR Repository Info - IPMI 2.0 section 33.9.
 *
 *   [0]    SDR version, 51h; 01h and 02h were seen
 *   [1-2]  number of records
 *   [3-4]  free bytes, FFFFh unspecified
 *   [5-8]  time of the last addition
 *   [9-12] time of the last erase
 *   [13]   7 overflow, 6:5 update modes: 1 non-modal, 2 modal, 3 both; 3 delete, 2 partial add, 1 reserve,
 *          0 allocation info supported
 *
 * The times show whether the repository changed, unless they are 0 or FFFFFFFFh. The count is often wrong.
 */
export interface SdrRepositoryInfo {
  readonly version: number;
  readonly records: number;
  readonly freeBytes: number;
  /** Seconds since 1970, by the BMC's clock. */
  readonly lastAdditionTimestamp: number;
  /** Seconds since 1970, by the BMC's clock. */
  readonly lastEraseTimestamp: number;
  readonly overflow: boolean;
  readonly updateModes: number;
  readonly deleteSupported: boolean;
  readonly partialAddSupported: boolean;
  readonly reserveSupported: boolean;
  readonly allocationInfoSupported: boolean;
}

export const getSdrRepositoryInfo = command<void, SdrRepositoryInfo>({
  name: "Get SDR Repository Info",
  netFn: NetFn.Storage,
  code: 0x20,
  privilege: PrivilegeLevel.User,
  request: nothing,
  response: {
    decode(from) {
      const counts = {
        version: from.u8(),
        records: from.u16(),
        freeBytes: from.u16(),
        lastAdditionTimestamp: from.u32(),
        lastEraseTimestamp: from.u32(),
      };
      const support = from.u8();
      return {
        ...counts,
        overflow: bit(support, 7),
        updateModes: bits(support, 6, 5),
        deleteSupported: bit(support, 3),
        partialAddSupported: bit(support, 2),
        reserveSupported: bit(support, 1),
        allocationInfoSupported: bit(support, 0),
      };
    },
    encode(to, r) {
      to.u8(r.version).u16(r.records).u16(r.freeBytes).u32(r.lastAdditionTimestamp).u32(r.lastEraseTimestamp);
      to.u8(
        flag(r.overflow, 7) |
          ((r.updateModes & 3) << 5) |
          flag(r.deleteSupported, 3) |
          flag(r.partialAddSupported, 2) |
          flag(r.reserveSupported, 1) |
          flag(r.allocationInfoSupported, 0),
      );
    },
  },
});
