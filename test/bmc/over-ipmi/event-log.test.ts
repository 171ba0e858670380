import { describe, expect, it } from "vitest";
import { EventLogReader } from "../../../src/bmc/over-ipmi/event-log.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakeSel } from "../fake-sel.ts";

const signal = new AbortController().signal;

function bench(capacity?: number) {
  const clock = new FakeClock();
  const sel = new FakeSel(clock, capacity);
  const reader = new EventLogReader(clock);
  /** Hex of the records that were reported as new. */
  const poll = async (): Promise<string[]> => {
    const { log } = await reader.read(sel, {}, signal);
    return log.fresh.map((e) => e.raw ?? "");
  };
  const minute = () => clock.advance(60_000);
  return { clock, sel, reader, poll, minute };
}

describe("the event log of a host", () => {
  it("is read completely the first time, and later only checked for changes", async () => {
    const { sel, poll, minute } = bench();
    const all = [sel.add(), sel.add(), sel.add()];
    await minute();
    expect(await poll()).toEqual(all);
    expect(sel.take()).toEqual(["Get SEL Info", ...Array(3).fill("Get SEL Entry"), "Get SEL Time"]);
    await minute();
    expect(await poll()).toEqual([]);
    expect(sel.take()).toEqual(["Get SEL Info"]);
  });

  it("is read from the last known record on, with two more requests than new records", async () => {
    const { sel, poll, minute } = bench();
    for (let i = 0; i < 20; i++) sel.add();
    await poll();
    await minute();
    await poll();
    const added = [sel.add(), sel.add()];
    await minute();
    sel.take();
    expect(await poll()).toEqual(added);
    expect(sel.take()).toEqual(["Get SEL Info", ...Array(3).fill("Get SEL Entry"), "Get SEL Time"]);
  });

  it("has no counters before it was read completely once", async () => {
    const { sel, reader } = bench();
    for (let i = 0; i < 5; i++) sel.add();
    sel.readsLeft = 2;
    const first = await reader.read(sel, {}, signal);
    expect([first.log.fresh.length, first.log.counters, first.failure]).toEqual([2, undefined, expect.anything()]);
    sel.readsLeft = undefined;
    const second = await reader.read(sel, {}, signal);
    expect([second.log.fresh.length, second.failure]).toEqual([3, undefined]);
    expect(second.log.counters?.bySeverity.critical).toBe(5);
  });

  it("continues counting after a clear, including the records after it", async () => {
    const { sel, reader, poll, minute } = bench();
    sel.add();
    sel.add();
    await poll();
    await minute();
    sel.clear();
    const added = [sel.add()];
    await minute();
    expect(await poll()).toEqual(added);
    await minute();
    sel.clear();
    await minute();
    expect(await poll()).toEqual([]);
    const { log } = await reader.read(sel, {}, signal);
    expect([log.entries, log.counters?.bySeverity.critical]).toEqual([0, 3]);
  });

  it("detects a clear that was followed by as many records with the same ids", async () => {
    const { sel, poll, minute } = bench();
    sel.add();
    sel.add();
    await poll();
    await minute();
    sel.clear();
    const added = [sel.add(), sel.add()];
    await minute();
    expect(await poll()).toEqual(added);
  });

  it("detects changes within the second of the last reading, which timestamps do not show", async () => {
    const { sel, poll, minute } = bench();
    sel.add();
    sel.clear();
    const first = sel.add();
    expect(await poll()).toEqual([first]);
    sel.clear();
    const second = sel.add();
    await minute();
    expect(await poll()).toEqual([second]);
  });

  it("reads the log itself if the BMC does not report when it changed", async () => {
    const { sel, poll, minute } = bench(3);
    sel.dated = false;
    for (let i = 0; i < 3; i++) sel.add();
    await poll();
    await minute();
    const added = sel.add();
    expect(await poll()).toEqual([added]);
  });

  it("counts no record again when the last records were deleted", async () => {
    const { sel, poll, minute } = bench();
    for (let i = 0; i < 100; i++) sel.add();
    await poll();
    await minute();
    sel.delete(99);
    sel.delete(98);
    expect(await poll()).toEqual([]);
    const added = sel.add();
    await minute();
    expect(await poll()).toEqual([added]);
  });

  it("counts nothing again when a record in the middle was deleted", async () => {
    const { sel, poll, minute } = bench();
    for (let i = 0; i < 10; i++) sel.add();
    await poll();
    await minute();
    sel.delete(4);
    const added = sel.add();
    expect(await poll()).toEqual([added]);
  });

  it("counts nothing again when a reading from the beginning is interrupted", async () => {
    const { sel, reader, poll, minute } = bench();
    for (let i = 0; i < 100; i++) sel.add();
    await poll();
    await minute();
    // The last known record is gone, so the log is read from its beginning, and that takes three polls.
    sel.delete(99);
    const added = sel.add();
    for (const reads of [30, 50]) {
      sel.readsLeft = reads;
      const { log, failure } = await reader.read(sel, {}, signal);
      expect([log.fresh, failure]).toEqual([[], expect.anything()]);
    }
    sel.readsLeft = undefined;
    expect(await poll()).toEqual([added]);
  });

  it("counts nothing again when the program is restarted while it reads from the beginning", async () => {
    const { clock, sel, reader, poll, minute } = bench();
    for (let i = 0; i < 100; i++) sel.add();
    await poll();
    await minute();
    sel.delete(99);
    const added = sel.add();
    sel.readsLeft = 30;
    await reader.read(sel, {}, signal);
    const saved = reader.save();
    sel.readsLeft = undefined;
    if (!saved) throw new Error("nothing to save");
    const restarted = new EventLogReader(clock);
    restarted.restore(JSON.parse(JSON.stringify(saved)));
    const { log } = await restarted.read(sel, {}, signal);
    expect(log.fresh.map((e) => e.raw ?? "")).toEqual([added]);
    expect(log.counters?.bySeverity.critical).toBe(101);
  });

  it("continues after a restart from its position, with its counts", async () => {
    const { clock, sel, reader, poll, minute } = bench();
    for (let i = 0; i < 3; i++) sel.add();
    await poll();
    const saved = reader.save();
    if (!saved) throw new Error("nothing to save");
    const restarted = new EventLogReader(clock);
    restarted.restore(JSON.parse(JSON.stringify(saved)));
    await minute();
    const added = sel.add();
    const { log } = await restarted.read(sel, {}, signal);
    expect(log.fresh.map((e) => e.raw ?? "")).toEqual([added]);
    expect(log.counters?.bySeverity.critical).toBe(4);
    expect(new EventLogReader(clock).save()).toBeUndefined();
  });

  it("keeps its position when the BMC announces records and returns none", async () => {
    const { sel, reader, poll, minute } = bench();
    for (let i = 0; i < 3; i++) sel.add();
    await poll();
    await minute();
    const { records } = sel;
    const info = sel.info();
    sel.records = [];
    const broken = Object.assign(sel, { info: () => ({ ...info, lastEraseTimestamp: 1 }) });
    expect(await poll()).toEqual([]);
    sel.records = records;
    expect((await reader.read(broken, {}, signal)).log.fresh).toEqual([]);
  });

  it("reads each record of a log whose ids form a circle once", async () => {
    const { sel, poll } = bench();
    const all = [sel.add(), sel.add(), sel.add()];
    // A second record of the first id: the way from it leads to the second again.
    const twin = Buffer.from(sel.records[0] ?? []);
    twin.writeUInt16LE(0x7777, 14);
    sel.put(twin);
    const records = await poll();
    expect(records.slice(0, 3)).toEqual(all);
    expect(records.length).toBeLessThanOrEqual(4);
  });

  it("compares the clocks every ten minutes", async () => {
    const { clock, sel, reader } = bench();
    const { log } = await reader.read(sel, {}, signal);
    expect(log.clockOffsetSeconds).toBe(0);
    clock.jumpWall(-90_000);
    await clock.advance(11 * 60_000);
    sel.take();
    await reader.read(sel, {}, signal);
    expect(sel.take()).toContain("Get SEL Time");
  });

  it("has no clock offset if the BMC has no SEL clock", async () => {
    const { clock, reader } = bench();
    const sel = new FakeSel(clock);
    const { refused } = await import("../fake-runner.ts");
    const { getSelTime } = await import("../../../src/ipmi/index.ts");
    sel.on(getSelTime, () => {
      throw refused("Get SEL Time", 0xc1);
    });
    const { log, failure } = await reader.read(sel, {}, signal);
    expect([log.clockOffsetSeconds, failure]).toEqual([undefined, undefined]);
  });

  it("has no clock offset if the BMC does not know the time", async () => {
    const { sel, reader } = bench();
    const { getSelTime } = await import("../../../src/ipmi/index.ts");
    sel.on(getSelTime, () => ({ timestamp: 0xffffffff }));
    const { log, failure } = await reader.read(sel, {}, signal);
    expect([log.clockOffsetSeconds, failure]).toEqual([undefined, undefined]);
  });
});

