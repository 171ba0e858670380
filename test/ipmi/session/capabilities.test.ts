import { describe, expect, it } from "vitest";
import { requestCapabilities, requestCipherSuites } from "../../../src/ipmi/session/capabilities.ts";
import { Conversation } from "../../../src/ipmi/session/conversation.ts";
import { BmcMemory } from "../../../src/ipmi/session/memory.ts";
import { Requester } from "../../../src/ipmi/session/requester.ts";
import type { Reachability } from "../../../src/ipmi/transport/datagram.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { hex } from "../../support/hex.ts";
import { countingObserver } from "./counting-observer.ts";
import { outcomeOf } from "./outcome.ts";
import { type ScriptedAnswer, ScriptedBmc } from "./scripted-bmc.ts";

const NAME = "Get Channel Authentication Capabilities";
const asks20 = (data: Uint8Array): boolean => ((data[0] ?? 0) & 0x80) !== 0;
const FORM_15 = { data: hex("0104040000000000") };
const FORM_20 = { data: hex("0184040300000000") };

async function ask(
  answer: ((ipmi20: boolean, nth: number) => ScriptedAnswer | undefined) | undefined,
  options: { readonly memory?: BmcMemory; readonly reachability?: Reachability; readonly noise?: Buffer } = {},
) {
  const bmc = new ScriptedBmc();
  const clock = new FakeClock();
  if (answer) bmc.commands.set(NAME, (r, nth) => answer(asks20(r.data), nth));
  else bmc.hears = () => false;
  const { noise } = options;
  if (noise) bmc.transport.responder = (_, reply) => reply(noise);
  bmc.transport.reachability = options.reachability ?? "silent";
  const memory = options.memory ?? new BmcMemory();
  const { observer, count } = countingObserver();
  const remote = { address: "192.0.2.1", port: 623 };
  const conversation = new Conversation({ transport: bmc.transport, remote, clock, observer });
  const ended = outcomeOf(requestCapabilities(new Requester(conversation), memory, 2));
  await clock.advance(60_000);
  const forms = bmc.requests.map((r) => (asks20(r.data) ? "2.0" : "1.5"));
  return { bmc, memory, outcome: await ended, forms, count };
}

describe("finding out what a BMC offers", () => {
  it("takes one packet in the normal case, and is remembered", async () => {
    const { memory, forms } = await ask(() => FORM_20);
    expect(forms).toEqual(["2.0"]);
    expect(memory.capabilities).toMatchObject({ ipmi20DataValid: true, supportsIpmi20: true });
    expect(memory.quirks.size).toBe(0);
  });

  it("uses the form of IPMI 1.5 if that of 2.0 is refused, and next time at once", async () => {
    const memory = new BmcMemory();
    const old = (ipmi20: boolean) => (ipmi20 ? { completionCode: 0xcc } : FORM_15);
    expect((await ask(old, { memory })).forms).toEqual(["2.0", "1.5"]);
    expect([...memory.quirks]).toEqual(["ipmi_1_5_only_first_form"]);
    expect((await ask(old, { memory })).forms).toEqual(["1.5"]);
  });

  it("uses the form of IPMI 1.5 if that of 2.0 has no answer, and then tries 2.0 once more", async () => {
    const { memory, forms } = await ask((ipmi20) => (ipmi20 ? undefined : FORM_15));
    expect(forms).toEqual(["2.0", "2.0", "2.0", "1.5", "2.0"]);
    expect([...memory.quirks]).toEqual(["ipmi_1_5_only_first_form"]);
  });

  it("does not take a BMC whose packets were lost for one without IPMI 2.0", async () => {
    const { memory, outcome } = await ask((ipmi20, nth) => (nth <= 3 ? undefined : ipmi20 ? FORM_20 : FORM_15));
    expect(outcome).toMatchObject({ value: { supportsIpmi20: true } });
    expect(memory.quirks.size).toBe(0);
  });

  it.each([0xc0, 0xd2])(
    "does not take a BMC that is starting (%i) for one without IPMI 2.0",
    async (completionCode) => {
      const { memory, outcome } = await ask((ipmi20) => (ipmi20 ? { completionCode } : FORM_15));
      expect(outcome).toMatchObject({ error: { reason: "bmc_busy" } });
      expect(memory.quirks.size).toBe(0);
    },
  );

  it("fails with the first refusal if both forms are refused", async () => {
    const { outcome } = await ask((ipmi20) => ({ completionCode: ipmi20 ? 0xc1 : 0xcc }));
    expect(outcome).toMatchObject({
      error: { reason: "unsupported", completionCode: 0xc1, stage: "command" },
    });
  });
});

