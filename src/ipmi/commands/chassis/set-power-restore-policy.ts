import { DecodeError } from "../../errors.ts";
import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, flag } from "../../wire/bytes.ts";
import { command } from "../command.ts";
import { type PowerRestorePolicy, RESTORE_POLICIES } from "./get-chassis-status.ts";

/** [0] 2:0 0 stays off, 1 previous state, 2 powers on, 3 no change: only reports what is supported */
export interface PowerRestorePolicyRequest {
  /** "unknown": no change. */
  readonly policy: PowerRestorePolicy;
}

/**
 * Set Power Restore Policy - IPMI 2.0 section 28.8.
 *
 *   [0] supported policies: 0 stays off, 1 previous state, 2 powers on
 */
export interface SupportedRestorePolicies {
  readonly staysOff: boolean;
  readonly previousState: boolean;
  readonly powersOn: boolean;
}

export const setPowerRestorePolicy = command<PowerRestorePolicyRequest, SupportedRestorePolicies>({
  name: "Set Power Restore Policy",
  netFn: NetFn.Chassis,
  code: 0x06,
  privilege: PrivilegeLevel.Operator,
  effect: "changes",
  request: {
    decode(from) {
      const code = from.u8() & 0x07;
      const policy = RESTORE_POLICIES[code];
      if (policy === undefined) throw new DecodeError(`Set Power Restore Policy: unknown policy ${code}`);
      return { policy };
    },
    encode(to, q) {
      to.u8(RESTORE_POLICIES.indexOf(q.policy));
    },
  },
  response: {
    decode(from) {
      const supported = from.u8();
      return { staysOff: bit(supported, 0), previousState: bit(supported, 1), powersOn: bit(supported, 2) };
    },
    encode(to, r) {
      to.u8(flag(r.staysOff, 0) | flag(r.previousState, 1) | flag(r.powersOn, 2));
    },
  },
});
