import { describe, expect, it } from "vitest";
import { formulaText, linearisationName, type SensorFactors } from "../../../../src/ipmi/index.ts";

const LINEAR: SensorFactors = {
  linearisation: 0,
  m: 1,
  tolerance: 0,
  b: 0,
  accuracy: 0,
  accuracyExponent: 0,
  rExponent: 0,
  bExponent: 0,
};
const formula = (
  factors: Partial<SensorFactors>,
  raw: number,
  analogFormat: "unsigned" | "ones_complement" | "twos_complement" | "none" = "unsigned",
) => formulaText({ analogFormat, factors: { ...LINEAR, ...factors } }, raw);

describe("the formula of a reading", () => {
  it.each([
    ["a temperature", formula({}, 24), "(1 × 24 + 0 × 10^0) × 10^0 = 24"],
    ["a fan", formula({ m: 75, b: 9, bExponent: 1 }, 40), "(75 × 40 + 9 × 10^1) × 10^0 = 3090"],
    ["a rail", formula({ m: 104, rExponent: -4 }, 117), "(104 × 117 + 0 × 10^0) × 10^-4 = 1.2168"],
    ["an offset below zero", formula({ b: -128 }, 130), "(1 × 130 − 128 × 10^0) × 10^0 = 2"],
    ["a reading below zero", formula({}, 0xf9, "twos_complement"), "(1 × (-7) + 0 × 10^0) × 10^0 = -7"],
    ["ones' complement", formula({}, 0xf9, "ones_complement"), "(1 × (-6) + 0 × 10^0) × 10^0 = -6"],
    ["1/x", formula({ linearisation: 7 }, 4), "1/((1 × 4 + 0 × 10^0) × 10^0) = 0.25"],
    ["a logarithm", formula({ linearisation: 2, m: 10 }, 100), "log10((10 × 100 + 0 × 10^0) × 10^0) = 3"],
    ["a square", formula({ linearisation: 8 }, 5), "((1 × 5 + 0 × 10^0) × 10^0)² = 25"],
    ["a root", formula({ linearisation: 11 }, 125), "∛((1 × 125 + 0 × 10^0) × 10^0) = 5"],
    ["no number", formula({ linearisation: 7 }, 0), "1/((1 × 0 + 0 × 10^0) × 10^0) = no number"],
  ])("of %s", (_what, text, expected) => {
    expect(text).toBe(expected);
  });

  it("is none where there is none: non-linear, reserved, no analog reading, no factors", () => {
    expect(formula({ linearisation: 0x70 }, 1)).toBeUndefined();
    expect(formula({ linearisation: 12 }, 1)).toBeUndefined();
    expect(formula({}, 1, "none")).toBeUndefined();
    expect(formulaText({ analogFormat: "unsigned" }, 1)).toBeUndefined();
  });

  it("names the linearisation", () => {
    expect([0, 7, 0x70, 12].map(linearisationName)).toEqual(["linear", "1/x", "non-linear 70h", "reserved 0Ch"]);
  });
});
