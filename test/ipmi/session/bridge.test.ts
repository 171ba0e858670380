import { describe, expect, it } from "vitest";
import { getSelTime, sendMessage } from "../../../src/ipmi/commands/index.ts";
import { silentObserver } from "../../../src/ipmi/observer.ts";
import { Conversation } from "../../../src/ipmi/session/conversation.ts";
import { framing15 } from "../../../src/ipmi/session/framing.ts";
import { Requester } from "../../../src/ipmi/session/requester.ts";
import { Session } from "../../../src/ipmi/session/session.ts";
import { decodeRequestMessage, type RequestMessage } from "../../../src/ipmi/wire/message.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakeTransport } from "../../support/fake-transport.ts";
import { hex } from "../../support/hex.ts";
import { outcomeOf } from "./outcome.ts";
import { responseTo, type ScriptedAnswer } from "./scripted-bmc.ts";

const ME = { channel: 6, address: 0x2c };
const TIME = { data: hex("10e1026b") };

/** A session without codes whose BMC is given here: what it sends for a Send Message with this inner request. */
function setup(
  answer: (
    outer: RequestMessage,
    inner: RequestMessage,
    nth: number,
  ) => readonly (readonly [RequestMessage, ScriptedAnswer])[],
) {
  const clock = new FakeClock();
  const side = () => framing15({ authType: 0, password: Buffer.alloc(0), sessionId: 5, inboundSequence: 1 });
  const bmc = side();
  const inner: RequestMessage[] = [];
  const transport = new FakeTransport((packet, reply) => {
    const message = bmc.open(packet);
    if (typeof message === "string") throw new Error(message);
    const outer = decodeRequestMessage(message);
    const asked = sendMessage.decodeRequest(outer.data);
    const request = { ...decodeRequestMessage(outer.data.subarray(1)), ...asked.message } as RequestMessage;
    inner.push(request);
    for (const [to, what] of answer(outer, request, inner.length)) reply(bmc.seal(responseTo(to, what)));
  });
  const remote = { address: "192.0.2.1", port: 623 };
  const conversation = new Conversation({ transport, remote, clock, observer: silentObserver });
  const session = new Session(new Requester(conversation), side(), 5, { protocol: "1.5", authType: 0, privilege: 2 });
  return { clock, transport, session, inner, ask: () => outcomeOf(session.run(getSelTime, undefined, { bridge: ME })) };
}

/** The inner response as the satellite sends it to the BMC. */
const embedded = (inner: RequestMessage, what: ScriptedAnswer): Buffer => responseTo(inner, what);
/** As a message of its own the BMC forwards it with our address. */
const forwarded = (inner: RequestMessage, outer: RequestMessage): RequestMessage => ({
  ...inner,
  requesterAddress: outer.requesterAddress,
});

describe("a command through the BMC to another controller", () => {
  it("is a Send Message to its channel and address, from the BMC", async () => {
    const { ask, inner } = setup((outer, request) => [[outer, { data: embedded(request, TIME) }]]);
    expect(await ask()).toEqual({ value: { timestamp: 0x6b02e110 } });
    expect(inner).toMatchObject([{ responderAddress: 0x2c, requesterAddress: 0x20, netFn: 0x0a, command: 0x48 }]);
  });

  it("accepts the reply that follows the acknowledgement as a separate message", async () => {
    const { ask } = setup((outer, request) => [
      [outer, {}],
      [forwarded(request, outer), TIME],
    ]);
    expect(await ask()).toEqual({ value: { timestamp: 0x6b02e110 } });
  });

  it("accepts a reply without or before the acknowledgement", async () => {
    const { ask } = setup((outer, request) => [
      [forwarded(request, outer), TIME],
      [outer, {}],
    ]);
    expect(await ask()).toEqual({ value: { timestamp: 0x6b02e110 } });
  });

  it("does not take the reply of another controller", async () => {
    const { ask, clock } = setup((outer, request) => [
      [outer, {}],
      [{ ...forwarded(request, outer), responderAddress: 0x30 }, TIME],
    ]);
    const ended = ask();
    await clock.advance(60_000);
    expect(await ended).toMatchObject({
      error: { reason: "timeout", message: "Get SEL Time via 2Ch: timed out after 2 tries" },
    });
  });

  it("names the BMC if the BMC refuses: nothing at this address", async () => {
    const { ask } = setup((outer) => [[outer, { completionCode: 0x83 }]]);
    expect(await ask()).toMatchObject({
      error: {
        completionCode: 0x83,
        message:
          "Send Message for Get SEL Time via 2Ch: refused with completion code 83h (not acknowledged: the target is absent)",
      },
    });
  });

  it.each([
    ["inside the response", true],
    ["in a message of its own", false],
  ])("names the satellite when the satellite refuses %s", async (_, inside) => {
    const { ask } = setup((outer, request) =>
      inside
        ? [[outer, { data: embedded(request, { completionCode: 0xc1 }) }]]
        : [[forwarded(request, outer), { completionCode: 0xc1 }]],
    );
    expect(await ask()).toMatchObject({
      error: {
        reason: "unsupported",
        message: "Get SEL Time via 2Ch: refused with completion code C1h (invalid or unsupported command)",
      },
    });
  });

  it("waits 2 s, retransmits, and accepts a late answer although the BMC reports a duplicate", async () => {
    const { ask, clock, inner } = setup((outer, request, nth) =>
      nth === 1
        ? []
        : [
            [outer, { completionCode: 0xcf }],
            [forwarded(request, outer), TIME],
          ],
    );
    const ended = ask();
    await clock.advance(1999);
    expect(inner.length).toBe(1);
    await clock.advance(1);
    expect(await ended).toEqual({ value: { timestamp: 0x6b02e110 } });
  });

  it("fails when what is inside the response is no reply", async () => {
    const { ask } = setup((outer) => [[outer, { data: hex("0102030405060708") }]]);
    expect(await ask()).toMatchObject({ error: { reason: "protocol_error" } });
  });
});
