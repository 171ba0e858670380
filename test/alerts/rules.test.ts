import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMPONENTS, FAMILIES, rackPowerBudget, SelfMetrics } from "../../src/exposition/index.ts";
import { SENSOR_TYPES, sensorKind, statesOf } from "../../src/ipmi/index.ts";
import {
  DISAPPEARED,
  EVENT_SEVERITIES,
  FAILURE_REASONS,
  MEMORY_ERROR_KINDS,
  NOT_POLLED,
  THRESHOLD_NAMES,
} from "../../src/model/index.ts";
import { checkRules } from "../rig/promtool.ts";
import { withPeers } from "../rig/requirements.ts";
import { alerts, records, root, ruleFile, runbooksFolder, subjects } from "./rules.ts";

const SEVERITIES = ["critical", "warning", "info", "none"];
const HEADINGS = ["Meaning", "Impact", "What to check", "What to do", "Known false alarms"];

const pages = existsSync(runbooksFolder)
  ? readdirSync(runbooksFolder)
      .filter((name) => name.endsWith(".md") && name !== "README.md")
      .map((name) => name.slice(0, -3))
  : [];
const page = (name: string): string => readFileSync(join(runbooksFolder, `${name}.md`), "utf8");

/** All documentation pages except the runbooks and docs/metrics.md, which is generated from the families. */
const documents = ["README.md", "alerts", "dashboards", "docs", "examples"].flatMap((name) =>
  name.endsWith(".md")
    ? [join(root, name)]
    : readdirSync(join(root, name), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".md") && !file.startsWith("runbooks") && file !== "metrics.md")
        .map((file) => join(root, name, file)),
);

/** Expressions and annotations of all rules. */
const texts = [...alerts, ...records].map((rule) => ({
  name: "alert" in rule ? rule.alert : rule.record,
  text: [rule.expr, ...("annotations" in rule ? Object.values(rule.annotations) : [])]
    .join("\n")
    .replaceAll('\\"', '"'),
}));
const wordsOf = (text: string): readonly string[] => text.match(/\b(?:bmc|lightsout)_[a-z0-9_]+/g) ?? [];

/** All values of a label that the rules match: of `name="..."`, and each alternative of `name=~"..."`. */
function matched(family: RegExp, label: string): readonly string[] {
  const found = new Set<string>();
  for (const { text } of texts)
    for (const [, name = "", matchers = ""] of text.matchAll(/\b(bmc_[a-z_]+)\{([^}]*)\}/g)) {
      if (!family.test(name)) continue;
      for (const [, key, value = ""] of matchers.matchAll(/([a-z_]+)\s*(?:!~|=~|!=|=)\s*"([^"]*)"/g))
        if (key === label) for (const one of alternatives(value)) found.add(one);
    }
  return [...found].sort();
}

/** "a|(b|c)_.*" as ["a", "b_.*", "c_.*"]. */
function alternatives(expression: string): readonly string[] {
  const group = expression.match(/^(.*\|)?([^|]*)\(([^)]*)\)([^|]*)(\|.*)?$/);
  if (group === null) return expression.split("|").filter((one) => one !== "");
  const [, before = "", head = "", inner = "", tail = "", after = ""] = group;
  const middle = inner.split("|").map((one) => `${head}${one}${tail}`);
  return [...alternatives(before), ...middle, ...alternatives(after)];
}

/** The patterns that match none of the values the exporter can export. */
const unmatched = (patterns: readonly string[], exported: readonly string[]): readonly string[] =>
  patterns.filter((pattern) => !exported.some((value) => new RegExp(`^(?:${pattern})$`).test(value)));

describe("the rules", () => {
  it("have eight subjects and unique names", () => {
    expect(subjects).toEqual(["exporter", "fan", "health", "memory", "power", "reach", "sel", "thermal"]);
    const names = texts.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it.each(alerts.map((rule) => [rule.alert, rule] as const))(
    "%s has severity, component, texts and a dashboard",
    (_, rule) => {
      expect(SEVERITIES).toContain(rule.labels.severity);
      expect(rule.labels.component).toBe(rule.subject);
      expect(Object.keys(rule.labels).sort()).toEqual(["component", "severity"]);
      // `lightsout rules` and the chart turn the path into a link and add one to the runbook.
      expect(Object.keys(rule.annotations).sort()).toEqual(["dashboard", "description", "summary"]);
      expect(rule.annotations.dashboard).toMatch(/^\/d\/bmc-(?:exporter|fleet|host|rack)(?:\?var-|$)/);
      const text = `${rule.annotations.summary} ${rule.annotations.description}`;
      // Alerts of a host name its rack.
      if (text.includes("$labels.host }}{{ with")) expect(text).toContain("$labels.rack");
    },
  );

  // A board calls a sensor "Power Supply 1" or "Fan 1" itself: "fan Fan 1 failed" reads like a mistake.
  it("do not repeat in front of a sensor name what the name says, and use the units °C, W and rpm", () => {
    for (const { alert, annotations } of alerts)
      for (const text of [annotations.summary ?? "", annotations.description ?? ""]) {
        for (const [, word = ""] of text.matchAll(/(\S*) \{\{ \$labels\.sensor \}\}/g))
          expect(word, alert).toMatch(/^[Ss]ensor$/);
        expect(text, alert).not.toMatch(/\bdegrees?\b|\bwatts?\b|\bRPM\b|\d K\b|\}\} K\b/);
      }
  });

  it("have a `for` or cover a time range", () => {
    const immediate = alerts.filter(
      (rule) => rule.for === undefined && !/\[\d+[mhd](:1d)?\]|increase1d/.test(rule.expr),
    );
    expect(immediate.map(({ alert }) => alert).sort()).toEqual(["BmcMonitoringWatchdog", "ChassisIntrusion"]);
  });

  it("do not fire on fans, voltages and fan redundancy of a host that is powered off", () => {
    for (const { alert, expr } of alerts
      .filter(({ subject }) => subject === "fan")
      .concat(alerts.filter(({ alert }) => alert === "VoltageCritical")))
      expect(expr, alert).toContain("unless on (host) bmc_power_on == 0");
  });
});

