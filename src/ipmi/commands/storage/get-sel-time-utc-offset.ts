import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command, nothing } from "../command.ts";

/**
 * Get SEL Time UTC Offset; optional, added by an erratum of IPMI 2.0.
 *
 *   [0-1] signed minutes, 07FFh unspecified
 */
export interface SelTimeUtcOffset {
  /** Absent if the BMC does not know it. */
  readonly offsetMinutes?: number;
}

const UNSPECIFIED = 0x07ff;

export const getSelTimeUtcOffset = command<void, SelTimeUtcOffset>({
  name: "Get SEL Time UTC Offset",
  netFn: NetFn.Storage,
  code: 0x5c,
  privilege: PrivilegeLevel.User,
  request: nothing,
  response: {
    decode(from) {
      const minutes = from.i16();
      return { offsetMinutes: minutes === UNSPECIFIED ? undefined : minutes };
    },
    encode(to, r) {
      to.u16(r.offsetMinutes ?? UNSPECIFIED);
    },
  },
});
