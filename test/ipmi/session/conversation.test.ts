import { describe, expect, it } from "vitest";
import { Conversation, type Exchange, SilenceError } from "../../../src/ipmi/session/conversation.ts";
import { SendTurns } from "../../../src/ipmi/transport/send-turns.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakeTransport } from "../../support/fake-transport.ts";
import { countingObserver } from "./counting-observer.ts";
import { outcomeOf } from "./outcome.ts";

const remote = { address: "192.0.2.1", port: 623 };

function setup(options: { readonly packetsPerSecond?: number } = {}) {
  const transport = new FakeTransport();
  const clock = new FakeClock();
  const { observer, count } = countingObserver();
  const conversation = new Conversation({ transport, remote, clock, observer, ...options });
  return { transport, clock, conversation, count };
}

/** A question of one byte that is answered by the same byte. */
function question(byte: number, options: Partial<Exchange<number>> = {}): Exchange<number> {
  return {
    name: `Question ${byte}`,
    stage: "command",
    tries: 3,
    packet: (attempt) => Buffer.of(byte, attempt),
    match: (packet) => (packet[0] === byte ? byte : undefined),
    ...options,
  };
}

const sentBytes = (transport: FakeTransport): string[] => transport.sent.map((p) => p.toString("hex"));

describe("a conversation", () => {
  it("has one exchange in flight and begins the others in order", async () => {
    const { transport, clock, conversation } = setup();
    const answers = [1, 2, 3].map((n) => conversation.exchange(question(n)));
    for (const n of [1, 2, 3]) {
      await clock.settle();
      expect(transport.sent.length).toBe(n);
      expect(transport.sent.at(-1)?.[0]).toBe(n);
      transport.deliver(Buffer.of(n));
    }
    expect(await Promise.all(answers)).toEqual([1, 2, 3]);
    expect(clock.pending).toBe(0);
  });

  it("waits for its turn where many send, measures from then, and sends nothing that was given up meanwhile", async () => {
    const { clock } = setup();
    const transport = new FakeTransport();
    transport.turns = new SendTurns({ clock, turnMs: 5 });
    const { observer } = countingObserver();
    const roundTrips: number[] = [];
    const measuring = { ...observer, roundTrip: (ms: number) => void roundTrips.push(ms) };
    const conversation = new Conversation({ transport, remote, clock, observer: measuring });
    for (let i = 0; i < 16; i++) transport.turns.take(() => {});
    const leaving = new AbortController();
    const left = outcomeOf(conversation.exchange(question(1, { signal: leaving.signal })));
    const answer = conversation.exchange(question(2));
    await clock.settle();
    expect(transport.sent).toEqual([]);
    leaving.abort(new Error("given up"));
    expect(await left).toMatchObject({ error: { message: "given up" } });
    await clock.advance(5);
    expect(sentBytes(transport)).toEqual(["0200"]);
    await clock.advance(3);
    transport.deliver(Buffer.of(2));
    expect(await answer).toBe(2);
    expect(roundTrips).toEqual([3]);
  });

  it("retransmits after 1, 2 and 4 s without a measurement, and fails with no_answer", async () => {
    const { transport, clock, conversation, count } = setup();
    const ended = outcomeOf(conversation.exchange(question(7)));
    await clock.advance(999);
    expect(sentBytes(transport)).toEqual(["0700"]);
    await clock.advance(1);
    expect(sentBytes(transport)).toEqual(["0700", "0701"]);
    await clock.advance(1999);
    expect(transport.sent.length).toBe(2);
    await clock.advance(1 + 4000);
    expect(sentBytes(transport)).toEqual(["0700", "0701", "0702"]);
    const { error } = await ended;
    expect(error).toBeInstanceOf(SilenceError);
    expect(error).toMatchObject({ reason: "no_answer", message: "Question 7: no answer after 3 tries" });
    expect(count("retransmitted")).toBe(2);
    expect(clock.pending).toBe(0);
  });

  it("fails with timeout if the BMC has answered before, and counts other packets", async () => {
    const { transport, clock, conversation, count } = setup();
    const first = conversation.exchange(question(1));
    await clock.settle();
    transport.deliver(Buffer.of(1));
    await first;
    const ended = outcomeOf(conversation.exchange(question(2, { tries: 1 })));
    await clock.settle();
    transport.deliver(Buffer.of(1));
    await clock.advance(10_000);
    expect(await ended).toMatchObject({
      error: { reason: "timeout", message: "Question 2: timed out after 1 try", otherPackets: 1 },
    });
    expect(count("round trip")).toBe(1);
  });

  it("learns from answers how long to wait, and keeps the longer wait where it is not known what was answered", async () => {
    const { transport, clock, conversation, count } = setup();
    const ask = async (byte: number, afterMs: number): Promise<number> => {
      const answer = conversation.exchange(question(byte));
      await clock.advance(afterMs);
      transport.deliver(Buffer.of(byte));
      return answer;
    };
    await ask(1, 200);
    // 200 + 4 x 100
    expect(conversation.timer.timeoutMs(0)).toBe(600);
    await ask(2, 700);
    expect(count("retransmitted")).toBe(1);
    expect(conversation.timer.timeoutMs(0)).toBe(1200);
    expect(conversation.timer.roundTripMs).toBe(200);
    await ask(3, 200);
    expect(conversation.timer.timeoutMs(0)).toBe(500);
  });

  it("measures an answer to any transmission if answers identify it", async () => {
    const { transport, clock, conversation, count } = setup();
    const answer = conversation.exchange(
      question(1, { match: (packet) => packet[1], attemptOf: (attempt: number) => attempt }),
    );
    await clock.advance(1300);
    expect(sentBytes(transport)).toEqual(["0100", "0101"]);
    transport.deliver(Buffer.of(1, 0));
    expect(await answer).toBe(0);
    expect([conversation.timer.roundTripMs, count("round trip")]).toEqual([1300, 1]);
  });

  it("waits at least as long as the exchange requires", async () => {
    const { transport, clock, conversation } = setup();
    const ended = outcomeOf(conversation.exchange(question(1, { patienceMs: 3000, tries: 1 })));
    await clock.advance(2999);
    transport.deliver(Buffer.of(1));
    expect(await ended).toEqual({ value: 1 });
  });

  it("drops and counts what comes late, twice or unasked", async () => {
    const { transport, clock, conversation, count } = setup();
    transport.deliver(Buffer.of(9));
    expect(count("dropped:late_or_duplicate")).toBe(1);
    const answer = conversation.exchange(question(1));
    await clock.settle();
    transport.deliver(Buffer.of(1));
    transport.deliver(Buffer.of(1));
    await answer;
    expect(count("dropped:late_or_duplicate")).toBe(2);
    expect(count("received")).toBe(3);
  });

  it("fails with the error of the matcher, and begins the next exchange", async () => {
    const { transport, clock, conversation } = setup();
    const fails = new Error("nonsense");
    const first = outcomeOf(
      conversation.exchange(
        question(1, {
          match: () => {
            throw fails;
          },
        }),
      ),
    );
    const second = conversation.exchange(question(2));
    await clock.settle();
    transport.deliver(Buffer.of(1));
    expect(await first).toEqual({ error: fails });
    await clock.settle();
    transport.deliver(Buffer.of(2));
    expect(await second).toBe(2);
  });

  it("fails with unreachable if the network refuses the packet", async () => {
    const { transport, clock, conversation } = setup();
    const ended = outcomeOf(conversation.exchange(question(1)));
    await clock.settle();
    transport.fail(Object.assign(new Error("no route"), { code: "EHOSTUNREACH" }));
    expect(await ended).toMatchObject({
      error: { reason: "unreachable", message: "Question 1: the network refused the packet (EHOSTUNREACH)" },
    });
    expect(clock.pending).toBe(0);
  });

  it("spaces packets on request", async () => {
    const { transport, clock, conversation } = setup({ packetsPerSecond: 10 });
    transport.responder = (packet, reply) => reply(packet);
    const answers = Promise.all([1, 2, 3].map((n) => conversation.exchange(question(n))));
    await clock.settle();
    expect(transport.sent.length).toBe(1);
    await clock.advance(99);
    expect(transport.sent.length).toBe(1);
    await clock.advance(1);
    expect(transport.sent.length).toBe(2);
    await clock.advance(100);
    expect(await answers).toEqual([1, 2, 3]);
  });
});

