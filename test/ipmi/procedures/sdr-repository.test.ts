import { describe, expect, it } from "vitest";
import { IpmiError } from "../../../src/ipmi/errors.ts";
import { SdrWalk } from "../../../src/ipmi/procedures/sdr-repository.ts";
import { SilenceError } from "../../../src/ipmi/session/conversation.ts";
import { BmcMemory } from "../../../src/ipmi/session/memory.ts";
import { outcomeOf } from "../session/outcome.ts";
import { ScriptedRepository, sdrOf } from "./scripted-repository.ts";

const records = [1, 2, 3, 7, 9].map((id) => sdrOf(id, 40 + id));
const silence = () =>
  new SilenceError(
    { name: "Get SDR", stage: "command", tries: 4, packet: () => Buffer.of(), match: () => undefined },
    4,
    true,
    0,
  );

function setup(
  options: { records?: readonly Buffer[]; next?: (id: number) => number; expected?: number; memory?: BmcMemory } = {},
) {
  const all = options.records ?? records;
  const repository = new ScriptedRepository(all, options.next);
  const memory = options.memory ?? new BmcMemory();
  const walk = new SdrWalk({ source: "repository", memory, expectedRecords: options.expected ?? all.length });
  return { repository, memory, walk, run: () => walk.run(repository.runner) };
}

/** A BMC that does not return whole records at once. */
function partial(repository: ScriptedRepository, code = 0xca): void {
  repository.instead = (read) => (read.count === 0xff ? code : undefined);
}

describe("a walk over the SDR repository", () => {
  it("reads a record with each command and needs no reservation for it", async () => {
    const { repository, memory, walk, run } = setup();
    await run();
    expect(walk.records).toEqual(records);
    expect([walk.done, walk.problems, repository.reads.length, repository.reservations]).toEqual([true, [], 5, 0]);
    expect([memory.wholeSdrReads, memory.quirks.size]).toEqual([true, 0]);
  });

  it("reads the device itself if that has the records", async () => {
    const repository = new ScriptedRepository(records);
    const memory = new BmcMemory();
    memory.wholeSdrReads = false;
    const walk = new SdrWalk({ source: "device", memory, expectedRecords: 0 });
    await walk.run(repository.runner);
    expect(walk.records).toEqual(records);
    expect(new Set(repository.runner.asked)).toEqual(new Set(["Reserve Device SDR Repository", "Get Device SDR"]));
  });

  it("accepts an empty repository", async () => {
    const { walk, run } = setup({ records: [] });
    await run();
    expect([walk.done, walk.records, walk.problems]).toEqual([true, [], []]);
  });

  it.each([0xca, 0xc8, 0xc7, 0xff])(
    "reads in pieces where whole records are refused with %i, and remembers it",
    async (code) => {
      const { repository, memory, walk, run } = setup();
      partial(repository, code);
      await run();
      expect(walk.records).toEqual(records);
      expect(repository.reservations).toBe(1);
      expect(repository.reads.filter((r) => r.count === 0xff).length).toBe(1);
      expect([memory.wholeSdrReads, [...memory.quirks]]).toEqual([false, ["sdr_partial_reads"]]);
    },
  );

  it("works without a reservation if Reserve SDR Repository returns no data", async () => {
    const { repository, walk, run } = setup();
    partial(repository);
    repository.reserve = () => Buffer.alloc(0);
    await run();
    expect(walk.records).toEqual(records);
  });

  it.each([
    ["ends, after trying it again in later runs,", "no data", Buffer.alloc(0), 3, [0, 1]],
    ["goes on", "a header that is cut", Buffer.from("0700030051", "hex"), 1, [0, 1, 3, 4]],
  ])("%s at a record of which it gets %s", async (_, __, answer, runs, read) => {
    const { repository, memory, walk, run } = setup();
    repository.instead = ({ recordId }) => (recordId === 3 ? answer : undefined);
    for (let n = 1; n < runs; n++) expect(await outcomeOf(run())).toHaveProperty("error");
    await run();
    expect(walk.done).toBe(true);
    expect(walk.records).toEqual(read.map((n) => records[n]));
    expect(walk.problems).toHaveLength(1);
    expect([...memory.quirks]).toContain("sdr_records_refused");
  });

  it("reads in pieces where whole records come cut", async () => {
    const { repository, walk, run } = setup();
    repository.instead = (read) => {
      const whole = repository.read(read);
      return read.count === 0xff && whole instanceof Buffer ? whole.subarray(0, 2 + 22) : undefined;
    };
    await run();
    expect(walk.records).toEqual(records);
  });

  it("cuts off what comes beyond the record", async () => {
    const { repository, walk, run } = setup();
    repository.instead = (read) => Buffer.concat([repository.read(read) as Buffer, Buffer.alloc(10, 0xee)]);
    await run();
    expect(walk.records).toEqual(records);
    partial(repository);
    const again = setup();
    again.repository.instead = (read) =>
      read.count === 0xff ? 0xca : Buffer.concat([again.repository.read(read) as Buffer, Buffer.alloc(10, 0xee)]);
    await again.run();
    expect(again.walk.records).toEqual(records);
  });

  it("reads in pieces from the next run on if a whole read was not answered", async () => {
    const { repository, walk, run } = setup();
    repository.instead = (read) => (read.count === 0xff ? silence() : undefined);
    expect(await outcomeOf(run())).toMatchObject({ error: { reason: "timeout" } });
    await run();
    expect(walk.records).toEqual(records);
  });
});

