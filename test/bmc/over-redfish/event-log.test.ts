import { describe, expect, it } from "vitest";
import { RedfishEventLog } from "../../../src/bmc/over-redfish/event-log.ts";
import type { LogEntry } from "../../../src/model/index.ts";
import type { JsonObject } from "../../../src/redfish/index.ts";
import { Random } from "../../ipmi/fuzz/random.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakeLog, LOG_URI } from "./fake-log.ts";

const signal = AbortSignal.timeout(60_000);
const at = (second: number): string => new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();

function bench(log: FakeLog, capacity?: number) {
  const clock = new FakeClock();
  let reader = new RedfishEventLog(clock);
  const context = { get: log.get, expand: { query: undefined }, readClock: async () => clock.wallMs() + 3000 };
  const read = () => reader.read({ entries: LOG_URI, capacity }, context, signal);
  return {
    clock,
    read,
    reader: () => reader,
    /** Messages of the entries that were reported as new. */
    poll: async (): Promise<(string | undefined)[]> => (await read()).log.fresh.map(({ text }: LogEntry) => text),
    /** As a restart does, with the saved state. */
    restart: (): void => {
      const saved = JSON.parse(JSON.stringify(reader.save()));
      reader = new RedfishEventLog(clock);
      reader.restore(saved);
    },
  };
}

const ORDERS = ["oldest_first", "newest_first"] as const;

