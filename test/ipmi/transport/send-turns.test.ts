import { describe, expect, it } from "vitest";
import { SendTurns } from "../../../src/ipmi/transport/send-turns.ts";
import { FakeClock } from "../../support/fake-clock.ts";

function bench() {
  const clock = new FakeClock();
  const turns = new SendTurns({ clock, turnMs: 5 });
  const sent: number[] = [];
  const send = (n: number): void => turns.take(() => sent.push(n));
  const many = (from: number, to: number): void => {
    for (let n = from; n <= to; n++) send(n);
  };
  return { clock, turns, sent, many };
}

describe("sends in turns", () => {
  it("send sixteen at once", () => {
    const { sent, many } = bench();
    many(1, 16);
    expect(sent).toHaveLength(16);
  });

  it("keep more for the end of the turn, and send them together in order", async () => {
    const { clock, sent, many } = bench();
    many(1, 40);
    expect(sent).toHaveLength(16);
    await clock.advance(5);
    expect(sent).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  });

  it("hold nothing back where less than sixteen go out in a turn", async () => {
    const { clock, sent, many } = bench();
    for (let turn = 0; turn < 10; turn++) {
      many(turn * 16 + 1, turn * 16 + 16);
      expect(sent).toHaveLength(turn * 16 + 16);
      await clock.advance(5);
    }
  });

  it("put what many sends cause into the turn after them", async () => {
    const { clock, turns, sent, many } = bench();
    many(1, 32);
    turns.take(() => {
      sent.push(33);
      turns.take(() => sent.push(34));
    });
    await clock.advance(5);
    expect(sent.at(-1)).toBe(33);
    await clock.advance(5);
    expect(sent.at(-1)).toBe(34);
  });

  it("do not delay many requests to one host, up to sixteen a turn", async () => {
    const { clock, turns } = bench();
    let asked = 0;
    const ask = (): void =>
      turns.take(() => {
        asked++;
        queueMicrotask(ask);
      });
    ask();
    await clock.advance(500);
    expect(asked).toBeGreaterThanOrEqual(16 * 99);
    expect(asked).toBeLessThanOrEqual(16 * 102);
  });

  it("end a turn early when sixty-four wait, and begin another", async () => {
    const { clock, sent, many } = bench();
    many(1, 16 + 63);
    expect(sent).toHaveLength(16);
    many(80, 80);
    expect(sent).toHaveLength(80);
    many(81, 81);
    await clock.advance(4);
    expect(sent).toHaveLength(80);
    await clock.advance(1);
    expect(sent).toHaveLength(81);
    expect(clock.pending).toBe(0);
  });

  it("leave no timer behind", async () => {
    const { clock, many } = bench();
    many(1, 20);
    await clock.advance(5);
    expect(clock.pending).toBe(0);
  });
});
