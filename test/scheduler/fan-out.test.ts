import { describe, expect, it } from "vitest";
import { fanOut } from "../../src/scheduler/index.ts";
import { FakeClock } from "../support/fake-clock.ts";

describe("the fan-out", () => {
  const setup = () => {
    const clock = new FakeClock();
    const seen = { running: 0, most: 0 };
    const work = async (ms: number): Promise<string> => {
      seen.most = Math.max(seen.most, ++seen.running);
      await new Promise<void>((resolve) => clock.after(ms, resolve));
      seen.running--;
      if (ms === 13) throw new Error("thirteen");
      return `${ms} ms`;
    };
    return { clock, seen, work };
  };

  it("keeps the order of the items and the limit", async () => {
    const { clock, seen, work } = setup();
    const all = fanOut([30, 10, 20, 5, 1, 40], 2, work);
    await clock.advance(1_000);
    const values = (await all).map((r) => (r.status === "fulfilled" ? r.value : r.reason));
    expect(values).toEqual(["30 ms", "10 ms", "20 ms", "5 ms", "1 ms", "40 ms"]);
    expect(seen.most).toBe(2);
  });

  it("reports a failure in its place and goes on", async () => {
    const { clock, work } = setup();
    const all = fanOut([1, 13, 2], 1, work);
    await clock.advance(1_000);
    expect((await all).map((r) => r.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });

  it("starts nothing more once the signal fired", async () => {
    const { clock, work } = setup();
    const controller = new AbortController();
    const all = fanOut([10, 10, 10, 10], 2, work, { signal: controller.signal });
    await clock.advance(5);
    controller.abort(new Error("enough"));
    await clock.advance(1_000);
    expect((await all).map((r) => (r.status === "rejected" ? r.reason.message : r.value))).toEqual([
      "10 ms",
      "10 ms",
      "enough",
      "enough",
    ]);
  });

  it("has nothing to do for no items and refuses a bound below one", async () => {
    expect(await fanOut([], 4, async () => 1)).toEqual([]);
    await expect(fanOut([1], 0, async () => 1)).rejects.toThrow("concurrency must be 1 or more, not 0");
  });
});