describe("reading records in pieces", () => {
  it.each([20, 16, 10, 4])(
    "requests fewer bytes if more than %i at once are refused, and keeps that size",
    async (most) => {
      const { repository, memory, walk, run } = setup();
      repository.instead = (read) => (read.count > Math.max(most, 5) ? 0xca : undefined);
      await run();
      expect(walk.records).toEqual(records);
      expect(memory.sdrChunkBytes).toBeLessThanOrEqual(Math.max(most, 5));
      expect(memory.quirks.has("sdr_small_reads")).toBe(true);
      const refused = repository.reads.filter((r) => r.count > Math.max(most, 5) && r.count !== 0xff);
      expect(refused.length).toBeLessThanOrEqual(5);
    },
  );

  it("requests less if fewer bytes than requested are returned", async () => {
    const { repository, walk, run } = setup();
    repository.instead = (read) => {
      if (read.count === 0xff) return 0xca;
      const part = repository.read(read);
      return part instanceof Buffer ? part.subarray(0, 2 + 12) : part;
    };
    await run();
    expect(walk.records).toEqual(records);
  });

  it("keeps the bytes of a record that is shorter than its header says: HP DL585 G7", async () => {
    const lying = sdrOf(2, 40);
    lying[4] = 60;
    const { memory, walk, run } = setup({ records: [sdrOf(1), lying, sdrOf(3)] });
    await run();
    expect(walk.records).toEqual([sdrOf(1), lying, sdrOf(3)]);
    // The others are still read whole, and in pieces as large as before.
    expect([memory.wholeSdrReads, memory.sdrChunkBytes, memory.quirks.size]).toEqual([true, 64, 0]);
  });

  it("reserves again if the reservation is lost, and reads the record from its start", async () => {
    const { repository, walk, run } = setup();
    partial(repository);
    let reads = 0;
    const refuse = repository.instead;
    repository.instead = (read) => {
      if (++reads % 7 === 0) repository.cancel();
      return refuse(read);
    };
    await run();
    expect(walk.records).toEqual(records);
    expect(repository.reservations).toBeGreaterThan(1);
  });

  it("uses no reservation if the BMC does not support them", async () => {
    const { repository, walk, run } = setup();
    repository.reserve = () => 0xc1;
    repository.instead = (read) => (read.count === 0xff ? 0xca : undefined);
    await run();
    expect(walk.records).toEqual(records);
    expect(new Set(repository.reads.map((r) => r.reservationId))).toEqual(new Set([0]));
  });

  it("skips a record whose reservation is lost again and again, and reports it", async () => {
    const { repository, walk, run } = setup({ expected: 0 });
    repository.instead = (read) => {
      if (read.count === 0xff) return 0xca;
      return read.recordId === 3 && read.offset > 0 ? 0xc5 : undefined;
    };
    await run();
    expect(walk.records).toEqual(records.filter((r) => r[0] !== 3));
    expect(walk.problems.length).toBe(1);
    expect(walk.problems[0]).toMatch(/^SDR 0x0003 skipped: Get SDR: refused with completion code C5h/);
  });
});

