import { describe, expect, it } from "vitest";
import { OperationError } from "../../../../src/bmc/index.ts";
import { chassisControl } from "../../../../src/ipmi/index.ts";
import type { Scenario } from "../../../../src/simulator/index.ts";
import { lossyWire, Operated } from "./operated-bmc.ts";

/** Counts how often the BMC received Chassis Control. */
function counted(): { readonly scenario: Scenario; received: number } {
  const counter = {
    received: 0,
    scenario: () => ({
      name: "counts Chassis Control",
      answer(request: { readonly netFn: number; readonly command: number }) {
        if (request.netFn === chassisControl.netFn && request.command === chassisControl.code) counter.received++;
        return undefined;
      },
    }),
  };
  return counter;
}

describe("power operations", () => {
  it("report power state, restart cause and restore policy", async () => {
    const operated = new Operated();
    const report = await operated.do((o) => o.readPower());
    expect(report).toEqual({
      on: true,
      lastEvents: [],
      restartCause: "unknown",
      policy: "previous",
      faults: [],
    });
    operated.bmc.state.chassis.powerFault = true;
    operated.bmc.state.chassis.lastPowerEvent = 0x11;
    const later = await operated.do((o) => o.readPower());
    expect(later).toMatchObject({ faults: ["power"], lastEvents: ["ac_failed", "on_by_command"] });
    expect(operated.sessions).toBe(0);
  });

  it("switch the host", async () => {
    const operated = new Operated();
    const answers = await operated.do(async (o) => [await o.setPower("off"), (await o.readPower()).on]);
    expect(answers).toEqual(["accepted", false]);
    await expect(operated.do((o) => o.setPower("cycle"))).rejects.toMatchObject({
      name: "OperationError",
      stage: "command",
      reason: "unsupported",
      completionCode: 0xd5,
    });
    expect(operated.sessions).toBe(0);
  });

  it.each(["always-on", "previous", "always-off"] as const)("store the policy %s", async (policy) => {
    const operated = new Operated();
    expect(await operated.do((o) => o.setPowerPolicy(policy))).toBe(policy);
  });

  it("switch the identify light on, for a time, and off", async () => {
    const operated = new Operated();
    expect(await operated.do(async (o) => [await o.setIdentify("on"), await o.readIdentify()])).toEqual([
      "accepted",
      "on",
    ]);
    expect(await operated.do(async (o) => [await o.setIdentify("off"), await o.readIdentify()])).toEqual([
      "accepted",
      "off",
    ]);
    expect(await operated.do(async (o) => [await o.setIdentify(30), await o.readIdentify()])).toEqual([
      "accepted",
      "timed",
    ]);
    await operated.clock.advance(31_000);
    expect(await operated.do((o) => o.readIdentify())).toBe("off");
    await expect(operated.do((o) => o.setIdentify(300))).rejects.toThrow("1 to 255 seconds");
  });

  it("name the refused privilege of the account", async () => {
    const operated = new Operated({ user: "monitor", password: "sesame" });
    await expect(operated.do((o) => o.setPower("off"))).rejects.toMatchObject({ reason: "privilege_refused" });
    const reader = new Operated({ user: "monitor", password: "sesame", privilege: 2 });
    await expect(reader.do((o) => o.setPower("off"))).rejects.toMatchObject({
      reason: "privilege_refused",
      stage: "command",
      completionCode: 0xd4,
    });
    expect(reader.bmc.state.chassis.powerOn).toBe(true);
  });
});

