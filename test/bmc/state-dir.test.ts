import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf, StateDir } from "../../src/bmc/state-dir.ts";
import type { Logger, PrivateFiles } from "../../src/lib/index.ts";
import { pollerOf } from "../simulator/polled-bmc.ts";
import { FakeClock } from "../support/fake-clock.ts";

const record = (id: number, length: number): Buffer =>
  Buffer.from([id, 0, 0x51, 0xc0, length, ...Buffer.alloc(length, id)]);

describe("the state directory", () => {
  let folder: string;
  let warnings: string[];
  const log: Logger = {
    debug() {},
    info() {},
    warn: (fields, message) => void warnings.push(`${message} ${JSON.stringify(fields)}`),
    error() {},
  };
  const hostFile = (): string => join(folder, "hosts", readdirSync(join(folder, "hosts"))[0] ?? "none");

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lightsout-state-"));
    warnings = [];
  });
  afterEach(() => {
    chmodSync(folder, 0o700);
    rmSync(folder, { recursive: true, force: true });
  });

  it("returns what was saved, also in another run", async () => {
    const first = await StateDir.open(folder, log);
    await first.saveHost("node1", { n: 1 });
    await first.saveHost("node1", { n: 2 });
    await first.saveHost("../../node2", { n: 3 });
    const second = await StateDir.open(folder, log);
    expect(await second.loadHost("node1")).toEqual({ n: 2 });
    expect(await second.loadHost("../../node2")).toEqual({ n: 3 });
    expect(await second.loadHost("node3")).toBeUndefined();
    expect(readdirSync(join(folder, "hosts")).every((name) => /^[0-9a-f]{40}\.json$/.test(name))).toBe(true);
    expect(warnings).toEqual([]);
  });

  it.each([
    ["cut off", (text: string) => text.slice(0, text.length / 2)],
    ["empty, as after a power cut", () => ""],
    ["of another format", () => '{"format":99,"key":"node1","state":{}}'],
    ["no object", () => "[]"],
    ["binary", () => "\u0000\u0001"],
  ])("ignores a file that is %s, with a warning", async (_, damage) => {
    const dir = await StateDir.open(folder, log);
    await dir.saveHost("node1", { n: 1 });
    writeFileSync(hostFile(), damage(readFileSync(hostFile(), "utf8")));
    expect(await dir.loadHost("node1")).toBeUndefined();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(hostFile());
  });

  it("keeps the records of a board under their digest, and refuses damaged ones", async () => {
    const dir = await StateDir.open(folder, log);
    const records = [record(1, 0), record(2, 59), record(3, 11)];
    const digest = digestOf(records);
    await dir.saveRecords(digest, records);
    expect(await dir.loadRecords(digest)).toEqual(records);
    const path = join(folder, "sdr", `${digest}.sdr`);
    const bytes = readFileSync(path);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    expect(await dir.loadRecords(digest)).toBeUndefined();
    writeFileSync(path, bytes.subarray(0, 3));
    expect(await dir.loadRecords(digest)).toBeUndefined();
    expect(warnings).toHaveLength(2);
  });

  it("works without a writable folder, and logs that once", async () => {
    const file = join(folder, "a-file");
    writeFileSync(file, "");
    const dir = await StateDir.open(join(file, "below"), log);
    for (let i = 0; i < 10; i++) expect(await dir.saveHost(`node${i}`, {})).toBe(false);
    expect(await dir.loadHost("node1")).toBeUndefined();
    expect(warnings.length).toBeGreaterThan(0);
    expect(warnings.length).toBeLessThan(5);
    expect(warnings.join()).toContain("a restart has to learn again");
  });
});

