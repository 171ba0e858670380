import type { Labels } from "../../alerts/case.ts";

/** Machine or rack, fault of the simulator, its parameters. */
export type Fault = readonly [target: string, fault: string, parameters?: Readonly<Record<string, unknown>>];

/** Something that breaks, and what people hear of it. */
export interface Scenario {
  readonly title: string;
  readonly faults: readonly Fault[];
  /** Notifications that have to come, each at all of its receivers. */
  readonly heard: readonly Heard[];
  /** What fires, too, and reaches nobody, because what is heard explains it. */
  readonly muted: readonly (readonly [alertname: string, who: Labels])[];
}

export interface Heard {
  readonly alertname: string;
  readonly receivers: readonly string[];
  /** Host or rack, as the alert has it. */
  readonly who: Labels;
  /** In the description. */
  readonly says: RegExp;
}

const PAGER = ["oncall"];
const BOTH = ["facilities", "oncall"];
const TICKET = ["tickets"];

/** Machines of a rack, as the simulator names them. */
export const UNITS = ["02", "04", "06", "08"];
export const RACKS = 6;
const hostsOf = (rack: string): readonly string[] => UNITS.map((unit) => `${rack}u${unit}`);
const mutedFor = (alertname: string, hosts: readonly string[]) => hosts.map((host) => [alertname, { host }] as const);

/**
 * One for each file of rules and each thing that is told of a rack. Those that page have a rack each, because pages of one
 * rack come together. What happens several times happens more often where the rules are `factor` times as fast.
 */
export const scenarios = (factor: number): readonly Scenario[] => [
  {
    title: "a fan stops",
    faults: [["r1u04", "fan_stopped", { fan: 1 }]],
    heard: [{ alertname: "FanFailed", receivers: PAGER, who: { rack: "r1", host: "r1u04" }, says: /stands still/ }],
    muted: [
      ["SystemHealthWarning", { host: "r1u04" }],
      ["SelCriticalEvent", { host: "r1u04" }],
    ],
  },
  {
    title: "the cooling of a rack fails",
    // Air does not hurry. What is lost with the cooling takes minutes; that hot air comes back round the rack does not.
    faults: [
      ["r2", "rack_cooling_failure"],
      ...hostsOf("r2").map((host) => [host, "inlet_rising", { kelvin: 60, minutes: 0 }] as const),
    ],
    heard: [{ alertname: "RackCoolingFailure", receivers: BOTH, who: { rack: "r2" }, says: /rises by \d+ K an hour/ }],
    muted: mutedFor("TemperatureCriticalPredicted", hostsOf("r2")),
  },
  {
    title: "a memory module corrects errors again and again",
    faults: [["r1u06", "ecc_storm", { dimm: 1, per_minute: 4 * factor, limit: 80 }]],
    heard: [
      { alertname: "EccCorrectableVeryHigh", receivers: TICKET, who: { host: "r1u06" }, says: /correct/ },
      { alertname: "EccLoggingLimitReached", receivers: TICKET, who: { host: "r1u06" }, says: /r1u06/ },
      { alertname: "SelEventStorm", receivers: TICKET, who: { host: "r1u06" }, says: /events an hour/ },
    ],
    muted: [
      ["EccCorrectableHigh", { host: "r1u06" }],
      ["SystemHealthWarning", { host: "r1u06" }],
    ],
  },
  {
    title: "a memory error cannot be corrected",
    faults: [
      ["r3u06", "ecc_storm", { dimm: 1, per_minute: 600, limit: 8 }],
      ["r3u06", "uncorrectable_ecc", { dimm: 1 }],
    ],
    heard: [{ alertname: "EccUncorrectable", receivers: PAGER, who: { rack: "r3", host: "r3u06" }, says: /r3u06/ }],
    muted: [
      ["EccLoggingLimitReached", { host: "r3u06" }],
      ["SelCriticalEvent", { host: "r3u06" }],
    ],
  },
  {
    title: "a rack loses a feed",
    faults: [["r4", "rack_feed_lost", { feed: "B" }]],
    heard: [{ alertname: "RackFeedLost", receivers: BOTH, who: { rack: "r4" }, says: /100%/ }],
    muted: [...mutedFor("PsuInputLost", hostsOf("r4")), ...mutedFor("SelCriticalEvent", hostsOf("r4"))],
  },
  {
    title: "a BMC falls silent",
    faults: [["r3u08", "bmc_hung"]],
    heard: [
      {
        alertname: "BmcUnreachable",
        receivers: TICKET,
        who: { rack: "r3", host: "r3u08" },
        says: /: timeout|: no_answer/,
      },
    ],
    muted: [],
  },
  {
    title: "a rack loses its management switch",
    faults: hostsOf("r5").map((host) => [host, "bmc_hung"] as const),
    heard: [{ alertname: "RackBmcOutage", receivers: BOTH, who: { rack: "r5" }, says: /100% of the BMCs in rack r5/ }],
    muted: mutedFor("BmcUnreachable", hostsOf("r5")),
  },
  {
    title: "an event log is full",
    faults: [["r3u02", "sel_full"]],
    heard: [
      { alertname: "SelCriticalEvent", receivers: TICKET, who: { rack: "r3", host: "r3u02" }, says: /event_logging/ },
      { alertname: "SelFull", receivers: TICKET, who: { rack: "r3", host: "r3u02" }, says: /is full/ },
    ],
    muted: [["SelNearlyFull", { host: "r3u02" }]],
  },
  {
    title: "a rack draws more than its budget",
    faults: hostsOf("r6").map((host) => [host, "load_high"] as const),
    heard: [{ alertname: "RackPowerCritical", receivers: BOTH, who: { rack: "r6" }, says: /of the power budget/ }],
    muted: [["RackPowerHigh", { rack: "r6" }]],
  },
];
