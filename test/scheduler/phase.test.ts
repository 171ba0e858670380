import { describe, expect, it } from "vitest";
import { nextOnGrid, phaseOf } from "../../src/scheduler/phase.ts";
import { seeded } from "./fleet.ts";

const naming: readonly [string, (i: number) => string][] = [
  ["numbered nodes", (i) => `node${String(i).padStart(5, "0")}`],
  ["racks and slots", (i) => `r${Math.floor(i / 40)}u${i % 40}.dc1.example.org`],
  ["addresses", (i) => `10.20.${i >> 8}.${i & 255}`],
];

describe("the phase of a host", () => {
  it.each(naming)("spreads 10,000 %s evenly over the minute", (_, name) => {
    const perSecond = new Array<number>(60).fill(0);
    for (let i = 0; i < 10_000; i++) {
      const second = Math.floor(phaseOf(name(i), 60_000) / 1000);
      perSecond[second] = (perSecond[second] ?? 0) + 1;
    }
    // 167 each; five standard deviations of a fair draw are 64.
    expect(Math.min(...perSecond)).toBeGreaterThan(100);
    expect(Math.max(...perSecond)).toBeLessThan(232);
  });

  it("does not depend on other hosts and is the same after a restart", () => {
    // A changed number here moves every user's rounds.
    expect(phaseOf("node017", 60_000)).toMatchInlineSnapshot(`39744.31870970875`);
    expect(phaseOf("node017", 300_000)).toBeCloseTo(5 * phaseOf("node017", 60_000), 6);
  });
});

describe("the grid of rounds", () => {
  it("has its next point after the time asked for, at most an interval later, and in phase", () => {
    const random = seeded(7);
    for (let i = 0; i < 10_000; i++) {
      const time = 1.7e12 + random() * 1e9;
      const interval = 1_000 + Math.floor(random() * 600_000);
      const phase = random() * interval;
      const next = nextOnGrid(time, interval, phase);
      expect(next).toBeGreaterThan(time);
      expect(next - time).toBeLessThanOrEqual(interval + 0.01);
      const turns = (next - phase) / interval;
      expect(Math.abs(turns - Math.round(turns))).toBeLessThan(1e-6);
    }
  });
});