describe("a power command", () => {
  it.each(["cycle", "reset", "nmi"] as const)(
    "is never on the wire twice: %s, whichever packet is lost",
    async (action) => {
      const undisturbed = new Operated();
      const wire = lossyWire(undisturbed.bmc, {});
      await undisturbed.do((o) => o.setPower(action), { transport: wire });
      const total = wire.requests;
      expect(total).toBeGreaterThan(5);
      for (let lost = 0; lost < total; lost++) {
        for (const kind of ["request", "answer", "from here on"] as const) {
          const counter = counted();
          const operated = new Operated({ scenarios: [counter.scenario] });
          const lossy = lossyWire(operated.bmc, {
            request: (n) => (kind === "request" && n === lost) || (kind === "from here on" && n >= lost),
            answer: (n) => kind === "answer" && n === lost,
          });
          let sentOnWire = 0;
          const outcome = await operated
            .do(
              async (o) => {
                sentOnWire = operated.sent.length;
                return o.setPower(action);
              },
              { transport: lossy },
            )
            .catch((error: unknown) => error);
          const controls = operated.sent.slice(sentOnWire).filter((line) => line.startsWith("Chassis Control"));
          expect(controls.length, `${kind} ${lost}`).toBeLessThanOrEqual(1);
          expect(counter.received, `${kind} ${lost}`).toBeLessThanOrEqual(1);
          if (typeof outcome === "string") expect(["accepted", "answer_lost"]).toContain(outcome);
          else expect(outcome).toBeInstanceOf(OperationError);
          if (kind !== "from here on") expect(operated.sessions, `${kind} ${lost}`).toBe(0);
        }
      }
    },
  );

  it("whose answer is lost is reported as such, and the session is closed", async () => {
    const answers = { control: false };
    const scenario: Scenario = () => ({
      name: "no answer to Chassis Control",
      amend(request, reply) {
        answers.control = request.netFn === 0 && request.command === 2;
        return reply;
      },
      deliver(packet, next) {
        if (!answers.control) next(packet);
        answers.control = false;
      },
    });
    const operated = new Operated({ scenarios: [scenario] });
    const outcome = await operated.do(async (o) => [await o.setPower("off"), (await o.readPower()).on]);
    expect(outcome).toEqual(["answer_lost", false]);
    expect(operated.sessions).toBe(0);
  });
});

describe("the session of an operation", () => {
  it("is closed after an error of the work", async () => {
    const operated = new Operated();
    const failing = operated.do(async (o) => {
      await o.readPower();
      throw new Error("the work failed");
    });
    await expect(failing).rejects.toThrow("the work failed");
    expect(operated.sessions).toBe(0);
  });

  it("is closed at the deadline, which is an OperationError", async () => {
    const operated = new Operated();
    const late = operated.do(
      async (o) => {
        await o.readPower();
        await new Promise((resolve) => operated.clock.after(10_000, () => resolve(undefined)));
        await o.readPower();
      },
      { deadlineMs: operated.clock.monotonicMs() + 5000 },
    );
    await expect(late).rejects.toMatchObject({ name: "OperationError", reason: "timeout" });
    expect(operated.sessions).toBe(0);
  });

  it("is closed after an abort, whose reason the caller gets", async () => {
    const operated = new Operated();
    const controller = new AbortController();
    const stopped = new Error("interrupted");
    const aborted = operated.do(
      async (o) => {
        await o.readPower();
        controller.abort(stopped);
        await o.readPower();
      },
      { signal: controller.signal },
    );
    await expect(aborted).rejects.toBe(stopped);
    expect(operated.sessions).toBe(0);
  });

  it("costs a login, one command and a close for a status of the identify light", async () => {
    const operated = new Operated();
    const wire = lossyWire(operated.bmc, {});
    await operated.do((o) => o.readIdentify(), { transport: wire });
    // Capabilities, cipher suites, Open Session, RAKP 1 and 3, privilege; the command; Close Session.
    expect(wire.requests).toBe(8);
  });

  it("is waited for while the BMC has no free one, until the deadline", async () => {
    const busyUntil = 8000;
    const scenario: Scenario = ({ clock }) => {
      const start = clock.monotonicMs();
      return {
        name: "no free session",
        refuseLogin: (step) => (step === "open_session" && clock.monotonicMs() - start < busyUntil ? 0x01 : undefined),
      };
    };
    const patient = new Operated({ scenarios: [scenario] });
    const deadlineMs = patient.clock.monotonicMs() + 30_000;
    expect(await patient.do(async (o) => (await o.readPower()).on, { deadlineMs })).toBe(true);
    const hasty = new Operated({ scenarios: [scenario] });
    await expect(hasty.do((o) => o.readPower())).rejects.toMatchObject({
      stage: "open_session",
      reason: "no_free_session",
    });
  });

  it("is not opened for a BMC that is silent, which is no_answer", async () => {
    const operated = new Operated();
    const silent = lossyWire(operated.bmc, { request: () => true });
    const attempt = operated.do((o) => o.readPower(), {
      transport: silent,
      deadlineMs: operated.clock.monotonicMs() + 3000,
    });
    await expect(attempt).rejects.toMatchObject({ name: "OperationError", reason: "no_answer" });
  });
});
