import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { temporaryFolder } from "../rig/child.ts";
import { testRules } from "../rig/promtool.ts";
import { withPeers } from "../rig/requirements.ts";
import { type Case, host, type Labels, type Series, sensor } from "./case.ts";
import { cases } from "./cases/index.ts";
import { type AlertRule, alerts, runbooksFolder, subjects } from "./rules.ts";
import { type Texts, unitTest } from "./unit-test.ts";

/** Alerts that cannot fire for most hosts that are polled over Redfish, and why. Their runbooks say so. */
const NOT_OVER_REDFISH: Readonly<Record<string, string>> = {
  SelFull: "most Redfish logs overwrite their oldest entries, so they have no capacity",
  SelNearlyFull: "the same",
  SelFillingFast: "the same",
};

/** Families that a host over Redfish does not have, unless its log drops new entries. */
const ABSENT_FAMILIES: ReadonlySet<string> = new Set([
  "bmc_sel_capacity_entries",
  "bmc_sel_free_bytes",
  "bmc_sel_overflow",
]);
/** States that src/bmc/over-redfish reports, besides crossed limits. */
const STATES: ReadonlySet<string> = new Set([
  "battery_failed",
  "battery_low",
  "configuration_error",
  "correctable_ecc",
  "critical_overtemperature",
  "disabled",
  "drive_fault",
  "drive_present",
  "failure_detected",
  "fully_redundant",
  "in_critical_array",
  "in_failed_array",
  "input_lost",
  "link_down",
  "link_up",
  "parity_error",
  "predictive_failure",
  "presence_detected",
  "rebuild_in_progress",
  "redundancy_degraded",
  "redundancy_lost",
  "throttled",
  "uncorrectable_ecc",
]);
/** Label values of other families that Redfish has. */
const VALUES: Readonly<Record<string, readonly [label: string, values: ReadonlySet<string>]>> = {
  bmc_chassis_fault: ["fault", new Set(["intrusion"])],
  bmc_security_finding: ["finding", new Set(["anonymous_login", "no_lockout", "self_signed_certificate"])],
  bmc_failure: [
    "reason",
    new Set(["no_answer", "unreachable", "timeout", "wrong_password", "privilege_refused", "tls_error", "not_polled"]),
  ],
};

const texts = parse(readFileSync(join(import.meta.dirname, "annotations.yml"), "utf8")) as Record<string, Texts>;
const ruleOf = (name: string): AlertRule => {
  const rule = alerts.find(({ alert }) => alert === name);
  if (rule === undefined) throw new Error(`no rule has the name ${name}`);
  return rule;
};

/** Ids of Redfish are paths. */
const pathsOf = (text: string): string =>
  text.replaceAll(/\b([0-9a-f]{2})\/(\d)\/([0-9a-f]{2})\b/g, "Chassis/1/Sensors/$1-$2-$3");
const withPath = (labels: Labels): Labels => (labels.id === undefined ? labels : { ...labels, id: pathsOf(labels.id) });
function textsOf({ alert, story }: Case): Texts | undefined {
  const found = texts[`${alert}: ${story}`];
  const description = found?.description.replace(", cipher_suite_0_listed", "") ?? "";
  return found && { summary: pathsOf(found.summary), description: pathsOf(description) };
}

function isReported([family, labels]: Series): boolean {
  if (ABSENT_FAMILIES.has(family)) return false;
  const state = labels.state ?? "";
  if (family === "bmc_sensor_state") return STATES.has(state) || state.startsWith("at_or_");
  const [label = "", values] = VALUES[family] ?? [];
  return values?.has(labels[label] ?? "") ?? true;
}

/** The case of a host that is polled over Redfish: without the series that it does not have. */
function overRedfish(one: Case): Case & { readonly isWhole: boolean } {
  const series = one.series
    .filter(isReported)
    .map(([family, labels, values]): Series => [family, withPath(labels), values]);
  return { ...one, series, fires: one.fires && withPath(one.fires), isWhole: series.length === one.series.length };
}

const psu = sensor("PS2", "20/0/62", { kind: "power_supply", role: "psu" });
/** What Redfish reports where the other cases have what only IPMI has. The texts are those of these cases. */
const OWN: readonly Case[] = [
  {
    alert: "ChassisIntrusion",
    story: "asserted by a sensor, not by the chassis bit",
    series: [["bmc_chassis_fault", { ...host(), fault: "intrusion" }, "1x40"]],
    at: "2m",
    fires: host(),
  },
  {
    alert: "BmcInsecure",
    story: "no password and cipher suite 0",
    series: [["bmc_security_finding", { ...host(), finding: "anonymous_login" }, "1x90"]],
    at: "80m",
    fires: host(),
  },
  {
    alert: "PsuInputLost",
    story: "input out of range, then lost, is one alert",
    series: [["bmc_sensor_state", { ...psu, sensor: "PS2 Status", state: "input_lost" }, "1x24"]],
    at: "5m",
    fires: { ...psu, sensor: "PS2 Status" },
  },
];

/** Cases of alerts that cannot fire are evaluated without what Redfish lacks, all others if Redfish has all of it. */
const translated = [...cases, ...OWN]
  .map(overRedfish)
  .filter(({ isWhole, alert }) => isWhole || alert in NOT_OVER_REDFISH);

describe("the alerts for a host that is polled over Redfish", () => {
  it.each(alerts.map(({ alert }) => alert))("%s fires, or its runbook says why not", (alert) => {
    const fires = translated.some((one) => one.alert === alert && one.fires !== undefined && one.isWhole);
    const page = readFileSync(join(runbooksFolder, `${alert}.md`), "utf8");
    if (alert in NOT_OVER_REDFISH) expect([alert, fires, /Redfish/.test(page)]).toEqual([alert, false, true]);
    else expect([alert, fires]).toEqual([alert, true]);
  });

  it("are tested with what polls of recorded machines export", () => {
    const folder = resolve(import.meta.dirname, "../bmc/over-redfish/golden");
    const goldens = existsSync(folder) ? readdirSync(folder) : [];
    expect(goldens.length).toBeGreaterThan(5);
    for (const name of goldens) {
      const text = readFileSync(join(folder, name), "utf8");
      for (const family of ABSENT_FAMILIES) expect([name, text.includes(`\n${family} `)]).toEqual([name, false]);
      for (const [, state = ""] of text.matchAll(/^bmc_sensor_state\{.*state="([^"]*)"/gm))
        expect([name, state, STATES.has(state) || state.startsWith("at_or_")]).toEqual([name, state, true]);
    }
  });
});

withPeers(["promtool"], "promtool", () => {
  it("evaluates the alerts over Redfish as over IPMI, and as silent without what Redfish lacks", {
    timeout: 120_000,
  }, async () => {
    const folder = temporaryFolder("redfish-alerts");
    try {
      const files: string[] = [];
      const expected = translated.map((one) => (one.isWhole ? one : { ...one, fires: undefined }));
      for (const subject of subjects) {
        for (const step of [undefined, "5m", "1h"]) {
          const some = expected.filter((one) => ruleOf(one.alert).subject === subject && one.step === step);
          if (some.length === 0) continue;
          const file = join(folder.path, `${subject}-${step ?? "1m"}.test.yml`);
          writeFileSync(file, unitTest(some, ruleOf, textsOf));
          files.push(file);
        }
      }
      const result = await testRules(...files);
      expect(result.complaints.filter((line) => !/^(Unit Testing:| *SUCCESS)/.test(line))).toEqual([]);
      expect(result.ok).toBe(true);
    } finally {
      folder.remove();
    }
  });
});
