import { describe, expect, it } from "vitest";
import { chassisControl, getDeviceId, getSelTime } from "../../../src/ipmi/commands/index.ts";
import { DecodeError } from "../../../src/ipmi/errors.ts";
import type { QuirkName } from "../../../src/ipmi/quirks.ts";
import { Conversation } from "../../../src/ipmi/session/conversation.ts";
import { credentials } from "../../../src/ipmi/session/credentials.ts";
import { login } from "../../../src/ipmi/session/login.ts";
import { BmcMemory } from "../../../src/ipmi/session/memory.ts";
import { Requester } from "../../../src/ipmi/session/requester.ts";
import type { Session } from "../../../src/ipmi/session/session.ts";
import { PrivilegeLevel } from "../../../src/ipmi/tables/privilege-level.ts";
import { decodeRmcpPlus } from "../../../src/ipmi/wire/rmcp-plus.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { hex } from "../../support/hex.ts";
import { countingObserver } from "./counting-observer.ts";
import { outcomeOf } from "./outcome.ts";
import { ScriptedBmc, type ScriptedBmcOptions } from "./scripted-bmc.ts";

async function inSession(options: ScriptedBmcOptions = {}, suite = 17) {
  const bmc = new ScriptedBmc(options);
  const clock = new FakeClock();
  const { observer, count } = countingObserver();
  const remote = { address: "192.0.2.1", port: 623 };
  const conversation = new Conversation({ transport: bmc.transport, remote, clock, observer });
  const quirks = new Set<QuirkName>();
  const requester = new Requester(conversation, { onQuirk: (quirk) => quirks.add(quirk) });
  const session: Session = await login(requester, new BmcMemory(), {
    credentials: credentials("admin", "secret"),
    privilege: PrivilegeLevel.User,
    cipherSuites: [suite],
  });
  const start = bmc.requests.length;
  const packets = bmc.transport.sent.length;
  return {
    bmc,
    clock,
    conversation,
    quirks,
    session,
    count,
    /** What came since the login. */
    requests: () => bmc.requests.slice(start),
    packets: () => bmc.transport.sent.slice(packets),
  };
}

const TIME = { data: hex("10e1026b") };

describe("a request in a session", () => {
  it("has the next of 64 sequence numbers each time", async () => {
    const { bmc, session, requests } = await inSession();
    bmc.commands.set("a/48", () => TIME);
    for (let i = 0; i < 70; i++) await session.run(getSelTime, undefined);
    const numbers = requests().map((r) => r.sequence);
    for (let i = 1; i < numbers.length; i++) expect(numbers[i]).toBe(((numbers[i - 1] ?? 0) + 1) & 0x3f);
  });

  it("keeps number and data when it is sent again, under a new session sequence number", async () => {
    const { bmc, clock, session, requests, packets, count } = await inSession();
    bmc.commands.set("a/48", (_, nth) => (nth < 3 ? undefined : TIME));
    const answer = session.run(getSelTime, undefined);
    await clock.advance(10_000);
    expect(await answer).toEqual({ timestamp: 0x6b02e110 });
    expect(requests().length).toBe(3);
    expect(new Set(requests().map((r) => `${r.sequence} ${r.data}`)).size).toBe(1);
    const sequences = packets().map((p) => decodeRmcpPlus(p).sequence);
    expect(sequences).toEqual([0, 1, 2].map((n) => (sequences[0] ?? 0) + n));
    expect(count("retransmitted")).toBe(2);
  });

  it("is not answered by the late answer to an earlier one", async () => {
    const { bmc, clock, session, count } = await inSession();
    let late = (): void => {};
    bmc.delay = (_, answer) => {
      late = answer;
    };
    bmc.commands.set("a/48", () => TIME);
    const first = outcomeOf(session.run(getSelTime, undefined, { tries: 1 }));
    await clock.advance(10_000);
    expect(await first).toMatchObject({ error: { reason: "timeout" } });
    bmc.delay = undefined;
    bmc.hears = () => false;
    const second = outcomeOf(session.run(getSelTime, undefined, { tries: 1 }));
    await clock.settle();
    late();
    await clock.advance(10_000);
    expect(await second).toMatchObject({ error: { reason: "timeout" } });
    expect(count("dropped:late_or_duplicate")).toBe(1);
  });

  it("keeps waiting if the BMC reports a duplicate (CFh)", async () => {
    const { bmc, clock, session } = await inSession();
    bmc.commands.set("a/48", (_, nth) => (nth === 2 ? TIME : nth === 1 ? undefined : { completionCode: 0xcf }));
    const answer = session.run(getSelTime, undefined);
    await clock.advance(10_000);
    expect(await answer).toEqual({ timestamp: 0x6b02e110 });

    bmc.commands.set("a/48", () => ({ completionCode: 0xcf }));
    const never = outcomeOf(session.run(getSelTime, undefined, { tries: 2 }));
    await clock.advance(10_000);
    expect(await never).toMatchObject({ error: { reason: "timeout", otherPackets: 2 } });
  });

  it.each([0xc0, 0xd0, 0xd2])("is sent three times, with pauses, while the BMC answers %i", async (completionCode) => {
    const { bmc, clock, session, requests } = await inSession();
    bmc.commands.set("a/48", () => ({ completionCode }));
    const ended = outcomeOf(session.run(getSelTime, undefined));
    await clock.advance(99);
    expect(requests().length).toBe(1);
    await clock.advance(1 + 399);
    expect(requests().length).toBe(2);
    await clock.advance(1);
    expect(await ended).toMatchObject({ error: { reason: "bmc_busy", completionCode, transient: true } });
    expect(requests().length).toBe(3);
    expect(new Set(requests().map((r) => r.sequence)).size).toBe(3);
  });

  it("stops pausing when it is aborted", async () => {
    const { bmc, clock, session } = await inSession();
    bmc.commands.set("a/48", () => ({ completionCode: 0xc0 }));
    const controller = new AbortController();
    const ended = outcomeOf(session.run(getSelTime, undefined, { signal: controller.signal }));
    await clock.advance(50);
    controller.abort("stop");
    expect(await ended).toEqual({ error: "stop" });
    expect(clock.pending).toBe(0);
  });

  it.each([0xc1, 0xc3, 0xc9, 0xcc, 0xd4, 0x80])("is sent once if the BMC refuses with %i", async (completionCode) => {
    const { bmc, session, requests } = await inSession();
    bmc.commands.set("a/48", () => ({ completionCode }));
    expect(await outcomeOf(session.run(getSelTime, undefined))).toMatchObject({ error: { completionCode } });
    expect(requests().length).toBe(1);
  });

  it("that changes something is sent exactly once, whatever comes back", async () => {
    const { bmc, clock, session, requests } = await inSession();
    const control = (completionCode: number | undefined) => {
      bmc.commands.set("0/2", () => (completionCode === undefined ? undefined : { completionCode }));
      const before = requests().length;
      const ended = outcomeOf(session.run(chassisControl, { control: "power cycle" }));
      return { ended, sent: () => requests().length - before };
    };
    const silent = control(undefined);
    await clock.advance(60_000);
    expect(await silent.ended).toMatchObject({ error: { reason: "timeout" } });
    expect(silent.sent()).toBe(1);
    const busy = control(0xc0);
    await clock.advance(60_000);
    expect(await busy.ended).toMatchObject({ error: { completionCode: 0xc0 } });
    expect(busy.sent()).toBe(1);
  });

  it("fails with DecodeError when the answer is too short", async () => {
    const { bmc, session } = await inSession();
    bmc.commands.set("a/48", () => ({ data: hex("10e1") }));
    const { error } = await outcomeOf(session.run(getSelTime, undefined));
    expect(error).toBeInstanceOf(DecodeError);
    expect(error).toMatchObject({ message: "Get SEL Time: wanted byte 3, got 2 bytes" });
  });
});

