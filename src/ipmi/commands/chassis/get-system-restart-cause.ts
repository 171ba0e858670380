import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { command, nothing } from "../command.ts";

export const RESTART_CAUSES = [
  "unknown",
  "chassis control",
  "reset button",
  "power button",
  "watchdog",
  "OEM",
  "always-on policy",
  "previous-state policy",
  "PEF reset",
  "PEF power cycle",
  "soft reset",
  "RTC wake",
] as const;

/**
 * Get System Restart Cause - IPMI 2.0 section 28.11.
 *
 *   [0] 3:0 cause
 *   [1] channel the command came over, where the cause is a command
 */
export interface SystemRestartCause {
  /** Index into RESTART_CAUSES; 12-15 are reserved. */
  readonly cause: number;
  readonly channel: number;
}

export const getSystemRestartCause = command<void, SystemRestartCause>({
  name: "Get System Restart Cause",
  netFn: NetFn.Chassis,
  code: 0x07,
  privilege: PrivilegeLevel.User,
  request: nothing,
  response: {
    decode: (from) => ({ cause: from.u8() & 0x0f, channel: from.u8() }),
    encode(to, r) {
      to.u8(r.cause & 0x0f).u8(r.channel);
    },
  },
});