describe("a BMC that does not answer", () => {
  const AT = "192.0.2.1";

  it.each([
    ["silent", "no_answer", `${AT}: no answer on UDP port 623`],
    ["refused", "unreachable", `${AT}: nothing listens on UDP port 623`],
    ["unreachable", "unreachable", `${AT}: no route to host`],
    ["answered", "protocol_error", `${AT}: the answer on UDP port 623 is not IPMI`],
  ] as const)("is looked at by another way: %s is %s", async (reachability, reason, message) => {
    const { bmc, outcome } = await ask(undefined, { reachability });
    expect(outcome).toMatchObject({ error: { reason, message, stage: "channel_auth_capabilities" } });
    expect(bmc.transport.diagnosed.length).toBe(1);
  });

  it.each(["refused", "unreachable"] as const)(
    "gets only one request if it turns out to be %s",
    async (reachability) => {
      const { count } = await ask(undefined, { reachability });
      // the question, and the same again by the other way
      expect(count("sent")).toBe(2);
    },
  );

  it("but sends other packets, is not IPMI", async () => {
    const { outcome, count } = await ask(undefined, { noise: Buffer.from("HTTP/1.1 400 Bad Request") });
    expect(outcome).toMatchObject({ error: { reason: "protocol_error" } });
    expect(count("dropped:unexpected") + count("dropped:malformed")).toBe(4);
  });
});

describe("reading the cipher suites", () => {
  async function suites(pages: readonly (string | number)[]) {
    const bmc = new ScriptedBmc();
    bmc.commands.set("Get Channel Cipher Suites", (r) => {
      const page = pages[(r.data[2] ?? 0) & 0x3f] ?? 0xc9;
      return typeof page === "number" ? { completionCode: page } : { data: hex(`01${page}`) };
    });
    const clock = new FakeClock();
    const remote = { address: "192.0.2.1", port: 623 };
    const { observer } = countingObserver();
    const conversation = new Conversation({ transport: bmc.transport, remote, clock, observer });
    const memory = new BmcMemory();
    const ended = requestCipherSuites(new Requester(conversation), memory);
    await clock.advance(60_000);
    const { ids, complete } = await ended;
    expect(complete).toBe(true);
    return { ids, asked: bmc.requests.length, memory };
  }
  const FULL = "c0010100c0020141c003014181c0060200".slice(0, 32);

  it.each([
    ["one short page", ["c0030141 81c011034481".replaceAll(" ", "")], [3, 17], 1],
    ["records across two pages", [FULL, "c0110344 81".replaceAll(" ", "")], [1, 2, 3, 6, 17], 2],
    ["a full page and an empty one", [FULL, ""], [1, 2, 3, 6], 2],
    ["a full page and an error instead of an empty one", [FULL, 0xcc], [1, 2, 3, 6], 2],
    ["OEM suites are left out", ["c18057010003c003014181"], [3], 1],
    ["not supported", [0xc1], undefined, 1],
    ["nothing", [""], undefined, 1],
  ])("joins the pages: %s", async (_, pages, expected, count) => {
    const { ids, asked, memory } = await suites(pages);
    expect(ids).toEqual(expected);
    expect(memory.cipherSuites).toEqual(expected);
    expect(asked).toBe(count);
  });

  it("ends with a BMC that never returns a short page", async () => {
    expect((await suites(Array.from({ length: 64 }, () => FULL))).asked).toBe(64);
  });
});
