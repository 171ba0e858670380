import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GoRegexp, GoRegexpError } from "../../src/lib/index.ts";
import { temporaryFolder } from "../rig/child.ts";
import { testRules } from "../rig/promtool.ts";
import { withPeers } from "../rig/requirements.ts";

const matches = (pattern: string, text: string): boolean => new GoRegexp(pattern).matches(text);

const TEXTS = [
  "",
  "a",
  "ab",
  "aab",
  "abab",
  "A",
  "Correctable memory error ; Event Data3 = 34h",
  "Upper Critical - going high ; Sensor Reading = 101.00 C",
  "Timer expired, status only",
  "line one\nline two",
  "a.b*c[d]{e}",
  "tab\there",
  "Ünïcode µ Ω",
  "x_1-2",
  "{,2}",
  "\\E",
];

const PATTERNS = [
  "",
  "a",
  "^a$",
  "a*b",
  "^(ab)+$",
  "^(?:a|ab)(?:b|abab)?$",
  "a{2}b",
  "^a{1,2}b",
  "^(ab){2,}$",
  "a{0}^",
  "(a*)*b",
  "(a|)+$",
  "(?i)^a$",
  "(?i:correctable) memory",
  "(?i)upper(?-i) Critical",
  "((?i)A)b",
  "(?i)[x-z]_",
  "(?i)ü",
  "(?s)one.line",
  "one.line",
  "(?m)^line two$",
  "^line two$",
  "(?m)one$",
  "one$",
  "\\Aline",
  "two\\z",
  "\\bmemory\\b",
  "\\Bmemory",
  "\\d{3}\\.\\d+",
  "[0-9A-F]{2}h",
  "[[:digit:]]{3}",
  "[^[:alnum:] ;=.-]",
  "[[:^ascii:]]",
  "\\pL\\PL",
  "\\p{Greek}",
  "\\p{^Lu}$",
  "[\\d_]-",
  "[]]",
  "[^]a-z]",
  "[a\\]]",
  "[-x]_",
  "[x-]2",
  "\\Q.b*c[\\E",
  "\\Qab\\E+$",
  "a\\.b\\*c\\[",
  "\\x61b",
  "\\x{3A9}",
  "\\141b",
  "\\t",
  "[\\n]",
  "\\s[-;]\\s",
  "\\S+,\\s\\w+ only",
  "(?P<name>status) (?:only)",
  "going (?:low|high)(?U) ;.*?C",
  "a{,2}",
  "{,2}",
  "x{1,1000}",
  "^(?i)(?s)a.*b$",
];

describe("a regular expression of Go", () => {
  it("takes linear time where backtracking would take forever", () => {
    expect(matches("^(a+)+$", `${"a".repeat(5000)}b`)).toBe(false);
    expect(matches("(a|aa)*(b|bb)*c$", "ab".repeat(5000))).toBe(false);
    expect(matches("(x+x+)+y", "x".repeat(5000))).toBe(false);
  });

  it("gives the same result for a text again, also after more states than are cached", () => {
    // The tenth character from the end is an a: a thousand states.
    const regexp = new GoRegexp("a.{9}$");
    const texts = Array.from({ length: 2000 }, (_, n) => n.toString(2).padStart(20, "0").replaceAll("1", "a"));
    const expected = texts.map((text) => text.at(-10) === "a");
    expect(texts.map((text) => regexp.matches(text))).toEqual(expected);
    expect(texts.map((text) => regexp.matches(text))).toEqual(expected);
  });

  it("may have named groups in the syntax of Go 1.22", () => {
    expect(matches("(?<state>status) only", "status only")).toBe(true);
  });

  it.each([
    ["(?=a)", "invalid or unsupported Perl syntax: `(?=`"],
    ["b(?<!a)", "`(?<!a)`"],
    ["(a)\\1", "invalid escape sequence: `\\1`"],
    ["a**", "invalid nested repetition operator: `**`"],
    ["*a", "missing argument to repetition operator: `*`"],
    ["(a", "missing closing )"],
    ["a)", "unexpected )"],
    ["[a", "missing closing ]"],
    ["[b-a]", "`b-a`"],
    ["[[:nothing:]]", "`[:nothing:]`"],
    ["\\p{Nowhere}", "`\\p{Nowhere}`"],
    ["\\y", "`\\y`"],
    ["a\\", "trailing backslash at end of expression"],
    ["(?x)a", "`(?x`"],
    ["a{1001}", "invalid repeat count: `{1001}`"],
    ["a{3,2}", "invalid repeat count: `{3,2}`"],
    ["(?P<a>x)(?P<a>y)", "duplicate"],
    ["(?P<a-b>x)", "invalid named capture"],
    ["(((a{100}){100}){100})", "invalid repeat count"],
    ["a".repeat(1001), "longer than 1000 characters"],
  ])("is refused with what is wrong and where: %s", (pattern, message) => {
    expect(() => new GoRegexp(pattern)).toThrow(GoRegexpError);
    expect(() => new GoRegexp(pattern)).toThrow(message);
  });
});

withPeers(["promtool"], "a regular expression of Go, by Go", () => {
  /** A rule test in which Prometheus, whose expressions are Go's, selects the texts that match. */
  const ruleTest = (pattern: string, texts: readonly number[]) => ({
    expr: `x{text=~${JSON.stringify(`(?:(?s).*)(?:${pattern})(?:(?s).*)`)}}`,
    eval_time: "0s",
    exp_samples: texts.map((i) => ({ labels: `x{n="${i}",text=${JSON.stringify(TEXTS[i])}}`, value: 1 })),
  });

  const verdict = async (tests: readonly object[]): Promise<readonly string[]> => {
    const folder = temporaryFolder("go-regexp");
    try {
      const file = join(folder.path, "test.yml");
      const series = TEXTS.map((text, i) => ({ series: `x{n="${i}",text=${JSON.stringify(text)}}`, values: "1" }));
      const test = { interval: "1m", input_series: series, promql_expr_test: tests };
      writeFileSync(file, JSON.stringify({ rule_files: [], tests: [test] }));
      const { ok, complaints } = await testRules(file);
      return ok ? [] : complaints;
    } finally {
      folder.remove();
    }
  };

  it("matches what Prometheus matches", async () => {
    const tests = PATTERNS.map((pattern) =>
      ruleTest(
        pattern,
        [...TEXTS.keys()].filter((i) => matches(pattern, TEXTS[i] ?? "")),
      ),
    );
    expect(await verdict(tests)).toEqual([]);
  }, 60_000);
});
