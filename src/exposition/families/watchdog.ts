import { family, optionalFlag, valueFamily } from "../family.ts";

const SOURCE = "IPMI Get Watchdog Timer";
const BOTH = `${SOURCE}; Redfish HostWatchdogTimer`;

/** Use and action change between POST and operating system, so they are labels of an info family of their own. */
export const watchdog = [
  valueFamily({
    name: "bmc_watchdog_running",
    type: "gauge",
    help: "1 while the watchdog timer runs, else 0.",
    source: BOTH,
    value: ({ snapshot }) => optionalFlag(snapshot?.watchdog?.running),
  }),
  valueFamily({
    name: "bmc_watchdog_logging",
    type: "gauge",
    help: "1 if the BMC logs an expiration of the watchdog timer, else 0.",
    source: SOURCE,
    value: ({ snapshot }) => optionalFlag(snapshot?.watchdog?.logs),
  }),
  family({
    name: "bmc_watchdog_info",
    type: "info",
    help: "Use of the watchdog timer and its action on expiration; always 1.",
    labels: ["use", "action", "pre_timeout_interrupt"],
    source: BOTH,
    *samples({ snapshot }) {
      const w = snapshot?.watchdog;
      if (w !== undefined) yield { labels: [w.use, w.action, w.preTimeoutInterrupt], value: 1 };
    },
    madeOf: ({ snapshot: s }) => [s?.watchdog?.use, s?.watchdog?.action, s?.watchdog?.preTimeoutInterrupt],
  }),
  valueFamily({
    name: "bmc_watchdog_initial_countdown_seconds",
    type: "gauge",
    help: "Initial countdown of the watchdog timer.",
    unit: "seconds",
    source: SOURCE,
    value: ({ snapshot }) => snapshot?.watchdog?.initialCountdownSeconds,
  }),
  valueFamily({
    name: "bmc_watchdog_pre_timeout_seconds",
    type: "gauge",
    help: "Time between the pre-timeout interrupt and the expiration of the watchdog timer.",
    unit: "seconds",
    source: SOURCE,
    value: ({ snapshot }) => snapshot?.watchdog?.preTimeoutSeconds,
  }),
  valueFamily({
    name: "bmc_watchdog_countdown_seconds",
    type: "gauge",
    help: "Time left until the watchdog timer expires.",
    unit: "seconds",
    source: SOURCE,
    value: ({ snapshot }) => snapshot?.watchdog?.presentCountdownSeconds,
  }),
  family({
    name: "bmc_watchdog_expired",
    type: "gauge",
    help: "1 if the watchdog timer expired in this use and the flag has not been cleared. Absent otherwise.",
    labels: ["use"],
    source: SOURCE,
    *samples({ snapshot }) {
      for (const use of snapshot?.watchdog?.expired ?? []) yield { labels: [use], value: 1 };
    },
    madeOf: ({ snapshot }) => snapshot?.watchdog?.expired ?? [],
  }),
];