describe("history", () => {
  const read = async ({ reader, sel }: ReturnType<typeof bench>) => {
    const { log } = await reader.read(sel, {}, signal);
    const raw = log.fresh.map((e) => e.raw ?? "");
    const historical = log.historical ?? 0;
    return { history: raw.slice(0, historical), news: raw.slice(historical) };
  };

  it("is every record of the first reading, and no later record", async () => {
    const b = bench();
    const old = [b.sel.add(), b.sel.add()];
    expect(await read(b)).toEqual({ history: old, news: [] });
    await b.minute();
    const added = b.sel.add();
    expect(await read(b)).toEqual({ history: [], news: [added] });
  });

  it("is empty for a log that was empty", async () => {
    const b = bench();
    expect(await read(b)).toEqual({ history: [], news: [] });
    await b.minute();
    const added = b.sel.add();
    expect(await read(b)).toEqual({ history: [], news: [added] });
  });

  it("ends where the log ended when a long first reading began", async () => {
    const b = bench();
    const old = Array.from({ length: 10 }, () => b.sel.add());
    b.sel.readsLeft = 4;
    expect(await read(b)).toEqual({ history: old.slice(0, 4), news: [] });
    const added = [b.sel.add(), b.sel.add()];
    b.sel.readsLeft = undefined;
    expect(await read(b)).toEqual({ history: old.slice(4), news: added });
  });

  it("ends when the log is cleared during a long first reading", async () => {
    const b = bench();
    for (let i = 0; i < 10; i++) b.sel.add();
    b.sel.readsLeft = 4;
    await read(b);
    await b.minute();
    b.sel.clear();
    const added = [b.sel.add(), b.sel.add()];
    b.sel.readsLeft = undefined;
    expect(await read(b)).toEqual({ history: [], news: added });
  });

  it("is empty after a restart with a saved position", async () => {
    const b = bench();
    b.sel.add();
    await read(b);
    const restarted = new EventLogReader(b.clock);
    restarted.restore(JSON.parse(JSON.stringify(b.reader.save())));
    await b.minute();
    b.sel.clear();
    const added = [b.sel.add(), b.sel.add()];
    expect(await read({ ...b, reader: restarted })).toEqual({ history: [], news: added });
  });
});

