import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FAILURE_REASONS, FAILURE_STAGES, FAILURE_TEXTS, failureText, NOT_POLLED } from "../../src/model/index.ts";

const ROOT = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const REASONS: readonly string[] = [...FAILURE_REASONS, NOT_POLLED];

/** Lines of a list or a table that are about one reason, or begin with one. */
function entries(text: string): ReadonlyMap<string, string> {
  const lines = text.split("\n").flatMap((line) => {
    const reason = /^(?:\||-|\d+\.) `([a-z_]+)`/.exec(line)?.[1];
    return reason !== undefined && REASONS.includes(reason) ? [[reason, line] as const] : [];
  });
  return new Map(lines);
}

const textOf = (reason: string) => FAILURE_TEXTS[reason as keyof typeof FAILURE_TEXTS];

describe("the text of a failure reason", () => {
  it("is two parts of whole sentences", () => {
    expect(Object.keys(FAILURE_TEXTS).sort()).toEqual([...REASONS].sort());
    for (const { meaning, remedy } of Object.values(FAILURE_TEXTS))
      for (const part of [meaning, remedy]) expect(part).toMatch(/^[A-Z][^`|<>]+\.$/);
  });

  it("stands in docs/operations.md for every reason", () => {
    const found = entries(read("docs/operations.md"));
    expect([...found.keys()].sort()).toEqual([...REASONS].sort());
    for (const [reason, line] of found) {
      const { meaning, remedy } = textOf(reason);
      expect(line).toBe(`| \`${reason}\` | ${meaning} | ${remedy} |`);
    }
  });

  it("stands in README.md with its meaning for every reason", () => {
    const found = entries(read("README.md"));
    expect([...found.keys()].sort()).toEqual([...REASONS].sort());
    for (const [reason, line] of found) expect(line).toBe(`| \`${reason}\` | ${textOf(reason).meaning} |`);
  });

  it("stands in each runbook that lists reasons, and every reason is in one of them", () => {
    const listed = new Set<string>();
    for (const file of readdirSync(join(ROOT, "docs/runbooks"))) {
      for (const [reason, line] of entries(read(`docs/runbooks/${file}`))) {
        expect(line, file).toBe(`- \`${reason}\`: ${failureText(reason as keyof typeof FAILURE_TEXTS)}`);
        listed.add(reason);
      }
    }
    expect([...listed].sort()).toEqual([...REASONS].sort());
  });
});

describe("the stages in docs/operations.md", () => {
  it("are those of the closed set, and all of them but the parts", () => {
    const paragraphs = read("docs/operations.md").split("\n\n");
    const paragraph = paragraphs.find((text) => text.startsWith("`bmc_failure{stage,reason}`")) ?? "";
    const [order = ""] = paragraph.split(", then the parts");
    const named = [...order.matchAll(/`([a-z_0-9]+)`/g)].map(([, word]) => word).filter((word) => word !== "stage");
    const parts = FAILURE_STAGES.indexOf("power");
    expect(named).toEqual(FAILURE_STAGES.slice(0, parts));
  });
});
