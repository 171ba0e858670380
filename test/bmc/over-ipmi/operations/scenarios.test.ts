import { describe, expect, it } from "vitest";
import { matchesBoot } from "../../../../src/bmc/index.ts";
import { parseScenario } from "../../../../src/simulator/index.ts";
import { Operated } from "./operated-bmc.ts";

const MINUTE_MS = 60_000;

const operatedWith = (...names: string[]): Operated =>
  new Operated({ scenarios: names.map((name) => parseScenario(name).scenario) });

describe("operations on BMCs that misbehave", () => {
  it("report a lost answer to Chassis Control, and the state that follows", async () => {
    const operated = operatedWith("lost-control-answer");
    const [answer, on] = await operated.do(async (o) => [await o.setPower("off"), (await o.readPower()).on]);
    expect([answer, on]).toEqual(["answer_lost", false]);
    expect(operated.sessions).toBe(0);
  });

  it("see the power state that a BMC reports late", async () => {
    const operated = operatedWith("late-power-state=30");
    const states = await operated.do(async (o) => {
      await o.readPower();
      await o.setPower("off");
      const early = (await o.readPower()).on;
      await new Promise((resolve) => operated.clock.after(31_000, () => resolve(undefined)));
      return [early, (await o.readPower()).on];
    });
    expect(states).toEqual([true, false]);
  });

  it("see a host that ignores a soft shutdown stay on", async () => {
    const operated = operatedWith("soft-ignored");
    expect(await operated.do((o) => o.setPower("soft"))).toBe("accepted");
    await operated.clock.advance(5 * MINUTE_MS);
    expect((await operated.do((o) => o.readPower())).on).toBe(true);
    expect(await operated.do((o) => o.setPower("off"))).toBe("accepted");
    expect((await operated.do((o) => o.readPower())).on).toBe(false);
  });

  it("name the completion code of a refused Chassis Control", async () => {
    const refused = operatedWith("refused-control").do((o) => o.setPower("reset"));
    await expect(refused).rejects.toMatchObject({ reason: "unsupported", completionCode: 0xd5 });
  });

  it("return what is read back where boot flags are forgotten", async () => {
    const choice = { device: "pxe" } as const;
    const report = await operatedWith("forgotten-boot-flags").do((o) => o.setBoot(choice));
    expect(report).toMatchObject({ valid: false, raw: "0000000000" });
    expect(matchesBoot(report, choice)).toBe(false);
  });

  it("store boot flags without parameters 0 and 4", async () => {
    const choice = { device: "disk", persistent: true } as const;
    const report = await operatedWith("few-boot-parameters").do((o) => o.setBoot(choice));
    expect(matchesBoot(report, choice)).toBe(true);
  });

  it("explain a password that is too long for a BMC", async () => {
    const operated = operatedWith("short-passwords");
    const long = operated.do((o) => o.setPassword(2, Buffer.from("seventeen bytes!!")));
    await expect(long).rejects.toThrow("the BMC stores passwords of at most 16 bytes, and this one has 17");
    expect(await operated.do((o) => o.setPassword(2, Buffer.from("sixteen bytes !!")))).toBe(16);
  });

  it("find out by a login that another password is stored", async () => {
    const operated = operatedWith("other-password");
    const secret = Buffer.from("not stored");
    const account = { name: "monitor", password: secret, privilege: "user" } as const;
    const attempt = operated.do(async (o) => {
      await o.setPassword(2, secret);
      expect(await o.testPassword(2, secret)).toBe("ok");
      await o.verifyLogin(account);
    });
    await expect(attempt).rejects.toMatchObject({ reason: "wrong_password", failedLogin: false });
    expect(operated.sessions).toBe(0);
  });

  it("report a record that arrived while the log was erased", async () => {
    const operated = operatedWith("record-during-clear");
    const { left } = await operated.do((o) => o.clearEventLog(async () => {}));
    expect(left.map(({ event }) => event)).toEqual(["log_cleared", "upper_critical_going_high"]);
  });

  it("reach a BMC again that restarts for three minutes", async () => {
    const operated = operatedWith("slow-reset=180");
    await operated.do((o) => o.resetController("cold"));
    await operated.clock.advance(2 * MINUTE_MS);
    const deadlineMs = operated.clock.monotonicMs() + 5000;
    await expect(operated.do((o) => o.guid(), { deadlineMs })).rejects.toMatchObject({ reason: "no_answer" });
    await operated.clock.advance(2 * MINUTE_MS);
    expect(await operated.do((o) => o.guid())).toMatch(/^[0-9a-f]{32}$/);
  });

  it("wait for a free session until the deadline", async () => {
    const operated = operatedWith("few-sessions=1");
    const hasEnded = { first: false };
    const order = await operated.do(async (first) => {
      await first.guid();
      const second = operated.do(
        async (o) => {
          await o.guid();
          return hasEnded.first;
        },
        { deadlineMs: operated.clock.monotonicMs() + MINUTE_MS },
      );
      const hasty = operated.do((o) => o.guid());
      await expect(hasty).rejects.toMatchObject({ stage: "open_session", reason: "no_free_session" });
      hasEnded.first = true;
      return { second };
    });
    expect(await order.second).toBe(true);
    expect(operated.sessions).toBe(0);
  });

  it("end with timeout at a BMC that falls silent in the middle", async () => {
    const operated = operatedWith("silent-after=4");
    const deadlineMs = operated.clock.monotonicMs() + MINUTE_MS;
    const users = operated.do((o) => o.users(), { deadlineMs });
    await expect(users).rejects.toMatchObject({ name: "OperationError", reason: "timeout" });
  });
});
