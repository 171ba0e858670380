import { describe, expect, it } from "vitest";
import { EarlyPolls } from "../../src/scheduler/index.ts";
import { FakeClock } from "../support/fake-clock.ts";

function rig(stopped: ReadonlySet<string> = new Set()) {
  const clock = new FakeClock();
  const polls: { readonly host: string; readonly atMs: number }[] = [];
  const early = new EarlyPolls({
    clock,
    isStopped: (host) => (host.startsWith("n") ? stopped.has(host) : undefined),
    poll: (host) => polls.push({ host, atMs: clock.monotonicMs() }),
  });
  return { clock, early, polls };
}

describe("early polls", () => {
  it("begin at once, and at most once per host and ten seconds: the last hint is not lost", async () => {
    const { clock, early, polls } = rig();
    const begin = clock.monotonicMs();
    expect(early.request("n1")).toBe("polled");
    await clock.advance(3000);
    expect([early.request("n1"), early.request("n1")]).toEqual(["postponed", "postponed"]);
    await clock.advance(30_000);
    expect(polls.map(({ atMs }) => atMs - begin)).toEqual([0, 10_000]);
  });

  it("are at most twenty a second, whatever is requested", async () => {
    const { clock, early, polls } = rig();
    for (let i = 0; i < 1021; i++) early.request(`n${i}`);
    expect(polls).toHaveLength(20);
    expect(early.request("n1020")).toBe("limited");
    for (let tick = 0; tick < 100; tick++) {
      await clock.advance(100);
      for (let i = 0; i < 100; i++) early.request(`n${1000 + tick * 100 + i}`);
    }
    for (const { atMs } of polls)
      expect(polls.filter((other) => other.atMs >= atMs && other.atMs < atMs + 1000).length).toBeLessThanOrEqual(20);
  });

  it("reach every host of a rack that lost its power", async () => {
    const { clock, early, polls } = rig();
    for (let i = 0; i < 80; i++) early.request(`n${i}`);
    await clock.advance(5000);
    expect(new Set(polls.map(({ host }) => host)).size).toBe(80);
  });

  it("do not touch a BMC that refused the login, nor an unknown host", () => {
    const { early, polls } = rig(new Set(["n1"]));
    expect([early.request("n1"), early.request("x")]).toEqual(["stopped", "unknown"]);
    expect(polls).toEqual([]);
  });

  it("end with the scheduler", async () => {
    const { clock, early, polls } = rig();
    early.request("n1");
    early.request("n1");
    early.stop();
    await clock.advance(60_000);
    expect(polls).toHaveLength(1);
  });
});
