import { describe, expect, it } from "vitest";
import { growthPerTurn, LIMITS } from "../../scripts/chaos/memory.mjs";

const KiB = 1024;
const MiB = 1024 * KiB;

/** Heap at the start and after each stage, in MiB. */
const points = (heap: readonly number[], turnsPerStage = 55) =>
  heap.map((mib, stage) => ({ turns: stage * turnsPerStage, heap: mib * MiB }));

describe("memory growth between calm points", () => {
  // A run without a leak: 100 BMCs, all disturbances at once.
  const measured = [30.0, 34.9, 36.4, 35.6, 36.4, 36.0];

  it("stays below the limit for normal variation", () => {
    expect(growthPerTurn(points(measured), "heap")).toBeLessThan(LIMITS.heap);
  });

  it("exceeds the limit with a leak of 50 KiB per reload", () => {
    const leaking = points(measured).map(({ turns, heap }) => ({ turns, heap: heap + turns * 50 * KiB }));
    expect(growthPerTurn(leaking, "heap")).toBeGreaterThan(LIMITS.heap);
  });

  it("ignores the warm-up", () => {
    expect(growthPerTurn(points([20, 40, 40, 40, 40, 40]), "heap")).toBe(0);
  });

  it("is in bytes per turn", () => {
    expect(growthPerTurn(points([0, 0, 0, 10, 20, 30], 100), "heap")).toBeCloseTo(MiB / 10, 0);
  });

  it("is undefined after few turns or with few points", () => {
    expect(growthPerTurn(points(measured, 10), "heap")).toBeUndefined();
    expect(growthPerTurn(points([1, 2, 3, 4]), "heap")).toBeUndefined();
  });
});
