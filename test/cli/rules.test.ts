import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { type AlertRule, alerts, type RecordingRule, records } from "../alerts/rules.ts";
import { builtMain } from "../e2e/build.ts";
import { configFolder, lightsout } from "../e2e/lightsout.ts";
import { checkRules, testRules } from "../rig/promtool.ts";
import { withPeers } from "../rig/requirements.ts";

interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly (AlertRule | RecordingRule)[] }[];
}

/** The rules that the command prints with these options. */
async function printed(...options: readonly string[]) {
  const { code, stdout, stderr } = await lightsout(["rules", ...options]);
  if (code !== 0) throw new Error(stderr);
  const text = Buffer.from(stdout, "latin1").toString("utf8");
  const rules = (parse(text) as RuleFile).groups.flatMap((group) => group.rules);
  const found = rules.filter((rule): rule is AlertRule => "alert" in rule);
  const named = (name: string): AlertRule => {
    const rule = found.find((one) => one.alert === name);
    if (rule === undefined) throw new Error(`no rule has the name ${name}`);
    return rule;
  };
  return { text, rules, alerts: found, named };
}

describe("lightsout rules", () => {
  beforeAll(() => builtMain(), 120_000);

  it("prints all shipped rules without links, because it knows no address", async () => {
    const { rules, text } = await printed();
    const shipped = [...alerts, ...records].map(({ subject, ...rule }) => rule);
    const byName = (all: readonly object[]) => all.map((rule) => JSON.stringify(rule)).sort();
    // Folded lines are joined, so only blanks may differ.
    const plain = (all: readonly string[]) => all.map((one) => one.replaceAll(/(?:\s|\\n)+/g, " "));
    expect(plain(byName(rules))).toEqual(plain(byName(shipped)));
    expect(text).not.toMatch(/https?:/);
    expect(text, "comments are kept").toContain("# Fan speed follows load");
    expect(text, "headings are kept").toContain("# Fans. All alerts ignore hosts that are powered off.");
  });

  it("adds links to dashboards and runbooks to every alert", async () => {
    const { alerts: linked } = await printed(
      "--grafana",
      "https://g.example.org/grafana/",
      "--runbooks",
      "http://l/r/",
    );
    expect(linked.length).toBe(alerts.length);
    for (const { alert, annotations } of linked) {
      const path = alerts.find((one) => one.alert === alert)?.annotations.dashboard;
      expect(annotations.dashboard_url).toBe(`https://g.example.org/grafana${path}`);
      expect(annotations.runbook_url).toBe(`http://l/r/${alert}`);
      expect(annotations).not.toHaveProperty("dashboard");
    }
  });

  it("puts the alert where the URL of the runbooks has {alert}", async () => {
    const { named } = await printed("--runbooks", "https://wiki.example.org/{alert}.md?view=1");
    expect(named("FanFailed").annotations.runbook_url).toBe("https://wiki.example.org/FanFailed.md?view=1");
  });

  it("renames both jobs in every expression, whatever characters the names have", async () => {
    const { rules, named } = await printed("--job", 'bmc "new" $&', "--node-job", "nodes");
    expect(named("BmcExporterDown").expr).toBe('up{job="bmc \\"new\\" $&"} == 0');
    expect(named("BmcAndHostDown").expr).toContain('up{job="nodes"}');
    for (const { expr } of rules) expect(expr).not.toMatch(/job="(?:lightsout|node)"/);
  });

  it("omits alerts, and changes their severity and duration", async () => {
    const overrides = ["--severity", "FanFailed=warning", "--for", "FanFailed=10m", "--for", "ChassisIntrusion=1m"];
    const {
      rules,
      alerts: left,
      named,
    } = await printed(...["--disable", "FanDegrading", "--disable", "HotSpot"], ...overrides);
    expect(left.map(({ alert }) => alert).sort()).toEqual(
      alerts
        .map(({ alert }) => alert)
        .filter((name) => !["FanDegrading", "HotSpot"].includes(name))
        .sort(),
    );
    expect(rules.length - left.length, "recording rules are kept, dashboards need them").toBe(records.length);
    expect(named("FanFailed")).toMatchObject({ for: "10m", labels: { severity: "warning", component: "fan" } });
    expect(named("ChassisIntrusion").for).toBe("1m");
  });

  it("writes a file", async () => {
    const { folder, remove } = configFolder("");
    try {
      const file = join(folder, "rules.yml");
      expect((await lightsout(["rules", "--output", file])).stdout).toBe("");
      expect(readFileSync(file, "utf8")).toBe((await printed()).text);
      const failed = await lightsout(["rules", "--output", join(folder, "none", "rules.yml")]);
      expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining("lightsout: cannot write ") });
    } finally {
      remove();
    }
  });

  it.each([
    [["--disable", "FanFailled"], 'lightsout: no alert has the name "FanFailled"; did you mean FanFailed?\n'],
    [["--for", "Nonsense=5m"], 'lightsout: no alert has the name "Nonsense"\n'],
    [["--for", "FanFailed=soon"], "lightsout: --for FanFailed=soon: expected a duration, e.g. FanFailed=10m\n"],
    [["--for", "FanFailed"], "expected NAME=VALUE"],
    [["--severity", "FanFailed=page"], "must be one of critical, warning, info, none"],
    [["--job", ""], "expected a name"],
    [["--grafana", "grafana:3000"], "expected a URL, e.g. https://grafana.example.org"],
    [["--grafana", "https://user:secret@grafana"], "a link must not hold credentials"],
    [["--runbooks", "https://wiki/{{ $value }}"], "expected a URL"],
    [["--runbooks", "https://wiki/{{.}}"], "a link must not hold {{ or }}"],
    [["--runbooks", "javascript:alert(1)"], "expected a URL"],
  ])("refuses %j", async (options, message) => {
    const result = await lightsout(["rules", ...options]);
    expect(result.code).toBe(2);
    expect(result.stdout).toBe("");
    expect(result.stderr).toContain(message);
    if (message.includes("credentials")) expect(result.stderr).not.toContain("secret");
  });

  withPeers(["promtool"], "according to promtool", () => {
    it("prints rules that are valid and fire with their links", { timeout: 60_000 }, async () => {
      const { folder, write, remove } = configFolder("");
      try {
        const file = join(folder, "rules.yml");
        const links = ["--grafana", "https://g.example.org", "--runbooks", "http://l.example.org:9623/runbooks"];
        await printed(...links, "--job", "bmc", "--output", file).catch(() => undefined);
        expect(await checkRules(file)).toMatchObject({ ok: true });
        const test = {
          rule_files: [file],
          tests: [
            {
              interval: "1m",
              input_series: [{ series: 'up{job="bmc",instance="a"}', values: "0x20" }],
              alert_rule_test: [
                {
                  eval_time: "10m",
                  alertname: "BmcExporterDown",
                  exp_alerts: [
                    {
                      exp_labels: { severity: "critical", component: "exporter", job: "bmc", instance: "a" },
                      exp_annotations: {
                        summary: "lightsout at a is down",
                        description:
                          "Prometheus has not been able to scrape lightsout at a for 5 minutes. The hardware of its hosts is not monitored.",
                        runbook_url: "http://l.example.org:9623/runbooks/BmcExporterDown",
                        dashboard_url: "https://g.example.org/d/bmc-exporter",
                      },
                    },
                  ],
                },
              ],
            },
          ],
        };
        write(stringify(test), "test.yml");
        const result = await testRules(join(folder, "test.yml"));
        expect(result.ok, result.complaints.join("\n")).toBe(true);
      } finally {
        remove();
      }
    });
  });
});
