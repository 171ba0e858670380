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

/** An alert with the labels of its rule, on top of those of its series. */
function alert(name: string, series: Labels): Labels {
  const rule = alerts.find((one) => one.alert === name);
  if (rule === undefined) throw new Error(`no rule is called ${name}`);
  return { ...series, ...rule.labels, alertname: name };
}

const OF_MANY = /^(?:Rack|Room|Site)/;
const waitMs = (rule: AlertRule): number => parseDuration(rule.for ?? "0s") ?? Number.NaN;

/** Whether matchers fit an alert as far as its rule tells; labels of series fit, but a rack has no host. */
function isMeant(matchers: readonly string[], rule: AlertRule): boolean {
  const labels: Labels = { alertname: rule.alert, ...rule.labels };
  return matchers.every((matcher) => {
    const [, name = "", operator = "", value = ""] = matcher.match(/^(\w+) (=~|=|!=) "(.*)"$/) ?? [];
    if (operator === "") throw new Error(`what is ${matcher}?`);
    const known = labels[name];
    if (known === undefined) return !(OF_MANY.test(rule.alert) && ["host", "id"].includes(name));
    if (operator === "=~") return new RegExp(`^(?:${value})$`).test(known);
    return (known === value) === (operator === "=");
  });
}

describe("the inhibition rules", () => {
  it("name alerts that exist", () => {
    const patterns = inhibit_rules
      .flatMap((rule) => [...rule.source_matchers, ...rule.target_matchers])
      .flatMap((matcher) => matcher.match(/^alertname =~? "(.*)"$/)?.[1] ?? []);
    expect(patterns.length).toBeGreaterThan(30);
    const names = alerts.map((one) => one.alert);
    // Every alternative outside of brackets by itself, so that none of them is idle.
    for (const alternative of patterns.flatMap((pattern) => pattern.split(/\|(?![^(]*\))/)))
      expect(
        names.some((name) => new RegExp(`^(?:${alternative})$`).test(name)),
        alternative,
      ).toBe(true);
  });

  it("have racks fire before hosts: these tell one after the other, over a poll and a scrape of a minute each", () => {
    const late: string[] = [];
    for (const { source_matchers, target_matchers } of inhibit_rules)
      for (const source of alerts.filter((one) => isMeant(source_matchers, one)))
        for (const target of alerts.filter((one) => isMeant(target_matchers, one))) {
          if (!OF_MANY.test(source.alert) || OF_MANY.test(target.alert)) continue;
          // Heat comes slowly, and racks are told by its slope; flapping is told by the hour.
          if (source.labels.component === "thermal" || target.alert === "BmcFlapping") continue;
          if (waitMs(target) < waitMs(source) + 120_000) late.push(`${source.alert} mutes ${target.alert} too late`);
        }
    expect(late).toEqual([]);
  });

  it("have what has an alert of its own fire before the one for all the rest", () => {
    // These tell of what is no failure yet: where it is of warning health, both are told.
    const foretelling = ["FanDegrading", "FansAtFullSpeed", "SelNearlyFull"];
    const rest = alerts.find(({ alert }) => alert === "SystemHealthWarning");
    if (rest === undefined) throw new Error("no SystemHealthWarning");
    const muting = inhibit_rules
      .filter(({ target_matchers }) => isMeant(target_matchers, rest))
      .flatMap(({ source_matchers }) => alerts.filter((one) => isMeant(source_matchers, one)))
      .filter(({ alert }) => !OF_MANY.test(alert) && !foretelling.includes(alert));
    expect(muting.length).toBeGreaterThan(10);
    const late = muting.filter((source) => waitMs(rest) < waitMs(source) + 120_000).map(({ alert }) => alert);
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

/** Alerts that are raised together in a rack of their own, and those of them that have to be muted. */
interface Story {
  readonly title: string;
  readonly raised: readonly Labels[];
  readonly muted: readonly string[];
}

const place = (rack: string, room = "b2"): Labels => ({ site: "s1", room, row: "c", rack });
const at = (rack: string, name: string, more: Labels = {}): Labels => ({ ...host(name), rack, ...more });
const psu = { sensor: "PS1", id: "20/0/61", kind: "power_supply" };
const cpu = { sensor: "Temp", id: "20/0/02" };

const stories: readonly Story[] = [
  {
    title: "a lost management switch mutes its BMCs and no hardware",
    raised: [
      alert("RackBmcOutage", place("switch")),
      alert("BmcUnreachable", at("switch", "a1")),
      alert("BmcAndHostDown", at("switch", "a2")),
      alert("FanFailed", at("switch", "a1", { id: "1" })),
      alert("BmcUnreachable", at("elsewhere", "a3")),
    ],
    muted: ["BmcUnreachable a1", "BmcAndHostDown a2"],
  },
  {
    title: "a dead rack mutes the switch that died with it, and what that mutes",
    raised: [
      alert("RackPowerLoss", place("dark")),
      alert("RackBmcOutage", place("dark")),
      alert("RackFeedLost", place("dark")),
      alert("HostPoweredOffUnexpectedly", at("dark", "b1")),
      alert("PsuFailed", at("dark", "b1", psu)),
      alert("BmcUnreachable", at("dark", "b2")),
    ],
    muted: ["RackBmcOutage", "RackFeedLost", "HostPoweredOffUnexpectedly b1", "PsuFailed b1", "BmcUnreachable b2"],
  },
  {
    title: "a lost feed mutes single supplies of its rack only",
    raised: [
      alert("RackFeedLost", place("feed")),
      alert("PsuInputLost", at("feed", "c1", psu)),
      alert("PsuFailed", at("feed", "c1", psu)),
      alert("PsuRedundancyLost", at("feed", "c1", { subject: "power" })),
      alert("PsuPredictiveFailure", at("feed", "c2", psu)),
      alert("SelCriticalEvent", at("feed", "c2")),
      alert("PsuInputLost", at("feed2", "c3", psu)),
    ],
    muted: ["PsuInputLost c1", "PsuFailed c1", "PsuRedundancyLost c1", "SelCriticalEvent c2"],
  },
  {
    title: "a host that is down mutes tickets about its parts, and leaves the pages",
    raised: [
      alert("BmcAndHostDown", at("down", "d1")),
      alert("BmcUnreachable", at("down", "d1")),
      alert("PsuRedundancyLost", at("down", "d1", { subject: "power" })),
      alert("SystemHealthWarning", at("down", "d1")),
      alert("PsuFailed", at("down", "d1", psu)),
      alert("PsuRedundancyLost", at("down", "d2", { subject: "power" })),
    ],
    muted: ["BmcUnreachable d1", "PsuRedundancyLost d1", "SystemHealthWarning d1"],
  },
  {
    title: "cooling of a room mutes its racks, and cooling of a rack its inlets",
    raised: [
      alert("RoomCoolingFailure", { site: "s1", room: "hot" }),
      alert("RackCoolingFailure", place("h1", "hot")),
      alert("InletTemperatureCritical", at("h1", "e1", { room: "hot", id: "1" })),
      alert("FanFailed", at("h1", "e1", { room: "hot", id: "2" })),
      alert("RackCoolingFailure", place("warm")),
      alert("TemperatureCritical", at("warm", "e2", cpu)),
    ],
    muted: ["RackCoolingFailure", "InletTemperatureCritical e1", "TemperatureCritical e2"],
  },
  {
    title: "a critical sensor mutes its own warnings, not those of its namesake",
    raised: [
      alert("TemperatureCritical", at("cpu", "f1", cpu)),
      alert("TemperatureWarning", at("cpu", "f1", cpu)),
      alert("TemperatureMarginLow", at("cpu", "f1", { ...cpu, id: "20/0/03" })),
      alert("SystemHealthCritical", at("cpu", "f1")),
      alert("SelCriticalEvent", at("cpu", "f1")),
    ],
    muted: ["TemperatureWarning f1", "SystemHealthCritical f1", "SelCriticalEvent f1"],
  },
  {
    title: "health that only SystemHealthCritical explains is not muted by itself",
    raised: [
      alert("SystemHealthCritical", at("health", "g1")),
      alert("SystemHealthWarning", at("health", "g1")),
      alert("SystemHealthWarning", at("health", "g2")),
      alert("ChassisIntrusion", at("health", "g2")),
    ],
    muted: ["SystemHealthWarning g1"],
  },
  {
    title: "several fans, memory, a full log",
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
    muted: [
      "FanFailed h1",
      "FanRedundancyLost h1",
      "EccCorrectableHigh h2",
      "SystemHealthWarning h4",
      "SelNearlyFull h3",
      "RackPowerHigh",
    ],
  },
  {
    title: "hosts without a place do not mute each other",
    raised: [
      alert("BmcAndHostDown", { host: "lone1" }),
      alert("BmcUnreachable", { host: "lone2" }),
      alert("FanFailed", { host: "lone3", id: "1" }),
      alert("FanDegrading", { host: "lone4", id: "1" }),
    ],
    muted: [],
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

  it.each(stories.map((story) => [story.title, story] as const))("%s", async (_, { raised, muted }) => {
    const suppressed = new Set(
      (await alertmanager.alerts("suppressed")).map((labels) => JSON.stringify(sorted(labels))),
    );
    const found = raised.filter((labels) => suppressed.has(JSON.stringify(sorted(labels))));
    expect(found.map(nameOf).sort()).toEqual([...muted].sort());
  });

  it("sends one page for a rack, and no alert that is muted or only information", () => {
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
  throw new Error("alertmanager sent nothing, or did not stop to");
}
