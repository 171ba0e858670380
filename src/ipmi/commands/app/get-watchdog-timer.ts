import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, bits, flag } from "../../wire/bytes.ts";
import { command, nothing } from "../command.ts";

/** By number; 0, 6 and 7 are reserved. */
export const WATCHDOG_USES = [
  "reserved",
  "BIOS FRB2",
  "BIOS/POST",
  "OS load",
  "SMS/OS",
  "OEM",
  "reserved",
  "reserved",
] as const;
export const WATCHDOG_ACTIONS = ["none", "hard reset", "power down", "power cycle"] as const;
export const WATCHDOG_PRE_TIMEOUT_INTERRUPTS = ["none", "SMI", "NMI", "messaging"] as const;

/**
 * Get Watchdog Timer - IPMI 2.0 section 27.7.
 *
 *   [0]   7 do not log, 6 running, 2:0 timer use
 *   [1]   6:4 pre-timeout interrupt, 2:0 action
 *   [2]   pre-timeout interval, seconds
 *   [3]   expiration flags: bit n is set when use n expired since it was cleared
 *   [4-5] initial countdown, 100 ms
 *   [6-7] present countdown, 100 ms; optional in practice
 *
 * On Sun X4100/4200/4500 the running bit is stuck at 0: there, compare two countdowns.
 */
export interface WatchdogTimer {
  readonly dontLog: boolean;
  readonly running: boolean;
  /** Index into WATCHDOG_USES. */
  readonly timerUse: number;
  /** Index into WATCHDOG_PRE_TIMEOUT_INTERRUPTS; 4-7 are reserved. */
  readonly preTimeoutInterrupt: number;
  /** Index into WATCHDOG_ACTIONS; 4-7 are reserved. */
  readonly action: number;
  readonly preTimeoutSeconds: number;
  /** The byte as received; see the layout. */
  readonly expirationFlags: number;
  readonly initialCountdownMs: number;
  /** Absent if the BMC omits it, as OpenIPMI's simulator does. */
  readonly presentCountdownMs?: number;
}

const TICK_MS = 100;

export const getWatchdogTimer = command<void, WatchdogTimer>({
  name: "Get Watchdog Timer",
  netFn: NetFn.App,
  code: 0x25,
  privilege: PrivilegeLevel.User,
  request: nothing,
  response: {
    decode(from) {
      const use = from.u8();
      const actions = from.u8();
      return {
        dontLog: bit(use, 7),
        running: bit(use, 6),
        timerUse: bits(use, 2, 0),
        preTimeoutInterrupt: bits(actions, 6, 4),
        action: bits(actions, 2, 0),
        preTimeoutSeconds: from.u8(),
        expirationFlags: from.u8(),
        initialCountdownMs: from.u16() * TICK_MS,
        presentCountdownMs: from.has(2) ? from.u16() * TICK_MS : undefined,
      };
    },
    encode(to, w) {
      to.u8(flag(w.dontLog, 7) | flag(w.running, 6) | (w.timerUse & 7));
      to.u8(((w.preTimeoutInterrupt & 7) << 4) | (w.action & 7));
      to.u8(w.preTimeoutSeconds);
      to.u8(w.expirationFlags);
      to.u16(Math.round(w.initialCountdownMs / TICK_MS));
      if (w.presentCountdownMs !== undefined) to.u16(Math.round(w.presentCountdownMs / TICK_MS));
    },
  },
});
