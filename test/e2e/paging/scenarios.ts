import type { Labels } from "../../alerts/case.ts";

/** Machine or rack, fault of the simulator, its parameters. */
export type Fault = readonly [target: string, fault: string, parameters?: Readonly<Record<string, unknown>>];

/** Injected faults, and the notifications and inhibited alerts that follow. */
export interface Scenario {
  readonly title: string;
  readonly faults: readonly Fault[];
  /** Notifications that must arrive, each at all of its receivers. */
  readonly notified: readonly Notified[];
  /** Alerts that also fire, but are inhibited. */
  readonly inhibited: readonly (readonly [alertname: string, who: Labels])[];
}

export interface Notified {
  readonly alertname: string;
  readonly receivers: readonly string[];
  /** Labels of the alert: host or rack. */
  readonly who: Labels;
  /** Matches the description. */
  readonly text: RegExp;
}

const PAGER = ["oncall"];
const BOTH = ["facilities", "oncall"];
const TICKET = ["tickets"];

/** Positions of the hosts of a rack, as the simulator names them. */
export const UNITS = ["02", "04", "06", "08"];
/** The board of each rack. Those of r4 and r7 have no inlet sensor. */
export const BOARDS: readonly string[] = [
  "lenovo-thinksystem",
  "hpe-proliant",
  "dell-poweredge",
  "supermicro-x11",
  "lenovo-thinksystem",
  "hpe-proliant",
  "supermicro-x11",
];
export const RACKS = BOARDS.length;
const hostsOf = (rack: string): readonly string[] => UNITS.map((unit) => `${rack}u${unit}`);
const forHosts = (alertname: string, hosts: readonly string[]) => hosts.map((host) => [alertname, { host }] as const);

/**
 * At least one scenario for each rule file, and one for each alert of a rack. Scenarios that page have their own rack,
 * because the pages of a rack are grouped. Rates of events are multiplied by `factor`, by which the rules are faster.
 */
export const scenarios = (factor: number): readonly Scenario[] => [
  {
    title: "a fan stops",
    faults: [["r1u04", "fan_stopped", { fan: 1 }]],
    notified: [{ alertname: "FanFailed", receivers: PAGER, who: { rack: "r1", host: "r1u04" }, text: /has stopped/ }],
    inhibited: [
      ["SystemHealthWarning", { host: "r1u04" }],
      ["SelCriticalEvent", { host: "r1u04" }],
    ],
  },
  {
    title: "the cooling of a rack fails",
    // The simulated air warms up at its usual speed, too slow for the shortened rules. So each inlet rises at once, too.
    faults: [
      ["r2", "rack_cooling_failure"],
      ...hostsOf("r2").map((host) => [host, "inlet_rising", { kelvin: 60, minutes: 0 }] as const),
    ],
    notified: [{ alertname: "RackCoolingFailure", receivers: BOTH, who: { rack: "r2" }, text: /averages \d+\.\d °C/ }],
    inhibited: [
      ["InletTemperatureCritical", { rack: "r2" }],
      ["TemperatureCritical", { rack: "r2" }],
    ],
  },
  {
    title: "the cooling of a rack without inlet sensors fails",
    faults: [
      ["r7", "rack_cooling_failure"],
      ...hostsOf("r7").map((host) => [host, "inlet_rising", { kelvin: 60, minutes: 0 }] as const),
    ],
    notified: [
      { alertname: "RackOverheating", receivers: BOTH, who: { rack: "r7" }, text: /100% of the hosts in rack r7/ },
    ],
    inhibited: forHosts("TemperatureCritical", hostsOf("r7")),
  },
  {
    title: "a DIMM has many correctable errors",
    faults: [["r1u06", "ecc_storm", { dimm: 1, per_minute: 4 * factor, limit: 80 }]],
    notified: [
      { alertname: "EccCorrectableVeryHigh", receivers: TICKET, who: { host: "r1u06" }, text: /correctable/ },
      { alertname: "EccLoggingLimitReached", receivers: TICKET, who: { host: "r1u06" }, text: /r1u06/ },
      { alertname: "SelEventStorm", receivers: TICKET, who: { host: "r1u06" }, text: /events per hour/ },
    ],
    inhibited: [
      ["EccCorrectableHigh", { host: "r1u06" }],
      ["SystemHealthWarning", { host: "r1u06" }],
    ],
  },
  {
    title: "a DIMM has an uncorrectable error",
    faults: [
      ["r3u06", "ecc_storm", { dimm: 1, per_minute: 600, limit: 8 }],
      ["r3u06", "uncorrectable_ecc", { dimm: 1 }],
    ],
    notified: [{ alertname: "EccUncorrectable", receivers: PAGER, who: { rack: "r3", host: "r3u06" }, text: /r3u06/ }],
    inhibited: [
      ["EccLoggingLimitReached", { host: "r3u06" }],
      ["SelCriticalEvent", { host: "r3u06" }],
    ],
  },
  {
    title: "a rack loses a feed",
    faults: [["r4", "rack_feed_lost", { feed: "B" }]],
    notified: [{ alertname: "RackFeedLost", receivers: BOTH, who: { rack: "r4" }, text: /100%/ }],
    inhibited: [...forHosts("PsuInputLost", hostsOf("r4")), ...forHosts("SelCriticalEvent", hostsOf("r4"))],
  },
  {
    title: "a BMC hangs",
    faults: [["r3u08", "bmc_hung"]],
    notified: [
      {
        alertname: "BmcUnreachable",
        receivers: TICKET,
        who: { rack: "r3", host: "r3u08" },
        text: /: timeout|: no_answer/,
      },
    ],
    inhibited: [],
  },
  {
    title: "all BMCs of a rack hang",
    faults: hostsOf("r5").map((host) => [host, "bmc_hung"] as const),
    notified: [
      { alertname: "RackBmcOutage", receivers: BOTH, who: { rack: "r5" }, text: /100% of the BMCs in rack r5/ },
    ],
    inhibited: forHosts("BmcUnreachable", hostsOf("r5")),
  },
  {
    title: "an event log is full",
    faults: [["r3u02", "sel_full"]],
    notified: [
      { alertname: "SelCriticalEvent", receivers: TICKET, who: { rack: "r3", host: "r3u02" }, text: /event_logging/ },
      { alertname: "SelFull", receivers: TICKET, who: { rack: "r3", host: "r3u02" }, text: /is full/ },
    ],
    inhibited: [["SelNearlyFull", { host: "r3u02" }]],
  },
  {
    title: "a rack draws more than its budget",
    faults: hostsOf("r6").map((host) => [host, "load_high"] as const),
    notified: [{ alertname: "RackPowerCritical", receivers: BOTH, who: { rack: "r6" }, text: /power budget/ }],
    inhibited: [["RackPowerHigh", { rack: "r6" }]],
  },
];