describe("a wrong checksum inside", () => {
  it("is accepted if the authentication code was right, and remembered as a quirk", async () => {
    const { bmc, session, quirks } = await inSession();
    bmc.commands.set("Get Device ID", () => ({ data: hex("2081010902bf5701003412"), badChecksum: true }));
    expect(await session.run(getDeviceId, undefined)).toMatchObject({ manufacturerId: 343 });
    expect([...quirks]).toEqual(["ignore_message_checksum"]);
  });

  it("is discarded if nothing else protects the packet: cipher suite 1", async () => {
    const { bmc, clock, session, quirks, count } = await inSession({ suites: [1] }, 1);
    bmc.commands.set("a/48", (_, nth) => ({ ...TIME, badChecksum: nth === 1 }));
    const answer = session.run(getSelTime, undefined);
    await clock.advance(5000);
    expect(await answer).toEqual({ timestamp: 0x6b02e110 });
    expect(count("dropped:bad_checksum")).toBe(1);
    expect(quirks.size).toBe(0);
  });
});

describe("packets that are not the answer", () => {
  it("are dropped, each with its reason, and the answer is still found", async () => {
    const { bmc, clock, session, count } = await inSession();
    bmc.commands.set("a/48", () => TIME);
    bmc.delay = (_, answer) => void clock.after(100, answer);
    const answer = session.run(getSelTime, undefined);
    await clock.settle();
    const [sealed = Buffer.alloc(0)] = bmc.transport.sent.slice(-1);
    bmc.transport.deliver(hex("ff00"));
    bmc.transport.deliver(hex("0600ff06000011be40000010000011be000000008100000000000000"));
    bmc.transport.deliver(hex("0600ff0700000000000000000010811c63200038000197240300000000e9"));
    // Our own packet, sent back.
    bmc.transport.deliver(sealed);
    bmc.transport.deliver(hex("0600ff0706c0"));
    await clock.advance(100);
    expect(await answer).toEqual({ timestamp: 0x6b02e110 });
    expect(count("dropped:unexpected")).toBe(3);
    expect(count("dropped:other_session")).toBe(1);
    expect(count("dropped:malformed")).toBe(1);
  });
});

describe("closing a session", () => {
  it("frees the slot with one packet, and does so once", async () => {
    const { bmc, session } = await inSession();
    expect(bmc.slots).toBe(1);
    await session.close();
    await session.close();
    expect(bmc.slots).toBe(0);
    expect(bmc.count("Close Session")).toBe(1);
  });

  it("does not complain of a BMC that never answers it", async () => {
    const { bmc, clock, session } = await inSession();
    bmc.commands.set("Close Session", () => undefined);
    const closed = session.close();
    await clock.advance(5000);
    await closed;
    expect(bmc.count("Close Session")).toBe(1);
  });
});
