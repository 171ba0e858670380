import {
  type CommandRunner,
  getWatchdogTimer,
  WATCHDOG_ACTIONS,
  WATCHDOG_PRE_TIMEOUT_INTERRUPTS,
  WATCHDOG_USES,
} from "../../ipmi/index.ts";
import type { Watchdog } from "../../model/index.ts";
import { optionalPart } from "./refusals.ts";

/** Undefined if the BMC has no watchdog. */
export async function readWatchdog(runner: CommandRunner, signal: AbortSignal): Promise<Watchdog | undefined> {
  const timer = await optionalPart(runner.run(getWatchdogTimer, undefined, { signal }));
  if (!timer) return undefined;
  return {
    running: timer.running,
    use: WATCHDOG_USES[timer.timerUse] ?? "reserved",
    action: WATCHDOG_ACTIONS[timer.action] ?? "reserved",
    preTimeoutInterrupt: WATCHDOG_PRE_TIMEOUT_INTERRUPTS[timer.preTimeoutInterrupt] ?? "reserved",
    preTimeoutSeconds: timer.preTimeoutSeconds,
    logs: !timer.dontLog,
    initialCountdownSeconds: timer.initialCountdownMs / 1000,
    presentCountdownSeconds: timer.presentCountdownMs === undefined ? undefined : timer.presentCountdownMs / 1000,
    expired: WATCHDOG_USES.filter((use, n) => use !== "reserved" && ((timer.expirationFlags >> n) & 1) === 1),
  };
}
