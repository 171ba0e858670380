import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseDuration } from "../../src/lib/index.ts";
import { withPeers } from "../rig/requirements.ts";
import { run } from "../rig/run.ts";
import { type Alertmanager, configFile, startAlertmanager } from "./alertmanager.ts";
import { host, type Labels } from "./case.ts";
import { type AlertRule, alerts } from "./rules.ts";

interface InhibitRule {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
}
const { inhibit_rules } = parse(readFileSync(configFile, "utf8")) as { readonly inhibit_rules: readonly InhibitRule[] };

/** Labels of an alert: those of its series and those of its rule. */
function alert(name: string, series: Labels): Labels {
  const rule = alerts.find((one) => one.alert === name);
  if (rule === undefined) throw new Error(`no rule has the name ${name}`);
  return { ...series, ...rule.labels, alertname: name };
}

const GROUP_ALERT = /^(?:Rack|Room|Site)/;
const waitMs = (rule: AlertRule): number => parseDuration(rule.for ?? "0s") ?? Number.NaN;

/** Whether matchers can match an alert of this rule. Labels of its series are unknown and match, but a rack has no host. */
function canMatch(matchers: readonly string[], rule: AlertRule): boolean {
  const labels: Labels = { alertname: rule.alert, ...rule.labels };
  return matchers.every((matcher) => {
    const [, name = "", operator = "", value = ""] = matcher.match(/^(\w+) (=~|=|!=) "(.*)"$/) ?? [];
    if (operator === "") throw new Error(`unknown matcher ${matcher}`);
    const known = labels[name];
    if (known === undefined) return !(GROUP_ALERT.test(rule.alert) && ["host", "id"].includes(name));
    if (operator === "=~") return new RegExp(`^(?:${value})$`).test(known);
    return (known === value) === (operator === "=");
  });
}

describe("inhibition rules", () => {
  it("match alerts that exist", () => {
    const patterns = inhibit_rules
      .flatMap((rule) => [...rule.source_matchers, ...rule.target_matchers])
      .flatMap((matcher) => matcher.match(/^alertname =~? "(.*)"$/)?.[1] ?? []);
    expect(patterns.length).toBeGreaterThan(30);
    const names = alerts.map((one) => one.alert);
    // Each alternative outside of brackets must match an alert.
    for (const alternative of patterns.flatMap((pattern) => pattern.split(/\|(?![^(]*\))/)))
      expect(
        names.some((name) => new RegExp(`^(?:${alternative})$`).test(name)),
        alternative,
      ).toBe(true);
  });

  it("have source alerts of racks that fire before those of hosts, which are polled and scraped within two minutes", () => {
    const late: string[] = [];
    for (const { source_matchers, target_matchers } of inhibit_rules)
      for (const source of alerts.filter((one) => canMatch(source_matchers, one)))
        for (const target of alerts.filter((one) => canMatch(target_matchers, one))) {
          if (!GROUP_ALERT.test(source.alert) || GROUP_ALERT.test(target.alert)) continue;
          // Heat rises slowly, and racks fire on its slope. Flapping is counted over an hour.
          if (source.labels.component === "thermal" || target.alert === "BmcFlapping") continue;
          if (waitMs(target) < waitMs(source) + 120_000) late.push(`${source.alert} inhibits ${target.alert} too late`);
        }
    expect(late).toEqual([]);
  });

  it("have specific alerts that fire before SystemHealthWarning", () => {
    // These alerts predict a failure: with warning health, both fire.
    const predicting = ["FanDegrading", "FansAtFullSpeed", "SelNearlyFull"];
    const general = alerts.find(({ alert }) => alert === "SystemHealthWarning");
    if (general === undefined) throw new Error("no SystemHealthWarning");
    const inhibiting = inhibit_rules
      .filter(({ target_matchers }) => canMatch(target_matchers, general))
      .flatMap(({ source_matchers }) => alerts.filter((one) => canMatch(source_matchers, one)))
      .filter(({ alert }) => !GROUP_ALERT.test(alert) && !predicting.includes(alert));
    expect(inhibiting.length).toBeGreaterThan(10);
    const late = inhibiting.filter((source) => waitMs(general) < waitMs(source) + 120_000).map(({ alert }) => alert);
    expect(late).toEqual([]);
  });
});