describe.each(ORDERS)("an event log that lists the %s", (order) => {
  it("reports what is new, oldest first, and its history once", async () => {
    const log = new FakeLog({ order });
    const { poll, read, restart } = bench(log);
    log.add({ Created: at(1), Message: "a" });
    log.add({ Created: at(2), Message: "b" });
    const first = await read();
    expect([first.log.fresh.map(({ text }) => text), first.log.historical]).toEqual([["a", "b"], 2]);
    expect(first.log.counters?.bySeverity.warning).toBe(2);
    expect(await poll()).toEqual([]);
    log.add({ Created: at(3), Message: "c" });
    log.add({ Created: at(4), Message: "d" });
    const next = await read();
    expect([next.log.fresh.map(({ text }) => text), next.log.historical, next.log.entries]).toEqual([["c", "d"], 0, 4]);
    restart();
    expect(await poll()).toEqual([]);
    log.add({ Created: at(5), Message: "e" });
    restart();
    expect(await poll()).toEqual(["e"]);
    expect((await read()).log.counters?.bySeverity.warning).toBe(5);
  });

  it("goes on after a clear, with ids that begin again", async () => {
    const log = new FakeLog({ order });
    const { poll } = bench(log);
    for (let n = 1; n < 5; n++) log.add({ Created: at(n), Message: `before ${n}` });
    await poll();
    log.clear();
    expect(await poll()).toEqual([]);
    log.add({ Created: at(10), Message: "after 1" });
    expect(await poll()).toEqual(["after 1"]);
    log.clear();
    log.add({ Created: at(11), Message: "after 1" });
    log.add({ Created: at(12), Message: "after 2" });
    expect(await poll()).toEqual(["after 1", "after 2"]);
  });

  it("reports nothing twice while the service starts and lists some entries or none", async () => {
    const log = new FakeLog({ order });
    const { poll } = bench(log);
    for (let n = 1; n < 5; n++) log.add({ Created: at(n), Message: `${n}` });
    await poll();
    const all = log.entries;
    log.entries = [];
    expect(await poll()).toEqual([]);
    log.entries = all.slice(0, 2);
    expect(await poll()).toEqual([]);
    log.entries = all;
    log.add({ Created: at(9), Message: "new" });
    expect(await poll()).toEqual(["new"]);
  });

  it("reports no entry again whose severity changes when it is repaired", async () => {
    const log = new FakeLog({ order });
    const { poll } = bench(log);
    log.add({ Created: at(1), Message: "a", Severity: "Critical" });
    await poll();
    log.entries = log.entries.map((entry) => ({ ...entry, Severity: "OK", Oem: { Hpe: { Repaired: true } } }));
    expect(await poll()).toEqual([]);
  });

  it("reports no entry again when an update changes the version of its registry", async () => {
    const log = new FakeLog({ order });
    const { poll } = bench(log);
    log.add({ Created: at(1), Message: "a", MessageId: "OpenBMC.0.1.PowerSupplyFailed" });
    await poll();
    log.entries = log.entries.map((entry) => ({ ...entry, MessageId: "OpenBMC.0.5.PowerSupplyFailed" }));
    expect(await poll()).toEqual([]);
  });

  it.each([
    ["0000-00-00", "0000-00-00T00:00:00Z"],
    ["1970", "1970-01-01T00:00:07Z"],
  ])("counts entries again that a BMC without a clock (%s) logs again after a clear", async (_, created) => {
    const log = new FakeLog({ order });
    const { poll } = bench(log);
    for (const message of ["boot", "fan", "disk"]) log.add({ Created: created, Message: message });
    await poll();
    expect(await poll()).toEqual([]);
    log.clear();
    log.add({ Created: created, Message: "boot" });
    expect(await poll()).toEqual(["boot"]);
    expect(await poll()).toEqual([]);
  });

  it("recognises dated entries whose ids were assigned anew", async () => {
    const log = new FakeLog({ order });
    const { poll } = bench(log);
    for (let n = 1; n < 4; n++) log.add({ Created: at(n), Message: `${n}` });
    await poll();
    log.add({ Created: at(4), Message: "4" });
    log.entries = log.entries
      .toReversed()
      .map((entry, i) => ({ ...entry, Id: String(i + 1) }))
      .toReversed();
    expect(await poll()).toEqual(["4"]);
  });

  it("takes one request per poll while nothing is new, and for a few new entries", async () => {
    const log = new FakeLog({ order, page: 10 });
    const { poll } = bench(log);
    for (let n = 0; n < 95; n++) log.add({ Created: at(n), Message: `${n}` });
    expect(await poll()).toHaveLength(95);
    expect(log.requests.splice(0)).toHaveLength(10);
    await poll();
    log.add({ Created: at(100), Message: "new" });
    expect(await poll()).toEqual(["new"]);
    expect(log.requests).toHaveLength(2);
  });

  it.each([true, false])("reads entries that the collection only links to, count: %s", async (count) => {
    const log = new FakeLog({ order, linksOnly: true, count });
    const { poll, read } = bench(log);
    for (let n = 0; n < 70; n++) log.add({ Created: at(n), Message: `${n}` });
    // The newest 50 only: each takes a request.
    expect(await poll()).toEqual(Array.from({ length: 50 }, (_, i) => `${i + 20}`));
    log.requests.length = 0;
    log.add({ Created: at(100), Message: "new" });
    const { log: next } = await read();
    expect([next.fresh.map(({ text }) => text), next.entries]).toEqual([["new"], 71]);
    expect(log.requests.length).toBeLessThanOrEqual(4);
    expect(await poll()).toEqual([]);
  });

  it("finishes its first reading in the next poll if it is interrupted, and counts nothing before", async () => {
    const log = new FakeLog({ order, page: 10 });
    const { poll, read } = bench(log);
    for (let n = 0; n < 50; n++) log.add({ Created: at(n), Message: `${n}` });
    log.requestsLeft = 3;
    const cut = await read();
    expect([cut.log.fresh, cut.log.counters, String(cut.failure)]).toEqual([[], undefined, "RedfishError: HTTP 503"]);
    log.requestsLeft = undefined;
    expect(await poll()).toEqual(Array.from({ length: 50 }, (_, i) => `${i}`));
    // Five pages, and the first one again, to see whether the pages have moved.
    expect(log.requests).toHaveLength(6);
  });
});

describe("an event log whose service has `$skip`", () => {
  it.each(["ignored", "refused"] as const)(
    "%s, is read whole instead, and the parameter is not sent again",
    async (skip) => {
      const log = new FakeLog({ page: 1000, skip });
      const { poll, reader, restart } = bench(log);
      for (let n = 0; n < 20; n++) log.add({ Created: at(n), Message: `${n}` });
      await poll();
      // As if an earlier page had linked to the next one.
      const saved = { ...JSON.parse(JSON.stringify(reader().save())), skips: true };
      reader().restore(saved);
      log.add({ Created: at(50), Message: "new" });
      expect(await poll()).toEqual(["new"]);
      log.requests.length = 0;
      restart();
      expect(await poll()).toEqual([]);
      expect(log.requests).toEqual([LOG_URI]);
    },
  );
});