describe("a BMC whose clock is wrong", () => {
  /** Logged at each start, and like the one before to the last byte but the id. */
  const boot = (id: number): Buffer => {
    const record = Buffer.from("0000020500000021000412836f42ffff", "hex");
    record.writeUInt16LE(id, 0);
    return record;
  };

  it("that logs the same records at each start has them counted each time", async () => {
    const { sel, poll, minute } = bench();
    sel.restartWithoutClock();
    for (let id = 1; id <= 3; id++) {
      const raw = sel.put(boot(id));
      expect(await poll()).toEqual([raw]);
      sel.restartWithoutClock();
      await minute();
    }
  });

  it("that logs at a start the same as before its log was cleared has it counted", async () => {
    const { sel, poll, minute } = bench();
    sel.restartWithoutClock();
    for (let id = 1; id <= 3; id++) sel.put(boot(id));
    await poll();
    await minute();
    sel.clear();
    sel.put(boot(4));
    expect(await poll()).toHaveLength(1);
  });

  it("that repeats the timestamps of a full log has it read all the same", async () => {
    const { clock, sel, poll } = bench(3);
    sel.restartWithoutClock();
    await clock.advance(5_000);
    for (let i = 0; i < 3; i++) sel.add();
    await poll();
    await clock.advance(100_000);
    // The next start: the log stays as long, and its last addition is of the same second after the start.
    sel.restartWithoutClock();
    await clock.advance(5_000);
    const added = sel.add();
    expect(await poll()).toEqual([added]);
  });

  it("has its clock read whenever its log changed, so that events can be dated", async () => {
    const { clock, sel, reader, minute } = bench();
    const offset = async () => (await reader.read(sel, {}, signal)).log.clockOffsetSeconds;
    expect(await offset()).toBe(0);
    await minute();
    sel.aheadSeconds = 3600;
    sel.add();
    expect(await offset()).toBe(3600);
    await minute();
    sel.aheadSeconds = -86_400;
    expect(await offset()).toBe(3600);
    sel.add();
    expect(await offset()).toBe(-86_400);
    expect(clock.pending).toBe(0);
  });

  it("that does not answer Get SEL Time has its records reported all the same", async () => {
    const { sel, reader } = bench();
    const { silence } = await import("../fake-runner.ts");
    const { getSelTime } = await import("../../../src/ipmi/index.ts");
    const added = sel.add();
    sel.on(getSelTime, () => {
      throw silence();
    });
    const { log, failure } = await reader.read(sel, {}, signal);
    expect([log.fresh.map((e) => e.raw ?? ""), failure]).toEqual([[added], expect.anything()]);
  });
});

