import { family, optionalFlag, valueFamily } from "../family.ts";

const SOURCE = "IPMI Get Watchdog Timer";

/** Use and action change between POST and operating system, so they are words of their own family. */
export const watchdog = [
  valueFamily({
    name: "bmc_watchdog_running",
    type: "gauge",
    help: "1 while the watchdog timer runs, else 0.",
    source: SOURCE,
    value: ({ snapshot }) => optionalFlag(snapshot?.watchdog?.running),
  }),
  valueFamily({
    name: "bmc_watchdog_logging",
    type: "gauge",
    help: "1 if an expiration of the watchdog timer will be logged, 0 if not.",
    source: SOURCE,
    value: ({ snapshot }) => optionalFlag(snapshot?.watchdog?.logs),
  }),
  family({
    name: "bmc_watchdog_info",
    type: "info",
    help: "What the watchdog timer is used for and what it does when it expires.",
    labels: ["use", "action", "pre_timeout_interrupt"],
    source: SOURCE,
    *samples({ snapshot }) {
      const w = snapshot?.watchdog;
      if (w !== undefined) yield { labels: [w.use, w.action, w.preTimeoutInterrupt], value: 1 };
    },
    madeOf: ({ snapshot: s }) => [s?.watchdog?.use, s?.watchdog?.action, s?.watchdog?.preTimeoutInterrupt],
  }),
  valueFamily({
    name: "bmc_watchdog_initial_countdown_seconds",
    type: "gauge",
    help: "Time the watchdog timer starts from.",
    unit: "seconds",
    source: SOURCE,
    value: ({ snapshot }) => snapshot?.watchdog?.initialCountdownSeconds,
  }),
  valueFamily({
    name: "bmc_watchdog_pre_timeout_seconds",
    type: "gauge",
    help: "Time between the pre-timeout interrupt of the watchdog timer and its expiration.",
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
    help: "1 for each use whose watchdog timer expired since the flag was cleared; not there otherwise.",
    labels: ["use"],
    source: SOURCE,
    *samples({ snapshot }) {
      for (const use of snapshot?.watchdog?.expired ?? []) yield { labels: [use], value: 1 };
    },
    madeOf: ({ snapshot }) => snapshot?.watchdog?.expired ?? [],
  }),
];
