import { describe, expect, it } from "vitest";
import { phaseOf } from "../../src/scheduler/index.ts";
import { fleetOf, hostNamed, MINUTE, Rig } from "./fleet.ts";

const gaps = (times: readonly number[]): number[] => times.slice(1).map((time, i) => time - (times[i] ?? 0));

describe("rounds", () => {
  it("poll 1,000 hosts once a minute for an hour, spread over the minute", async () => {
    const rig = new Rig();
    rig.scheduler.setHosts(fleetOf(1_000));
    const started = performance.now();
    await rig.clock.advance(60 * MINUTE);
    expect(rig.polls.length).toBe(60_000);
    expect(rig.reported.skipped).toEqual([]);
    expect(rig.reported.late).toEqual([]);
    // 1,000 polls of half a second spread over a minute: eight at once on average.
    expect(rig.mostRunning).toBeLessThan(30);
    const [, ...later] = rig.pollsOf("node0500").map((poll) => poll.atMs);
    expect(gaps(later).every((gap) => Math.abs(gap - MINUTE) < 0.01)).toBe(true);
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  it("begin early enough at first for the last of them to end within the interval", async () => {
    const rig = new Rig();
    rig.byDefault = { afterMs: 5_000 };
    const start = rig.clock.monotonicMs();
    const fleet = fleetOf(200);
    rig.scheduler.setHosts(fleet);
    await rig.clock.advance(MINUTE);
    expect(new Set(rig.delivered.map(({ host }) => host)).size).toBe(200);
    expect(rig.polls.length).toBe(200);
    await rig.clock.advance(2 * MINUTE);
    for (const { host } of fleet) {
      const [first, second, third] = rig.pollsOf(host.name).map((poll) => poll.atMs);
      // A tenth of what it would have waited for its point of the grid.
      const point = (second ?? 0) - MINUTE;
      expect(point - (first ?? 0)).toBeCloseTo((point - start) / 10, -1);
      expect((third ?? 0) - (second ?? 0)).toBeCloseTo(MINUTE, 1);
    }
    expect(rig.reported.skipped).toEqual([]);
    expect(rig.reported.late).toEqual([]);
  });

  it("keep the phase of a host in the minute of the wall clock over a restart", async () => {
    const places: number[] = [];
    for (const minutes of [0, 7.3]) {
      const rig = new Rig();
      await rig.clock.advance(minutes * MINUTE);
      rig.scheduler.setHosts(fleetOf(1));
      await rig.clock.advance(2 * MINUTE);
      const [, poll] = rig.polls;
      places.push((rig.clock.wallMs() - rig.clock.monotonicMs() + (poll?.atMs ?? 0)) % MINUTE);
    }
    expect(places[0]).toBeCloseTo(phaseOf("node0001", MINUTE), 1);
    expect(places[1]).toBeCloseTo(phaseOf("node0001", MINUTE), 1);
  });

  it("do not move when the wall clock jumps", async () => {
    const rig = new Rig();
    rig.scheduler.setHosts(fleetOf(3));
    await rig.clock.advance(5 * MINUTE);
    rig.clock.jumpWall(-86_400_000 + 17_123);
    await rig.clock.advance(5 * MINUTE);
    const [, ...later] = rig.pollsOf("node0002").map((poll) => poll.atMs);
    for (const gap of gaps(later)) expect(gap).toBeCloseTo(MINUTE, 1);
    expect(rig.polls.length).toBe(30);
  });

  it("are skipped and counted while the previous one is in progress, and never pile up", async () => {
    const rig = new Rig();
    rig.byDefault = { afterMs: 150_000 };
    rig.scheduler.setHosts(fleetOf(1, { timeoutMs: 200_000 }));
    await rig.clock.advance(9 * MINUTE);
    expect(rig.polls.length).toBe(3);
    expect(rig.reported.skipped.length).toBe(6);
    expect(new Set(rig.reported.skipped.map(([cause]) => cause))).toEqual(new Set(["busy"]));
    expect(rig.mostRunning).toBe(1);
  });

  it("are skipped and counted if too many are waiting", async () => {
    const rig = new Rig({ concurrency: 1, queueLimit: 5 });
    rig.byDefault = { afterMs: 19_000 };
    rig.scheduler.setHosts(fleetOf(30));
    await rig.clock.advance(MINUTE);
    expect(rig.scheduler.totals().running).toBe(1);
    expect(rig.reported.skipped.filter(([cause]) => cause === "queue_full").length).toBeGreaterThan(15);
    expect(Math.max(...rig.reported.queued.map(([depth]) => depth))).toBe(5);
  });

  it("are counted if they start late, with the delay", async () => {
    const rig = new Rig({ concurrency: 1, lateAfterMs: 1_000 });
    rig.byDefault = { afterMs: 15_000 };
    rig.scheduler.setHosts(fleetOf(8));
    await rig.clock.advance(2 * MINUTE);
    expect(rig.reported.late.length).toBeGreaterThan(0);
    for (const [lateMs] of rig.reported.late) expect(lateMs).toBeGreaterThan(1_000);
    const waited = rig.reported.started.map(([, waitMs]) => waitMs).filter((waitMs) => waitMs > 1_000);
    expect(waited).toEqual(rig.reported.late.map(([lateMs]) => lateMs));
  });

  it("run once, and the rest are counted, after the process slept", async () => {
    const rig = new Rig();
    rig.scheduler.setHosts(fleetOf(1));
    await rig.clock.advance(MINUTE);
    const late = rig.clock.after.bind(rig.clock);
    // The one timer of the scheduler comes ten minutes late, as after a suspended machine.
    rig.clock.after = (delayMs, callback) => late(delayMs + 10 * MINUTE, callback);
    await rig.clock.advance(MINUTE);
    rig.clock.after = late;
    await rig.clock.advance(11 * MINUTE);
    expect(rig.reported.skipped.filter(([cause]) => cause === "behind").map(([, rounds]) => rounds)).toEqual([10]);
  });

  it("give a poll its time-out, then the grace time, and deliver its result", async () => {
    const rig = new Rig();
    rig.byDefault = "silent";
    rig.scheduler.setHosts(fleetOf(1, { timeoutMs: 7_000 }));
    await rig.clock.advance(2 * MINUTE);
    const [poll] = rig.polls;
    expect((poll?.deadlineMs ?? 0) - (poll?.atMs ?? 0)).toBe(7_000);
    expect(rig.delivered[0]).toMatchObject({ up: false, durationMs: 7_000, failure: { reason: "timeout" } });
    expect(rig.reported.stuck).toEqual([]);
  });

  it("do not wait for a poll that does not return, report it and close its session", async () => {
    const rig = new Rig();
    rig.behaviours.set("node0001", "wedged");
    rig.scheduler.setHosts(fleetOf(2, { timeoutMs: 7_000 }));
    await rig.clock.advance(70_000);
    expect(rig.reported.stuck).toEqual([["node0001"]]);
    expect(rig.released).toEqual(["node0001"]);
    expect(rig.delivered.find((snapshot) => snapshot.host === "node0001")).toMatchObject({
      up: false,
      durationMs: 9_000,
      failure: { stage: "connect", reason: "timeout" },
    });
    rig.behaviours.delete("node0001");
    await rig.clock.advance(2 * MINUTE);
    expect(rig.delivered.findLast((snapshot) => snapshot.host === "node0001")?.up).toBe(true);
  });

  it("treat a poll that throws as failed", async () => {
    const rig = new Rig(
      {},
      {
        poll: () => {
          throw new Error("no such module");
        },
      },
    );
    rig.scheduler.setHosts(fleetOf(1));
    await rig.clock.advance(2 * MINUTE);
    expect(rig.delivered.map((snapshot) => snapshot.failure)).toEqual(
      new Array(2).fill({ stage: "connect", reason: "protocol_error", message: "node0001: no such module" }),
    );
  });

  it("go on if the store throws", async () => {
    const rig = new Rig(
      {},
      {
        deliver: () => {
          throw new Error("full");
        },
      },
    );
    rig.scheduler.setHosts(fleetOf(2));
    await rig.clock.advance(5 * MINUTE);
    expect(rig.polls.length).toBe(10);
  });
});

describe("the limits", () => {
  it("are never exceeded, in total and in each group", async () => {
    const rig = new Rig({ concurrency: 50, groupConcurrency: 16 });
    rig.byDefault = { afterMs: 4_000 };
    rig.scheduler.setHosts(fleetOf(1_000));
    await rig.clock.advance(3 * MINUTE);
    expect(rig.mostRunning).toBe(50);
    expect(rig.mostByGroup.size).toBe(4);
    for (const [group, most] of rig.mostByGroup) expect(most, group).toBeLessThanOrEqual(16);
  });

  it("do not keep a free slot from other groups while one group is full", async () => {
    const rig = new Rig({ concurrency: 8, groupConcurrency: 2 });
    rig.byDefault = { afterMs: 20_000 };
    const crowd = fleetOf(200).slice(0, 150);
    const other = {
      ...crowd[0],
      host: hostNamed("lonely", { address: "10.9.9.9" }),
      intervalMs: MINUTE,
      timeoutMs: 30_000,
    };
    rig.scheduler.setHosts([...crowd, other]);
    await rig.clock.advance(10 * MINUTE);
    expect(rig.pollsOf("lonely").length).toBe(10);
    expect(rig.mostRunning).toBe(3);
  });

  it("can be changed while polls run", async () => {
    const rig = new Rig({ concurrency: 2 });
    rig.byDefault = { afterMs: 10_000 };
    rig.scheduler.setHosts(fleetOf(100));
    await rig.clock.advance(MINUTE);
    expect(rig.mostRunning).toBe(2);
    rig.scheduler.configure({ concurrency: 40, groupConcurrency: 10 });
    await rig.clock.advance(MINUTE);
    expect(rig.mostRunning).toBe(10);
    rig.scheduler.configure({ groupConcurrency: 30 });
    await rig.clock.advance(MINUTE);
    expect(rig.mostRunning).toBeGreaterThan(10);
  });

  it("let two hosts behind one BMC wait for each other", async () => {
    const rig = new Rig();
    rig.byDefault = { afterMs: 19_000 };
    const blades = fleetOf(3).map((s) => ({ ...s, host: { ...s.host, address: "10.1.7.7" } }));
    rig.scheduler.setHosts(blades);
    await rig.clock.advance(5 * MINUTE);
    expect([...rig.mostByBmc.values()]).toEqual([1]);
    for (const { host } of blades) expect(rig.pollsOf(host.name).length).toBeGreaterThanOrEqual(4);
  });
});

describe("silent hosts", () => {
  it("do not delay healthy hosts if one in twenty is silent", async () => {
    const rig = new Rig({ concurrency: 64, groupConcurrency: 16 });
    const fleet = fleetOf(1_000);
    const silent = fleet.filter((_, i) => i % 20 === 7).map(({ host }) => host.name);
    for (const name of silent) rig.behaviours.set(name, "silent");
    rig.scheduler.setHosts(fleet);
    await rig.clock.advance(30 * MINUTE);
    expect(rig.reported.late).toEqual([]);
    expect(rig.reported.skipped).toEqual([]);
    for (const { host } of fleet) {
      if (!silent.includes(host.name)) expect(rig.pollsOf(host.name).length).toBe(30);
    }
    expect(rig.scheduler.totals()).toMatchObject({ hosts: 1_000, backedOff: 50, stopped: 0 });
  });

  it("need milliseconds of real time if there are a thousand for an hour", async () => {
    const rig = new Rig();
    rig.byDefault = "silent";
    rig.scheduler.setHosts(fleetOf(1_000));
    const started = performance.now();
    await rig.clock.advance(60 * MINUTE);
    // 1 full poll, then cheap ones after about 1, 2, 4, 8, 15, 15, 15 minutes.
    for (let i = 1; i <= 1_000; i += 97) {
      const polls = rig.pollsOf(`node${String(i).padStart(4, "0")}`);
      expect(polls.length).toBeGreaterThanOrEqual(7);
      expect(polls.length).toBeLessThanOrEqual(10);
    }
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
