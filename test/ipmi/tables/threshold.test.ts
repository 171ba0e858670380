import { describe, expect, it } from "vitest";
import { crossedThresholds, thresholdHealth, thresholdMask, thresholdsIn } from "../../../src/ipmi/tables/index.ts";

describe("health of a reading", () => {
  const thresholds = {
    lower_non_recoverable: 0,
    lower_critical: 5,
    lower_non_critical: 10,
    upper_non_critical: 95,
    upper_critical: 100,
    upper_non_recoverable: 105,
  };

  it.each([
    [50, 0, []],
    [10.5, 0, []],
    [10, 1, ["at_or_below_lower_non_critical"]],
    [5, 2, ["at_or_below_lower_non_critical", "at_or_below_lower_critical"]],
    [-1, 3, ["at_or_below_lower_non_critical", "at_or_below_lower_critical", "at_or_below_lower_non_recoverable"]],
    [95, 1, ["at_or_above_upper_non_critical"]],
    [100, 2, ["at_or_above_upper_non_critical", "at_or_above_upper_critical"]],
    [105, 3, ["at_or_above_upper_non_critical", "at_or_above_upper_critical", "at_or_above_upper_non_recoverable"]],
  ])("%i is %i", (value, health, states) => {
    expect(thresholdHealth({ value, thresholds })).toEqual({ health, states });
  });

  it.each([
    [0xc0, 0, []],
    [0xc1, 1, ["at_or_below_lower_non_critical"]],
    [0xc2, 2, ["at_or_below_lower_critical"]],
    [0xc4, 3, ["at_or_below_lower_non_recoverable"]],
    [0xc8, 1, ["at_or_above_upper_non_critical"]],
    [0xd0, 2, ["at_or_above_upper_critical"]],
    [0xe0, 3, ["at_or_above_upper_non_recoverable"]],
    // Record 28 of the vectors: FreeIPMI prints Critical.
    [0xd8, 2, ["at_or_above_upper_non_critical", "at_or_above_upper_critical"]],
  ])("comparison byte %i is %i", (comparison, health, states) => {
    expect(thresholdHealth({ comparison })).toEqual({ health, states });
  });

  it("is ok without limits, and unknown with limits that contradict each other", () => {
    expect(thresholdHealth({ value: 3, thresholds: {} })).toEqual({ health: 0, states: [] });
    const illogical = { lower_critical: 40, upper_critical: 20 };
    expect(thresholdHealth({ value: 30, thresholds: illogical })).toBeUndefined();
  });

  it("turns masks into names and back", () => {
    expect(thresholdsIn(0x12)).toEqual(["lower_critical", "upper_critical"]);
    for (let mask = 0; mask < 64; mask++) expect(thresholdMask(thresholdsIn(mask))).toBe(mask);
  });
});

describe("hysteresis", () => {
  const thresholds = { lower_critical: 10, upper_non_critical: 40, upper_critical: 45 };
  const rearm = { lower_critical: 12, upper_non_critical: 38 };
  const [LC, UNC, UC] = [0x02, 0x08, 0x10];

  it.each<[string, number, number, number]>([
    ["inside the limits, nothing before", 30, 0, 0],
    ["at an upper limit", 40, 0, UNC],
    ["below it by less than the hysteresis, from below", 39, 0, 0],
    ["below it by less than the hysteresis, from above", 39, UNC, UNC],
    ["below it by just the hysteresis", 38, UNC, UNC],
    ["below it by more", 37.9, UNC, 0],
    ["below a limit without hysteresis", 44.9, UNC | UC, UNC],
    ["at a lower limit", 10, 0, LC],
    ["above it by less than the hysteresis, from above", 11, 0, 0],
    ["above it by less than the hysteresis, from below", 11, LC, LC],
    ["above it by just the hysteresis", 12, LC, LC],
    ["above it by more", 12.1, LC, 0],
    ["in the band of another limit", 39, LC, 0],
  ])("%s", (_title, value, held, crossed) => {
    expect(crossedThresholds({ value, thresholds, rearm, held })).toEqual(thresholdsIn(crossed));
  });

  it("does not keep what is no limit any more", () => {
    expect(crossedThresholds({ value: 39, thresholds: {}, rearm, held: UNC })).toEqual([]);
  });
});