withPeers(["amtool"], "amtool with the example", () => {
  it("accepts it", async () => {
    const result = await run("amtool", ["check-config", configFile]);
    expect(result.code, result.stdout + result.stderr).toBe(0);
  });

  it.each([
    ["FanFailed", "oncall"],
    ["BmcExporterAbsent", "oncall"],
    ["RackPowerLoss", "facilities,oncall"],
    ["RoomCoolingFailure", "facilities,oncall"],
    ["SiteBmcOutage", "facilities,oncall"],
    ["RackPowerHigh", "tickets"],
    ["PsuInputLost", "tickets"],
    ["BmcPollSlow", "dashboard-only"],
    ["BmcMonitoringWatchdog", "deadman"],
  ])("sends %s to %s", async (name, receivers) => {
    const labels = Object.entries(alert(name, {})).map(([key, value]) => `${key}=${value}`);
    const result = await run("amtool", ["config", "routes", "test", `--config.file=${configFile}`, ...labels]);
    expect(result.stdout.trim()).toBe(receivers);
  });
});

/** Alerts that are raised together in a separate rack, and those of them that must be inhibited. */
interface Story {
  readonly title: string;
  readonly raised: readonly Labels[];
  readonly inhibited: readonly string[];
}

const place = (rack: string, room = "b2"): Labels => ({ site: "s1", room, row: "c", rack });
const at = (rack: string, name: string, more: Labels = {}): Labels => ({ ...host(name), rack, ...more });
const psu = { sensor: "PS1", id: "20/0/61", kind: "power_supply" };
const cpu = { sensor: "Temp", id: "20/0/02" };