describe("the files of the state directory", () => {
  let folder: string;
  let warnings: string[];
  const log: Logger = {
    debug() {},
    info() {},
    warn: (_, message) => void warnings.push(message),
    error() {},
  };
  const records = [record(1, 4)];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lightsout-state-"));
    warnings = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each([0o000, 0o022, 0o777])("are for this user alone, whatever the umask: %i", async (mask) => {
    chmodSync(folder, 0o755);
    const before = process.umask(mask);
    try {
      const dir = await StateDir.open(folder, log);
      expect(await dir.saveHost("node1", { serial: "X" })).toBe(true);
      await dir.saveRecords(digestOf(records), records);
    } finally {
      process.umask(before);
    }
    const modeOf = (path: string): number => statSync(path).mode & 0o777;
    const folders = [folder, join(folder, "hosts"), join(folder, "sdr")];
    expect(folders.map(modeOf)).toEqual([0o700, 0o700, 0o700]);
    const files = folders.slice(1).flatMap((path) => readdirSync(path).map((name) => join(path, name)));
    expect(files.map(modeOf)).toEqual([0o600, 0o600]);
  });

  it("that a killed process was writing are removed at the next start, and no others", async () => {
    const dir = await StateDir.open(folder, log);
    await dir.saveHost("node1", { n: 1 });
    const left = ["hosts/aa.json.4711.12.tmp", "sdr/bb.sdr.4711.0.tmp", "cc.json.1.99.tmp"].map((n) => join(folder, n));
    const kept = ["hosts/aa.json.tmp", "notes.txt"].map((name) => join(folder, name));
    for (const path of [...left, ...kept]) writeFileSync(path, "{");
    const next = await StateDir.open(folder, log);
    expect([...left, ...kept].map((path) => existsSync(path))).toEqual([false, false, false, true, true]);
    expect(await next.loadHost("node1")).toEqual({ n: 1 });
  });

  it("that are FIFOs are ignored with a warning, and replaced", async () => {
    const dir = await StateDir.open(folder, log);
    await dir.saveHost("node1", { n: 1 });
    await dir.saveRecords(digestOf(records), records);
    for (const name of ["hosts", "sdr"]) {
      const path = join(folder, name, readdirSync(join(folder, name))[0] ?? "");
      rmSync(path);
      execFileSync("mkfifo", [path]);
    }
    expect(await dir.loadHost("node1")).toBeUndefined();
    expect(await dir.loadRecords(digestOf(records))).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining("cannot read")]);
    expect(await dir.saveHost("node1", { n: 2 })).toBe(true);
    expect(await dir.loadHost("node1")).toEqual({ n: 2 });
  });
});

describe("a state directory on a file system that hangs", () => {
  const hangs = (): Promise<never> => new Promise(() => {});
  const log: Logger = { debug() {}, info() {}, warn() {}, error() {} };
  const hanging: PrivateFiles = {
    read: hangs,
    write: hangs,
    remove: hangs,
    makeFolder: async () => {},
    removeTemporary: async () => {},
  };

  it("costs each operation a limited time, and none once two of them hang", async () => {
    const clock = new FakeClock();
    let operations = 0;
    const read = (): Promise<never> => {
      operations++;
      return hangs();
    };
    const files: PrivateFiles = { ...hanging, read };
    const dir = await StateDir.open("/nowhere", log, { clock, files });
    const loads = Array.from({ length: 50 }, (_, n) => dir.loadHost(`node${n}`));
    await clock.advance(3000);
    expect(await Promise.all(loads)).toEqual(Array(50).fill(undefined));
    expect(operations).toBe(2);
    expect(await dir.saveHost("node1", {})).toBe(false);
    expect([operations, clock.pending]).toEqual([2, 0]);
  });

  it("is used again when it responds", async () => {
    const clock = new FakeClock();
    const responses: (() => void)[] = [];
    const write = (): Promise<void> => new Promise((resolve) => responses.push(resolve));
    const dir = await StateDir.open("/nowhere", log, { clock, files: { ...hanging, write } });
    const saves = [dir.saveHost("node1", {}), dir.saveHost("node2", {})];
    await clock.advance(3000);
    expect(await Promise.all(saves)).toEqual([false, false]);
    expect(await dir.saveHost("node3", {})).toBe(false);
    for (const respond of responses) respond();
    await clock.settle();
    const save = dir.saveHost("node3", {});
    await clock.settle();
    responses.at(-1)?.();
    expect(await save).toBe(true);
  });

  it("causes a warning if it cannot be created in time", async () => {
    const clock = new FakeClock();
    const warnings: string[] = [];
    const opening = StateDir.open(
      "/nowhere",
      { ...log, warn: (_, text) => void warnings.push(text) },
      {
        clock,
        owner: "process 1",
        files: { ...hanging, makeFolder: hangs },
      },
    );
    await clock.advance(3000);
    await opening;
    expect(warnings).toEqual([expect.stringContaining("cannot create")]);
  });
});

describe("state that could not be saved on a full disk", () => {
  it("is saved by the next poll, even if nothing is new", async () => {
    const tries: boolean[] = [];
    let full = true;
    const poller = pollerOf({
      keeper: {
        loadHost: async () => undefined,
        forgetHost: async () => {},
        loadRecords: async () => undefined,
        saveRecords: async () => {},
        saveHost: async () => {
          tries.push(!full);
          return !full;
        },
      },
    });
    await poller.poll();
    await poller.poll();
    expect(tries).toEqual([false, false]);
    full = false;
    await poller.poll();
    await poller.poll();
    expect(tries).toEqual([false, false, true]);
    await poller.close();
  });
});

describe("an impossible state directory", () => {
  it("causes a warning at once if the file system cannot create the folder", async () => {
    const warnings: string[] = [];
    const log: Logger = { debug() {}, info() {}, warn: (_, message) => void warnings.push(message), error() {} };
    await StateDir.open("/proc/nope/state", log);
    expect(warnings).toHaveLength(1);
  });
});
