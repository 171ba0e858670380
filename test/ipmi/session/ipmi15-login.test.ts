import { describe, expect, it } from "vitest";
import { getDeviceId } from "../../../src/ipmi/commands/index.ts";
import { silentObserver } from "../../../src/ipmi/observer.ts";
import { Conversation } from "../../../src/ipmi/session/conversation.ts";
import { credentials } from "../../../src/ipmi/session/credentials.ts";
import { type LoginOptions, login } from "../../../src/ipmi/session/login.ts";
import { BmcMemory } from "../../../src/ipmi/session/memory.ts";
import { Requester } from "../../../src/ipmi/session/requester.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { outcomeOf } from "./outcome.ts";
import { ScriptedBmc, type ScriptedBmcOptions } from "./scripted-bmc.ts";

const OLD = { versions: 0x01 };

async function logIn(
  rig: ScriptedBmcOptions & {
    readonly login?: Partial<LoginOptions>;
    readonly prepare?: (bmc: ScriptedBmc) => void;
    readonly ourPassword?: string;
  },
) {
  const bmc = new ScriptedBmc(rig);
  rig.prepare?.(bmc);
  const clock = new FakeClock();
  const memory = new BmcMemory();
  const remote = { address: "192.0.2.1", port: 623 };
  const conversation = new Conversation({ transport: bmc.transport, remote, clock, observer: silentObserver });
  const ended = outcomeOf(
    login(new Requester(conversation), memory, {
      credentials: credentials("admin", rig.ourPassword ?? "secret"),
      privilege: 2,
      ...rig.login,
    }).then(async (session) => [session.info, (await session.run(getDeviceId, undefined)).manufacturerId]),
  );
  await clock.advance(120_000);
  return { bmc, memory, outcome: await ended };
}

const SESSION = ["Get Session Challenge", "Activate Session", "Get Device ID"];

describe("an IPMI 1.5 login", () => {
  it("is what a BMC without IPMI 2.0 gets, with MD5", async () => {
    const { bmc, memory, outcome } = await logIn({ capabilities: OLD });
    expect(outcome).toEqual({ value: [{ protocol: "1.5", authType: 2, privilege: 2 }, 343] });
    expect(bmc.log.slice(1)).toEqual(SESSION);
    expect(memory.login).toEqual({ protocol: "1.5" });
  });

  it("is what a BMC with both gets only when it is configured", async () => {
    expect((await logIn({})).outcome).toMatchObject({ value: [{ protocol: "2.0" }, 343] });
    expect((await logIn({ login: { ipmi15: "always" } })).outcome).toMatchObject({ value: [{ protocol: "1.5" }, 343] });
  });

  it.each([
    ["is not tried where it is forbidden", { login: { ipmi15: "never" } as const, capabilities: OLD }],
    ["is not tried where it is not offered", { login: { ipmi15: "always" } as const, capabilities: { versions: 2 } }],
    ["is not tried with a password in clear", { capabilities: { ...OLD, types: 0x10 } }],
  ])("%s", async (_, rig) => {
    const { bmc, outcome } = await logIn(rig);
    expect(outcome).toMatchObject({ error: { reason: "no_cipher_suite" } });
    expect(bmc.count("Get Session Challenge")).toBe(0);
  });

  it("sends the password in clear text if that is allowed and nothing else is offered", async () => {
    const rig = { capabilities: { ...OLD, types: 0x10 }, login: { allowStraightPassword: true } };
    expect((await logIn(rig)).outcome).toMatchObject({ value: [{ authType: 4 }, 343] });
    const both = { ...rig, capabilities: { ...OLD, types: 0x14 } };
    expect((await logIn(both)).outcome).toMatchObject({ value: [{ authType: 2 }, 343] });
  });

  it("continues without codes if the answer to an MD5 activation has type none", async () => {
    expect((await logIn({ capabilities: OLD, activatesAs: 0 })).outcome).toMatchObject({
      value: [{ authType: 0 }, 343],
    });
  });

  it.each([1, 4, 5])("is not talked into authentication type %i by the answer to an MD5 activation", async (type) => {
    const { bmc, outcome } = await logIn({ capabilities: OLD, activatesAs: type });
    expect(outcome).toMatchObject({ error: { reason: "protocol_error", stage: "activate_session" } });
    expect(bmc.transport.sent.some((packet) => packet.includes("secret"))).toBe(false);
  });

  it("calls silence to the activation a wrong password, after three challenges", async () => {
    const { bmc, outcome } = await logIn({ capabilities: OLD, ourPassword: "other" });
    expect(outcome).toMatchObject({ error: { reason: "wrong_password", stage: "activate_session" } });
    expect(bmc.count("Get Session Challenge")).toBe(3);
    expect(bmc.count("Activate Session")).toBe(3);
  });

  it("begins again from a new challenge when the activation is lost", async () => {
    const { bmc, outcome } = await logIn({
      capabilities: OLD,
      prepare: (b) => (b.hears = (what, nth) => what !== "Activate Session" || nth > 1),
    });
    expect(outcome).toMatchObject({ value: [{}, 343] });
    expect(bmc.count("Get Session Challenge")).toBe(2);
  });

  it.each([
    ["Get Session Challenge", 0x81, "unknown_user", "session_challenge"],
    ["Get Session Challenge", 0x82, "unknown_user", "session_challenge"],
    ["Activate Session", 0x81, "no_free_session", "activate_session"],
    ["Activate Session", 0x83, "no_free_session", "activate_session"],
    ["Activate Session", 0x86, "privilege_refused", "activate_session"],
  ])("that %s refuses with %i ends with %s", async (command, completionCode, reason, stage) => {
    const { outcome } = await logIn({
      capabilities: OLD,
      prepare: (b) => b.commands.set(command, () => ({ completionCode })),
    });
    expect(outcome).toMatchObject({ error: { reason, stage } });
  });
});
