import { describe, expect, it } from "vitest";
import { RememberingRunner } from "../../../src/bmc/over-ipmi/remembering-runner.ts";
import { WholeLog } from "../../../src/bmc/over-ipmi/whole-log.ts";
import { type Command, getSelEntry, getSelInfo } from "../../../src/ipmi/index.ts";
import type { CodedEvent } from "../../../src/model/index.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakeSel } from "../fake-sel.ts";

const signal = new AbortController().signal;

/** The two bytes that tell FakeSel's records apart. */
const serialOf = (event: CodedEvent): number => (event.type === "event" ? event.data2 + 256 * event.data3 : -1);
const serialsOf = (sel: FakeSel): number[] => sel.records.map((record) => record.readUInt16LE(14));

function bench(capacity?: number) {
  const sel = new FakeSel(new FakeClock(), capacity);
  const log = new WholeLog();
  const read = async (entries = sel.records.length): Promise<number[]> =>
    [...(await log.read(sel, entries, undefined, signal))].map(serialOf);
  const fill = (count: number): void => {
    for (let i = 0; i < count; i++) sel.add();
  };
  const reads = (): number => sel.take().filter((name) => name === "Get SEL Entry").length;
  return { sel, log, read, fill, reads };
}

describe("a whole event log", () => {
  it("is read once, then one record to check for new ones, then the new ones", async () => {
    const { sel, read, fill, reads } = bench();
    fill(20);
    expect(await read()).toEqual(serialsOf(sel));
    expect(reads()).toBe(20);
    expect(await read()).toEqual(serialsOf(sel));
    expect(reads()).toBe(1);
    fill(3);
    expect(await read()).toEqual(serialsOf(sel));
    expect(reads()).toBe(4);
  });

  it("drops the oldest records of a full log without reading it again", async () => {
    const { sel, read, fill, reads } = bench(20);
    fill(20);
    await read();
    reads();
    fill(3);
    expect(await read()).toEqual(serialsOf(sel));
    expect(reads()).toBeLessThan(8);
  });

  it.each([
    ["a clear", (sel: FakeSel) => sel.clear()],
    ["a clear and as many records with the same ids", refilled],
    ["the loss of a record in the middle", (sel: FakeSel) => sel.delete(4)],
    ["the loss of the last one", (sel: FakeSel) => sel.delete(9)],
    ["the loss of one and a new one", (sel: FakeSel) => [sel.delete(4), sel.add()]],
  ])("equals the log after %s", async (_, change) => {
    const { sel, read, fill } = bench();
    fill(10);
    await read();
    change(sel);
    expect(await read()).toEqual(serialsOf(sel));
    fill(2);
    expect(await read()).toEqual(serialsOf(sel));
  });

  it("continues where it stopped when the BMC did not answer", async () => {
    const { sel, read, fill, reads } = bench();
    fill(10);
    sel.readsLeft = 6;
    await expect(read()).rejects.toThrow();
    sel.readsLeft = undefined;
    reads();
    expect(await read()).toEqual(serialsOf(sel));
    expect(reads()).toBe(5);
  });

  it("is not read repeatedly if the BMC miscounts", async () => {
    const { sel, read, fill, reads } = bench();
    fill(10);
    const { info } = sel;
    sel.info = () => ({ ...info.call(sel), entries: sel.records.length + 2 });
    expect(await read(12)).toEqual(serialsOf(sel));
    reads();
    expect(await read(12)).toEqual(serialsOf(sel));
    expect(reads()).toBe(1);
    fill(1);
    expect(await read(13)).toEqual(serialsOf(sel));
    expect(reads()).toBe(2);
  });

  it("omits records of undefined types, and has OEM records", async () => {
    const { sel, log } = bench();
    sel.put(Buffer.from("0100e00102030405060708090a0b0c0d", "hex"));
    sel.put(Buffer.from("0200031020306520000401300159504b", "hex"));
    sel.put(Buffer.from("0300c010203065a20200010203040506", "hex"));
    const records = [...(await log.read(sel, 3, undefined, signal))];
    expect(records.map((e) => (e.type === "oem" ? [e.timestamp, Buffer.from(e.data).toString("hex")] : e))).toEqual([
      [undefined, "0102030405060708090a0b0c0d"],
      [0x65302010, "010203040506"],
    ]);
  });
});

function refilled(sel: FakeSel): void {
  sel.clear();
  for (let i = 0; i < 10; i++) sel.add();
}

describe("a runner that remembers event log records", () => {
  it("requests each once, and passes all other commands on", async () => {
    const asked: string[] = [];
    const bytes = Buffer.from("ffff0100021020306520000401300159504b", "hex");
    const runner = new RememberingRunner({
      async run<Q, R>(command: Command<Q, R>): Promise<R> {
        asked.push(command.name);
        return command.decodeResponse(command.name === getSelEntry.name ? bytes : Buffer.alloc(14));
      },
    });
    const entry = (recordId: number) => runner.run(getSelEntry, { recordId, offset: 0, count: 0xff }, { signal });
    const first = await entry(1);
    expect(first.nextRecordId).toBe(0xffff);
    expect(await entry(1)).toEqual(first);
    expect(asked).toEqual(["Get SEL Entry"]);
    await entry(2);
    await runner.run(getSelInfo, undefined, { signal });
    await runner.run(getSelInfo, undefined, { signal });
    expect(asked).toEqual(["Get SEL Entry", "Get SEL Entry", "Get SEL Info", "Get SEL Info"]);
  });
});
