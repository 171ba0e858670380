import { describe, expect, it } from "vitest";
import { IpmiError } from "../../../src/ipmi/errors.ts";
import { readSelSince, type SelCursor } from "../../../src/ipmi/procedures/sel-since.ts";
import { outcomeOf } from "../session/outcome.ts";
import { ScriptedRepository } from "./scripted-repository.ts";

const entryOf = (id: number, fill = id): Buffer => {
  const record = Buffer.alloc(16, fill);
  record.writeUInt16LE(id, 0);
  record[2] = 0x02;
  return record;
};
const entries = [1, 2, 3, 5, 8].map((id) => entryOf(id));
const cursorAt = (id: number): SelCursor => ({ recordId: id, bytes: entryOf(id) });

describe("reading the event log", () => {
  it("returns all records at first, with one command each, without reservation", async () => {
    const log = new ScriptedRepository(entries);
    expect(await readSelSince(log.runner, undefined)).toEqual({ records: entries, continued: false });
    expect([log.reads.length, log.reservations]).toEqual([5, 0]);
  });

  it.each([
    ["some", 3, entries.slice(3)],
    ["none", 8, []],
  ])("returns the records after the last one: %s", async (_, id, expected) => {
    const log = new ScriptedRepository(entries);
    expect(await readSelSince(log.runner, cursorAt(id))).toEqual({ records: expected, continued: true });
    expect(log.reads.length).toBe(expected.length + 1);
  });

  it.each([
    ["the last record has gone", [entryOf(1, 0xa1), entryOf(2, 0xa2)]],
    ["its number was given to another event after a clear", [entryOf(1, 0xa1), entryOf(3, 0xa3)]],
  ])("returns all records if %s", async (_, now) => {
    const log = new ScriptedRepository(now);
    expect(await readSelSince(log.runner, cursorAt(3))).toEqual({ records: now, continued: false });
  });

  it("treats an answer without data as a missing record", async () => {
    const empty = new ScriptedRepository([]);
    empty.instead = () => Buffer.alloc(0);
    expect(await readSelSince(empty.runner, undefined)).toEqual({ records: [], continued: false });
    const cleared = new ScriptedRepository(entries.slice(0, 2));
    cleared.instead = ({ recordId }) => (recordId === 8 ? Buffer.alloc(0) : undefined);
    expect(await readSelSince(cleared.runner, cursorAt(8))).toEqual({ records: entries.slice(0, 2), continued: false });
  });

  it("returns nothing for an empty log", async () => {
    const log = new ScriptedRepository([]);
    expect(await readSelSince(log.runner, undefined)).toEqual({ records: [], continued: false });
    expect(await readSelSince(log.runner, cursorAt(3))).toEqual({ records: [], continued: false });
  });

  it("cuts records that are too long and omits those that are too short", async () => {
    const log = new ScriptedRepository([
      entryOf(1),
      Buffer.concat([entryOf(2), Buffer.alloc(4)]),
      entryOf(3).subarray(0, 9),
    ]);
    expect((await readSelSince(log.runner, undefined)).records).toEqual([entryOf(1), entryOf(2)]);
  });

  it("keeps what was read before it failed, with the reason", async () => {
    const log = new ScriptedRepository(entries);
    const failure = new IpmiError("timeout", "silence");
    log.instead = (read) => (read.recordId === 5 ? failure : undefined);
    expect(await readSelSince(log.runner, undefined)).toEqual({
      records: entries.slice(0, 3),
      continued: false,
      failure,
    });
    log.instead = () => failure;
    expect(await outcomeOf(readSelSince(log.runner, undefined))).toEqual({ error: failure });
    expect(await outcomeOf(readSelSince(log.runner, cursorAt(3)))).toEqual({ error: failure });
  });

  it("ends where the log goes round in circles", async () => {
    const log = new ScriptedRepository(entries, (id) => (id === 8 ? 2 : ([2, 3, 5, 8][[1, 2, 3, 5].indexOf(id)] ?? 0)));
    expect((await readSelSince(log.runner, undefined)).records).toEqual(entries);
  });

  it("returns nothing new for a last record that is followed by itself", async () => {
    const log = new ScriptedRepository(entries, (id) => (id === 8 ? 8 : 0));
    expect(await readSelSince(log.runner, cursorAt(8))).toEqual({ records: [], continued: true });
  });
});
