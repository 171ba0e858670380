import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CONTENT_TYPE, renderFleet, renderHost, SelfMetrics } from "../../src/exposition/index.ts";
import { Health, type HostRecord, type Sensor } from "../../src/model/index.ts";
import { host, record, sensor, snapshot } from "../exposition/records.ts";
import { type Prometheus, type PrometheusAlert, startPrometheus } from "../rig/prometheus.ts";
import { withPeers } from "../rig/requirements.ts";
import { type Alertmanager, startAlertmanager } from "./alertmanager.ts";
import { records as recordingRules, ruleFile, alerts as rules, subjects } from "./rules.ts";

const place = { site: "s1", room: "b2", row: "c", rack: "r1" };
const psu = { name: "PS1 Status", kind: "power_supply", role: "psu" };

const faulty: readonly Sensor[] = [
  sensor("20/0/01", { name: "Inlet Temp", role: "inlet", quantity: "temperature", value: 24, health: Health.Ok }),
  sensor("20/0/02", {
    name: "Temp",
    role: "cpu",
    quantity: "temperature",
    value: 97,
    thresholds: { upper_critical: 95 },
    health: Health.Critical,
    states: ["upper_critical"],
  }),
  sensor("20/0/40", {
    name: "FAN1",
    kind: "fan",
    role: "fan",
    quantity: "fan_speed",
    value: 0,
    health: Health.Critical,
  }),
  sensor("20/0/41", { name: "FAN2", kind: "fan", role: "fan", quantity: "fan_speed", value: 5000, health: Health.Ok }),
  sensor("20/0/61", { ...psu, health: Health.Critical, states: ["presence_detected", "input_lost"] }),
  sensor("20/0/62", { ...psu, name: "PS2 Status", health: Health.Critical, states: ["failure_detected"] }),
  sensor("20/0/63", {
    name: "PS Redundancy",
    kind: "power_unit",
    health: Health.Critical,
    states: ["redundancy_lost"],
  }),
  sensor("20/0/83", { name: "Drive 3", kind: "drive", health: Health.Critical, states: ["drive_fault"] }),
];
const faults = {
  power: false,
  power_control: false,
  overload: false,
  interlock: false,
  cooling: false,
  drive: false,
  intrusion: true,
};
const chassis = { powerOn: true, faults };
const eventLog = { entries: 500, capacityEntries: 500, overflow: true, fresh: [] };

/** Three hosts: one faulty, one healthy, one whose BMC rejects the login. */
const fleet = (): readonly HostRecord[] => [
  record(snapshot("faulty", { chassis, sensors: faulty, eventLog }), {
    host: host("faulty", { place: { ...place, position: "07" } }),
    lastSuccessAt: Date.now(),
  }),
  record(snapshot("healthy", { chassis: { powerOn: true, faults: { ...faults, intrusion: false } } }), {
    host: host("healthy", { place }),
    lastSuccessAt: Date.now(),
  }),
  record(
    snapshot("locked", {
      up: false,
      failure: { stage: "rakp", reason: "wrong_password", message: "wrong password" },
    }),
    { host: host("locked", { place }) },
  ),
];

/** Without `for`, so that alerts fire at once. promtool tests the durations. */
const withoutWaits = (subject: string): string =>
  readFileSync(ruleFile(subject), "utf8").replaceAll(/^ +(for|keep_firing_for|interval): .*\n/gm, "");

