import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { temporaryFolder } from "../rig/child.ts";
import { testRules } from "../rig/promtool.ts";
import { withPeers } from "../rig/requirements.ts";
import { configFile } from "./alertmanager.ts";
import { hosts, type Labels, rack, type Series, sensor } from "./case.ts";
import { ruleFile } from "./rules.ts";

/** 20 °C, 20 minutes of rise to 48 °C, then two hours without a change. */
const RISE = "20+1.4x20 48x120";
const MINUTES = 140;
/** The rack alert must have fired by then. */
const FIRES_AT = 25;

/** Reading, limit and health of a sensor that starts to rise `lag` minutes late. Its limits are 40 and 42 °C. */
const sensors = (labels: Labels, lag: number): readonly Series[] => [
  ["bmc_temperature_celsius", labels, lag === 0 ? RISE : `20x${lag - 1} ${RISE}`],
  ["bmc_temperature_threshold_celsius", { ...labels, threshold: "upper_critical" }, `42x${MINUTES}`],
  ["bmc_sensor_health", { ...labels, kind: "temperature" }, `0x${14 + lag} 1 2x${MINUTES}`],
];
const inlet = sensor("Inlet Temp", "20/0/01", { role: "inlet" });
const board = sensor("System Temp", "20/0/05", { role: "board" });

interface InhibitRule {
  readonly source_matchers: readonly string[];
  readonly target_matchers: readonly string[];
}
const nameIn = (matchers: readonly string[]): string => matchers.join().match(/alertname =~? "([^"]*)"/)?.[1] ?? "";

/** Pattern of the alerts that an alert inhibits in the example configuration of Alertmanager. */
function inhibitedBy(alert: string): string {
  const { inhibit_rules } = parse(readFileSync(configFile, "utf8")) as { readonly inhibit_rules: InhibitRule[] };
  const rules = inhibit_rules.filter((rule) => new RegExp(`^(?:${nameIn(rule.source_matchers)})$`).test(alert));
  expect(rules.length).toBeGreaterThan(0);
  return rules.map((rule) => nameIn(rule.target_matchers)).join("|");
}

const labelsOf = (labels: Labels): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(",")}}`;

const STORIES = [
  { alert: "RackCoolingFailure", title: "boards with inlet sensors", of: inlet, lag: 0 },
  { alert: "RackOverheating", title: "boards without inlet sensors", of: board, lag: 0 },
  { alert: "RackOverheating", title: "boards without inlet sensors, a minute after one another", of: board, lag: 1 },
] as const;

withPeers(["promtool"], "a rack that heats up and stays hot", () => {
  it.each(STORIES)(
    "$title: fires $alert throughout, and no host alert without it",
    { timeout: 60_000 },
    async (story) => {
      const hostAlerts = 'ALERTS{alertstate="firing", host!=""}';
      const rackAlert = `ALERTS{alertstate="firing", alertname="${story.alert}"}`;
      const none = (expr: string, minute: number) => ({ expr, eval_time: `${minute}m`, exp_samples: [] });
      const one = (expr: string, minute: number, labels: Labels) => ({
        expr,
        eval_time: `${minute}m`,
        exp_samples: [{ labels: labelsOf(labels), value: 1 }],
      });
      const minutes = Array.from({ length: MINUTES + 1 }, (_, minute) => minute);
      const test = {
        rule_files: [ruleFile("thermal")],
        evaluation_interval: "1m",
        tests: [
          {
            interval: "1m",
            input_series: hosts(4)
              .flatMap((place, index) => sensors({ ...story.of, ...place }, index * story.lag))
              .map(([name, labels, values]) => ({ series: `${name}${labelsOf(labels)}`, values })),
            promql_expr_test: [
              ...minutes.map((minute) => none(`${hostAlerts} unless on (site, room, row, rack) ${rackAlert}`, minute)),
              ...minutes
                .slice(FIRES_AT)
                .map((minute) => one(`count by (site, room, row, rack) (${rackAlert})`, minute, rack)),
              none(`ALERTS{alertstate="firing", host!="", alertname!~"${inhibitedBy(story.alert)}"}`, MINUTES),
              one(`count(${hostAlerts}) > bool 3`, MINUTES, {}),
            ],
          },
        ],
      };
      const folder = temporaryFolder("rack-heat");
      try {
        const file = join(folder.path, "test.yml");
        writeFileSync(file, stringify(test));
        const result = await testRules(file);
        expect(result.complaints.filter((line) => !/^(Unit Testing:| *SUCCESS)/.test(line))).toEqual([]);
        expect(result.ok).toBe(true);
      } finally {
        folder.remove();
      }
    },
  );
});
