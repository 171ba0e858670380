import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Delivery } from "../../src/events/delivery.ts";
import { eventsOf } from "../../src/events/from-news.ts";
import { EventSpool, Events, type EventsOptions } from "../../src/events/index.ts";
import { GuardedFiles, type Logger, privateFiles, silentLogger, systemClock } from "../../src/lib/index.ts";
import type { HostEvent } from "../../src/model/index.ts";
import { temporaryFolder } from "../rig/child.ts";
import { entry, HOST, news } from "./samples.ts";

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
let file: string;
beforeEach(() => {
  folder = temporaryFolder("spool");
  path = join(folder.path, "events");
  file = join(folder.path, "events.jsonl");
});
const spools: EventSpool[] = [];
const opened = async (log: Logger = silentLogger, where = path): Promise<EventSpool> => {
  const spool = await EventSpool.open(where, log, new GuardedFiles(systemClock, privateFiles));
  spools.push(spool);
  return spool;
};
afterEach(async () => {
  for (const spool of spools.splice(0)) await spool.close();
  folder.remove();
});

/** Records number `from` to `to` of a host. */
const numbered = (from: number, to: number): readonly HostEvent[] =>
  eventsOf(HOST, news(entriesOf(from, to), { recordsBefore: from }));
const entriesOf = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => entry({ id: String(from + i) }));
const numberOf = (event: HostEvent): number => (event.type === "sel" ? Number(event.entry.id) : -1);
const recovered = async (): Promise<readonly number[]> =>
  (await opened()).takeRecovered().map(({ event }) => numberOf(event));
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const segments = (): string[] => readdirSync(path).filter((name) => name.endsWith(".jsonl"));

describe("the spool", () => {
  it("returns durable events to the next process, in order, and continues the numbers", async () => {
    const spool = await opened();
    const appends = [spool.append(numbered(1, 3)), spool.append(numbered(4, 4)), spool.append(numbered(5, 9))];
    expect(await Promise.all(appends.map(({ durable }) => durable))).toEqual([true, true, true]);
    expect(appends.map(({ first }) => first)).toEqual([1, 4, 5]);
    const next = await opened();
    expect(next.takeRecovered().map(({ seq, event }) => [seq, numberOf(event)])).toEqual(
      range(1, 9).map((n) => [n, n]),
    );
    expect(next.takeRecovered()).toEqual([]);
    expect(next.append(numbered(10, 10)).first).toBe(10);
  });

  it("reads the events of a version that wrote record ids as numbers", async () => {
    const spool = await opened();
    await spool.append(numbered(1, 1)).durable;
    const file = join(path, segments()[0] ?? "");
    writeFileSync(file, readFileSync(file, "utf8").replace('"id":"1"', '"recordId":1'));
    expect((await opened()).takeRecovered().map(({ event }) => event)).toEqual(numbered(1, 1));
  });

  it("is for the user of the exporter alone, whatever the umask", async () => {
    const before = process.umask(0);
    try {
      const spool = await opened();
      await spool.append(numbered(1, 1)).durable;
      await spool.savePositions(() => new Map([["a", 1]]));
    } finally {
      process.umask(before);
    }
    expect(statSync(path).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(path))
      expect([name, statSync(join(path, name)).mode & 0o777]).toEqual([name, 0o600]);
  });

  it.each([
    ["half a line", '{"seq":4,"event":{"id":'],
    ["another kind of JSON", '{"a":1}\n[]\nnull\n7\n{"seq":4}\n{"seq":4,"event":null}\n'],
    ["bytes", "\u0000\u0001\n"],
  ])("ignores %s at the end of a segment", async (_, rest) => {
    const spool = await opened();
    await spool.append(numbered(1, 3)).durable;
    appendFileSync(join(path, segments()[0] ?? ""), rest);
    const next = await opened();
    expect(next.next).toBe(4);
    await next.append(numbered(4, 5)).durable;
    expect(await recovered()).toEqual(range(1, 5));
  });

  it("removes segments that every output has, but for the last two", async () => {
    const spool = await opened();
    for (let n = 0; n < 6; n++) await spool.append(numbered(n * 2500 + 1, (n + 1) * 2500)).durable;
    expect(segments()).toHaveLength(6);
    await spool.savePositions(
      () =>
        new Map([
          ["a", 5001],
          ["b", 15_001],
        ]),
    );
    expect(segments()).toHaveLength(4);
    await spool.savePositions(
      () =>
        new Map([
          ["a", 15_001],
          ["b", 15_001],
        ]),
    );
    expect(segments()).toHaveLength(3);
    expect((await opened()).next).toBe(15_001);
  });

  it("sends everything it has again if the positions are damaged, as a power cut leaves them", async () => {
    const spool = await opened();
    await spool.append(numbered(1, 3)).durable;
    await spool.savePositions(() => new Map([["a", 4]]));
    expect((await opened()).positionOf("a")).toBe(4);
    expect((await opened()).positionOf("b")).toBeUndefined();
    writeFileSync(join(path, "positions.json"), "");
    expect((await opened()).positionOf("a")).toBe(0);
  });

  it("logs once if the disk cannot be written, and once when it can again", async () => {
    const logged: string[] = [];
    const log: Logger = { ...silentLogger, warn: (_, m) => void logged.push(m), info: (_, m) => void logged.push(m) };
    writeFileSync(path, "a file, not a folder");
    const spool = await opened(log, join(path, "below"));
    expect(await spool.append(numbered(1, 1)).durable).toBe(false);
    expect(await spool.append(numbered(2, 2)).durable).toBe(false);
    rmSync(path);
    mkdirSync(join(path, "below"), { recursive: true });
    expect(await spool.append(numbered(3, 3)).durable).toBe(true);
    expect(logged.filter((line) => line.includes("cannot be written"))).toHaveLength(1);
    expect(logged.at(-1)).toBe("events can be written to disk again");
  });
});

