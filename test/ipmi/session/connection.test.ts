import { describe, expect, it } from "vitest";
import { chassisControl, getDeviceId, getSelTime } from "../../../src/ipmi/commands/index.ts";
import type { ConnectionOptions } from "../../../src/ipmi/session/connection.ts";
import { hex } from "../../support/hex.ts";
import { connectionTo } from "./connection-rig.ts";
import { outcomeOf } from "./outcome.ts";
import { ScriptedBmc } from "./scripted-bmc.ts";

function setup(options: Partial<ConnectionOptions> = {}) {
  const bmc = new ScriptedBmc();
  bmc.commands.set("a/48", () => ({ data: hex("10e1026b") }));
  bmc.commands.set("0/2", () => ({}));
  return { bmc, ...connectionTo(bmc, options) };
}

describe("a connection", () => {
  it("logs in when the first command comes, once for commands that come together", async () => {
    const { bmc, connection, logins, clock } = setup();
    expect(bmc.transport.sent).toEqual([]);
    const answers = Promise.all([1, 2, 3].map(() => connection.run(getSelTime, undefined)));
    await clock.settle();
    expect((await answers).length).toBe(3);
    expect(logins()).toBe(1);
    expect(bmc.slots).toBe(1);
  });

  it("checks without a session whether the BMC answers", async () => {
    const { bmc, connection } = setup();
    await connection.ping();
    expect(bmc.log).toEqual(["Get Channel Authentication Capabilities"]);
    expect(connection.session).toBeUndefined();
  });

  it("refuses commands that change something before sending, unless configured otherwise", async () => {
    const { bmc, connection } = setup();
    const control = { control: "power up" } as const;
    expect(await outcomeOf(connection.run(chassisControl, control))).toMatchObject({
      error: { reason: "privilege_refused", message: "Chassis Control: this connection is read-only" },
    });
    expect(bmc.transport.sent).toEqual([]);
    const writing = setup({ readOnly: false });
    await writing.connection.run(chassisControl, control);
    expect(writing.bmc.count("0/2")).toBe(1);
  });

  it("logs in again when the BMC has lost the session, and runs the command once more", async () => {
    const { bmc, clock, connection, count, logins } = setup();
    await connection.run(getDeviceId, undefined);
    bmc.reset();
    const answer = connection.run(getSelTime, undefined);
    await clock.advance(60_000);
    expect(await answer).toEqual({ timestamp: 0x6b02e110 });
    expect(logins()).toBe(2);
    expect([count("lost"), count("closed"), count("opened:2.0")]).toEqual([1, 1, 2]);
  });

  it("logs in again exactly once for a command", async () => {
    const { bmc, clock, connection, logins, count } = setup();
    await connection.run(getDeviceId, undefined);
    bmc.commands.set("a/48", () => undefined);
    const ended = outcomeOf(connection.run(getSelTime, undefined));
    await clock.advance(120_000);
    expect(await ended).toMatchObject({
      error: { reason: "timeout", message: "Get SEL Time: timed out after 4 tries" },
    });
    expect(logins()).toBe(2);
    expect(bmc.count("a/48")).toBe(8);
    expect(count("lost")).toBe(2);
    expect(connection.session).toBeUndefined();
  });

  it("does not run a changing command again after silence", async () => {
    const { bmc, clock, connection, logins } = setup({ readOnly: false });
    bmc.commands.set("0/2", () => undefined);
    const ended = outcomeOf(connection.run(chassisControl, { control: "power cycle" }));
    await clock.advance(120_000);
    expect(await ended).toMatchObject({ error: { reason: "timeout" } });
    expect([bmc.count("0/2"), logins()]).toEqual([1, 1]);
  });

  it("keeps the session when a command is refused or aborted", async () => {
    const { bmc, clock, connection, logins } = setup();
    bmc.commands.set("a/48", () => ({ completionCode: 0xcb }));
    expect(await outcomeOf(connection.run(getSelTime, undefined))).toMatchObject({ error: { completionCode: 0xcb } });
    bmc.commands.set("a/48", () => undefined);
    const controller = new AbortController();
    const ended = outcomeOf(connection.run(getSelTime, undefined, { signal: controller.signal }));
    await clock.settle();
    controller.abort("deadline");
    expect(await ended).toEqual({ error: "deadline" });
    await connection.run(getDeviceId, undefined);
    expect(logins()).toBe(1);
  });

  it("sends the configured number of times before it fails", async () => {
    const { bmc, clock, connection } = setup({ tries: 2 });
    bmc.commands.set("a/48", () => undefined);
    const ended = outcomeOf(connection.run(getSelTime, undefined));
    await clock.advance(120_000);
    expect(await ended).toMatchObject({ error: { message: "Get SEL Time: timed out after 2 tries" } });
  });
});