describe("the order of a log", () => {
  it("is found out when a clock is set, ids are no numbers, and all entries are of one second", async () => {
    const log = new FakeLog({ order: "newest_first" });
    const { poll } = bench(log);
    const add = (name: string): void => log.add({ Id: `log-${name}`, Created: at(1), Message: name });
    add("a");
    await poll();
    add("b");
    expect(await poll()).toEqual(["b"]);
    add("c");
    add("d");
    expect(await poll()).toEqual(["c", "d"]);
  });

  it.each([
    ["oldest_first", "newest_first"],
    ["newest_first", "oldest_first"],
  ] as const)("is found out again if an update changes it from %s to %s", async (before, after) => {
    const log = new FakeLog({ order: before });
    const other = new FakeLog({ order: after });
    const { poll } = bench(log);
    for (let n = 0; n < 6; n++) log.add({ Created: at(n), Message: `${n}` });
    await poll();
    log.add({ Created: at(9), Message: "new" });
    other.entries = log.entries;
    const listed = await other.get(LOG_URI, signal);
    log.entries = (listed.Members as JsonObject[]).slice();
    if (before === "newest_first") log.entries.reverse();
    expect(await poll()).toEqual(["new"]);
    expect(await poll()).toEqual([]);
  });

  it("is not turned round by one entry from a clock that lost its battery", async () => {
    const log = new FakeLog();
    const { poll } = bench(log);
    for (let n = 0; n < 6; n++) log.add({ Created: at(n), Message: `${n}` });
    log.add({ Created: "2019-01-01T00:00:00Z", Message: "6" });
    expect(await poll()).toEqual(["0", "1", "2", "3", "4", "5", "6"]);
    log.add({ Created: "2019-01-01T00:00:09Z", Message: "7" });
    expect(await poll()).toEqual(["7"]);
  });
});

describe("the zone of the BMC's clock", () => {
  it("does not make entries new, when it becomes known or when summer time ends", async () => {
    const log = new FakeLog();
    const clock = new FakeClock();
    const reader = new RedfishEventLog(clock);
    const poll = async (zone?: string) => {
      const context = { get: log.get, expand: { query: undefined }, zone, readClock: async () => undefined };
      const { fresh } = (await reader.read({ entries: LOG_URI }, context, signal)).log;
      return fresh.map(({ text, time }) => [text, time]);
    };
    log.add({ Created: "2026-06-01T10:00:00", Message: "without a zone" });
    log.add({ Created: "2026-06-01T10:00:01-05:00", Message: "with a zone" });
    expect(await poll()).toEqual([
      ["without a zone", Date.UTC(2026, 5, 1, 10)],
      ["with a zone", Date.UTC(2026, 5, 1, 15, 0, 1)],
    ]);
    const [first, second] = log.entries;
    log.entries = [{ ...first }, { ...second, Created: "2026-06-01T09:00:01-06:00" }];
    expect(await poll("-06:00")).toEqual([]);
    log.add({ Created: "2026-12-01T10:00:00", Message: "new" });
    expect(await poll("-06:00")).toEqual([["new", Date.UTC(2026, 11, 1, 16)]]);
  });
});

describe("how full a log is", () => {
  it("is unknown if it overwrites its oldest entries", async () => {
    const log = new FakeLog({ capacity: 5 });
    const { read } = bench(log);
    for (let n = 0; n < 9; n++) log.add({ Created: at(n), Message: `${n}` });
    const { entries, capacityEntries, overflow } = (await read()).log;
    expect([entries, capacityEntries, overflow]).toEqual([5, undefined, undefined]);
  });

  it("is known if it drops new entries", async () => {
    const log = new FakeLog();
    const { read } = bench(log, 2);
    log.add({ Created: at(1), Message: "a" });
    expect((await read()).log).toMatchObject({ entries: 1, capacityEntries: 2, overflow: false });
    log.add({ Created: at(2), Message: "b" });
    expect((await read()).log).toMatchObject({
      entries: 2,
      capacityEntries: 2,
      overflow: true,
      lastAddition: Date.parse(at(2)),
    });
  });
});

describe("another log or another board", () => {
  it("has history that is not counted", async () => {
    const log = new FakeLog();
    const { poll, read, reader, restart } = bench(log);
    log.add({ Created: at(1), Message: "a" });
    await poll();
    log.clear();
    log.add({ Created: at(-5), Message: "of the other board" });
    reader().replaceBoard();
    restart();
    const { fresh, historical, counters } = (await read()).log;
    expect([fresh.map(({ text }) => text), historical, counters?.bySeverity.warning]).toEqual([
      ["of the other board"],
      1,
      1,
    ]);
    log.add({ Created: at(2), Message: "b" });
    expect(await poll()).toEqual(["b"]);
    expect((await read()).log.counters?.bySeverity.warning).toBe(2);
  });

  it("is the same log if it has a known entry: the board has another UUID after an update", async () => {
    const log = new FakeLog();
    const { poll, read, reader } = bench(log);
    log.add({ Created: at(1), Message: "a" });
    await poll();
    reader().replaceBoard();
    log.add({ Created: at(2), Message: "b" });
    const { fresh, historical, counters } = (await read()).log;
    expect([fresh.map(({ text }) => text), historical, counters?.bySeverity.warning]).toEqual([["b"], 0, 2]);
  });
});

