import type { Collector, HostSnapshot, PartName, Watchdog } from "../model/index.ts";
import { type DialectSample, FAMILIES } from "./metrics.ts";
import { manufacturerLabel } from "./names.ts";
import { type SelEventRule, selEventSamples } from "./sel-events.ts";
import { type SensorChoices, sensorSamples } from "./sensors.ts";

const PARTS: Readonly<Record<Collector, PartName | undefined>> = {
  bmc: "inventory",
  ipmi: "sensors",
  chassis: "power",
  dcmi: "dcmi",
  sel: "sel",
  "sel-events": "sel",
  "bmc-watchdog": "watchdog",
  "sm-lan-mode": undefined,
};

/** The parts of a poll that these collectors need. */
export function partsOf(collectors: readonly Collector[]): readonly PartName[] {
  return [...new Set(collectors.map((name) => PARTS[name]))].filter((part) => part !== undefined);
}

type Choices = SensorChoices & { readonly selEvents?: readonly SelEventRule[] };
type Collected = readonly DialectSample[] | undefined;

/** The samples of one collector; undefined if it failed. */
export function collected(collector: Collector, snapshot: HostSnapshot, choices: Choices): Collected {
  if (!snapshot.up) return undefined;
  switch (collector) {
    case "bmc":
      return bmc(snapshot);
    case "ipmi":
      return sensors(snapshot, choices);
    case "chassis":
      return chassis(snapshot);
    case "dcmi":
      return dcmi(snapshot);
    case "sel":
      return sel(snapshot);
    case "bmc-watchdog":
      return snapshot.watchdog && watchdog(snapshot.watchdog);
    case "sel-events":
      return selEvents(snapshot, choices);
    case "sm-lan-mode":
      return undefined;
  }
}

/** ipmi_exporter exports only the digits and dots at the beginning of a version. */
const VERSION = /^[0-9.]*/;

function bmc({ controller }: HostSnapshot): Collected {
  if (controller?.manufacturerId === undefined || controller.firmware === undefined) return undefined;
  const system = controller.systemFirmware;
  const labels = [
    ["firmware_revision", VERSION.exec(controller.firmware)?.[0] ?? ""],
    ["manufacturer_id", manufacturerLabel(controller.manufacturerId)],
    ["system_firmware_version", system === undefined ? "N/A" : (VERSION.exec(system)?.[0] ?? "")],
  ] as const;
  return [{ family: FAMILIES.bmcInfo, labels, value: 1 }];
}

/** Sensors that were not read to the end count as failed: half of them would look like a change of the hardware. */
function sensors({ sensors: read, parts }: HostSnapshot, choices: SensorChoices): Collected {
  if (!read || parts.some(({ part, ok }) => part === "sensors" && !ok)) return undefined;
  return [...sensorSamples(read, choices)];
}

function chassis({ chassis: state }: HostSnapshot): Collected {
  if (!state) return undefined;
  const { drive, cooling } = state.faults ?? {};
  // 1 means no fault.
  const faultless = (family: DialectSample["family"], fault: boolean | undefined): DialectSample[] =>
    fault === undefined ? [] : [{ family, value: fault ? 0 : 1 }];
  return [
    { family: FAMILIES.chassisPower, value: state.powerOn ? 1 : 0 },
    ...faultless(FAMILIES.chassisDrive, drive),
    ...faultless(FAMILIES.chassisCooling, cooling),
  ];
}

function dcmi({ consumption }: HostSnapshot): Collected {
  if (consumption?.source !== "dcmi") return undefined;
  // Without a measurement ipmi_exporter exports 0 W; since 1.7 it exports nothing if the BMC reports that it does not
  // measure.
  return [{ family: FAMILIES.consumption, value: consumption.currentWatts ?? 0 }];
}

function sel({ eventLog }: HostSnapshot): Collected {
  if (eventLog?.freeBytes === undefined || eventLog.entries === undefined) return undefined;
  return [
    { family: FAMILIES.selEntries, value: eventLog.entries },
    { family: FAMILIES.selFree, value: eventLog.freeBytes },
  ];
}

/** A log that was not read to its end counts as failed: part of it would look as if events had been deleted. */
function selEvents({ eventLog }: HostSnapshot, { selEvents: rules = [] }: Choices): Collected {
  return eventLog?.coded && selEventSamples(eventLog.coded, rules);
}

/** Label value, and the word of the model for it. */
const USES = [
  ["BIOS FRB2", "BIOS FRB2"],
  ["BIOS POST", "BIOS/POST"],
  ["OS LOAD", "OS load"],
  ["SMS/OS", "SMS/OS"],
  ["OEM", "OEM"],
] as const;
const ACTIONS = [
  ["None", "none"],
  ["Hard Reset", "hard reset"],
  ["Power Down", "power down"],
  ["Power Cycle", "power cycle"],
] as const;
const INTERRUPTS = [
  ["None", "none"],
  ["SMI", "SMI"],
  ["NMI / Diagnostic Interrupt", "NMI"],
  ["Messaging Interrupt", "messaging"],
] as const;

function watchdog(w: Watchdog): Collected {
  const one = (family: DialectSample["family"], value: number): DialectSample => ({ family, value });
  const each = (
    family: DialectSample["family"],
    label: string,
    words: readonly (readonly [string, string])[],
    word: string | undefined,
  ): DialectSample[] =>
    words.map(([theirs, ours]) => ({ family, labels: [[label, theirs] as const], value: ours === word ? 1 : 0 }));
  return [
    one(FAMILIES.watchdogTimer, w.running ? 1 : 0),
    ...each(FAMILIES.watchdogUse, "name", USES, w.use),
    one(FAMILIES.watchdogLogging, w.logs ? 1 : 0),
    ...each(FAMILIES.watchdogAction, "action", ACTIONS, w.action),
    ...each(FAMILIES.watchdogInterrupt, "interrupt", INTERRUPTS, w.preTimeoutInterrupt),
    one(FAMILIES.watchdogInterval, w.preTimeoutSeconds ?? 0),
    one(FAMILIES.watchdogInitial, Math.trunc(w.initialCountdownSeconds ?? 0)),
    one(FAMILIES.watchdogCurrent, Math.trunc(w.presentCountdownSeconds ?? 0)),
  ];
}
