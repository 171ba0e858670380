import { describe, expect, it } from "vitest";
import { FakeClock } from "./fake-clock.ts";

describe("the fake clock", () => {
  it("runs timers in the order they are due, and those due together in the order they were set", async () => {
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

  it("lets promises settle between timers, so that what they set is not late", async () => {
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

  it("forgets a cancelled timer and no other that is due with it", async () => {
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

  it("moves the wall clock without moving time", () => {
    const clock = new FakeClock({ wallMs: 1_000, monotonicMs: 7 });
    clock.jumpWall(500);
    expect([clock.wallMs(), clock.monotonicMs()]).toEqual([1_500, 7]);
  });
});
