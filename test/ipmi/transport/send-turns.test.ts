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
  it("let eight go at once", () => {
    const { sent, many } = bench();
    many(1, 8);
    expect(sent).toHaveLength(8);
  });

  it("keep more for the end of the turn, and let them go together in their order", async () => {
    const { clock, sent, many } = bench();
    many(1, 20);
    expect(sent).toHaveLength(8);
    await clock.advance(5);
    expect(sent).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  it("hold nothing back where less than eight go out in a turn", async () => {
    const { clock, sent, many } = bench();
    for (let turn = 0; turn < 10; turn++) {
      many(turn * 8 + 1, turn * 8 + 8);
      expect(sent).toHaveLength(turn * 8 + 8);
      await clock.advance(5);
    }
  });

  it("put what a turn's sends cause into the turn after it", async () => {
    const { clock, turns, sent, many } = bench();
    many(1, 8);
    turns.take(() => {
      sent.push(9);
      turns.take(() => sent.push(10));
    });
    await clock.advance(5);
    expect(sent.at(-1)).toBe(9);
    await clock.advance(5);
    expect(sent.at(-1)).toBe(10);
  });

  it("leave no timer behind", async () => {
    const { clock, many } = bench();
    many(1, 20);
    await clock.advance(5);
    expect(clock.pending).toBe(0);
  });
});