/** Small, fast and the same everywhere (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

describe("counting events", () => {
  const seed = Math.floor(Math.random() * 2 ** 31);

  /** Logs that were counted wrongly once. */
  const found = [313407181, 99314506, 5550274, 71234729, 5524, 71240274];
  const seeds = [...found, ...Array.from({ length: 300 }, (_, i) => seed + i)];

  it(`loses none and counts none twice, whatever happens to the log (seed ${seed})`, async () => {
    for (const round of seeds) {
      const next = random(round);
      const below = (n: number) => Math.floor(next() * n);
      const { clock, sel, ...first } = bench(20 + below(40));
      let { reader } = first;
      const reported = new Set<string>();
      // What was reported since the state was saved belongs to it: both are written in one go.
      for (let i = below(20); i > 0; i--) sel.add();
      const held = new Set(sel.records.map((r) => r.toString("hex")));
      const history: string[] = [];
      let isClockSet = false;
      for (let step = 0; step < 40; step++) {
        const what = below(13);
        const count = below(12);
        // Whether records came before an erasure nobody can tell in its own second, nor when the clock was set between.
        if (what === 8 || what === 9 || what === 11) isClockSet = true;
        if (what === 6 || what === 7) await clock.advance(1000);
        if (what < 5) for (let i = 0; i < count; i++) sel.add();
        else if (what === 5) sel.clear();
        else if (what === 6 && sel.records.length > 0) sel.delete(below(sel.records.length));
        else if (what === 7)
          for (let i = 0; i < Math.min(count, sel.records.length); i++) sel.delete(sel.records.length - 1);
        else if (what === 8) sel.aheadSeconds += (below(3) - 1) * below(100_000);
        else if (what === 9 && below(3) === 0) sel.restartWithoutClock();
        else if (what === 10) {
          const saved = reader.save();
          if (saved) {
            reader = new EventLogReader(clock);
            reader.restore(JSON.parse(JSON.stringify(saved)));
          }
        } else if (what === 11) clock.jumpWall((below(3) - 1) * below(100_000_000));
        else if (what === 12 && sel.records.length > 1) sel.duplicateId(below(sel.records.length - 1));
        if (below(3) > 0) await clock.advance(below(2) * 500 + below(3) * 30_000);
        history.push(`${what}x${count}`);
        if (below(2) === 0) continue;
        sel.readsLeft = below(3) === 0 ? below(30) : undefined;
        const isFirst = reader.save() === undefined;
        const read = await reader.read(sel, {}, signal).catch(() => undefined);
        if (!isFirst) expect(read?.log.historical ?? 0).toBe(0);
        const where = `seed ${round}, step ${step}, ${history.join(" ")}`;
        for (const [i, { raw = "" }] of (read?.log.fresh ?? []).entries()) {
          expect(reported.has(raw), `${where}: ${raw} was reported before`).toBe(false);
          reported.add(raw);
          if (held.has(raw) && !isClockSet)
            expect(i, `${where}: ${raw} was there at first contact`).toBeLessThan(read?.log.historical ?? 0);
        }
        if (!read || read.failure !== undefined) continue;
        const missed = sel.readable().filter((raw) => !reported.has(raw));
        // Within a second of a change the info may still be the same; the poll after that sees it.
        if (missed.length > 0) {
          sel.readsLeft = undefined;
          await clock.advance(5_000);
          for (const { raw = "" } of (await reader.read(sel, {}, signal)).log.fresh) {
            expect(reported.has(raw), `${where}, after: ${raw} was reported before`).toBe(false);
            reported.add(raw);
          }
          expect(
            sel.readable().filter((raw) => !reported.has(raw)),
            where,
          ).toEqual([]);
        }
      }
    }
  });
});
