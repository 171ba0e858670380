import { expect, it } from "vitest";
import { Conversation } from "../../../src/ipmi/session/conversation.ts";
import { encodeRmcpPlus, PayloadType } from "../../../src/ipmi/wire/rmcp-plus.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakeTransport } from "../../support/fake-transport.ts";
import { countingObserver } from "./counting-observer.ts";

const packet = (payloadType: number, payload: number[]): Buffer =>
  encodeRmcpPlus({ payloadType, encrypted: false, sessionId: 1, sequence: 1, payload: Uint8Array.from(payload) });

it("passes SOL packets to their listener, never to the request that waits for an answer", async () => {
  const transport = new FakeTransport();
  const { observer, count } = countingObserver();
  const conversation = new Conversation({
    transport,
    remote: { address: "192.0.2.1", port: 623 },
    clock: new FakeClock(),
    observer,
  });
  const listened: number[] = [];
  conversation.listen(PayloadType.Sol, (received) => listened.push(received[16] as number));
  const answer = conversation.exchange({
    name: "Get Device ID",
    stage: "command",
    tries: 1,
    packet: () => packet(PayloadType.Ipmi, [0]),
    match: (received) => received[16],
  });
  transport.deliver(packet(PayloadType.Sol, [7]));
  expect(listened).toEqual([7]);
  transport.deliver(packet(PayloadType.Ipmi, [9]));
  expect(await answer).toBe(9);
  conversation.stopListening();
  transport.deliver(packet(PayloadType.Sol, [8]));
  expect(listened).toEqual([7]);
  expect(count("dropped:late_or_duplicate")).toBe(1);
  conversation.close();
});
