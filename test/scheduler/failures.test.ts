import { describe, expect, it } from "vitest";
import type { FailureReason } from "../../src/model/index.ts";
import { fleetOf, hostNamed, MINUTE, Rig } from "./fleet.ts";

const one = fleetOf(1);
const host = hostNamed("node0001");

function rigWith(reason: FailureReason | "silent", afterMs = 100): Rig {
  const rig = new Rig();
  rig.behaviours.set("node0001", reason === "silent" ? "silent" : { afterMs, reason });
  rig.scheduler.setHosts(one);
  return rig;
}

describe("a host that does not answer", () => {
  it("is polled after 1, 2, 4, 8, 15, 15 ... minutes by liveness polls, each of which delivers its failure", async () => {
    const rig = rigWith("no_answer");
    await rig.clock.advance(120 * MINUTE);
    const [first, ...later] = rig.polls;
    expect(first?.purpose).toBe("round");
    expect(new Set(later.map((poll) => poll.purpose))).toEqual(new Set(["liveness"]));
    later.forEach((poll, i) => {
      const full = Math.min(2 ** i, 15) * MINUTE;
      const waited = poll.atMs - (rig.polls[i]?.atMs ?? 0) - 100;
      expect(waited).toBeLessThanOrEqual(full + 0.01);
      expect(waited).toBeGreaterThanOrEqual(Math.max(MINUTE, full * 0.75) - 0.01);
    });
    expect(later.length).toBeGreaterThanOrEqual(10);
    expect(rig.delivered.length).toBe(rig.polls.length);
    expect(rig.delivered.every((snapshot) => !snapshot.up)).toBe(true);
    expect(rig.reported.skipped).toEqual([]);
  });

  it("has five seconds to answer a liveness poll", async () => {
    const rig = rigWith("silent");
    await rig.clock.advance(10 * MINUTE);
    expect(rig.polls.slice(0, 3).map((poll) => [poll.purpose, poll.deadlineMs - poll.atMs])).toEqual([
      ["round", 20_000],
      ["liveness", 5_000],
      ["liveness", 5_000],
    ]);
  });

  it("gets a full poll at once when it is back, and then its rounds", async () => {
    const rig = rigWith("no_answer");
    await rig.clock.advance(12 * MINUTE);
    expect(rig.scheduler.state("node0001")?.backOffLevel).toBeGreaterThanOrEqual(3);
    rig.behaviours.delete("node0001");
    const before = rig.polls.length;
    const deliveredBefore = rig.delivered.length;
    await rig.clock.advance(25 * MINUTE);
    const after = rig.polls.slice(before);
    expect(after.slice(0, 2).map((poll) => poll.purpose)).toEqual(["liveness", "round"]);
    expect((after[1]?.atMs ?? 0) - (after[0]?.atMs ?? 0)).toBe(500);
    expect(after.slice(2).every((poll) => poll.purpose === "round")).toBe(true);
    // The answer to the cheap question has no readings and is not shown as if it had been a poll.
    expect(rig.delivered.length - deliveredBefore).toBe(after.length - 1);
    const rest = (after[2]?.atMs ?? 0) - (after[1]?.atMs ?? 0);
    expect(rest).toBeGreaterThanOrEqual(MINUTE / 2);
    expect(rest).toBeLessThanOrEqual(1.5 * MINUTE + 1_000);
    expect((after[3]?.atMs ?? 0) - (after[2]?.atMs ?? 0)).toBeCloseTo(MINUTE, 1);
    expect(rig.scheduler.state("node0001")).toMatchObject({ backOffLevel: 0, activity: "idle" });
  });

  it("stays in back-off if it answers the liveness poll and not the full poll", async () => {
    const rig = new Rig(
      {},
      {
        poll: async (host, { purpose }) => {
          const up = purpose === "liveness";
          const failure = up ? undefined : ({ stage: "rakp", reason: "no_answer", message: "" } as const);
          return { host: host.name, startedAt: 0, durationMs: 0, up, failure, parts: [], quirks: [] };
        },
      },
    );
    rig.scheduler.setHosts(one);
    await rig.clock.advance(60 * MINUTE);
    expect(rig.scheduler.state("node0001")?.backOffLevel).toBeGreaterThanOrEqual(5);
    expect(rig.delivered.every((snapshot) => !snapshot.up)).toBe(true);
  });
});

