import { describe, expect, it } from "vitest";
import { QueueFullError } from "../../src/scheduler/index.ts";
import { fleetOf, hostNamed, MINUTE, Rig } from "./fleet.ts";

const host = hostNamed("node0001");

/** A rig whose one host is in the middle of a long round. */
async function inRound(): Promise<Rig> {
  const rig = new Rig();
  rig.byDefault = { afterMs: 19_000 };
  rig.scheduler.setHosts(fleetOf(1));
  for (let i = 0; i < 60_000 && rig.running === 0; i += 100) await rig.clock.advance(100);
  expect(rig.running).toBe(1);
  return rig;
}

describe("a probe", () => {
  it("waits for the round in progress, then has the BMC to itself", async () => {
    const rig = await inRound();
    const answer = rig.scheduler.pollNow(host);
    await rig.clock.advance(18_000);
    expect(rig.polls.length).toBe(1);
    await rig.clock.advance(22_000);
    expect((await answer).up).toBe(true);
    expect(rig.polls.map((poll) => poll.purpose)).toEqual(["round", "probe"]);
    expect([...rig.mostByBmc.values()]).toEqual([1]);
  });

  it("has priority over rounds that wait for the same BMC or for any slot", async () => {
    const rig = new Rig({ concurrency: 1 });
    rig.byDefault = { afterMs: 10_000 };
    rig.scheduler.setHosts(fleetOf(40));
    await rig.clock.advance(MINUTE);
    const waiting = rig.scheduler.totals().queuedRounds;
    expect(waiting).toBeGreaterThan(20);
    // Of a host whose round waits too, and of one nobody has heard of.
    const queued = fleetOf(40).find(({ host }) => rig.scheduler.state(host.name)?.activity === "waiting");
    if (!queued) throw new Error("no host waits");
    const before = rig.polls.length;
    const answers = [rig.scheduler.pollNow(queued.host), rig.scheduler.pollNow(hostNamed("stranger9"))];
    await rig.clock.advance(31_000);
    expect(rig.polls.slice(before, before + 2).map((poll) => [poll.host, poll.purpose])).toEqual([
      [queued.host.name, "probe"],
      ["stranger9", "probe"],
    ]);
    expect((await Promise.all(answers)).map((snapshot) => snapshot.up)).toEqual([true, true]);
    expect(rig.mostRunning).toBe(1);
  });

  it("is shared by callers with equal requests, and by no others", async () => {
    const rig = await inRound();
    const ask = (changes = {}, request = {}) => rig.scheduler.pollNow({ ...host, ...changes }, request);
    const same = [ask(), ask(), ask({}, { parts: ["sel", "power"] }), ask({}, { parts: ["power", "sel"] })];
    const others = [ask({ auth: "admin" }), ask({ module: "m" }), ask({}, { trace: {} }), ask({}, { trace: {} })];
    await rig.clock.advance(1_000);
    await rig.clock.advance(10 * MINUTE);
    expect(rig.polls.filter((poll) => poll.purpose === "probe").length).toBe(6);
    expect(rig.reported.coalesced.length).toBe(2);
    const answers = await Promise.all(same);
    expect(answers[0]).toBe(answers[1]);
    expect(answers[2]).toBe(answers[3]);
    expect((await Promise.all(others)).every((snapshot) => snapshot.up)).toBe(true);
  });

  it("may be shared while it runs, unless it has a shorter deadline", async () => {
    const rig = new Rig();
    rig.byDefault = { afterMs: 8_000 };
    const nowMs = rig.clock.monotonicMs();
    const patient = rig.scheduler.pollNow(host);
    const joined = rig.scheduler.pollNow(host);
    const hurried = rig.scheduler.pollNow(hostNamed("node0002"), { deadlineMs: nowMs + 3_000 });
    const slow = rig.scheduler.pollNow(hostNamed("node0002"));
    await rig.clock.advance(12_000);
    expect(await patient).toBe(await joined);
    expect((await hurried).failure?.reason).toBe("timeout");
    expect((await slow).up).toBe(true);
    expect(rig.polls.length).toBe(3);
  });

  it("is dropped when its caller goes away and nobody else waits", async () => {
    const rig = await inRound();
    const [first, second] = [new AbortController(), new AbortController()];
    const answers = [first, second].map((c) => rig.scheduler.pollNow(host, { signal: c.signal }).catch(String));
    first.abort("gone 1");
    await rig.clock.settle();
    expect(rig.scheduler.totals().queuedProbes).toBe(1);
    second.abort("gone 2");
    await rig.clock.settle();
    expect(rig.scheduler.totals().queuedProbes).toBe(0);
    await rig.clock.advance(MINUTE);
    expect(await Promise.all(answers)).toEqual(["gone 1", "gone 2"]);
    expect(rig.polls.some((poll) => poll.purpose === "probe")).toBe(false);
    await expect(rig.scheduler.pollNow(host, { signal: first.signal })).rejects.toBe("gone 1");
  });

  it("that runs is aborted when its last caller goes away, and the lane is free again", async () => {
    const rig = new Rig();
    rig.byDefault = { afterMs: 10_000 };
    const controller = new AbortController();
    const gone = rig.scheduler.pollNow(host, { signal: controller.signal }).catch(String);
    await rig.clock.advance(1_000);
    controller.abort("gone");
    const next = rig.scheduler.pollNow(host);
    await rig.clock.advance(10_500);
    expect(await gone).toBe("gone");
    expect((await next).up).toBe(true);
    expect(rig.reported.ended.map(([purpose, outcome, ms]) => [purpose, outcome, ms])).toEqual([
      ["probe", "aborted", 1_000],
      ["probe", "success", 10_000],
    ]);
  });

  it("returns a time-out at its deadline if it got no slot", async () => {
    const rig = await inRound();
    const answer = rig.scheduler.pollNow(host, { deadlineMs: rig.clock.monotonicMs() + 4_500 });
    await rig.clock.advance(4_500);
    expect(await answer).toMatchObject({
      up: false,
      durationMs: 4_500,
      failure: { reason: "timeout", message: "node0001: timed out after waiting 4.5 s for a free slot" },
    });
    await rig.clock.advance(MINUTE);
    expect(rig.polls.some((poll) => poll.purpose === "probe")).toBe(false);
  });

  it("has the time-out of its caller, of the host, or the default", async () => {
    const rig = new Rig({ defaultTimeoutMs: 13_000 });
    rig.scheduler.setHosts(fleetOf(1, { timeoutMs: 17_000 }));
    const answers = [
      rig.scheduler.pollNow(host),
      rig.scheduler.pollNow(hostNamed("x2")),
      rig.scheduler.pollNow(hostNamed("x3"), { timeoutMs: 3_000 }),
      rig.scheduler.pollNow(hostNamed("x4"), { timeoutMs: 3_000, deadlineMs: rig.clock.monotonicMs() + 2_000 }),
    ];
    await rig.clock.advance(1_000);
    await Promise.all(answers);
    expect(rig.polls.map((poll) => poll.deadlineMs - poll.atMs)).toEqual([17_000, 13_000, 3_000, 2_000]);
  });

  it("is refused when too many are waiting", async () => {
    const rig = new Rig({ concurrency: 1, probeQueueLimit: 3 });
    const answers = Array.from({ length: 6 }, (_, i) =>
      rig.scheduler.pollNow(hostNamed(`x${i}`)).then(
        () => "answered",
        (error) => error,
      ),
    );
    await rig.clock.advance(10_000);
    const results = await Promise.all(answers);
    expect(results.filter((result) => result === "answered").length).toBe(4);
    expect(results.filter((result) => result instanceof QueueFullError).length).toBe(2);
  });

  it("ends the back-off of its host when it succeeds", async () => {
    const rig = new Rig();
    rig.behaviours.set("node0001", { afterMs: 100, reason: "no_answer" });
    rig.scheduler.setHosts(fleetOf(1));
    await rig.clock.advance(33 * MINUTE);
    expect(rig.scheduler.state("node0001")?.backOffLevel).toBeGreaterThanOrEqual(5);
    rig.behaviours.delete("node0001");
    const answer = rig.scheduler.pollNow(host);
    await rig.clock.advance(500);
    expect((await answer).up).toBe(true);
    expect(rig.delivered.at(-1)).toBe(await answer);
    expect(rig.scheduler.state("node0001")?.backOffLevel).toBe(0);
    const before = rig.polls.length;
    await rig.clock.advance(10 * MINUTE);
    expect(rig.polls.length - before).toBeGreaterThanOrEqual(9);
  });

  it("that fails does not change the rounds: its deadline may have been short", async () => {
    const rig = new Rig();
    rig.byDefault = { afterMs: 5_000 };
    rig.scheduler.setHosts(fleetOf(1));
    const answer = rig.scheduler.pollNow(host, { timeoutMs: 1_000 });
    await rig.clock.advance(1_000);
    expect((await answer).failure?.reason).toBe("timeout");
    expect(rig.delivered).toEqual([]);
    await rig.clock.advance(5 * MINUTE);
    expect(rig.delivered.every((snapshot) => snapshot.up)).toBe(true);
  });

  it("for some parts is not stored as a poll of the whole host", async () => {
    const rig = new Rig();
    rig.scheduler.setHosts(fleetOf(1));
    const answer = rig.scheduler.pollNow(host, { parts: ["power"] });
    await rig.clock.advance(500);
    expect((await answer).up).toBe(true);
    expect(rig.delivered).toEqual([]);
    expect(rig.polls[0]?.parts).toEqual(["power"]);
  });

  it("of a host outside the inventory closes its session, and one of the inventory keeps it", async () => {
    const rig = new Rig();
    rig.scheduler.setHosts(fleetOf(1));
    const answers = [rig.scheduler.pollNow(host), rig.scheduler.pollNow(hostNamed("stranger7"))];
    await rig.clock.advance(500);
    await Promise.all(answers);
    expect(rig.released).toEqual(["stranger7"]);
  });
});
