import { describe, expect, it } from "vitest";
import { quirksByRule } from "../../src/bmc/quirk-rules.ts";
import type { QuirkRule } from "../../src/model/index.ts";

const DELL = { manufacturerId: 674, productId: 256, firmwareMajor: 7 };
const rule = (given: Partial<QuirkRule>): QuirkRule => ({
  manufacturers: ["dell"],
  quirks: ["scanning_disabled_is_valid"],
  ...given,
});

describe("quirks from the rules of the configuration", () => {
  it.each<[string, Partial<QuirkRule>, boolean]>([
    ["the maker's name", {}, true],
    ["the maker's number", { manufacturers: [674] }, true],
    ["one maker of several", { manufacturers: [11, "dell"] }, true],
    ["another maker", { manufacturers: ["supermicro", 11] }, false],
    ["the product", { products: [100, 256] }, true],
    ["another product", { products: [100] }, false],
    ["a firmware below", { firmwareBelow: 8 }, true],
    ["that firmware itself", { firmwareBelow: 7 }, false],
  ])("match %s", (_, given, applies) => {
    expect(quirksByRule([rule(given)], DELL)).toEqual(applies ? ["scanning_disabled_is_valid"] : []);
  });

  it("are those of all matching rules, without unknown names", () => {
    const rules = [rule({}), rule({ quirks: ["password_16", "no_such_quirk"] })];
    expect(quirksByRule(rules, DELL)).toEqual(["scanning_disabled_is_valid", "password_16"]);
  });

  it("match a manufacturer outside of the tables by its number only", () => {
    const unknown = { ...DELL, manufacturerId: 999_999 };
    expect(quirksByRule([rule({})], unknown)).toEqual([]);
    expect(quirksByRule([rule({ manufacturers: [999_999] })], unknown)).toEqual(["scanning_disabled_is_valid"]);
  });
});