const stories: readonly Story[] = [
  {
    title: "a management switch outage inhibits alerts on its BMCs, not on hardware",
    raised: [
      alert("RackBmcOutage", place("switch")),
      alert("BmcUnreachable", at("switch", "a1")),
      alert("BmcAndHostDown", at("switch", "a2")),
      alert("FanFailed", at("switch", "a1", { id: "1" })),
      alert("BmcUnreachable", at("elsewhere", "a3")),
    ],
    inhibited: ["BmcUnreachable a1", "BmcAndHostDown a2"],
  },
  {
    title: "a rack without power inhibits the outage of its switch, and what that inhibits",
    raised: [
      alert("RackPowerLoss", place("dark")),
      alert("RackBmcOutage", place("dark")),
      alert("RackFeedLost", place("dark")),
      alert("HostPoweredOffUnexpectedly", at("dark", "b1")),
      alert("PsuFailed", at("dark", "b1", psu)),
      alert("BmcUnreachable", at("dark", "b2")),
    ],
    inhibited: ["RackBmcOutage", "RackFeedLost", "HostPoweredOffUnexpectedly b1", "PsuFailed b1", "BmcUnreachable b2"],
  },
  {
    title: "a lost feed inhibits single power supplies of its own rack only",
    raised: [
      alert("RackFeedLost", place("feed")),
      alert("PsuInputLost", at("feed", "c1", psu)),
      alert("PsuFailed", at("feed", "c1", psu)),
      alert("PsuRedundancyLost", at("feed", "c1", { subject: "power" })),
      alert("PsuPredictiveFailure", at("feed", "c2", psu)),
      alert("SelCriticalEvent", at("feed", "c2")),
      alert("PsuInputLost", at("feed2", "c3", psu)),
    ],
    inhibited: ["PsuInputLost c1", "PsuFailed c1", "PsuRedundancyLost c1", "SelCriticalEvent c2"],
  },
  {
    title: "a host that is down inhibits tickets about its parts, not pages",
    raised: [
      alert("BmcAndHostDown", at("down", "d1")),
      alert("BmcUnreachable", at("down", "d1")),
      alert("PsuRedundancyLost", at("down", "d1", { subject: "power" })),
      alert("SystemHealthWarning", at("down", "d1")),
      alert("PsuFailed", at("down", "d1", psu)),
      alert("PsuRedundancyLost", at("down", "d2", { subject: "power" })),
    ],
    inhibited: ["BmcUnreachable d1", "PsuRedundancyLost d1", "SystemHealthWarning d1"],
  },
  {
    title: "a cooling failure of a room inhibits its racks, that of a rack its inlets",
    raised: [
      alert("RoomCoolingFailure", { site: "s1", room: "hot" }),
      alert("RackCoolingFailure", place("h1", "hot")),
      alert("InletTemperatureCritical", at("h1", "e1", { room: "hot", id: "1" })),
      alert("FanFailed", at("h1", "e1", { room: "hot", id: "2" })),
      alert("RackCoolingFailure", place("warm")),
      alert("TemperatureCritical", at("warm", "e2", cpu)),
    ],
    inhibited: ["RackCoolingFailure", "InletTemperatureCritical e1", "TemperatureCritical e2"],
  },
  {
    title: "an overheating rack inhibits the temperature alerts of its hosts, not their fans",
    raised: [
      alert("RackOverheating", place("oven")),
      alert("TemperatureCritical", at("oven", "o1", cpu)),
      alert("TemperatureWarning", at("oven", "o2", cpu)),
      alert("CpuThrottled", at("oven", "o2", cpu)),
      alert("FanFailed", at("oven", "o3", { id: "1" })),
      alert("RackCoolingFailure", place("oven2")),
      alert("RackOverheating", place("oven2")),
      alert("TemperatureCritical", at("oven2", "o4", cpu)),
    ],
    inhibited: [
      "TemperatureCritical o1",
      "TemperatureWarning o2",
      "CpuThrottled o2",
      "RackOverheating",
      "TemperatureCritical o4",
    ],
  },
  {
    title: "a missing part inhibits what follows from it",
    raised: [
      alert("PartMissing", at("parts", "p1", { kind: "power_supply" })),
      alert("PsuRedundancyLost", at("parts", "p1", { subject: "power" })),
      alert("SystemHealthWarning", at("parts", "p1")),
      alert("PartMissing", at("parts", "p2", { kind: "fan" })),
      alert("FanRedundancyLost", at("parts", "p2", { subject: "fan" })),
      alert("PsuRedundancyLost", at("parts", "p2", { subject: "power" })),
      alert("PsuInputLost", at("parts", "p3", psu)),
      alert("PartMissing", at("parts", "p3", { kind: "power_supply" })),
      alert("PartMissing", at("parts", "p3", { kind: "drive" })),
      alert("PsuFailed", at("parts", "p4", psu)),
      alert("PsuPredictiveFailure", at("parts", "p4", { ...psu, state: "predictive_failure" })),
    ],
    inhibited: [
      "PsuRedundancyLost p1",
      "SystemHealthWarning p1",
      "FanRedundancyLost p2",
      "PartMissing p3",
      "PsuPredictiveFailure p4",
    ],
  },
  {
    title: "a critical sensor inhibits its own warnings, not those of another sensor with the same name",
    raised: [
      alert("TemperatureCritical", at("cpu", "f1", cpu)),
      alert("TemperatureWarning", at("cpu", "f1", cpu)),
      alert("TemperatureMarginLow", at("cpu", "f1", { ...cpu, id: "20/0/03" })),
      alert("SystemHealthCritical", at("cpu", "f1")),
      alert("SelCriticalEvent", at("cpu", "f1")),
    ],
    inhibited: ["TemperatureWarning f1", "SystemHealthCritical f1", "SelCriticalEvent f1"],
  },
  {
    title: "SystemHealthCritical does not inhibit itself",
    raised: [
      alert("SystemHealthCritical", at("health", "g1")),
      alert("SystemHealthWarning", at("health", "g1")),
      alert("SystemHealthWarning", at("health", "g2")),
      alert("ChassisIntrusion", at("health", "g2")),
    ],
    inhibited: ["SystemHealthWarning g1"],
  },
  {
    title: "several fans, memory errors and a full log inhibit what follows from them",
    raised: [
      alert("MultipleFansFailed", at("mixed", "h1")),
      alert("FanFailed", at("mixed", "h1", { id: "1" })),
      alert("FanRedundancyLost", at("mixed", "h1", { subject: "fan" })),
      alert("EccUncorrectable", at("mixed", "h2", { kind: "uncorrectable" })),
      alert("EccCorrectableHigh", at("mixed", "h2", { kind: "correctable" })),
      alert("EccLoggingLimitReached", at("mixed", "h4", { kind: "logging_limit" })),
      alert("SystemHealthWarning", at("mixed", "h4")),
      alert("SelFull", at("mixed", "h3")),
      alert("SelNearlyFull", at("mixed", "h3")),
      alert("RackPowerCritical", place("mixed")),
      alert("RackPowerHigh", place("mixed")),
    ],
    inhibited: [
      "FanFailed h1",
      "FanRedundancyLost h1",
      "EccCorrectableHigh h2",
      "SystemHealthWarning h4",
      "SelNearlyFull h3",
      "RackPowerHigh",
    ],
  },
  {
    title: "hosts without a place do not inhibit each other",
    raised: [
      alert("BmcAndHostDown", { host: "lone1" }),
      alert("BmcUnreachable", { host: "lone2" }),
      alert("FanFailed", { host: "lone3", id: "1" }),
      alert("FanDegrading", { host: "lone4", id: "1" }),
    ],
    inhibited: [],
  },
];

