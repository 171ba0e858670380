import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventsOf } from "../../src/events/from-news.ts";
import { StdoutLog } from "../../src/events/stdout-log.ts";
import { systemClock } from "../../src/lib/index.ts";
import { entry, HOST, news } from "./samples.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lightsout-stdout-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const events = (...ids: readonly number[]) => eventsOf(HOST, news(ids.map((recordId) => entry({ recordId }))));

describe("events on standard output", () => {
  it("are lines", async () => {
    const path = join(folder, "out");
    const descriptor = openSync(path, "w");
    const log = new StdoutLog(systemClock, descriptor);
    await log.send(events(1, 2), new AbortController().signal);
    await log.send(events(3), new AbortController().signal);
    closeSync(descriptor);
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).record_id)).toEqual([1, 2, 3]);
  });

  it("that a reader takes in part go on where it stopped, without a line twice", async () => {
    // A pipe that nobody reads: it takes 64 KiB and then says "not now".
    const path = join(folder, "pipe");
    await once(spawn("mkfifo", [path]), "close");
    const { O_NONBLOCK, O_RDWR } = await import("node:fs").then(({ constants }) => constants);
    const descriptor = openSync(path, O_RDWR | O_NONBLOCK);
    const log = new StdoutLog(systemClock, descriptor);
    const batch = events(...Array.from({ length: 400 }, (_, i) => i + 1));
    const late = new AbortController();
    const first = log.send(batch, late.signal);
    setTimeout(() => late.abort(new Error("late")), 200);
    await expect(first).rejects.toThrow("late");
    const reader = spawn("head", ["-n", "400", path], { stdio: ["ignore", "pipe", "ignore"] });
    let text = "";
    reader.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    await log.send(batch, new AbortController().signal);
    await once(reader, "close");
    closeSync(descriptor);
    const ids = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).record_id);
    expect(ids).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
  });
});
