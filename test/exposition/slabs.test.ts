import { describe, expect, it } from "vitest";
import { Slabs } from "../../src/exposition/index.ts";

const MINUTE = 60_000;

describe("Slabs", () => {
  it("gives room nobody else has, many times in one slab", () => {
    const slabs = new Slabs({ size: 1000, ownBelow: 10 });
    const rooms = Array.from({ length: 40 }, (_, i) => {
      const length = 50 + i;
      const { bytes, start } = slabs.take(length, MINUTE);
      bytes.fill(i, start, start + length);
      return { bytes, start, length, filled: i };
    });
    for (const { bytes, start, length, filled } of rooms) {
      expect(start + length).toBeLessThanOrEqual(bytes.length);
      expect(bytes.subarray(start, start + length).every((byte) => byte === filled)).toBe(true);
    }
    expect(new Set(rooms.map(({ bytes }) => bytes)).size).toBeLessThan(6);
  });

  it("puts together what is kept for the same time, and nothing else", () => {
    const slabs = new Slabs({ size: 1000, ownBelow: 10 });
    const [a, b, c] = [MINUTE, 5 * MINUTE, MINUTE].map((lastsMs) => slabs.take(100, lastsMs).bytes);
    expect(a).toBe(c);
    expect(a).not.toBe(b);
  });

  it("gives the small and the large memory of their own", () => {
    const slabs = new Slabs({ size: 1000, ownBelow: 100 });
    for (const length of [0, 99, 251, 5000]) expect(slabs.take(length, MINUTE).bytes).toHaveLength(length);
    for (const length of [100, 250]) expect(slabs.take(length, MINUTE).bytes).toHaveLength(1000);
  });

  it("begins few slabs at once, whatever intervals there were", () => {
    const slabs = new Slabs({ size: 1000, ownBelow: 10 });
    const first = slabs.take(100, 1).bytes;
    expect(slabs.take(100, 1).bytes).toBe(first);
    for (let interval = 2; interval < 20; interval++) slabs.take(100, interval);
    expect(slabs.take(100, 1).bytes).not.toBe(first);
  });
});