const nameOf = ({ alertname, host: name }: Labels): string =>
  name === undefined ? `${alertname}` : `${alertname} ${name}`;

withPeers(["prometheus-alertmanager"], "Alertmanager with the example", () => {
  let alertmanager: Alertmanager;
  beforeAll(async () => {
    alertmanager = await startAlertmanager();
    await alertmanager.raise(stories.flatMap(({ raised }) => raised));
    await settle(() => alertmanager.notifications.length);
  });
  afterAll(() => alertmanager?.stop());

  it.each(stories.map((story) => [story.title, story] as const))("%s", async (_, { raised, inhibited }) => {
    const suppressed = new Set(
      (await alertmanager.alerts("suppressed")).map((labels) => JSON.stringify(sorted(labels))),
    );
    const found = raised.filter((labels) => suppressed.has(JSON.stringify(sorted(labels))));
    expect(found.map(nameOf).sort()).toEqual([...inhibited].sort());
  });

  it("sends one page for a rack, and no alert that is inhibited or of severity info", () => {
    const about = (receiver: string, rack: string) =>
      alertmanager.notifications.filter((one) => one.receiver === receiver && one.groupLabels.rack === rack);
    expect(about("facilities", "feed").flatMap((one) => one.alerts.map(({ labels }) => nameOf(labels)))).toEqual([
      "RackFeedLost",
    ]);
    expect(
      about("oncall", "switch")
        .at(-1)
        ?.alerts.map(({ labels }) => nameOf(labels))
        .sort(),
    ).toEqual(["FanFailed a1", "RackBmcOutage"]);
    const sent = alertmanager.notifications.flatMap((one) => one.alerts.map(({ labels }) => nameOf(labels)));
    expect(sent).toContain("BmcUnreachable a3");
    for (const silent of ["BmcUnreachable a1", "PsuInputLost c1", "ChassisIntrusion g2", "EccCorrectableHigh h2"])
      expect(sent).not.toContain(silent);
  });
});

const sorted = (labels: Labels): Labels =>
  Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Waits until a number is above zero and has not changed for two seconds; groups wait for one. */
async function settle(count: () => number): Promise<void> {
  let last = -1;
  let since = performance.now();
  const deadline = since + 20_000;
  while (performance.now() < deadline) {
    const now = count();
    if (now !== last) {
      last = now;
      since = performance.now();
    }
    if (now > 0 && performance.now() - since > 2000) return;
    await sleep(50);
  }
  throw new Error("alertmanager sent nothing, or did not stop sending");
}
