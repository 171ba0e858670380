import { describe, expect, it } from "vitest";
import { RetransmissionTimer } from "../../../src/ipmi/session/retry.ts";
import { printedSeed, Random } from "../fuzz/random.ts";

const waits = (timer: RetransmissionTimer): number[] => [0, 1, 2, 3].map((attempt) => timer.timeoutMs(attempt));

describe("the retransmission timer", () => {
  it("waits 1 s before anything was measured, and twice as long each time, 5 s at most", () => {
    expect(waits(new RetransmissionTimer())).toEqual([1000, 2000, 4000, 5000]);
  });

  it.each([
    ["a BMC that answers within 2 ms gets 300 ms", [2, 2, 2, 2, 2, 2, 2, 2], [300, 600, 1200, 2400]],
    ["one answer after 200 ms: 200 + 4 x 100", [200], [600, 1200, 2400, 4800]],
    ["steady 400 ms: the deviation shrinks", Array.from({ length: 40 }, () => 400), [450, 850, 1650, 3250]],
    ["slower than the ceiling", [9000], [5000, 5000, 5000, 5000]],
  ])("%s", (_, roundTrips, expected) => {
    const timer = new RetransmissionTimer();
    for (const ms of roundTrips) timer.observe(ms);
    expect(waits(timer)).toEqual(expected);
  });

  it("stays within its limits and never waits less for a later try, whatever was measured", () => {
    const random = new Random(printedSeed("round trips"));
    const timer = new RetransmissionTimer();
    for (let round = 0; round < 2000; round++) {
      timer.observe(random.once(50) ? random.below(60_000) : random.below(500));
      const times = waits(timer);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(times[0]).toBeGreaterThanOrEqual(300);
      expect(times[3]).toBeLessThanOrEqual(5000);
      expect(times.every((ms) => ms % 50 === 0)).toBe(true);
    }
  });
});
