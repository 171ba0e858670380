import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, flag } from "../../wire/bytes.ts";
import { command } from "../command.ts";

/** [0] FRU device id. */
export interface FruInventoryAreaInfoRequest {
  readonly fruId: number;
}

/**
 * Get FRU Inventory Area Info - IPMI 2.0 section 34.1.
 *
 *   [0-1] size of the area, bytes; 0 or absurd on some BMCs
 *   [2]   0 access by words: offset and count of Read FRU Data are words of 2 bytes
 */
export interface FruInventoryAreaInfo {
  readonly areaBytes: number;
  readonly wordAccess: boolean;
}

export const getFruInventoryAreaInfo = command<FruInventoryAreaInfoRequest, FruInventoryAreaInfo>({
  name: "Get FRU Inventory Area Info",
  netFn: NetFn.Storage,
  code: 0x10,
  privilege: PrivilegeLevel.User,
  request: {
    decode: (from) => ({ fruId: from.u8() }),
    encode(to, q) {
      to.u8(q.fruId);
    },
  },
  response: {
    decode: (from) => ({ areaBytes: from.u16(), wordAccess: bit(from.u8(), 0) }),
    encode(to, r) {
      to.u16(r.areaBytes).u8(flag(r.wordAccess, 0));
    },
  },
});
