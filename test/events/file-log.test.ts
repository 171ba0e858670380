import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FileLog } from "../../src/events/file-log.ts";
import { eventsOf } from "../../src/events/from-news.ts";
import { temporaryFolder } from "../rig/child.ts";
import { run } from "../rig/run.ts";
import { entry, HOST, news } from "./samples.ts";

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
beforeEach(() => {
  folder = temporaryFolder("events");
  path = join(folder.path, "events.jsonl");
});
afterEach(() => folder.remove());

const events = (...ids: readonly number[]) => eventsOf(HOST, news(ids.map((id) => entry({ id: String(id) }))));
const LINE = 500;
/** Record ids of the lines of a file; every line must be whole. */
const idsIn = (file: string): number[] =>
  readFileSync(file, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line).record_id);
const files = (): string[] => readdirSync(folder.path).sort();

describe("events in a file", () => {
  it("are appended as lines", async () => {
    const first = new FileLog({ path, maxBytes: 1e6, maxFiles: 3 });
    await first.send(events(1, 2));
    await first.close();
    const second = new FileLog({ path, maxBytes: 1e6, maxFiles: 3 });
    await second.send(events(3));
    await second.close();
    expect(idsIn(path)).toEqual([1, 2, 3]);
    expect(statSync(path).mode & 0o007).toBe(0);
  });

  it("go to a new file at the maximum size, and the oldest file is removed", async () => {
    const log = new FileLog({ path, maxBytes: 2 * LINE, maxFiles: 2 });
    for (let id = 1; id <= 20; id++) await log.send(events(id));
    await log.close();
    expect(files()).toEqual(["events.jsonl", "events.jsonl.1", "events.jsonl.2"]);
    const kept = [`${path}.2`, `${path}.1`, path].flatMap(idsIn);
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, i) => 21 - kept.length + i));
    for (const name of files()) expect(statSync(join(folder.path, name)).size).toBeLessThanOrEqual(2 * LINE);
  });

  it("keep no previous file if none is configured", async () => {
    const log = new FileLog({ path, maxBytes: 2 * LINE, maxFiles: 0 });
    for (let id = 1; id <= 9; id++) await log.send(events(id));
    await log.close();
    expect(files()).toEqual(["events.jsonl"]);
    expect(idsIn(path).at(-1)).toBe(9);
  });

  it("go to a new file if the file was moved or removed", async () => {
    const log = new FileLog({ path, maxBytes: 1e6, maxFiles: 3 });
    await log.send(events(1));
    renameSync(path, `${path}.old`);
    await log.send(events(2));
    rmSync(path);
    await log.send(events(3));
    await log.close();
    expect([idsIn(`${path}.old`), idsIn(path)]).toEqual([[1], [3]]);
  });

  it("are complete when two outputs write at once, as after a reload", async () => {
    const former = new FileLog({ path, maxBytes: 1e6, maxFiles: 3 });
    const latter = new FileLog({ path, maxBytes: 2e6, maxFiles: 3 });
    await former.send(events(1));
    await latter.send(events(2));
    await Promise.all([former.send(events(3, 4)), latter.send(events(5))]);
    await former.send(events(6));
    await Promise.all([former.close(), latter.close()]);
    expect(idsIn(path).sort()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("begin a new line after one that a crash cut off", async () => {
    writeFileSync(path, '{"seen":"2026-01-0');
    const log = new FileLog({ path, maxBytes: 1e6, maxFiles: 3 });
    await log.send(events(1));
    await log.close();
    const [cut, whole] = readFileSync(path, "utf8").split("\n");
    expect([cut, JSON.parse(whole ?? "").record_id]).toEqual(['{"seen":"2026-01-0', 1]);
  });

  it("need an existing folder", async () => {
    const log = new FileLog({ path: join(folder.path, "missing", "events.jsonl"), maxBytes: 1e6, maxFiles: 3 });
    await expect(log.send(events(1))).rejects.toThrow("ENOENT");
    mkdirSync(join(folder.path, "missing"));
    await log.send(events(1));
    await log.close();
    expect(idsIn(join(folder.path, "missing", "events.jsonl"))).toEqual([1]);
  });

  it("on a full disk leave no partial line, and continue when there is space again", async (context) => {
    const disk = join(folder.path, "disk");
    mkdirSync(disk);
    const mounted = await run("mount", ["-t", "tmpfs", "-o", "size=8k", "tmpfs", disk]).catch(() => undefined);
    if (mounted?.code !== 0) context.skip("mounting a small disk is for root");
    try {
      const file = join(disk, "events.jsonl");
      const log = new FileLog({ path: file, maxBytes: 1e6, maxFiles: 3 });
      writeFileSync(join(disk, "ballast"), Buffer.alloc(4096));
      let id = 1;
      const fill = async (): Promise<never> => {
        for (;;) await log.send(events(id++));
      };
      await expect(fill()).rejects.toThrow("ENOSPC");
      const whole = idsIn(file);
      expect(whole).toEqual(Array.from({ length: id - 2 }, (_, i) => i + 1));
      expect(readFileSync(file, "utf8").endsWith("\n")).toBe(true);
      rmSync(join(disk, "ballast"));
      await log.send(events(id - 1));
      await log.close();
      expect(idsIn(file)).toEqual([...whole, id - 1]);
    } finally {
      await run("umount", ["-l", disk]);
    }
  });
});

describe("events in a file that an earlier process wrote", () => {
  const options = (): { path: string; maxBytes: number; maxFiles: number } => ({ path, maxBytes: 1e6, maxFiles: 3 });
  const sent = async (log: FileLog, ...ids: readonly number[]): Promise<void> => {
    await log.send(events(...ids));
    await log.close();
  };
  const numbered = (...ids: readonly number[]) => ids.flatMap((id) => events(...Array(id + 1).fill(id)).slice(-1));

  it("are not written again if they are at its end, in whatever batch they come", async () => {
    const first = new FileLog(options());
    await first.send(numbered(1, 2, 3));
    await first.close();
    const second = new FileLog({ ...options(), continues: true, sync: true });
    await second.send(numbered(2, 3));
    await second.send(numbered(3, 4));
    await second.send(numbered(5));
    await second.close();
    expect(idsIn(path)).toEqual([1, 2, 3, 4, 5]);
  });

  it("are recognised in the previous file, too", async () => {
    const first = new FileLog({ ...options(), maxBytes: 3 * LINE });
    await first.send(numbered(1, 2, 3, 4));
    await first.send(numbered(5));
    await first.close();
    expect(idsIn(`${path}.1`)).toEqual([1, 2, 3, 4]);
    const second = new FileLog({ ...options(), continues: true });
    await second.send(numbered(3, 4, 5, 6));
    await second.close();
    expect(idsIn(path)).toEqual([5, 6]);
  });

  it.each(["half a line", '{"id":"', ""])("are written again if a crash left %j of a line", async (rest) => {
    await sent(new FileLog(options()), 1);
    const whole = readFileSync(path, "utf8");
    const torn = rest === "" ? whole.slice(0, -1) : whole + rest;
    writeFileSync(path, torn);
    const second = new FileLog({ ...options(), continues: true });
    await second.send(events(1));
    await second.close();
    expect(idsIn(path)).toEqual([1]);
  });
});
