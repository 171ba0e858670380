import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { configFile } from "../../alerts/alertmanager.ts";
import { ruleFile, subjects } from "../../alerts/rules.ts";
import { shortened } from "./shortened.ts";

const files = [...subjects.map(ruleFile), configFile];
const DURATION = /\b\d+(?:ms|s|m|h|d|w)\b/g;

describe("shortened rules", () => {
  it("have all durations divided", () => {
    const text = "expr: avg_over_time(x[1d:5m] offset 7d) > 60\nfor: 2m\ngroup_wait: 30s\n";
    expect(shortened(text, 60)).toBe(
      "expr: avg_over_time(x[1440000ms:5000ms] offset 10080000ms) > 60\nfor: 2000ms\ngroup_wait: 500ms\n",
    );
    expect(shortened(text, 1)).toBe(text);
  });

  it("have shorter ranges for events, and the same slopes", () => {
    const text = "expr: sum by (host) (rate(events_total[10m])) * 3600 > 60 or deriv(kelvin[10m]) * 3600 > 8\n";
    expect(shortened(text, 60)).toBe(
      "expr: sum by (host) (rate(events_total[10000ms])) * 3600 / 60 > 60 or deriv(kelvin[10000ms]) * 3600 > 8\n",
    );
    expect(shortened(readFileSync(ruleFile("sel"), "utf8"), 60)).toContain("3600 / 60 > 60");
  });

  it.each(files)("differ from %s in every duration and range, and in nothing else", (file) => {
    const text = readFileSync(file, "utf8");
    const result = shortened(text, 60);
    expect(result.replaceAll(DURATION, "D").replaceAll("3600 / 60", "3600")).toBe(text.replaceAll(DURATION, "D"));
    const code = result.replaceAll(/^ *#.*$/gm, "").match(DURATION) ?? [];
    expect(code.filter((duration) => !duration.endsWith("ms"))).toEqual([]);
    expect(code.length).toBeGreaterThan(0);
  });
});