describe("a walk that does not end by itself", () => {
  it.each([
    ["a record that follows itself", (id: number) => (id === 3 ? 3 : id + 1)],
    ["a last record that is followed by the first", (id: number) => (id >= 3 ? 1 : id + 1)],
    ["a last record that is followed by number 0", (id: number) => (id >= 3 ? 0 : id + 1)],
    ["a record that is followed by one before", (id: number) => (id === 3 ? 2 : id + 1)],
  ])("is ended at %s", async (_, next) => {
    const three = [1, 2, 3].map((id) => sdrOf(id));
    const { memory, walk, run } = setup({ records: three, next });
    await run();
    expect(walk.records).toEqual(three);
    expect(walk.problems[0]).toMatch(/^SDR repository does not end: record 0x0003 is followed by 0x000\d again$/);
    expect([...memory.quirks]).toEqual(["sdr_endless"]);
  });

  it("ends well beyond the count of the repository", async () => {
    const { repository, walk, run } = setup({ records: [sdrOf(1)], expected: 4 });
    repository.instead = ({ recordId }) => {
      const next = recordId + 1;
      return Buffer.concat([Buffer.of(next & 0xff, next >> 8), sdrOf(recordId || 1, 20)]);
    };
    await run();
    expect(walk.records.length).toBe(20);
    expect(walk.problems).toEqual(["SDR repository does not end: more than 20 records"]);
  });

  it("does not end at a record with another id than requested", async () => {
    const odd = [1, 2, 3].map((id) => sdrOf(id));
    const { repository, walk, run } = setup({ records: odd });
    repository.instead = (read) => {
      const whole = Buffer.from(repository.read(read) as Buffer);
      whole.writeUInt16LE(0x0002, 2);
      return whole;
    };
    await run();
    expect(walk.records.length).toBe(3);
    expect(walk.problems).toEqual([]);
  });
});

describe("a record that the BMC does not return", () => {
  it("that is the last one, with C3h for ever, ends the walk: Dell FC830", async () => {
    const { repository, walk, run } = setup();
    repository.instead = (read) => (read.recordId === 9 ? 0xc3 : undefined);
    await run();
    expect(walk.done).toBe(true);
    expect(walk.records).toEqual(records.slice(0, 4));
    expect(walk.problems[0]).toMatch(/^SDR 0x0009 skipped: .*C3h/);
  });

  it.each([0xc0, 0xc3, 0xd0])("at the moment (%i), in the middle, is requested again in the next run", async (code) => {
    const { repository, walk, run } = setup();
    repository.instead = (read) => (read.recordId === 3 ? code : undefined);
    expect(await outcomeOf(run())).toMatchObject({ error: { reason: "bmc_busy" } });
    expect(walk.done).toBe(false);
    repository.instead = () => undefined;
    await run();
    expect([walk.done, walk.records, walk.problems]).toEqual([true, records, []]);
  });

  it("in three runs ends the walk there, so that what was read can be used", async () => {
    const { repository, walk, run } = setup();
    repository.instead = (read) => (read.recordId === 3 ? 0xc3 : undefined);
    for (let n = 0; n < 2; n++) expect(await outcomeOf(run())).toMatchObject({ error: { reason: "bmc_busy" } });
    await run();
    expect([walk.done, walk.records, walk.problems.length]).toEqual([true, records.slice(0, 2), 1]);
  });

  it("because it no longer exists (CBh) is skipped if the next id is known, and ends the walk otherwise", async () => {
    const { repository, memory, walk, run } = setup();
    memory.wholeSdrReads = false;
    repository.instead = (read) => (read.recordId === 3 && read.offset > 0 ? 0xcb : undefined);
    await run();
    expect(walk.records).toEqual(records.filter((r) => r[0] !== 3));
    expect(walk.problems.length).toBe(1);
    const other = setup();
    other.repository.instead = (read) => (read.recordId === 3 ? 0xcb : undefined);
    await other.run();
    expect([other.walk.done, other.walk.records]).toEqual([true, records.slice(0, 2)]);
  });

  it("for lack of privilege, or as the first one, fails the walk", async () => {
    const { repository, run } = setup();
    repository.instead = (read) => (read.recordId === 3 ? 0xd4 : undefined);
    expect(await outcomeOf(run())).toMatchObject({ error: { reason: "privilege_refused" } });
    const first = setup();
    first.repository.instead = () => 0xc1;
    expect(await outcomeOf(first.run())).toMatchObject({ error: { reason: "unsupported" } });
  });
});