describe("a busy BMC", () => {
  it.each(["no_free_session", "bmc_busy"] as const)(
    "that reports %s is polled again 30 to 75 s later",
    async (reason) => {
      const rig = new Rig();
      rig.behaviours.set("node0001", { afterMs: 100, reason });
      rig.scheduler.setHosts(fleetOf(1, { intervalMs: 10 * MINUTE }));
      await rig.clock.advance(30 * MINUTE);
      expect(rig.polls.length).toBeGreaterThan(15);
      for (const [i, poll] of rig.polls.slice(1).entries()) {
        const waited = poll.atMs - (rig.polls[i]?.atMs ?? 0) - 100;
        expect(waited).toBeGreaterThanOrEqual(30_000);
        expect(waited).toBeLessThanOrEqual(75_000);
        expect(poll.purpose).toBe("round");
      }
      rig.behaviours.delete("node0001");
      await rig.clock.advance(10 * MINUTE + 75_000);
      const before = rig.polls.length;
      await rig.clock.advance(60 * MINUTE);
      expect(rig.polls.length - before).toBe(6);
    },
  );

  it("that sends invalid responses keeps its rounds", async () => {
    const rig = rigWith("protocol_error");
    await rig.clock.advance(20 * MINUTE);
    expect(rig.polls.length).toBe(20);
  });
});

/** Times of the polls in minutes after the first, rounded down. */
function minutesOf(rig: Rig): number[] {
  const [first] = rig.polls;
  return rig.polls.map(({ atMs }) => Math.floor((atMs - (first?.atMs ?? 0)) / MINUTE));
}

