import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { OperationError } from "../../src/bmc/index.ts";
import type { Host } from "../../src/model/index.ts";
import { exitCodeOf, fanOutOver, render, stagger, summaryOf } from "../../src/operate/index.ts";
import { FakeClock } from "../support/fake-clock.ts";

const host = (n: number, rack = `r${n % 2}`): Host => ({
  name: `n${String(n).padStart(2, "0")}`,
  address: `127.0.0.${n}`,
  port: 623,
  module: "default",
  auth: "default",
  place: { rack },
  labels: {},
});
const hosts = Array.from({ length: 10 }, (_, n) => host(n));
const rackOf = ({ place }: Host): string => place.rack ?? "";

function started(options: {
  readonly fanout?: number;
  readonly most?: number;
  readonly startsAt?: (host: Host) => number;
}) {
  const clock = new FakeClock();
  const running = new Map<string, { readonly end: () => void; readonly fail: (error: Error) => void }>();
  const order: string[] = [];
  const stop = new AbortController();
  const done = fanOutOver(
    hosts,
    ({ name }) => {
      order.push(name);
      return new Promise<string>((resolve, reject) => running.set(name, { end: () => resolve("ok"), fail: reject }));
    },
    {
      clock,
      fanout: options.fanout ?? 256,
      group: { of: rackOf, most: options.most ?? 256 },
      startsAt: options.startsAt,
      stop: stop.signal,
    },
  );
  return { clock, running, order, stop, done };
}

describe("the fan-out", () => {
  it("keeps to its limit and that of a group", async () => {
    const { order, running, done } = started({ fanout: 5, most: 3 });
    expect(order).toEqual(["n00", "n02", "n04", "n01", "n03"]);
    running.get("n00")?.end();
    await turn();
    expect(order).toHaveLength(6);
    while (order.length < 10 || running.size > 0) {
      for (const { end } of running.values()) end();
      running.clear();
      await turn();
    }
    expect((await done).map(({ host: { name } }) => name)).toEqual(hosts.map(({ name }) => name));
  });

  it("starts no more hosts after a stop, and waits for those in work", async () => {
    const { running, stop, done } = started({ fanout: 2 });
    stop.abort();
    running.get("n00")?.end();
    running.get("n02")?.fail(new OperationError("rakp", "wrong_password", "n02: wrong password"));
    const outcomes = await done;
    expect(summaryOf(outcomes)).toBe("1 ok, 9 failed: 8 not_started (n[01,03-09]), 1 wrong_password (n02)");
    expect(exitCodeOf(outcomes)).toBe(1);
    expect(exitCodeOf(outcomes.filter(({ ok }) => ok))).toBe(0);
    expect(exitCodeOf(outcomes.filter(({ ok }) => !ok))).toBe(3);
  });

  it("starts hosts at their times", async () => {
    const { order, clock, running, done } = started({ startsAt: ({ address }) => (address.endsWith("3") ? 500 : 0) });
    expect(order).not.toContain("n03");
    await clock.advance(500);
    expect(order.at(-1)).toBe("n03");
    for (const { end } of running.values()) end();
    expect(await done).toHaveLength(10);
  });
});

describe("the stagger", () => {
  it("starts a batch of each group per gap", () => {
    const plan = stagger(hosts, { batch: 2, gapMs: 2000, groupOf: rackOf });
    expect(hosts.map((one) => plan.startsAt.get(one))).toEqual([0, 0, 0, 0, 2000, 2000, 2000, 2000, 4000, 4000]);
    expect(plan).toMatchObject({ groups: 2, lastMs: 4000 });
  });

  it.each([1, 3, 7])("never exceeds the batch of a group or %i hosts per second in total", (totalPerSecond) => {
    const many = Array.from({ length: 100 }, (_, n) => host(n, `r${n % 3}`));
    const plan = stagger(many, { batch: 4, gapMs: 1000, totalPerSecond, groupOf: rackOf });
    for (const one of many) {
      const at = plan.startsAt.get(one) ?? Number.NaN;
      const within = many.filter((other) => {
        const start = plan.startsAt.get(other) ?? Number.NaN;
        return start > at - 1000 && start <= at;
      });
      expect(within.length).toBeLessThanOrEqual(totalPerSecond);
      expect(within.filter((other) => rackOf(other) === rackOf(one)).length).toBeLessThanOrEqual(4);
    }
  });
});

describe("the output", () => {
  const rendering = { text: (data: string) => data, cells: (data: string) => ({ answer: data }) };
  const ok = (n: number, data: string) => ({ host: host(n), ok: true as const, data, started: 0, durationMs: 5 });
  const failed = (n: number) => ({
    host: host(n),
    ok: false as const,
    error: { stage: "rakp", reason: "wrong_password", message: `n0${n}: refused\x1b[2J` } as const,
    durationMs: 5,
  });
  const outcomes = [ok(1, "b"), failed(2), ok(3, 'a,"1"\x07'), ok(4, 'a,"1"\x07'), failed(5)];

  it("folds equal answers, the largest group first and failures last", () => {
    expect(render(outcomes, "fold", rendering).out.split("\n")).toEqual([
      "n[03-04] (2 hosts)",
      '  a,"1"\\x07',
      "n01",
      "  b",
      "n[02,05] (2 hosts) failed",
      "  wrong_password: refused\\x1b[2J",
      "  Correct the password under auths or on the BMC. Repeated attempts may lock the account.",
      "",
    ]);
  });

  it("prints a line for each host, and failures apart", () => {
    const { out, problems } = render(outcomes, "lines", rendering);
    expect(out).toBe('n01: b\nn03: a,"1"\\x07\nn04: a,"1"\\x07\n');
    expect(problems[0]).toBe("n02: wrong_password: refused\\x1b[2J");
  });

  it("prints tables, CSV and JSON", () => {
    expect(render(outcomes, "csv", rendering).out.split("\n").slice(0, 3)).toEqual([
      "host,answer,failure",
      "n01,b,",
      "n02,,wrong_password",
    ]);
    expect(render(outcomes, "table", rendering).out.split("\n")[1]).toBe("n01   b");
    const [first, second] = JSON.parse(render(outcomes, "json", rendering).out);
    expect(first).toEqual({
      schema: "lightsout/outcome/1",
      host: "n01",
      place: { rack: "r1" },
      ok: true,
      data: "b",
      started: "1970-01-01T00:00:00.000Z",
      duration_ms: 5,
    });
    expect(second).toMatchObject({ ok: false, error: { reason: "wrong_password", stage: "rakp" } });
    expect(render(outcomes, "ndjson", rendering).out.trim().split("\n")).toHaveLength(5);
  });
});