describe("a login that several wait for", () => {
  const rig = () => {
    const parts = setup();
    parts.bmc.hears = (what, nth) => what !== "RAKP 1" || nth > 1;
    const [one, two] = [new AbortController(), new AbortController()];
    const first = outcomeOf(parts.connection.run(getDeviceId, undefined, { signal: one.signal }));
    const second = outcomeOf(parts.connection.run(getSelTime, undefined, { signal: two.signal }));
    return { ...parts, one, two, first, second };
  };

  it("continues for the second caller after the first has aborted", async () => {
    const { clock, one, first, second, logins } = rig();
    await clock.advance(100);
    one.abort("enough");
    expect(await first).toEqual({ error: "enough" });
    await clock.advance(10_000);
    expect(await second).toMatchObject({ value: {} });
    expect(logins()).toBe(2);
  });

  it("continues for the first caller after the second has aborted", async () => {
    const { clock, two, first, second } = rig();
    await clock.advance(100);
    two.abort("enough");
    expect(await second).toEqual({ error: "enough" });
    await clock.advance(10_000);
    expect(await first).toMatchObject({ value: {} });
  });

  it("ends when all have given up, and frees its slot; who comes then starts another", async () => {
    const { bmc, clock, connection, one, two, first, second } = rig();
    await clock.advance(100);
    one.abort("enough");
    two.abort("me too");
    const third = connection.run(getDeviceId, undefined);
    expect(await Promise.all([first, second])).toEqual([{ error: "enough" }, { error: "me too" }]);
    await clock.settle();
    await third;
    expect(bmc.slots).toBe(1);
  });

  it("is not begun for a caller that has aborted before", async () => {
    const { connection, bmc } = setup();
    expect(await outcomeOf(connection.open(AbortSignal.abort("late")))).toEqual({ error: "late" });
    expect(bmc.transport.sent).toEqual([]);
  });
});

describe("an idle session", () => {
  it("is used up to 50 s, and then not believed in", async () => {
    const { clock, connection, logins, bmc } = setup();
    await connection.run(getDeviceId, undefined);
    await clock.advance(50_000);
    await connection.run(getDeviceId, undefined);
    expect(logins()).toBe(1);
    await clock.advance(50_001);
    bmc.reset();
    // Without waiting for an answer in a session that is lost.
    await connection.run(getDeviceId, undefined);
    expect(logins()).toBe(2);
  });

  it("is kept alive for the requested time, every 25 s", async () => {
    const { bmc, clock, connection, logins } = setup();
    await connection.run(getSelTime, undefined);
    connection.hold(120_000);
    await clock.advance(119_000);
    expect(bmc.count("Get Device ID")).toBe(4);
    await connection.run(getSelTime, undefined);
    expect(logins()).toBe(1);
    await clock.advance(200_000);
    expect(bmc.count("Get Device ID")).toBe(4);
    expect(clock.pending).toBe(0);
  });

  it("is kept alive by a BMC that refuses Get Device ID", async () => {
    const { bmc, clock, connection, logins } = setup();
    bmc.commands.set("Get Device ID", () => ({ completionCode: 0xd4 }));
    await connection.run(getSelTime, undefined);
    connection.hold(120_000);
    await clock.advance(119_000);
    await connection.run(getSelTime, undefined);
    expect(logins()).toBe(1);
  });

  it("is not kept alive by a request where a command did it just now", async () => {
    const { bmc, clock, connection } = setup();
    await connection.run(getSelTime, undefined);
    connection.hold(60_000);
    await clock.advance(20_000);
    await connection.run(getSelTime, undefined);
    await clock.advance(6_000);
    expect(bmc.count("Get Device ID")).toBe(0);
  });

  it("is released on demand, even with a request in flight", async () => {
    const { bmc, clock, connection } = setup();
    await connection.run(getSelTime, undefined);
    bmc.delay = (_, answer) => void clock.after(100, answer);
    connection.hold(1_000_000);
    await clock.advance(25_050);
    connection.hold(0);
    await clock.advance(500_000);
    expect(bmc.count("Get Device ID")).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it("that turns out to be lost is given up without a command", async () => {
    const { bmc, clock, connection, count } = setup();
    await connection.run(getSelTime, undefined);
    connection.hold(60_000);
    bmc.reset();
    await clock.advance(60_000);
    expect(count("lost")).toBe(1);
    expect(connection.session).toBeUndefined();
  });
});

describe("closing a connection", () => {
  it("frees the slot and the endpoint, and leaves no timer", async () => {
    const { bmc, clock, connection } = setup();
    await connection.run(getDeviceId, undefined);
    connection.hold(60_000);
    await connection.close();
    await connection.close();
    expect([bmc.slots, bmc.transport.openEndpoints, clock.pending]).toEqual([0, 0, 0]);
    expect(await outcomeOf(connection.run(getDeviceId, undefined))).toMatchObject({
      error: { message: "the conversation was closed" },
    });
  });

  it("may free only the session; the next command opens another", async () => {
    const { bmc, connection, logins } = setup();
    await connection.run(getDeviceId, undefined);
    await connection.closeSession();
    expect(bmc.slots).toBe(0);
    await connection.run(getDeviceId, undefined);
    expect(logins()).toBe(2);
    // What worked is remembered.
    expect(bmc.count("Get Channel Authentication Capabilities")).toBe(1);
  });

  it("ends the login in progress", async () => {
    const { bmc, clock, connection } = setup();
    bmc.hears = (what) => what !== "RAKP 1";
    const ended = outcomeOf(connection.run(getDeviceId, undefined));
    await clock.advance(100);
    expect(bmc.slots).toBe(1);
    await connection.close();
    expect(await ended).toMatchObject({ error: { message: "the conversation was closed" } });
    await clock.settle();
    expect([bmc.slots, bmc.transport.openEndpoints, clock.pending]).toEqual([0, 0, 0]);
  });
});
