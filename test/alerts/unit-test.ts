import { stringify } from "yaml";
import type { Case, Labels } from "./case.ts";
import { type AlertRule, ruleFile } from "./rules.ts";

/** Expected texts of an alert in a case that fires. */
export interface Texts {
  readonly summary: string;
  readonly description: string;
}

const DASHBOARDS = "/d";

/** The path of the dashboard of an alert with these labels: its host, else its rack, else the fleet. */
function dashboardPath(subject: string, labels: Labels): string {
  if (subject === "exporter") return `${DASHBOARDS}/bmc-exporter`;
  if (labels.host !== undefined) return `${DASHBOARDS}/bmc-host?var-host=${labels.host}`;
  return labels.rack === undefined ? `${DASHBOARDS}/bmc-fleet` : `${DASHBOARDS}/bmc-rack?var-rack=${labels.rack}`;
}

function expected({ fires }: Case, rule: AlertRule, texts: Texts | undefined) {
  if (fires === undefined) return [];
  return [
    {
      exp_labels: { ...fires, ...rule.labels },
      exp_annotations: {
        ...(texts ?? { summary: "not written yet", description: "not written yet" }),
        dashboard: dashboardPath(rule.subject, fires),
      },
    },
  ];
}

const label = ([name, value]: [string, string]): string => `${name}=${JSON.stringify(value)}`;

/** A file for `promtool test rules`. All cases have the same subject and step. */
export function unitTest(
  cases: readonly Case[],
  rule: (alert: string) => AlertRule,
  texts: (of: Case) => Texts | undefined,
): string {
  const [first] = cases;
  if (first === undefined) throw new Error("a unit test needs at least one case");
  return stringify({
    rule_files: [ruleFile(rule(first.alert).subject)],
    evaluation_interval: first.step ?? "1m",
    tests: cases.map((one) => ({
      name: `${one.alert}: ${one.story}`,
      // With more than five minutes between samples, a series is stale in between.
      interval: one.step === undefined ? "1m" : "5m",
      input_series: one.series.map(([name, labels, values]) => ({
        series: `${name}{${Object.entries(labels).map(label).join(",")}}`,
        values,
      })),
      alert_rule_test: [
        { eval_time: one.at, alertname: one.alert, exp_alerts: expected(one, rule(one.alert), texts(one)) },
      ],
    })),
  });
}
