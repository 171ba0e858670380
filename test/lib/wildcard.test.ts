import { describe, expect, it } from "vitest";
import { matchesWildcard } from "../../src/lib/index.ts";

describe("a pattern with * and ?", () => {
  it.each([
    ["node*", "node1", true],
    ["node*", "node", true],
    ["node*", "anode1", false],
    ["*", "", true],
    ["?", "", false],
    ["n?de", "node", true],
    ["n?de", "nde", false],
    ["*1", "node11", true],
    ["a*b*c", "abbc", true],
    ["a*b*c", "abcb", false],
    ["**?*", "x", true],
    ["r.1", "rx1", false],
    ["targets-*.json", "targets-a.json", true],
    ["targets-*.json", "targets-a.json~", false],
  ])("%s and %j: %s", (pattern, text, matches) => {
    expect(matchesWildcard(pattern, text)).toBe(matches);
  });

  it("with many stars is decided quickly", () => {
    expect(matchesWildcard(`${"*a".repeat(40)}b`, "a".repeat(250))).toBe(false);
  });
});
