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

  it("put what many sends cause into the turn after them", async () => {
    const { clock, turns, sent, many } = bench();
    many(1, 15);
    turns.take(() => {
      sent.push(16);
      turns.take(() => sent.push(17));
    });
    await clock.advance(5);
    expect(sent.at(-1)).toBe(16);
    await clock.advance(5);
    expect(sent.at(-1)).toBe(17);
  });

  it("let one host that is asked many things go on, eight times a turn", async () => {
    const { clock, turns } = bench();
    let asked = 0;
    const ask = (): void =>
      turns.take(() => {
        asked++;
        queueMicrotask(ask);
      });
    ask();
    await clock.advance(500);
    expect(asked).toBeGreaterThanOrEqual(8 * 99);
    expect(asked).toBeLessThanOrEqual(8 * 102);
  });

  it("leave no timer behind", async () => {
    const { clock, many } = bench();
    many(1, 20);
    await clock.advance(5);
    expect(clock.pending).toBe(0);
  });
});
