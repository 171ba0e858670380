import { describe, expect, it } from "vitest";
import { runAtOnce, runInSlices, type Steps, turnAfter } from "../../src/lib/index.ts";

function* sum(numbers: readonly number[]): Steps<number> {
  let total = 0;
  for (const number of numbers) {
    total += number;
    yield;
  }
  return total;
}

describe("turnAfter", () => {
  it("gives the event loop a turn only after work on many items", async () => {
    const turns: string[] = [];
    setImmediate(() => turns.push("another task"));
    await turnAfter(100);
    expect(turns).toEqual([]);
    await turnAfter(2000);
    expect(turns).toEqual(["another task"]);
  });
});

describe("a computation in steps", () => {
  it("has the same result at once and in slices", async () => {
    expect(runAtOnce(sum([1, 2, 3]))).toBe(6);
    expect(await runInSlices(sum([1, 2, 3]))).toBe(6);
  });

  it("gives the event loop a turn between two steps", async () => {
    const turns: string[] = [];
    setImmediate(() => turns.push("another task"));
    await runInSlices(sum([1, 2, 3])).then(() => turns.push("result"));
    expect(turns).toEqual(["another task", "result"]);
  });

  it("rejects with what a step throws", async () => {
    function* failing(): Steps<number> {
      yield;
      throw new Error("step 2");
    }
    await expect(runInSlices(failing())).rejects.toThrow("step 2");
  });
});
