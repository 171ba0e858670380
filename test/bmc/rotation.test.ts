import { describe, expect, it } from "vitest";
import { Rotation } from "../../src/bmc/rotation.ts";

const MINUTE = 60_000;

/** Random numbers from a seed, 0 to 1. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The sensors that a poll at this time reads, and marks them as read. */
function read(rotation: Rotation, nowMs: number): readonly number[] {
  const count = rotation.due(nowMs);
  const sensors = [...Array(rotation.size).keys()].filter((sensor) => rotation.isAmong(sensor, count));
  rotation.noteRead(count, nowMs);
  return sensors;
}

describe("a rotation", () => {
  it.each([
    [151, MINUTE, 5 * MINUTE, 31],
    [144, MINUTE, 5 * MINUTE, 29],
    [151, MINUTE, 60 * MINUTE, 3],
    [151, 10_000, 5 * MINUTE, 6],
    [1, MINUTE, 5 * MINUTE, 1],
    [4, MINUTE, 5 * MINUTE, 1],
    [0, MINUTE, 5 * MINUTE, 0],
    [10, 100_000, 5 * MINUTE, 4],
    [10, MINUTE, 90_000, 10],
  ])("of %i sensors, every %i ms for %i ms, reads %i in a poll", (size, intervalMs, discreteIntervalMs, share) => {
    const rotation = new Rotation(size, { intervalMs, discreteIntervalMs });
    expect(read(rotation, 0)).toHaveLength(size);
    const counts = Array.from({ length: 20 }, (_, i) => read(rotation, (i + 1) * intervalMs).length);
    expect(Math.max(...counts)).toBe(share);
  });

  it("reads every sensor once per turn, the oldest first", () => {
    const rotation = new Rotation(7, { intervalMs: MINUTE, discreteIntervalMs: 4 * MINUTE });
    read(rotation, 0);
    const polls = [1, 2, 3, 4, 5].map((n) => read(rotation, n * MINUTE));
    expect(polls).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
      [0, 6],
      [1, 2],
    ]);
    expect(rotation.oldestMs).toBe(2 * MINUTE);
  });

  it("begins again after a reading of all sensors", () => {
    const rotation = new Rotation(10, { intervalMs: MINUTE, discreteIntervalMs: 5 * MINUTE });
    read(rotation, 0);
    read(rotation, MINUTE);
    rotation.noteRead(10, 2 * MINUTE);
    expect(rotation.oldestMs).toBe(2 * MINUTE);
    expect(read(rotation, 3 * MINUTE)).toHaveLength(2);
  });

  it("leaves no state that would be too old before the next poll, whatever polls were missed, late or whole", () => {
    for (let seed = 1; seed <= 300; seed++) {
      const next = random(seed);
      const size = 1 + Math.floor(next() * 200);
      const intervalMs = 10_000 + Math.floor(next() * 120_000);
      const discreteIntervalMs = Math.floor(intervalMs * (1 + next() * 20));
      const jitterMs = Math.min(3000, intervalMs * 0.05);
      const rotation = new Rotation(size, { intervalMs, discreteIntervalMs });
      const readAt = new Array<number>(size).fill(0);
      read(rotation, 0);
      for (let slot = 1; slot <= 200; slot++) {
        if (next() < 0.2) continue;
        const nowMs = slot * intervalMs + next() * 0.5 * intervalMs;
        if (next() < 0.05) {
          rotation.noteRead(size, nowMs);
          readAt.fill(nowMs);
        } else for (const sensor of read(rotation, nowMs)) readAt[sensor] = nowMs;
        const oldestMs = Math.min(...readAt);
        expect(rotation.oldestMs, `seed ${seed}`).toBe(oldestMs);
        expect(nowMs - oldestMs, `seed ${seed}`).toBeLessThanOrEqual(discreteIntervalMs - intervalMs + jitterMs);
      }
    }
  });
});
