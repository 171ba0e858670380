import { describe, expect, it } from "vitest";
import { FakeClock } from "./fake-clock.ts";

describe("the fake clock", () => {
  it("runs timers in due order, and those due together in creation order", async () => {
    const clock = new FakeClock();
    const seen: string[] = [];
    clock.after(20, () => seen.push("c"));
    clock.after(10, () => seen.push("a"));
    clock.after(10, () => seen.push("b"));
    clock.after(30, () => seen.push("later"));
    await clock.advance(20);
    expect(seen).toEqual(["a", "b", "c"]);
    expect(clock.pending).toBe(1);
  });

  it("lets promises settle between timers, so that timers they create are not late", async () => {
    const clock = new FakeClock({ monotonicMs: 0 });
    const seen: number[] = [];
    clock.after(10, async () => {
      await Promise.resolve();
      await Promise.resolve();
      clock.after(5, () => seen.push(clock.monotonicMs()));
    });
    clock.after(40, () => seen.push(clock.monotonicMs()));
    await clock.advance(100);
    expect(seen).toEqual([15, 40]);
    expect(clock.monotonicMs()).toBe(100);
  });

  it("removes a cancelled timer and no other with the same due time", async () => {
    const clock = new FakeClock();
    const seen: string[] = [];
    clock.after(10, () => seen.push("a"));
    const b = clock.after(10, () => seen.push("b"));
    clock.after(10, () => seen.push("c"));
    b.cancel();
    b.cancel();
    await clock.advance(10);
    expect(seen).toEqual(["a", "c"]);
  });

  it("moves the wall clock without moving monotonic time", () => {
    const clock = new FakeClock({ wallMs: 1_000, monotonicMs: 7 });
    clock.jumpWall(500);
    expect([clock.wallMs(), clock.monotonicMs()]).toEqual([1_500, 7]);
  });
});