withPeers(
  ["prometheus", "prometheus-alertmanager"],
  "Prometheus with the rules, an exposition and Alertmanager",
  () => {
    const self = new SelfMetrics({ version: "0", processMetrics: false });
    let exporter: Server;
    let alertmanager: Alertmanager;
    let prometheus: Prometheus;
    let firing: readonly PrometheusAlert[];

    beforeAll(async () => {
      exporter = createServer((_, response) => {
        response.setHeader("content-type", CONTENT_TYPE);
        for (const piece of renderFleet(fleet().map((one) => renderHost(one, { placed: true })))) response.write(piece);
        void self.text().then((text) => response.end(text));
      });
      await new Promise<void>((listening) => exporter.listen(0, "127.0.0.1", listening));
      alertmanager = await startAlertmanager();
      prometheus = await startPrometheus(
        `
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [${subjects.map((subject) => `${subject}.rules.yml`).join(", ")}]
alerting: { alertmanagers: [{ static_configs: [{ targets: ["127.0.0.1:${alertmanager.port}"] }] }] }
scrape_configs:
  - job_name: lightsout
    static_configs: [{ targets: ["127.0.0.1:${(exporter.address() as AddressInfo).port}"] }]
`,
        { files: Object.fromEntries(subjects.map((subject) => [`${subject}.rules.yml`, withoutWaits(subject)])) },
      );
      firing = await eventually(
        async () => (await prometheus.alerts()).filter(({ state }) => state === "firing"),
        // Groups are evaluated at different moments of the second.
        (some) => new Set(some.map(({ labels }) => labels.component)).size === 7,
      );
    });
    afterAll(async () => {
      await prometheus?.stop();
      await alertmanager?.stop();
      exporter?.closeAllConnections();
      await new Promise((closed) => exporter?.close(closed));
      self.close();
    });

    it("evaluates every rule without an error", async () => {
      const healthy = await eventually(
        async () => {
          const data = (await prometheus.api("/api/v1/rules")) as {
            groups: readonly { rules: readonly { name: string; health: string; lastError?: string }[] }[];
          };
          return data.groups.flatMap((group) => group.rules);
        },
        (all) => all.every(({ health }) => health !== "unknown"),
      );
      expect(healthy.filter(({ health }) => health !== "ok")).toEqual([]);
      expect(healthy.length).toBe(rules.length + recordingRules.length);
    });

    it("fires one alert for each fault, on the part that has it, and no others", () => {
      const found = firing
        .filter(({ labels }) => labels.host !== undefined)
        .map(({ labels: { alertname, host: name, id } }) => [alertname, name, id].filter(Boolean).join(" "));
      expect(found.sort()).toEqual([
        "BmcAuthenticationFailed locked",
        "BmcUnreachable locked",
        "ChassisIntrusion faulty",
        "DriveFault faulty 20/0/83",
        "FanFailed faulty 20/0/40",
        "PsuFailed faulty 20/0/62",
        "PsuInputLost faulty 20/0/61",
        "PsuRedundancyLost faulty",
        "SelFull faulty",
        "SelNearlyFull faulty",
        "SystemHealthWarning faulty",
        "TemperatureCritical faulty 20/0/02",
        "TemperatureMarginLow faulty 20/0/02",
        "TemperatureWarning faulty 20/0/02",
      ]);
      const fan = firing.find(({ labels }) => labels.alertname === "FanFailed");
      expect(fan?.annotations.description).toBe(
        "Sensor FAN1 (id 20/0/40) of faulty (rack r1, position 07) reports a fan that has stopped or turns below its critical limit: 0 rpm.",
      );
      expect(fan?.labels).toMatchObject({ ...place, position: "07", severity: "critical", component: "fan" });
    });

    it("sends one page for the rack, and tickets without inhibited alerts", async () => {
      const pages = await eventually(
        async () => alertmanager.notifications.filter(({ receiver }) => receiver === "oncall"),
        (some) => (some.at(-1)?.alerts.length ?? 0) >= 3,
      );
      expect(pages.at(-1)?.groupLabels).toEqual(place);
      expect(
        pages
          .at(-1)
          ?.alerts.map(({ labels }) => labels.alertname)
          .sort(),
      ).toEqual(["FanFailed", "PsuFailed", "TemperatureCritical"]);
      const inhibited = await eventually(
        () => alertmanager.alerts("suppressed"),
        (some) => some.length >= 6,
      );
      expect(inhibited.map(({ alertname }) => alertname).sort()).toEqual([
        "BmcUnreachable",
        "PsuRedundancyLost",
        "SelNearlyFull",
        "SystemHealthWarning",
        "TemperatureMarginLow",
        "TemperatureWarning",
      ]);
    });
  },
);

/** Repeats a request every 250 ms until its answer is accepted, for at most 20 seconds. Returns the last answer. */
async function eventually<T>(request: () => Promise<T>, accepted: (answer: T) => boolean): Promise<T> {
  const deadline = performance.now() + 20_000;
  let answer = await request();
  while (!accepted(answer) && performance.now() < deadline) {
    await new Promise((done) => setTimeout(done, 250));
    answer = await request();
  }
  return answer;
}