describe("metric names in rules and pages", () => {
  const self = new SelfMetrics({ version: "0", processMetrics: false });
  let known: Set<string>;
  beforeAll(async () => {
    const histograms = ["_bucket", "_sum", "_count"];
    known = new Set([
      ...FAMILIES.map(({ name }) => name),
      rackPowerBudget.name,
      ...(await self.describe()).flatMap(({ name, type }) =>
        type === "histogram" ? histograms.map((end) => name + end) : [name],
      ),
    ]);
  });
  afterAll(() => self.close());

  it("exist in rules as families or recording rules", () => {
    const recorded = records.map(({ record }) => record);
    for (const { name, text } of texts) {
      for (const one of text.match(/\b(?:rack|host|sensor):[a-z0-9_]+:[a-z0-9_]+/g) ?? [])
        expect(recorded, `${name} uses ${one}`).toContain(one);
      const plain = text.replaceAll(/\b[a-z]+:[a-z0-9_]+:[a-z0-9_]+/g, "");
      for (const word of wordsOf(plain)) expect(known, `${name} uses ${word}`).toContain(word);
    }
  });

  it("exist in runbooks", () => {
    const reasons: readonly string[] = [...FAILURE_REASONS, NOT_POLLED]; // "bmc_busy" is one
    for (const name of pages)
      for (const word of wordsOf(page(name)).filter((one) => !reasons.includes(one)))
        expect(known, `${name} names ${word}`).toContain(word);
  });

  it("exist in the README and the documentation", () => {
    // Other names with the prefix of a metric.
    const others = ["bmc_busy", "bmc_hung", "bmc_rebooting", "bmc_url"];
    for (const file of documents)
      for (const word of wordsOf(readFileSync(file, "utf8")).filter(
        (one) => !others.includes(one) && !one.endsWith("_"),
      ))
        expect(known, `${file} names ${word}`).toContain(word);
  });

  it("are matched with label values that the exporter can export", () => {
    // Generic and sensor-specific classes: 02h-0Ch and 6Fh.
    const classes = [...Array(0x0c).keys()].map((code) => code + 1).concat(0x6f);
    const states = SENSOR_TYPES.flatMap((sensorType) =>
      classes.flatMap((eventType) => statesOf({ eventType, sensorType }).map(({ state }) => state)),
    );
    const kinds = SENSOR_TYPES.map(sensorKind);
    expect(unmatched(matched(/^bmc_sensor_(state|health)$/, "kind"), kinds)).toEqual([]);
    expect(unmatched(matched(/^bmc_sensor_state$/, "state"), [...states, ...THRESHOLD_NAMES, DISAPPEARED])).toEqual([]);
    expect(unmatched(matched(/^bmc_failure$/, "reason"), [...FAILURE_REASONS, NOT_POLLED])).toEqual([]);
    expect(unmatched(matched(/^bmc_sel_events_total$/, "severity"), EVENT_SEVERITIES)).toEqual([]);
    expect(unmatched(matched(/^bmc_(memory|dimm)_errors_total$/, "kind"), MEMORY_ERROR_KINDS)).toEqual([]);
    expect(unmatched(matched(/threshold/, "threshold"), THRESHOLD_NAMES)).toEqual([]);
    expect(unmatched(matched(/^bmc_health$/, "component"), ["system", ...COMPONENTS])).toEqual([]);
    expect(unmatched(matched(/^bmc_redundancy$/, "subject"), COMPONENTS)).toEqual([]);
    expect(matched(/./, "role")).toEqual(["dimm", "exhaust", "inlet", "margin", "psu"]);
    expect(matched(/^bmc_security_finding$/, "finding")).toEqual([
      "anonymous_login",
      "auth_type_none",
      "cipher_suite_0_enabled",
      "cipher_suite_0_listed",
      "cipher_zero",
    ]);
    expect(matched(/^bmc_power_consumption_watts$/, "statistic")).toEqual(["current"]);
    expect(matched(/^bmc_chassis_fault$/, "fault")).toEqual(["intrusion"]);
    expect(matched(/^bmc_sensor_state$/, "state"), "the check finds label values").toContain("input_.*");
  });
});

describe("the runbooks", () => {
  it("exist for each alert, and no others", () => {
    expect(pages.sort()).toEqual(alerts.map(({ alert }) => alert).sort());
  });

  it.each(pages)("%s has all sections in order, none empty, on less than 60 lines", (name) => {
    const text = page(name);
    expect(text.split("\n", 1)[0]).toBe(`# ${name}`);
    expect(text.match(/^## .*$/gm)).toEqual(HEADINGS.map((heading) => `## ${heading}`));
    for (const part of text.split(/^## .*$/m).slice(1)) expect(part.trim()).not.toBe("");
    expect(text.split("\n").length).toBeLessThan(60);
  });

  it("are the only place that knows addresses: no rule has a URL", () => {
    for (const subject of subjects) expect(readFileSync(ruleFile(subject), "utf8"), subject).not.toMatch(/https?:/);
  });
});

withPeers(["promtool"], "promtool check rules", () => {
  it("accepts all files", async () => {
    const result = await checkRules(...subjects.map(ruleFile));
    expect(result.ok, result.complaints.join("\n")).toBe(true);
  });
});