describe("the clock of the BMC", () => {
  it("is compared with ours every ten minutes, and when the log changes", async () => {
    const log = new FakeLog();
    const { read } = bench(log);
    expect((await read()).log.clockOffsetSeconds).toBe(3);
  });
});

/** Operations on a log, in an order made from a seed; what is expected is known from the operations alone. */
describe("reading a log, whatever happens to it,", () => {
  const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
  const rounds = 300;

  it(`loses no entry and counts none twice (FUZZ_SEED=${seed})`, async () => {
    for (let round = 0; round < rounds; round++) await oneLog(seed + round);
  });

  async function oneLog(own: number): Promise<void> {
    const random = new Random(own);
    const below = (n: number): number => random.below(n);
    const pick = <T>(...of: readonly T[]): T => of[below(of.length)] as T;
    const capacity = below(3) === 0 ? 20 + below(60) : undefined;
    const log = new FakeLog({
      order: pick("oldest_first", "newest_first"),
      page: pick(undefined, 5, 10, 1000),
      skip: undefined,
      count: below(4) > 0,
      capacity,
    });
    const { poll: _, read, restart, reader, clock } = bench(log);
    let second = 0;
    let serial = 0;
    const dates = pick<(n: number) => JsonObject>(
      (n) => ({ Created: at(n) }),
      (n) => ({ Created: "0000-00-00T00:00:00Z", EventTimestamp: at(n) }),
      (n) => ({
        Created: `1970-01-01T0${Math.floor((n / 3600) % 10)}:${String(Math.floor(n / 60) % 60).padStart(2, "0")}:${String(n % 60).padStart(2, "0")}Z`,
      }),
      () => ({ Created: "0000-00-00T00:00:00Z" }),
      (n) => (n % 3 === 0 ? {} : { Created: at(n) }),
    );
    const add = (): void => {
      second += below(3);
      log.add({ ...dates(second), Message: `event ${++serial}` });
    };
    const texts = (): string[] => log.entries.map(({ Message }) => String(Message));
    const reported = new Set<string>();
    let exempt: ReadonlySet<string> | undefined;
    const steps: string[] = [];
    for (let i = below(30); i > 0; i--) add();
    for (let step = 0; step < 30; step++) {
      const what = below(8);
      // More than a full log between two readings cannot be read by anybody.
      const most = Math.min(25, capacity ?? 25);
      if (what < 4) for (let i = below(most); i > 0; i--) add();
      else if (what === 4 && below(2) === 0) log.clear();
      else if (what === 5 && log.entries.length > 1) {
        // Without dates, a log without the newest entry that was read looks like one that was cleared.
        const newest = texts().findLastIndex((text) => reported.has(text));
        if (newest > 0) log.entries.splice(below(newest), 1);
      } else if (what === 6 && reader().save()) restart();
      steps.push(String(what));
      await clock.advance(below(3) * 60_000);
      log.requestsLeft = below(4) === 0 ? below(6) : undefined;
      const where = `FUZZ_SEED=${own}, steps ${steps.join(" ")}`;
      const note = (fresh: readonly LogEntry[] = []): void => {
        for (const { text } of fresh) {
          expect(reported.has(text), `${where}: ${text} was reported before`).toBe(false);
          reported.add(text);
        }
      };
      const result = await read().catch(() => undefined);
      note(result?.log.fresh);
      if (!result || result.failure !== undefined) {
        // A first reading that is interrupted may miss entries that are deleted meanwhile.
        if (!reader().save()) exempt = new Set(texts());
        continue;
      }
      const missed = (): string[] => texts().filter((text) => !reported.has(text) && !exempt?.has(text));
      // Entries that are added while a first reading is interrupted are read by the next poll.
      log.requestsLeft = undefined;
      if (exempt && missed().length > 0) note((await read()).log.fresh);
      expect(missed(), where).toEqual([]);
      expect((await read()).log.counters?.bySeverity.warning, where).toBe(reported.size);
    }
  }
});
