import { describe, expect, it } from "vitest";
import { growthPerTurn, LIMITS } from "../../scripts/chaos/memory.mjs";

const KiB = 1024;
const MiB = 1024 * KiB;

/** MiB at the start and after each stage of so many turns. */
const points = (heap: readonly number[], turnsPerStage = 55) =>
  heap.map((mib, stage) => ({ turns: stage * turnsPerStage, heap: mib * MiB }));

describe("memory that is held at calm points", () => {
  // Of a run without a leak: 100 BMCs, everything at once.
  const measured = [30.0, 34.9, 36.4, 35.6, 36.4, 36.0];

  it("does not grow for what moves from point to point", () => {
    expect(growthPerTurn(points(measured), "heap")).toBeLessThan(LIMITS.heap);
  });

  it("is found to grow by 50 KiB a reload", () => {
    const leaking = points(measured).map(({ turns, heap }) => ({ turns, heap: heap + turns * 50 * KiB }));
    expect(growthPerTurn(leaking, "heap")).toBeGreaterThan(LIMITS.heap);
  });

  it("is not judged by the warm-up", () => {
    expect(growthPerTurn(points([20, 40, 40, 40, 40, 40]), "heap")).toBe(0);
  });

  it("is told in bytes a turn", () => {
    expect(growthPerTurn(points([0, 0, 0, 10, 20, 30], 100), "heap")).toBeCloseTo(MiB / 10, 0);
  });

  it("is not judged after few turns, or of few points", () => {
    expect(growthPerTurn(points(measured, 10), "heap")).toBeUndefined();
    expect(growthPerTurn(points([1, 2, 3, 4]), "heap")).toBeUndefined();
  });
});