describe("aborting", () => {
  const reason = new Error("enough");

  it("fails the exchange in flight with the reason of the signal, and begins the next one", async () => {
    const { transport, clock, conversation } = setup();
    const controller = new AbortController();
    const first = outcomeOf(conversation.exchange(question(1, { signal: controller.signal })));
    const second = conversation.exchange(question(2));
    await clock.settle();
    controller.abort(reason);
    expect(await first).toEqual({ error: reason });
    await clock.settle();
    transport.deliver(Buffer.of(2));
    expect(await second).toBe(2);
    expect(clock.pending).toBe(0);
  });

  it("ends a question that waits in line at once, and sends nothing for it", async () => {
    const { transport, clock, conversation } = setup();
    const controller = new AbortController();
    const first = conversation.exchange(question(1));
    const second = outcomeOf(conversation.exchange(question(2, { signal: controller.signal })));
    const third = conversation.exchange(question(3));
    await clock.settle();
    controller.abort(reason);
    expect(await second).toEqual({ error: reason });
    transport.deliver(Buffer.of(1));
    await first;
    await clock.settle();
    transport.deliver(Buffer.of(3));
    expect(await third).toBe(3);
    expect(sentBytes(transport)).toEqual(["0100", "0300"]);
  });

  it("ends a question that waits for its turn in time", async () => {
    const { transport, clock, conversation } = setup({ packetsPerSecond: 1 });
    transport.responder = (packet, reply) => reply(packet);
    await conversation.exchange(question(1));
    const controller = new AbortController();
    const ended = outcomeOf(conversation.exchange(question(2, { signal: controller.signal })));
    await clock.advance(500);
    controller.abort(reason);
    expect(await ended).toEqual({ error: reason });
    expect(clock.pending).toBe(0);
    const last = conversation.exchange(question(3));
    await clock.advance(500);
    expect(await last).toBe(3);
  });

  it("before the start sends nothing", async () => {
    const { transport, conversation } = setup();
    const signal = AbortSignal.abort(reason);
    expect(await outcomeOf(conversation.exchange(question(1, { signal })))).toEqual({ error: reason });
    expect(transport.sent).toEqual([]);
  });

  it("between transmissions stops them", async () => {
    const { transport, clock, conversation } = setup();
    const controller = new AbortController();
    const ended = outcomeOf(conversation.exchange(question(1, { signal: controller.signal })));
    await clock.advance(1500);
    controller.abort(reason);
    await clock.advance(60_000);
    expect(await ended).toEqual({ error: reason });
    expect(transport.sent.length).toBe(2);
  });
});

describe("closing", () => {
  it("fails the exchange in flight, those queued and later ones", async () => {
    const { transport, clock, conversation } = setup();
    const asked = [1, 2, 3].map((n) => outcomeOf(conversation.exchange(question(n))));
    await clock.settle();
    conversation.close();
    asked.push(outcomeOf(conversation.exchange(question(4))));
    const closed = { error: { reason: "protocol_error", message: "the conversation was closed" } };
    for (const outcome of await Promise.all(asked)) expect(outcome).toMatchObject(closed);
    expect(transport.sent.length).toBe(1);
    expect(transport.openEndpoints).toBe(0);
    expect(clock.pending).toBe(0);
  });
});
