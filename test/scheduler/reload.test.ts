import { describe, expect, it } from "vitest";
import { SchedulerStoppedError } from "../../src/scheduler/index.ts";
import { fleetOf, hostNamed, MINUTE, Rig } from "./fleet.ts";

describe("a new inventory", () => {
  it("leaves unchanged hosts undisturbed: rounds, back-off and running polls", async () => {
    const rig = new Rig({ groupConcurrency: 100 });
    rig.byDefault = { afterMs: 9_000 };
    rig.behaviours.set("node0003", { afterMs: 100, reason: "unreachable" });
    const fleet = fleetOf(50);
    rig.scheduler.setHosts(fleet);
    await rig.clock.advance(10.4 * MINUTE);
    const states = fleet.slice(0, 40).map(({ host }) => rig.scheduler.state(host.name));
    expect(states.filter((state) => state?.activity === "running").length).toBeGreaterThan(2);
    rig.scheduler.setHosts([...fleetOf(40), ...fleetOf(90).slice(60)]);
    expect(fleet.slice(0, 40).map(({ host }) => rig.scheduler.state(host.name))).toEqual(states);
    await rig.clock.advance(10 * MINUTE);
    expect(rig.reported.ended.filter(([, outcome]) => outcome === "aborted").length).toBeLessThan(10);
    for (const { host } of fleet.slice(0, 40)) {
      const [, ...times] = rig.pollsOf(host.name).map((poll) => poll.atMs);
      if (host.name === "node0003") continue;
      for (const [i, time] of times.slice(1).entries()) expect(time - (times[i] ?? 0)).toBeCloseTo(MINUTE, 1);
    }
    expect(rig.pollsOf("node0075").length).toBe(10);
  });

  it("aborts the poll of a removed host, then closes its session, and delivers nothing more", async () => {
    const rig = new Rig();
    rig.byDefault = { afterMs: 15_000 };
    rig.scheduler.setHosts(fleetOf(1));
    for (let i = 0; i < 60 && rig.running === 0; i++) await rig.clock.advance(1_000);
    rig.scheduler.setHosts([]);
    await rig.clock.settle();
    expect(rig.running).toBe(0);
    expect(rig.released).toEqual(["node0001"]);
    await rig.clock.advance(5 * MINUTE);
    expect(rig.delivered).toEqual([]);
    expect(rig.polls.length).toBe(1);
    expect(rig.scheduler.state("node0001")).toBeUndefined();
    expect(rig.clock.pending).toBe(0);
  });

  it("closes no session of a host that never had one", async () => {
    const rig = new Rig();
    rig.scheduler.setHosts(fleetOf(100));
    rig.scheduler.setHosts([]);
    await rig.clock.advance(MINUTE);
    expect(rig.released).toEqual([]);
    expect(rig.polls).toEqual([]);
  });

  it("polls a host whose BMC moved at its new address, after closing the old session", async () => {
    const rig = new Rig();
    rig.scheduler.setHosts(fleetOf(1));
    await rig.clock.advance(MINUTE);
    rig.scheduler.setHosts([
      { host: hostNamed("node0001", { address: "10.8.8.8" }), intervalMs: MINUTE, timeoutMs: 9_000 },
    ]);
    await rig.clock.advance(MINUTE);
    expect(rig.released).toEqual(["node0001"]);
    expect([...rig.mostByBmc.keys()]).toEqual(["10.1.0.1:623", "10.8.8.8:623"]);
  });

  it("applies a new interval without closing the session", async () => {
    const rig = new Rig();
    rig.scheduler.setHosts(fleetOf(1));
    await rig.clock.advance(5 * MINUTE);
    rig.scheduler.setHosts(fleetOf(1, { intervalMs: 10_000 }));
    await rig.clock.advance(5 * MINUTE);
    expect(rig.polls.length).toBe(35);
    expect(rig.released).toEqual([]);
  });

  it("is rejected as a whole if an interval is invalid", () => {
    const rig = new Rig();
    rig.scheduler.setHosts(fleetOf(2));
    expect(() => rig.scheduler.setHosts(fleetOf(1, { intervalMs: 0 }))).toThrow("node0001: interval and timeout");
    expect(rig.scheduler.totals().hosts).toBe(2);
  });
});

describe("a stop", () => {
  it("aborts what runs, drops what waits, and is done when the last poll has returned", async () => {
    const rig = new Rig({ concurrency: 3 });
    rig.byDefault = { afterMs: 15_000 };
    rig.scheduler.setHosts(fleetOf(50));
    await rig.clock.advance(MINUTE);
    const probe = rig.scheduler.pollNow(hostNamed("x9")).catch((error) => error);
    const delivered = rig.delivered.length;
    const polls = rig.polls.length;
    const stopped = rig.scheduler.stop({ graceMs: 5_000 });
    expect(rig.scheduler.stop()).toBe(stopped);
    await rig.clock.settle();
    await stopped;
    expect(await probe).toBeInstanceOf(SchedulerStoppedError);
    expect(rig.running).toBe(0);
    await rig.clock.advance(10 * MINUTE);
    expect(rig.polls.length).toBe(polls);
    expect(rig.delivered.length).toBe(delivered);
    expect(rig.clock.pending).toBe(0);
    expect(rig.scheduler.totals()).toMatchObject({ running: 0, queuedRounds: 0, queuedProbes: 0 });
    await expect(rig.scheduler.pollNow(hostNamed("x9"))).rejects.toBeInstanceOf(SchedulerStoppedError);
  });

  it("does not wait longer than the grace for a poll that does not return", async () => {
    const rig = new Rig();
    rig.byDefault = "wedged";
    rig.scheduler.setHosts(fleetOf(20));
    await rig.clock.advance(15_000);
    let done = false;
    void rig.scheduler.stop({ graceMs: 1_000 }).then(() => {
      done = true;
    });
    await rig.clock.advance(999);
    expect(done).toBe(false);
    await rig.clock.advance(1);
    expect(done).toBe(true);
  });

  it("is done at once if nothing runs", async () => {
    const rig = new Rig();
    rig.scheduler.setHosts(fleetOf(20));
    await rig.scheduler.stop();
    expect(rig.clock.pending).toBe(0);
  });
});
