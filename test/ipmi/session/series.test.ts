import { describe, expect, it } from "vitest";
import { getDeviceId, getSensorReading } from "../../../src/ipmi/commands/index.ts";
import type { DecodeError, Series } from "../../../src/ipmi/index.ts";
import { connectionTo } from "./connection-rig.ts";
import { outcomeOf } from "./outcome.ts";
import { type ScriptedAnswer, ScriptedBmc } from "./scripted-bmc.ts";

const READING = "4/2d";

/** Asks for the sensors 1 to `count` and notes what comes. */
class Sensors implements Series<{ raw: number }> {
  ended = 0;
  readonly told: (number | string)[] = [];
  readonly #count: number;
  readonly #lun: number;

  constructor(count: number, lun = 0) {
    this.#count = count;
    this.#lun = lun;
  }

  get next() {
    return this.ended < this.#count ? { data: Buffer.of(this.ended + 1), lun: this.#lun } : undefined;
  }

  answered({ raw }: { raw: number }): void {
    this.told.push(raw);
    this.ended++;
  }

  refused(why: number | DecodeError): void {
    this.told.push(typeof why === "number" ? `refused ${why.toString(16)}` : why.message);
    this.ended++;
  }
}

/** A BMC whose sensors read their own number; `odd` answers differently for some, undefined: no answer. */
function setup(odd: Record<number, (nth: number) => ScriptedAnswer | undefined> = {}) {
  const bmc = new ScriptedBmc();
  const asked: number[] = [];
  bmc.commands.set(READING, ({ data }) => {
    const number = data[0] as number;
    asked.push(number);
    const answer = odd[number];
    if (answer) return answer(asked.filter((n) => n === number).length);
    return { data: Buffer.of(number, 0xc0, 0) };
  });
  const { clock, connection, count, logins } = connectionTo(bmc);
  const run = (series: Sensors, signal?: AbortSignal) => connection.runSeries(getSensorReading, series, { signal });
  return { bmc, clock, connection, asked, count, run, logins };
}

describe("a series of requests", () => {
  it("sends one request after another, each after the previous answer", async () => {
    const { run, asked, clock, logins } = setup();
    const series = new Sensors(100);
    await run(series);
    const all = Array.from({ length: 100 }, (_, i) => i + 1);
    expect(asked).toEqual(all);
    expect(series.told).toEqual(all);
    expect(logins()).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it("sends to the LUN of the request, with a new sequence number for each", async () => {
    const { run, bmc } = setup();
    await run(new Sensors(70, 2));
    const requests = bmc.requests.filter(({ command }) => command === 0x2d);
    expect(new Set(requests.map(({ responderLun }) => responderLun))).toEqual(new Set([2]));
    const numbers = requests.map(({ sequence }) => sequence);
    for (const [i, n] of numbers.entries()) if (i > 0) expect(n).toBe(((numbers[i - 1] as number) + 1) & 63);
  });

  it("continues after refusals and invalid answers", async () => {
    const { run } = setup({ 2: () => ({ completionCode: 0xcb }), 4: () => ({ data: Buffer.of(4) }) });
    const series = new Sensors(5);
    await run(series);
    expect(series.told).toEqual([1, "refused cb", 3, expect.stringContaining("Get Sensor Reading"), 5]);
  });

  it("ends at a request for which the BMC is too busy, and continues there when run again", async () => {
    const { run, asked } = setup({
      3: (nth) => (nth === 1 ? { completionCode: 0xc0 } : { data: Buffer.of(33, 0xc0, 0) }),
    });
    const series = new Sensors(4);
    await run(series);
    expect(series.told).toEqual([1, 2]);
    await run(series);
    expect(series.told).toEqual([1, 2, 33, 4]);
    expect(asked).toEqual([1, 2, 3, 3, 4]);
  });

  it("repeats a packet that was lost, and waits for each as long as for a single one", async () => {
    const { run, clock, asked, count } = setup({ 3: (nth) => (nth < 3 ? undefined : { data: Buffer.of(3, 0xc0, 0) }) });
    const series = new Sensors(4);
    const ended = run(series);
    await clock.advance(299);
    expect(asked).toEqual([1, 2, 3]);
    await clock.advance(1);
    expect(asked).toEqual([1, 2, 3, 3]);
    await clock.advance(600);
    await ended;
    expect(series.told).toEqual([1, 2, 3, 4]);
    expect(count("retransmitted")).toBe(2);
    expect(clock.pending).toBe(0);
  });

  it("continues in a new session if the BMC has lost the previous one, several times if necessary", async () => {
    const rig = setup();
    const lost = new Set([3, 7]);
    rig.bmc.commands.set(READING, ({ data }) => {
      const number = data[0] as number;
      if (lost.delete(number)) {
        rig.bmc.reset();
        return undefined;
      }
      return { data: Buffer.of(number, 0xc0, 0) };
    });
    const series = new Sensors(9);
    const ended = rig.run(series);
    await rig.clock.advance(60_000);
    await ended;
    expect(series.told).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(rig.logins()).toBe(3);
    expect(rig.count("lost")).toBe(2);
  });

  it("fails with a time-out if the same request has no answer in two sessions", async () => {
    const { run, clock, logins, asked, connection } = setup({ 2: () => undefined });
    const series = new Sensors(3);
    const ended = outcomeOf(run(series));
    await clock.advance(120_000);
    expect(await ended).toMatchObject({ error: { reason: "timeout" } });
    expect(logins()).toBe(2);
    expect(asked.filter((n) => n === 2)).toHaveLength(8);
    expect([series.ended, connection.session]).toEqual([1, undefined]);
    expect(clock.pending).toBe(0);
  });

  it("ends at once when it is given up, and keeps the session", async () => {
    const { run, clock, connection, logins } = setup({ 2: () => undefined });
    const { signal, abort } = (() => {
      const controller = new AbortController();
      return { signal: controller.signal, abort: () => controller.abort("deadline") };
    })();
    const series = new Sensors(3);
    const ended = outcomeOf(run(series, signal));
    await clock.settle();
    abort();
    expect(await ended).toEqual({ error: "deadline" });
    expect(series.ended).toBe(1);
    expect(clock.pending).toBe(0);
    await connection.run(getDeviceId, undefined);
    expect(logins()).toBe(1);
  });

  it("lets other requests have their turn in between", async () => {
    const { run, bmc, connection } = setup();
    await connection.open();
    bmc.log.length = 0;
    const series = run(new Sensors(20));
    const device = connection.run(getDeviceId, undefined);
    await Promise.all([series, device]);
    expect(bmc.log.indexOf("Get Device ID")).toBeLessThan(3);
    expect(bmc.count(READING)).toBe(20);
  });

  it("ends when the connection is closed", async () => {
    const { run, clock, connection } = setup({ 2: () => undefined });
    const ended = outcomeOf(run(new Sensors(3)));
    await clock.settle();
    const closing = connection.close();
    await clock.advance(10_000);
    await closing;
    expect(await ended).toMatchObject({ error: expect.anything() });
    expect(clock.pending).toBe(0);
  });

  it("fails with the error of the receiver of the answers", async () => {
    const { run } = setup();
    const series = new Sensors(3);
    series.answered = () => {
      throw new TypeError("not mine");
    };
    expect(await outcomeOf(run(series))).toMatchObject({ error: { message: "not mine" } });
  });
});
