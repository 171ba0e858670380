import { describe, expect, it } from "vitest";
import { Slabs } from "../../src/exposition/index.ts";

const MINUTE = 60_000;

describe("Slabs", () => {
  it("allocates memory that no other text uses, many texts to a slab", () => {
    const slabs = new Slabs({ size: 1000, ownBelow: 10 });
    const allocations = Array.from({ length: 40 }, (_, i) => {
      const length = 50 + i;
      const { bytes, start } = slabs.allocate(length, MINUTE);
      bytes.fill(i, start, start + length);
      return { bytes, start, length, filled: i };
    });
    for (const { bytes, start, length, filled } of allocations) {
      expect(start + length).toBeLessThanOrEqual(bytes.length);
      expect(bytes.subarray(start, start + length).every((byte) => byte === filled)).toBe(true);
    }
    expect(new Set(allocations.map(({ bytes }) => bytes)).size).toBeLessThan(6);
  });

  it("puts texts with the same lifetime, and no others, into one slab", () => {
    const slabs = new Slabs({ size: 1000, ownBelow: 10 });
    const [a, b, c] = [MINUTE, 5 * MINUTE, MINUTE].map((lifetimeMs) => slabs.allocate(100, lifetimeMs).bytes);
    expect(a).toBe(c);
    expect(a).not.toBe(b);
  });

  it("allocates separate memory for small and for large texts", () => {
    const slabs = new Slabs({ size: 1000, ownBelow: 100 });
    for (const length of [0, 99, 251, 5000]) expect(slabs.allocate(length, MINUTE).bytes).toHaveLength(length);
    for (const length of [100, 250]) expect(slabs.allocate(length, MINUTE).bytes).toHaveLength(1000);
  });

  it("fills few slabs at once, even with many different lifetimes", () => {
    const slabs = new Slabs({ size: 1000, ownBelow: 10 });
    const first = slabs.allocate(100, 1).bytes;
    expect(slabs.allocate(100, 1).bytes).toBe(first);
    for (let interval = 2; interval < 20; interval++) slabs.allocate(100, interval);
    expect(slabs.allocate(100, 1).bytes).not.toBe(first);
  });

  /** Fills the current slab and begins another. */
  function closeSlab(slabs: Slabs): void {
    slabs.allocate(250, MINUTE);
    for (let i = 0; i < 3; i++) slabs.allocate(250, MINUTE);
  }

  it("reuses a slab when all texts in it are released", () => {
    const slabs = new Slabs({ size: 1000, ownBelow: 10 });
    const allocations = Array.from({ length: 4 }, () => slabs.allocate(250, MINUTE));
    const [first] = allocations;
    closeSlab(slabs);
    const others = Array.from({ length: 8 }, () => slabs.allocate(250, MINUTE).bytes);
    expect(others).not.toContain(first?.bytes);
    for (const allocation of allocations) slabs.release(allocation);
    const next = Array.from({ length: 8 }, () => slabs.allocate(250, MINUTE).bytes);
    expect(next).toContain(first?.bytes);
  });

  it("does not reuse a slab while a text in it is needed or retained by a reader", () => {
    const slabs = new Slabs({ size: 1000, ownBelow: 10 });
    const allocations = Array.from({ length: 4 }, () => slabs.allocate(250, MINUTE));
    const [first, ...rest] = allocations;
    if (first === undefined) throw new Error("no allocation");
    for (const allocation of rest) slabs.release(allocation);
    closeSlab(slabs);
    const isUsed = (): boolean =>
      Array.from({ length: 8 }, () => slabs.allocate(250, MINUTE).bytes).some((bytes) => bytes === first.bytes);
    expect(isUsed()).toBe(false);
    const [releaseAll, releaseFirst] = [slabs.retain(allocations), slabs.retain([first])];
    slabs.release(first);
    expect(isUsed()).toBe(false);
    releaseAll();
    releaseAll();
    expect(isUsed()).toBe(false);
    releaseFirst();
    expect(isUsed()).toBe(true);
  });

  it("ignores another release of a text whose slab has been reused", () => {
    const slabs = new Slabs({ size: 1000, ownBelow: 10 });
    const old = slabs.allocate(250, MINUTE);
    for (let i = 0; i < 3; i++) slabs.release(slabs.allocate(250, MINUTE));
    slabs.release(old);
    const again = slabs.allocate(250, MINUTE);
    expect(again.bytes).toBe(old.bytes);
    slabs.release(old);
    slabs.release(old);
    const later = Array.from({ length: 12 }, () => slabs.allocate(250, MINUTE).bytes);
    expect(later.slice(3)).not.toContain(again.bytes);
  });

  it("keeps few free slabs", () => {
    const slabs = new Slabs({ size: 1000, ownBelow: 10 });
    const allocations = Array.from({ length: 400 }, () => slabs.allocate(250, MINUTE));
    const before = new Set(allocations.map(({ bytes }) => bytes));
    for (const allocation of allocations) slabs.release(allocation);
    const after = new Set(Array.from({ length: 400 }, () => slabs.allocate(250, MINUTE).bytes));
    const again = [...after].filter((bytes) => before.has(bytes)).length;
    expect(again).toBe(4);
  });

  it("counts the bytes that are kept only for readers", () => {
    const slabs = new Slabs({ size: 1000, ownBelow: 10 });
    const [first, ...others] = Array.from({ length: 5 }, () => slabs.allocate(200, MINUTE));
    if (first === undefined) throw new Error("no allocation");
    // Closes the slab of the others.
    slabs.allocate(200, MINUTE);
    const release = slabs.retain([first, ...others]);
    const releaseFirst = slabs.retain([first]);
    for (const other of others) slabs.release(other);
    expect(slabs.outdatedBytes).toBe(0);
    slabs.release(first);
    expect(slabs.outdatedBytes).toBe(1000);
    release();
    expect(slabs.outdatedBytes).toBe(1000);
    releaseFirst();
    expect(slabs.outdatedBytes).toBe(0);
  });
});
