import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ModuleKind, ScriptTarget, transpileModule } from "typescript";
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

const events = (...ids: readonly number[]) => eventsOf(HOST, news(ids.map((id) => entry({ id: String(id) }))));

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

  it("do not block the end of the process if nobody reads them", async () => {
    // On descriptor 1 of a process of its own.
    for (const name of ["stdout-log", "json"]) {
      const source = readFileSync(new URL(`../../src/events/${name}.ts`, import.meta.url), "utf8");
      const compilerOptions = {
        module: ModuleKind.ESNext,
        target: ScriptTarget.ES2022,
        verbatimModuleSyntax: true,
        rewriteRelativeImportExtensions: true,
      };
      const { outputText } = transpileModule(source, { compilerOptions });
      writeFileSync(join(folder, `${name}.js`), outputText);
    }
    const script = join(folder, "script.mjs");
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    writeFileSync(
      script,
      `import { StdoutLog } from "./stdout-log.js";
      const clock = { after: (ms, callback) => ({ timer: setTimeout(callback, ms) }) };
      const event = { type: "change", host: "n1", place: {}, seenAt: 0, severity: "ok", text: "x".repeat(2 ** 21) };
      void new StdoutLog(clock).send([event], new AbortController().signal);
      setTimeout(() => process.exit(7), 200);`,
    );
    const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
    const late = setTimeout(() => child.kill("SIGKILL"), 20_000);
    const [code] = await once(child, "exit");
    clearTimeout(late);
    expect(code).toBe(7);
  }, 30_000);

  it("continue after a partial write, without a repeated line", async () => {
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
    const closed = once(reader, "close");
    let text = "";
    reader.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    await log.send(batch, new AbortController().signal);
    await closed;
    closeSync(descriptor);
    const ids = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).record_id);
    expect(ids).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
  });
});
