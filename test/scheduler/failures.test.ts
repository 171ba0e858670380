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
  it("is asked after 1, 2, 4, 8, 15, 15 ... minutes by cheap polls, each delivering its failure", async () => {
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
    expect(rig.told.skipped).toEqual([]);
  });

  it("has five seconds for the cheap question", async () => {
    const rig = rigWith("silent");
    await rig.clock.advance(10 * MINUTE);
    expect(rig.polls.slice(0, 3).map((poll) => [poll.purpose, poll.deadlineMs - poll.atMs])).toEqual([
      ["round", 20_000],
      ["liveness", 5_000],
      ["liveness", 5_000],
    ]);
  });

  it("gets a full poll at once when it is back, and then its rounds again", async () => {
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

  it("goes on backing off when the cheap question is answered and the poll is not", async () => {
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

  it("is asked at once when the operator says so", async () => {
    const rig = rigWith("no_answer");
    await rig.clock.advance(30 * MINUTE);
    rig.behaviours.delete("node0001");
    expect(rig.scheduler.resume("node0001")).toBe(true);
    expect(rig.scheduler.resume("nobody")).toBe(false);
    await rig.clock.advance(1_000);
    expect(rig.polls.at(-1)?.purpose).toBe("round");
    expect(rig.delivered.at(-1)?.up).toBe(true);
  });
});

describe("a busy BMC", () => {
  it.each(["no_free_session", "bmc_busy"] as const)("that says %s is asked again 30 to 75 s later", async (reason) => {
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
  });

  it("that answers badly keeps its rounds", async () => {
    const rig = rigWith("protocol_error");
    await rig.clock.advance(20 * MINUTE);
    expect(rig.polls.length).toBe(20);
  });
});

describe("a BMC that refuses us", () => {
  it.each(["unknown_user", "wrong_password", "privilege_refused", "no_cipher_suite"] as const)(
    "with %s is not asked again by itself",
    async (reason) => {
      const rig = rigWith(reason);
      await rig.clock.advance(24 * 60 * MINUTE);
      expect(rig.polls.length).toBe(1);
      expect(rig.delivered.length).toBe(1);
      expect(rig.scheduler.state("node0001")).toMatchObject({ activity: "idle", stopped: { reason } });
      expect(rig.scheduler.state("node0001")?.nextDueAt).toBeUndefined();
      expect(rig.scheduler.totals()).toMatchObject({ stopped: 1, backedOff: 0 });
    },
  );

  it("is asked again when the credentials changed, and not when anything else of the inventory did", async () => {
    const rig = new Rig();
    rig.behaviours.set("node0001", { afterMs: 100, reason: "wrong_password" });
    rig.scheduler.setHosts(fleetOf(1, { revision: "1" }));
    await rig.clock.advance(2 * MINUTE);
    const relabelled = { ...host, labels: { vendor: "x" } };
    rig.scheduler.setHosts([{ host: relabelled, intervalMs: 2 * MINUTE, timeoutMs: 9_000, revision: "1" }]);
    await rig.clock.advance(10 * MINUTE);
    expect(rig.polls.length).toBe(1);
    rig.behaviours.delete("node0001");
    rig.scheduler.setHosts(fleetOf(1, { revision: "2" }));
    await rig.clock.advance(3 * MINUTE);
    expect(rig.polls.length).toBe(4);
    expect(rig.scheduler.state("node0001")?.stopped).toBeUndefined();
    // The conversation as the old user is closed.
    expect(rig.released).toEqual(["node0001"]);
  });

  it("is asked again when its module or auth changed, and when the operator says so", async () => {
    const rig = rigWith("wrong_password");
    await rig.clock.advance(2 * MINUTE);
    rig.scheduler.setHosts([{ host: { ...host, auth: "other" }, intervalMs: MINUTE, timeoutMs: 20_000 }]);
    await rig.clock.advance(5 * MINUTE);
    expect(rig.polls.map((poll) => poll.auth)).toEqual(["default", "other"]);
    rig.scheduler.resume("node0001");
    await rig.clock.advance(5 * MINUTE);
    expect(rig.polls.length).toBe(3);
  });

  it("is not asked by probes as the same user either, who get the refusal", async () => {
    const rig = rigWith("wrong_password");
    await rig.clock.advance(2 * MINUTE);
    for (let i = 0; i < 5; i++) {
      expect((await rig.scheduler.pollNow(host)).failure?.reason).toBe("wrong_password");
    }
    expect(await rig.scheduler.pollNow({ ...host, name: "10.1.0.1" })).toMatchObject({ host: "10.1.0.1", up: false });
    expect((await rig.scheduler.pollNow({ ...host, module: "gentle" })).up).toBe(false);
    expect(rig.polls.length).toBe(1);
    expect(rig.told.refused.length).toBe(7);
  });

  it("may be probed as another user, which leaves the stop as it is", async () => {
    const rig = rigWith("wrong_password");
    await rig.clock.advance(2 * MINUTE);
    rig.behaviours.delete("node0001");
    const answer = rig.scheduler.pollNow({ ...host, auth: "admin" });
    await rig.clock.advance(1_000);
    expect((await answer).up).toBe(true);
    expect(rig.scheduler.state("node0001")?.stopped?.reason).toBe("wrong_password");
  });

  it("may be probed with another module where the refusal was about the module's choice", async () => {
    const rig = rigWith("no_cipher_suite");
    await rig.clock.advance(2 * MINUTE);
    rig.behaviours.delete("node0001");
    expect((await rig.scheduler.pollNow(host)).up).toBe(false);
    const answer = rig.scheduler.pollNow({ ...host, module: "suite17" });
    await rig.clock.advance(1_000);
    expect((await answer).up).toBe(true);
  });

  it("stops its rounds when a probe finds it out first", async () => {
    const rig = new Rig();
    rig.behaviours.set("node0001", { afterMs: 100, reason: "unknown_user" });
    rig.scheduler.setHosts(one);
    const answer = rig.scheduler.pollNow(host);
    await rig.clock.advance(100);
    expect((await answer).failure?.reason).toBe("unknown_user");
    await rig.clock.advance(10 * MINUTE);
    expect(rig.polls.length).toBe(1);
    expect(rig.delivered.length).toBe(1);
  });

  it("outside the inventory is not hammered: until the revision changes, or 15 minutes without one", async () => {
    const rig = new Rig();
    rig.byDefault = { afterMs: 100, reason: "wrong_password" };
    const probe = async (address: string, revision?: string): Promise<void> => {
      const answer = rig.scheduler.pollNow(hostNamed(address, { address }), { revision });
      await rig.clock.advance(MINUTE);
      expect((await answer).failure?.reason).toBe("wrong_password");
    };
    for (let i = 0; i < 60; i++) await probe("10.7.0.1");
    expect(rig.polls.length).toBe(4);
    for (let i = 0; i < 60; i++) await probe("10.7.0.2", "a");
    expect(rig.polls.length).toBe(5);
    await probe("10.7.0.2", "b");
    expect(rig.polls.length).toBe(6);
  });
});
