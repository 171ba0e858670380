import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inputsOf, printedSeed, Random } from "../ipmi/fuzz/random.ts";
import { configTargets } from "./targets/config.ts";
import { wordTargets } from "./targets/words.ts";
import { feedText, fuzzText, type TextTarget } from "./text-target.ts";

/** A text costs a thousand times what a packet does: a tenth of their share. */
const COUNT = inputsOf(100);
const seed = printedSeed(`${COUNT} random and mutated texts`);
const TARGETS = [...configTargets, ...wordTargets];
const weights = TARGETS.reduce((sum, { weight = 1 }) => sum + weight, 0);

const { stackTraceLimit } = Error;
const MOST_GROWTH = 512 << 20;

describe("arbitrary text from users, files and the network", () => {
  let startedRss = 0;
  beforeAll(() => {
    startedRss = process.memoryUsage().rss;
    Error.stackTraceLimit = 0;
  });
  afterAll(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  it("is not accepted from a parser that throws other errors, prints raw engine messages, is slow or has side effects", () => {
    const target = (run: (text: string) => unknown, refusal?: TextTarget["refusal"]): TextTarget => ({
      name: "a bad one",
      valid: ["x"],
      run,
      refusal,
    });
    const caught = (run: (text: string) => unknown, refusal?: TextTarget["refusal"]) =>
      expect(() => fuzzText(target(run, refusal), 20, seed));
    const nothing: { readonly x: { readonly y?: string } } = JSON.parse("{}");
    caught(() => nothing.x.y).toThrow(/a bad one: TypeError.*FUZZ_SEED/);
    caught(() => nothing.x.y, TypeError).toThrow("said");
    caught(() => JSON.parse("{"), RangeError).toThrow("SyntaxError");
    caught(() => ({}).constructor).toThrow("a function");
    caught(() => Object.create({ x: 1 })).toThrow("prototype");
    caught(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 510)).toThrow(/took \d+ ms/);
    caught((text) => text).not.toThrow();
    const polluted = Object.prototype as { polluted?: number };
    try {
      caught(() => {
        polluted.polluted = 1;
      }).toThrow("a prototype has polluted");
    } finally {
      delete polluted.polluted;
    }
  });

  it.each(TARGETS.map((target) => [target.name, target] as const))(
    "is accepted or refused with a message, in bounded time and without side effects: %s",
    (_, target) => {
      const random = new Random(seed, target.name);
      for (const text of target.valid) feedText(target, text, random);
      fuzzText(target, Math.ceil((COUNT * (target.weight ?? 1)) / weights), seed);
    },
    Math.max(120_000, COUNT * 10),
  );

  it("does not make the process grow", () => {
    expect(process.memoryUsage().rss - startedRss).toBeLessThan(MOST_GROWTH);
  });
});
