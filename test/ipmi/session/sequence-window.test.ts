import { describe, expect, it } from "vitest";
import { nextSequence, SequenceWindow } from "../../../src/ipmi/session/sequence-window.ts";
import { printedSeed, Random } from "../fuzz/random.ts";

const taken = (window: SequenceWindow, ...numbers: number[]): boolean[] => numbers.map((n) => window.accept(n));

describe("the sequence window", () => {
  it.each([1, 0x80000000, 0xfffffff0, 0xffffffff])("begins with whatever comes first: %i", (first) => {
    const window = new SequenceWindow();
    const second = nextSequence(first);
    expect(taken(window, first, second, second, first)).toEqual([true, true, false, false]);
  });

  it("accepts a number up to 16 behind once, and none further behind", () => {
    const window = new SequenceWindow();
    expect(taken(window, 100, 84, 84, 83, 99, 100)).toEqual([true, true, false, false, true, false]);
  });

  it("accepts any higher number, and then refuses those far behind", () => {
    const window = new SequenceWindow();
    expect(taken(window, 1, 33, 32, 1, 0x7fffffff, 0x7ffffffe, 33)).toEqual([
      true,
      true,
      true,
      false,
      true,
      true,
      false,
    ]);
  });

  it("continues after FFFFFFFFh", () => {
    const window = new SequenceWindow();
    expect(taken(window, 0xfffffffe, 0xffffffff, 1, 2, 0xffffffff, 0xfffffffd, 1)).toEqual([
      true,
      true,
      true,
      true,
      false,
      true,
      false,
    ]);
    expect(nextSequence(0xffffffff)).toBe(1);
    expect(nextSequence(0xfffffffe)).toBe(0xffffffff);
  });

  it("accepts the first number of IPMI 1.5 twice, but only before the second", () => {
    const window = () => new SequenceWindow({ firstMayRepeat: true });
    expect(taken(window(), 5, 5, 5)).toEqual([true, true, false]);
    expect(taken(window(), 5, 6, 6, 5)).toEqual([true, true, false, false]);
    expect(taken(window(), 5, 5, 6, 6)).toEqual([true, true, true, false]);
    expect(taken(new SequenceWindow(), 5, 5)).toEqual([true, false]);
  });

  it("agrees with a set of everything seen, over loss, repetition, disorder and the wrap", () => {
    const random = new Random(printedSeed("sequence numbers"));
    for (let run = 0; run < 200; run++) {
      const window = new SequenceWindow();
      // Counted without end, sent modulo 2^32.
      let highest = random.pick([10, 2 ** 31 - 20, 2 ** 32 - 20]);
      const seen = new Set<number>([highest]);
      window.accept(highest % 2 ** 32);
      for (let step = 0; step < 200; step++) {
        const number = Math.max(0, highest + random.pick([1, 1, 1, 2, 5, 40, 0, -1, -2, -8, -15, -16, -17, -31, -32]));
        const expected = number > highest || (highest - number <= 16 && !seen.has(number));
        expect(window.accept(number % 2 ** 32), `${number} after ${highest}`).toBe(expected);
        if (expected) seen.add(number);
        highest = Math.max(highest, number);
      }
    }
  });
});