const report = { eventsEnded: () => {}, outputConfigured: () => {}, eventsWaiting: () => {} };
const toFile = (): EventsOptions => ({ historical: false, log: { path: file, maxBytes: 1e9, maxFiles: 1 } });
const nowhere = (facility = 16): EventsOptions["syslog"] => ({
  host: "127.0.0.1",
  port: 1,
  transport: "tcp",
  facility,
  appName: "lightsout",
  hostname: "h",
});
const start = async (options: EventsOptions, log = silentLogger): Promise<Events> => {
  const events = new Events({ clock: systemClock, log, report, spool: await opened(log) });
  await events.configure(options, 0);
  return events;
};
const take = (events: Events, from: number, to: number): Promise<void> =>
  events.take(HOST, news(entriesOf(from, to), { recordsBefore: from }));
const written = (): number[] =>
  (existsSync(file) ? readFileSync(file, "utf8") : "")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line).record_id);
const eventually = async (holds: () => boolean): Promise<void> => {
  for (let i = 0; i < 500 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
};

describe("a spool on a file system that hangs", () => {
  it("ends its start, and no event waits long for it", async () => {
    mkdirSync(path);
    const { status } = spawnSync("mkfifo", [join(path, "positions.json.tmp"), join(path, "0000000000000001.jsonl")]);
    expect(status).toBe(0);
    const warnings: string[] = [];
    const log: Logger = { ...silentLogger, warn: (_, message) => void warnings.push(message) };
    const events = new Events({ clock: systemClock, log, report, spool: await opened(log) });
    const begun = performance.now();
    await events.configure(toFile(), 0);
    await take(events, 1, 3);
    expect(written()).toEqual([1, 2, 3]);
    await events.close(100);
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(warnings.length).toBeGreaterThan(0);
    // Frees the threads that wait for a reader.
    for (const name of ["positions.json.tmp", "0000000000000001.jsonl"])
      closeSync(openSync(join(path, name), constants.O_RDONLY | constants.O_NONBLOCK));
  }, 20_000);
});

describe("events of a process that was killed", () => {
  it("are sent by the next one, to the outputs that have not got them", async () => {
    const first = await start({ ...toFile(), syslog: nowhere() });
    await take(first, 1, 5);
    await eventually(() => written().length === 5);
    // Nothing is closed: the process was killed.
    const spool = await opened();
    expect(spool.takeRecovered()).toHaveLength(5);
    const logged: { events?: unknown }[] = [];
    const second = await start(
      { ...toFile(), syslog: nowhere() },
      { ...silentLogger, info: (fields) => void logged.push(fields) },
    );
    await take(second, 6, 7);
    await eventually(() => written().length === 7);
    expect(written()).toEqual(range(1, 7));
    await second.close(0);
    expect(logged.find(({ events }) => events !== undefined)).toMatchObject({ output: "syslog", events: 7 });
    await first.close(0);
  });

  it("are not sent again when the host's state was not saved, and its next poll reads them again", async () => {
    const first = await start(toFile());
    await take(first, 1, 5);
    await eventually(() => written().length === 5);
    const second = await start(toFile());
    await take(second, 3, 6);
    await eventually(() => written().length === 6);
    await second.close(100);
    expect(written()).toEqual(range(1, 6));
    await first.close(0);
  });

  it("are not sent to an output that was added later", async () => {
    const first = await start({ historical: false, syslog: nowhere() });
    await take(first, 1, 5);
    const second = await start({ ...toFile(), syslog: nowhere() });
    await take(second, 6, 6);
    await eventually(() => written().length === 1);
    expect(written()).toEqual([6]);
    await second.close(0);
    await first.close(0);
  });

  it("stay with a receiver whose settings change, by a reload or a restart", async () => {
    const first = await start({ historical: false, syslog: nowhere(16) });
    await take(first, 1, 5);
    await first.configure({ historical: false, syslog: nowhere(17) }, 0);
    await take(first, 6, 6);
    await first.close(0);
    const waiting: number[] = [];
    const log: Logger = { ...silentLogger, info: (fields) => void waiting.push(Number(fields.events)) };
    const second = await start({ historical: false, syslog: nowhere(18) }, log);
    await second.close(0);
    expect(waiting).toContain(6);
  });
});

describe("a spool that cannot be written", () => {
  it("delays no event, and an event is safe when every output has it", async () => {
    writeFileSync(path, "a file, not a folder");
    const spool = await opened(silentLogger, join(path, "below"));
    const events = new Events({ clock: systemClock, log: silentLogger, report, spool });
    await events.configure(toFile(), 0);
    await take(events, 1, 3);
    expect(written()).toEqual([1, 2, 3]);
    await events.close(0);
  });
});

it("a delivery keeps what waits at its end if it is on disk", async () => {
  const counts: string[] = [];
  const delivery = new Delivery({
    output: "syslog",
    target: "x",
    clock: systemClock,
    log: silentLogger,
    sender: { batch: 1, send: () => Promise.reject(new Error("gone")), close: async () => {} },
    report: { ...report, eventsEnded: (_, outcome) => void counts.push(outcome) },
    saveProgress: async () => {},
  });
  const [event] = numbered(1, 1);
  if (event) delivery.offer({ event, seq: 7 });
  await delivery.close(10);
  if (event) delivery.offer({ event, seq: 8 });
  expect([delivery.firstSeq, delivery.waiting, counts]).toEqual([7, 2, []]);
});
