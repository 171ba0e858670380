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
import { unitTest, type Words } from "./unit-test.ts";

const words = parse(readFileSync(join(import.meta.dirname, "words.yml"), "utf8")) as Record<string, Words>;
const ruleOf = (name: string): AlertRule => {
  const rule = alerts.find(({ alert }) => alert === name);
  if (rule === undefined) throw new Error(`no rule is called ${name}`);
  return rule;
};
const title = ({ alert, story }: Case): string => `${alert}: ${story}`;

describe("the cases", () => {
  it("show every alert once firing, and once silent but for the watchdog", () => {
    const named = (which: (one: Case) => boolean) => new Set(cases.filter(which).map(({ alert }) => alert));
    const fire = named(({ fires }) => fires !== undefined);
    const silent = named(({ fires }) => fires === undefined);
    const names = alerts.map(({ alert }) => alert);
    expect(names.filter((name) => !fire.has(name))).toEqual([]);
    expect(names.filter((name) => !silent.has(name))).toEqual(["BmcMonitoringWatchdog"]);
  });

  it("have the words of every alert that fires, and no others", () => {
    const fire = cases.filter(({ fires }) => fires !== undefined).map(title);
    expect(Object.keys(words).sort()).toEqual(fire.sort());
  });
});

withPeers(["promtool"], "promtool", () => {
  // One file for each subject and step: promtool evaluates all rules of a file for every case.
  it("sees every alert fire and keep silent as told, labels and words included", { timeout: 120_000 }, async () => {
    const folder = temporaryFolder("alerts");
    try {
      const files: string[] = [];
      for (const subject of subjects) {
        for (const step of [undefined, "1h"]) {
          const some = cases.filter((one) => ruleOf(one.alert).subject === subject && one.step === step);
          if (some.length === 0) continue;
          const file = join(folder.path, `${subject}-${step ?? "1m"}.test.yml`);
          writeFileSync(
            file,
            unitTest(some, ruleOf, (one) => words[title(one)]),
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