describe("a BMC that refuses the login", () => {
  it.each(["unknown_user", "wrong_password", "privilege_refused", "no_cipher_suite"] as const)(
    "with %s is polled again after 5, 10, 20, 40 and then 60 minutes, and its failure stands",
    async (reason) => {
      const rig = rigWith(reason);
      await rig.clock.advance(200 * MINUTE);
      const gaps = minutesOf(rig).map((at, i, all) => at - (all[i - 1] ?? 0));
      expect(gaps.map((gap, i) => gap - ([0, 5, 10, 20, 40, 60, 60][i] ?? 0))).toEqual(
        Array.from(gaps, () => expect.toSatisfy((late: number) => late === 0 || late === 1)),
      );
      expect(gaps.length).toBe(6);
      expect(rig.delivered.every(({ failure }) => failure?.reason === reason)).toBe(true);
      expect(rig.scheduler.state("node0001")).toMatchObject({ activity: "idle", stopped: { reason } });
      expect(rig.scheduler.totals()).toMatchObject({ stopped: 1, backedOff: 0 });
    },
  );

  it("is polled again sooner if it accepted the credentials before", async () => {
    const rig = new Rig();
    rig.scheduler.setHosts(one);
    await rig.clock.advance(2 * MINUTE);
    rig.behaviours.set("node0001", { afterMs: 100, reason: "unknown_user" });
    rig.polls.length = 0;
    await rig.clock.advance(35 * MINUTE);
    const gaps = minutesOf(rig).map((at, i, all) => at - (all[i - 1] ?? 0));
    expect(gaps.map((gap, i) => gap - ([0, 2, 4, 8, 16][i] ?? 0))).toEqual(
      Array.from(gaps, () => expect.toSatisfy((late: number) => late === 0 || late === 1)),
    );
    expect(gaps.length).toBe(5);
  });

  it("is not retried if it may have counted a failed login, or once a day if it accepted the credentials before", async () => {
    const rig = new Rig();
    const refuses = { afterMs: 100, reason: "wrong_password", failedLogin: true } as const;
    rig.behaviours.set("node0001", refuses);
    rig.scheduler.setHosts(fleetOf(2));
    await rig.clock.advance(2 * MINUTE);
    rig.behaviours.set("node0002", refuses);
    rig.polls.length = 0;
    await rig.clock.advance(49 * 60 * MINUTE);
    expect(rig.pollsOf("node0001").length).toBe(0);
    expect(rig.scheduler.state("node0001")?.nextDueAt).toBeUndefined();
    expect(rig.pollsOf("node0002").length).toBe(3);
  });

  it("is back on its rounds as soon as a poll succeeds", async () => {
    const rig = rigWith("unknown_user");
    await rig.clock.advance(2 * MINUTE);
    rig.behaviours.delete("node0001");
    await rig.clock.advance(5 * MINUTE);
    expect(rig.delivered.at(-1)?.up).toBe(true);
    expect(rig.scheduler.state("node0001")?.stopped).toBeUndefined();
    rig.polls.length = 0;
    await rig.clock.advance(10 * MINUTE);
    expect(rig.polls.length).toBe(10);
  });

  it("that is silent at the next poll is polled again after a minute, until it accepts the login", async () => {
    const rig = rigWith("unknown_user");
    await rig.clock.advance(2 * MINUTE);
    rig.behaviours.set("node0001", { afterMs: 100, reason: "no_answer" });
    await rig.clock.advance(6 * MINUTE);
    rig.polls.length = 0;
    await rig.clock.advance(10 * MINUTE);
    expect(rig.polls.length).toBeGreaterThanOrEqual(9);
    expect(rig.polls.length).toBeLessThanOrEqual(10);
    expect(rig.scheduler.state("node0001")).toMatchObject({ stopped: { reason: "unknown_user" }, backOffLevel: 0 });
    rig.behaviours.delete("node0001");
    await rig.clock.advance(2 * MINUTE);
    expect(rig.scheduler.state("node0001")?.stopped).toBeUndefined();
  });

  it("is polled at once when the credentials changed, and not earlier when anything else of the inventory did", async () => {
    const rig = new Rig();
    rig.behaviours.set("node0001", { afterMs: 100, reason: "wrong_password" });
    rig.scheduler.setHosts(fleetOf(1, { revision: "1" }));
    await rig.clock.advance(2 * MINUTE);
    const relabelled = { ...host, labels: { vendor: "x" } };
    rig.scheduler.setHosts([{ host: relabelled, intervalMs: 2 * MINUTE, timeoutMs: 9_000, revision: "1" }]);
    await rig.clock.advance(2 * MINUTE);
    expect(rig.polls.length).toBe(1);
    rig.behaviours.delete("node0001");
    rig.scheduler.setHosts(fleetOf(1, { revision: "2" }));
    await rig.clock.advance(3 * MINUTE);
    expect(rig.polls.length).toBe(4);
    expect(rig.scheduler.state("node0001")?.stopped).toBeUndefined();
    // The conversation as the old user is closed.
    expect(rig.released).toEqual(["node0001"]);
  });

  it("gets no second login within a minute, even if its module changes or it leaves the inventory", async () => {
    const rig = new Rig();
    rig.behaviours.set("node0001", { afterMs: 100, reason: "wrong_password" });
    const [scheduled] = fleetOf(1, { intervalMs: 1000, timeoutMs: 900, authRevision: "a" });
    const times = 50;
    for (let i = 0; i < times; i++) {
      rig.scheduler.setHosts(scheduled ? [{ ...scheduled, revision: `${i}` }] : []);
      rig.scheduler.pollRefusedHosts();
      await rig.clock.advance(1000);
      rig.scheduler.setHosts([]);
      await rig.clock.advance(100);
    }
    expect(rig.polls.length).toBe(1);
    rig.scheduler.setHosts(scheduled ? [{ ...scheduled, authRevision: "b" }] : []);
    await rig.clock.advance(1000);
    expect(rig.polls.length).toBe(2);
  });

  it("gets no second login within a minute under another name, or by another module", async () => {
    const rig = new Rig();
    rig.byDefault = { afterMs: 100, reason: "wrong_password" };
    const twin = { ...host, name: "twin" };
    const other = { ...host, name: "other", module: "gentle" };
    const common = { intervalMs: MINUTE, timeoutMs: 9_000 };
    rig.scheduler.setHosts([host, twin, other].map((each) => ({ host: each, ...common })));
    await rig.clock.advance(MINUTE);
    expect(rig.polls.length).toBe(1);
    expect(rig.scheduler.totals().stopped).toBe(3);
    expect(new Set(rig.delivered.map((snapshot) => snapshot.host))).toEqual(new Set(["node0001", "twin", "other"]));
  });

  it("is polled when its auth changed", async () => {
    const rig = rigWith("wrong_password");
    await rig.clock.advance(2 * MINUTE);
    rig.scheduler.setHosts([{ host: { ...host, auth: "other" }, intervalMs: MINUTE, timeoutMs: 20_000 }]);
    await rig.clock.advance(2 * MINUTE);
    expect(rig.polls.map((poll) => poll.auth)).toEqual(["default", "other"]);
  });

  it("is polled once more on demand within ten seconds, but not before a minute is over", async () => {
    const rig = rigWith("wrong_password");
    while (rig.delivered.length === 0) await rig.clock.advance(1000);
    for (let i = 0; i < 30; i++) {
      expect(rig.scheduler.pollRefusedHosts()).toBe(1);
      await rig.clock.advance(1000);
    }
    expect(rig.polls.length).toBe(1);
    await rig.clock.advance(40_000);
    expect(rig.polls.length).toBe(2);
    await rig.clock.advance(2 * MINUTE);
    expect(rig.polls.length).toBe(2);
    rig.behaviours.delete("node0001");
    rig.scheduler.pollRefusedHosts();
    await rig.clock.advance(10_500);
    expect(rig.polls.length).toBe(3);
    expect(rig.scheduler.state("node0001")?.stopped).toBeUndefined();
    expect(rig.scheduler.pollRefusedHosts()).toBe(0);
  });

  it("is polled on demand once an hour at most if it may have counted a failed login", async () => {
    const rig = new Rig();
    rig.behaviours.set("node0001", { afterMs: 100, reason: "wrong_password", failedLogin: true });
    rig.scheduler.setHosts(one);
    for (let i = 0; i < 300; i++) {
      rig.scheduler.pollRefusedHosts();
      void rig.scheduler.pollNow(host);
      await rig.clock.advance(MINUTE);
    }
    expect(rig.polls.length).toBe(5);
  });

  it("without its configuration is polled at once on demand, and never retried", async () => {
    const rig = rigWith("not_configured");
    await rig.clock.advance(24 * 60 * MINUTE);
    expect(rig.polls.length).toBe(1);
    rig.scheduler.pollRefusedHosts();
    await rig.clock.advance(10_000);
    expect(rig.polls.length).toBe(2);
  });

  it("is not probed as the same user: the probe returns the refusal and the time of the next login", async () => {
    const rig = rigWith("wrong_password");
    while (rig.delivered.length === 0) await rig.clock.advance(1000);
    for (let i = 0; i < 5; i++) {
      const { failure } = await rig.scheduler.pollNow(host);
      expect(failure?.reason).toBe("wrong_password");
      expect(failure?.message).toMatch(/^node0001: wrong_password \(\d+ s ago; next login in \d+ s at the earliest\)$/);
    }
    expect(await rig.scheduler.pollNow({ ...host, name: "10.1.0.1" })).toMatchObject({ host: "10.1.0.1", up: false });
    expect((await rig.scheduler.pollNow({ ...host, module: "gentle" })).up).toBe(false);
    expect(rig.polls.length).toBe(1);
    expect(rig.reported.refused.length).toBe(7);
  });

  it("gets one login of several probes that wait, and its refusal is returned to all of them", async () => {
    const rig = new Rig();
    rig.byDefault = { afterMs: 100, reason: "wrong_password" };
    const answers = ["a", "b", "c"].map((name) => rig.scheduler.pollNow({ ...host, name }));
    await rig.clock.advance(1000);
    expect((await Promise.all(answers)).map(({ failure }) => failure?.reason)).toEqual(Array(3).fill("wrong_password"));
    expect(rig.polls.length).toBe(1);
  });

  it("may be probed as another user, which does not change the state of the host", async () => {
    const rig = rigWith("wrong_password");
    await rig.clock.advance(2 * MINUTE);
    rig.behaviours.delete("node0001");
    const answer = rig.scheduler.pollNow({ ...host, auth: "admin" });
    await rig.clock.advance(1_000);
    expect((await answer).up).toBe(true);
    expect(rig.scheduler.state("node0001")?.stopped?.reason).toBe("wrong_password");
  });

  it("may be probed with another module if the refusal depends on the module", async () => {
    const rig = rigWith("no_cipher_suite");
    while (rig.delivered.length === 0) await rig.clock.advance(1000);
    rig.behaviours.delete("node0001");
    expect((await rig.scheduler.pollNow(host)).up).toBe(false);
    const answer = rig.scheduler.pollNow({ ...host, module: "suite17" });
    await rig.clock.advance(1_000);
    expect((await answer).up).toBe(true);
  });

  it("gets one login a minute with each module, even if they are probed in turn", async () => {
    const rig = new Rig();
    rig.byDefault = { afterMs: 100, reason: "privilege_refused" };
    for (let i = 0; i < 10; i++) {
      void rig.scheduler.pollNow({ ...host, module: i % 2 === 0 ? "a" : "b" });
      await rig.clock.advance(1000);
    }
    expect(rig.polls.length).toBe(2);
  });

  it("has no rounds after a refused probe", async () => {
    const rig = new Rig();
    rig.behaviours.set("node0001", { afterMs: 100, reason: "unknown_user" });
    rig.scheduler.setHosts(one);
    const answer = rig.scheduler.pollNow(host);
    await rig.clock.advance(100);
    expect((await answer).failure?.reason).toBe("unknown_user");
    await rig.clock.advance(4 * MINUTE);
    expect(rig.polls.length).toBe(1);
    expect(rig.delivered.length).toBe(1);
  });

  it("outside the inventory is polled once a minute at most, and at once when the revision changes", async () => {
    const rig = new Rig();
    rig.byDefault = { afterMs: 100, reason: "wrong_password" };
    const probe = async (address: string, revision?: string): Promise<void> => {
      const answer = rig.scheduler.pollNow(hostNamed(address, { address }), { revision });
      await rig.clock.advance(MINUTE / 10);
      expect((await answer).failure?.reason).toBe("wrong_password");
    };
    for (let i = 0; i < 60; i++) await probe("10.7.0.1");
    expect(rig.polls.length).toBe(6);
    for (let i = 0; i < 60; i++) await probe("10.7.0.2", "a");
    expect(rig.polls.length).toBe(12);
    await probe("10.7.0.2", "b");
    expect(rig.polls.length).toBe(13);
  });
});
