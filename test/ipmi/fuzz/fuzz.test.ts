import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeRmcpPlus } from "../../../src/ipmi/wire/rmcp-plus.ts";
import { inputsOf, printedSeed, Random } from "./random.ts";
import { feed, fuzz, neverThrows, type Target } from "./target.ts";
import { ALL_TARGETS } from "./targets/index.ts";

const COUNT = inputsOf(1);
const seed = printedSeed(`${COUNT} random and mutated inputs`);

const weights = ALL_TARGETS.reduce((sum, { weight = 1 }) => sum + weight, 0);
const foreign = ALL_TARGETS.flatMap(({ valid }) => valid);

const { stackTraceLimit } = Error;
const startedRss = process.memoryUsage().rss;
const MOST_GROWTH = 768 << 20;

describe("bytes from the network", () => {
  // A refusal costs ten times as much with a stack trace, and a million of them are made here.
  beforeAll(() => {
    Error.stackTraceLimit = 0;
  });
  afterAll(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  it("have a decoder with a name of its own and inputs to start from", () => {
    expect(new Set(ALL_TARGETS.map(({ name }) => name)).size).toBe(ALL_TARGETS.length);
    expect(ALL_TARGETS.filter(({ valid }) => valid.length === 0).map(({ name }) => name)).toEqual([]);
  });

  it("would not hide a decoder that throws something else, is slow or makes too much of too little", () => {
    const target = (run: () => unknown): Target => ({ name: "a bad one", valid: [Buffer.of(1)], run });
    const caught = (run: () => unknown) => expect(() => fuzz(target(run), 100, seed, [Buffer.of(2)]));
    caught(() => Buffer.alloc(1).readUInt32LE(0)).toThrow(/a bad one: .*FUZZ_SEED/);
    caught(() => neverThrows(() => decodeRmcpPlus(Buffer.alloc(0)))).toThrow("must never throw");
    caught(() => Buffer.alloc(1 << 20)).toThrow("size 1048576");
    caught(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60)).toThrow(/took \d+ ms/);
    caught(() => decodeRmcpPlus(Buffer.alloc(0))).not.toThrow();
  });

  it.each(ALL_TARGETS.map((target) => [target.name, target] as const))(
    "are read or refused with DecodeError, soon and within bounds: %s",
    (_, target) => {
      const random = new Random(seed, target.name);
      for (const bytes of target.valid) {
        for (let length = 0; length <= bytes.length; length++) feed(target, bytes.subarray(0, length), random);
      }
      fuzz(target, Math.ceil((COUNT * (target.weight ?? 1)) / weights), seed, foreign);
    },
    Math.max(60_000, COUNT),
  );

  it("did not make the process grow", () => {
    expect(process.memoryUsage().rss - startedRss).toBeLessThan(MOST_GROWTH);
  });
});
