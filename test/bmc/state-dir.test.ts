import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf, StateDir } from "../../src/bmc/state-dir.ts";
import type { Logger } from "../../src/lib/index.ts";
import { pollerOf } from "../simulator/polled-bmc.ts";

const record = (id: number, length: number): Buffer =>
  Buffer.from([id, 0, 0x51, 0xc0, length, ...Buffer.alloc(length, id)]);

describe("the state folder", () => {
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

  it("gives back what was saved, to another run too", async () => {
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

  it("goes on without a place to write, and says so once", async () => {
    const file = join(folder, "a-file");
    writeFileSync(file, "");
    const dir = await StateDir.open(join(file, "below"), log);
    for (let i = 0; i < 10; i++) expect(await dir.saveHost(`node${i}`, {})).toBe(false);
    expect(await dir.loadHost("node1")).toBeUndefined();
    expect(warnings.length).toBeGreaterThan(0);
    expect(warnings.length).toBeLessThan(5);
    expect(warnings.join()).toContain("a restart will have to learn again");
  });
});

describe("what a full disk did not take", () => {
  it("is saved by the next poll, though nothing is new", async () => {
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

describe("a state folder that cannot be", () => {
  it("is told at once where the file system denies a folder whose parent is there", async () => {
    const warnings: string[] = [];
    const log: Logger = { debug() {}, info() {}, warn: (_, message) => void warnings.push(message), error() {} };
    await StateDir.open("/proc/nope/state", log);
    expect(warnings).toHaveLength(1);
  });
});
