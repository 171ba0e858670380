import { NetFn } from "../../ipmi/tables/net-fn.ts";
import type { Scenario } from "../bmc/misbehaviour.ts";

const RESET_WATCHDOG_TIMER = 0x22;
const GET_WATCHDOG_TIMER = 0x25;

/** The BMC has no watchdog: it answers C1h (invalid command), or FFh (unspecified error) on some firmware. */
export function absentWatchdog(options: { readonly code: number }): Scenario {
  return () => ({
    name: "absent watchdog",
    answer({ netFn, command }) {
      const isWatchdog = netFn === NetFn.App && command >= RESET_WATCHDOG_TIMER && command <= GET_WATCHDOG_TIMER;
      return isWatchdog ? { completionCode: options.code, data: new Uint8Array(0) } : undefined;
    },
  });
}
