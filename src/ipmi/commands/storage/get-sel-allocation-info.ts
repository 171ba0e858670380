import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command, nothing } from "../command.ts";

/**
 * Get SEL Allocation Info - IPMI 2.0 section 31.3.
 *
 *   [0-1] possible allocation units, 0 unspecified
 *   [2-3] bytes of a unit, 0 unspecified
 *   [4-5] free units
 *   [6-7] largest free block, units
 *   [8]   largest record, units
 */
export interface SelAllocationInfo {
  readonly units: number;
  readonly unitBytes: number;
  readonly freeUnits: number;
  readonly largestFreeUnits: number;
  readonly largestRecordUnits: number;
}

export const getSelAllocationInfo = command<void, SelAllocationInfo>({
  name: "Get SEL Allocation Info",
  netFn: NetFn.Storage,
  code: 0x41,
  privilege: PrivilegeLevel.User,
  request: nothing,
  response: {
    decode: (from) => ({
      units: from.u16(),
      unitBytes: from.u16(),
      freeUnits: from.u16(),
      largestFreeUnits: from.u16(),
      largestRecordUnits: from.u8(),
    }),
    encode(to, r) {
      to.u16(r.units).u16(r.unitBytes).u16(r.freeUnits).u16(r.largestFreeUnits).u8(r.largestRecordUnits);
    },
  },
});
