import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { temporaryFolder } from "../rig/child.ts";
import { testRules } from "../rig/promtool.ts";
import { withPeers } from "../rig/requirements.ts";
import type { Case } from "./case.ts";
import { cases } from "./cases/index.ts";
import { type AlertRule, alerts, subjects } from "./rules.ts";
import { type Texts, unitTest } from "./unit-test.ts";

const texts = parse(readFileSync(join(import.meta.dirname, "annotations.yml"), "utf8")) as Record<string, Texts>;
const ruleOf = (name: string): AlertRule => {
  const rule = alerts.find(({ alert }) => alert === name);
  if (rule === undefined) throw new Error(`no rule has the name ${name}`);
  return rule;
};
const title = ({ alert, story }: Case): string => `${alert}: ${story}`;

describe("the cases", () => {
  it("include a firing and a silent case for every alert except the watchdog", () => {
    const named = (which: (one: Case) => boolean) => new Set(cases.filter(which).map(({ alert }) => alert));
    const fire = named(({ fires }) => fires !== undefined);
    const silent = named(({ fires }) => fires === undefined);
    const names = alerts.map(({ alert }) => alert);
    expect(names.filter((name) => !fire.has(name))).toEqual([]);
    expect(names.filter((name) => !silent.has(name))).toEqual(["BmcMonitoringWatchdog"]);
  });

  it("have expected texts if and only if they fire", () => {
    const fire = cases.filter(({ fires }) => fires !== undefined).map(title);
    expect(Object.keys(texts).sort()).toEqual(fire.sort());
  });
});

withPeers(["promtool"], "promtool", () => {
  // One file per subject and step, because promtool evaluates all rules of a file for every case.
  it("evaluates every case as expected, labels and annotations included", { timeout: 120_000 }, async () => {
    const folder = temporaryFolder("alerts");
    try {
      const files: string[] = [];
      for (const subject of subjects) {
        for (const step of [undefined, "5m", "1h"]) {
          const some = cases.filter((one) => ruleOf(one.alert).subject === subject && one.step === step);
          if (some.length === 0) continue;
          const file = join(folder.path, `${subject}-${step ?? "1m"}.test.yml`);
          writeFileSync(
            file,
            unitTest(some, ruleOf, (one) => texts[title(one)]),
          );
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