describe("a record that is refused once, where whole records are read", () => {
  it.each([0xcc, 0xc3, 0xc0, 0xcb, 0xd5])("with %i is read in pieces, and the others whole", async (code) => {
    for (const refused of [0, 3]) {
      // For the first record CBh means that there are none.
      if (refused === 0 && code === 0xcb) continue;
      const { repository, memory, walk, run } = setup();
      let left = 1;
      repository.instead = (read) => (read.recordId === refused && left-- > 0 ? code : undefined);
      await run();
      expect([walk.done, walk.records, walk.problems]).toEqual([true, records, []]);
      expect([memory.wholeSdrReads, memory.quirks.size]).toEqual([true, 0]);
      expect(repository.reads.filter((r) => r.count !== 0xff).length).toBe(2);
    }
  });

  it("is skipped where only its header is given", async () => {
    const { repository, walk, run } = setup();
    repository.instead = (read) => (read.recordId === 3 && read.count !== 5 ? 0xcc : undefined);
    await run();
    expect(walk.records).toEqual(records.filter((r) => r[0] !== 3));
    expect(walk.problems).toEqual([expect.stringMatching(/^SDR 0x0003 skipped: .*CCh/)]);
  });

  it("and its header, too, fails this run and not the next", async () => {
    const { repository, walk, run } = setup();
    let left = 2;
    repository.instead = (read) => (read.recordId === 3 && left-- > 0 ? 0xcc : undefined);
    expect(await outcomeOf(run())).toMatchObject({ error: { completionCode: 0xcc } });
    expect(walk.done).toBe(false);
    await run();
    expect([walk.done, walk.records, walk.problems]).toEqual([true, records, []]);
  });

  it("three times in a row is remembered as a quirk of the BMC", async () => {
    const { repository, memory, walk, run } = setup();
    repository.instead = (read) => (read.count === 0xff ? 0xcc : undefined);
    await run();
    expect(walk.records).toEqual(records);
    expect(repository.reads.filter((r) => r.count === 0xff).length).toBe(3);
    expect(memory.wholeSdrReads).toBe(false);
  });
});

describe("an interrupted walk", () => {
  it("continues where it stopped, with a reservation of the new session", async () => {
    const { repository, walk, run } = setup();
    partial(repository);
    const refuse = repository.instead;
    repository.instead = (read) => (read.recordId === 7 ? new IpmiError("timeout", "silence") : refuse(read));
    expect(await outcomeOf(run())).toMatchObject({ error: { reason: "timeout" } });
    expect(walk.records).toEqual(records.slice(0, 3));
    repository.cancel();
    repository.instead = refuse;
    const before = repository.reads.length;
    await run();
    expect(walk.records).toEqual(records);
    expect(repository.reservations).toBe(2);
    expect(repository.reads[before]?.recordId).toBe(7);
  });

  it("that is done reads nothing more", async () => {
    const { repository, run } = setup();
    await run();
    await run();
    expect(repository.reads.length).toBe(5);
  });
});
