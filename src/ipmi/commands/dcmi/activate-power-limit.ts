import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command, nothing } from "../command.ts";
import { dcmi } from "./group.ts";

/**
 * Activate/Deactivate Power Limit - DCMI 1.5.
 *
 *   [0]   1 activate, 0 deactivate
 *   [1-2] reserved
 */
export interface ActivatePowerLimitRequest {
  readonly active: boolean;
}

export const activatePowerLimit = command<ActivatePowerLimitRequest, void>({
  ...dcmi,
  name: "Activate/Deactivate Power Limit",
  code: 0x05,
  privilege: PrivilegeLevel.Operator,
  effect: "changes",
  request: {
    decode(from) {
      const active = (from.u8() & 1) === 1;
      from.skip(2);
      return { active };
    },
    encode(to, q) {
      to.u8(q.active ? 1 : 0).u16(0);
    },
  },
  response: nothing,
});
