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

  /** Fills the slab that is open and begins another. */
  function closed(slabs: Slabs): void {
    slabs.take(250, MINUTE);
    for (let i = 0; i < 3; i++) slabs.take(250, MINUTE);
  }

  it("writes to a slab again when all that lay in it is left", () => {
    const slabs = new Slabs({ size: 1000, ownBelow: 10 });
    const rooms = Array.from({ length: 4 }, () => slabs.take(250, MINUTE));
    const [first] = rooms;
    closed(slabs);
    const others = Array.from({ length: 8 }, () => slabs.take(250, MINUTE).bytes);
    expect(others).not.toContain(first?.bytes);
    for (const room of rooms) slabs.leave(room);
    const next = Array.from({ length: 8 }, () => slabs.take(250, MINUTE).bytes);
    expect(next).toContain(first?.bytes);
  });

  it("does not while one of them is kept, or held by a reader", () => {
    const slabs = new Slabs({ size: 1000, ownBelow: 10 });
    const rooms = Array.from({ length: 4 }, () => slabs.take(250, MINUTE));
    const [first, ...rest] = rooms;
    if (first === undefined) throw new Error("no room");
    for (const room of rest) slabs.leave(room);
    closed(slabs);
    const isUsed = (): boolean =>
      Array.from({ length: 8 }, () => slabs.take(250, MINUTE).bytes).some((bytes) => bytes === first.bytes);
    expect(isUsed()).toBe(false);
    const [letGo, letGoToo] = [slabs.hold(rooms), slabs.hold([first])];
    slabs.leave(first);
    expect(isUsed()).toBe(false);
    letGo();
    letGo();
    expect(isUsed()).toBe(false);
    letGoToo();
    expect(isUsed()).toBe(true);
  });

  it("is not confused by a text of before its slab was written to again", () => {
    const slabs = new Slabs({ size: 1000, ownBelow: 10 });
    const old = slabs.take(250, MINUTE);
    for (let i = 0; i < 3; i++) slabs.leave(slabs.take(250, MINUTE));
    slabs.leave(old);
    const again = slabs.take(250, MINUTE);
    expect(again.bytes).toBe(old.bytes);
    slabs.leave(old);
    slabs.leave(old);
    const later = Array.from({ length: 12 }, () => slabs.take(250, MINUTE).bytes);
    expect(later.slice(3)).not.toContain(again.bytes);
  });

  it("keeps few slabs that nobody uses", () => {
    const slabs = new Slabs({ size: 1000, ownBelow: 10 });
    const rooms = Array.from({ length: 400 }, () => slabs.take(250, MINUTE));
    const before = new Set(rooms.map(({ bytes }) => bytes));
    for (const room of rooms) slabs.leave(room);
    const after = new Set(Array.from({ length: 400 }, () => slabs.take(250, MINUTE).bytes));
    const again = [...after].filter((bytes) => before.has(bytes)).length;
    expect(again).toBe(4);
  });

  it("counts the bytes that are kept only for readers", () => {
    const slabs = new Slabs({ size: 1000, ownBelow: 10 });
    const [first, ...others] = Array.from({ length: 5 }, () => slabs.take(200, MINUTE));
    if (first === undefined) throw new Error("no room");
    // Closes the slab of the others.
    slabs.take(200, MINUTE);
    const release = slabs.hold([first, ...others]);
    const releaseToo = slabs.hold([first]);
    for (const other of others) slabs.leave(other);
    expect(slabs.outdatedBytes).toBe(0);
    slabs.leave(first);
    expect(slabs.outdatedBytes).toBe(1000);
    release();
    expect(slabs.outdatedBytes).toBe(1000);
    releaseToo();
    expect(slabs.outdatedBytes).toBe(0);
  });
});
