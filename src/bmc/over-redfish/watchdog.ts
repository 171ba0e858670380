import type { Watchdog } from "../../model/index.ts";
import type { ComputerSystem } from "../../redfish/index.ts";

/** Actions in the words of IPMI. */
const ACTIONS: Readonly<Record<string, string>> = {
  none: "none",
  resetsystem: "hard reset",
  powercycle: "power cycle",
  powerdown: "power down",
};

const WARNINGS: Readonly<Record<string, string>> = {
  none: "none",
  diagnosticinterrupt: "NMI",
  smi: "SMI",
  messaginginterrupt: "messaging",
};

/** A word of the service in the words of IPMI; a word of the vendor in lower case. */
const inWords = (words: Readonly<Record<string, string>>, word: string | undefined): string | undefined =>
  word === undefined ? undefined : (words[word.toLowerCase()] ?? word.toLowerCase());

/**
 * The host watchdog of the first system that has one. The timer runs while its state is Enabled; `FunctionEnabled`
 * alone means that it may be started.
 */
export function watchdogOf(systems: readonly ComputerSystem[]): Watchdog | undefined {
  const timer = systems.find(({ watchdog }) => watchdog !== undefined)?.watchdog;
  if (!timer) return undefined;
  const { functionEnabled, state, action, warningAction } = timer;
  return {
    running: functionEnabled !== false && /^enabled$/i.test(state ?? ""),
    action: inWords(ACTIONS, action),
    preTimeoutInterrupt: inWords(WARNINGS, warningAction),
    expired: [],
  };
}
