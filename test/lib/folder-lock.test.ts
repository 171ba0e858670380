import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FolderInUseError, lockFolder } from "../../src/lib/index.ts";

describe("the lock of a folder", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lightsout-lock-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("refuses a second owner with the name of the first", async () => {
    const lock = await lockFolder(folder, "process 4711");
    const second = lockFolder(folder, "process 4712");
    await expect(second).rejects.toThrow(`${folder} is in use by process 4711`);
    await expect(second).rejects.toBeInstanceOf(FolderInUseError);
    await lock.release();
    await (await lockFolder(folder, "process 4712")).release();
  });

  it("is free again when it is released", async () => {
    const lock = await lockFolder(folder, "a");
    expect(existsSync(join(folder, "lock"))).toBe(true);
    await lock.release();
    expect(existsSync(join(folder, "lock"))).toBe(false);
  });

  it("of a process that was killed does not stop the next one", async () => {
    // Another process, with a socket as ours have it.
    const path = JSON.stringify(join(folder, "lock"));
    const answer = "client.end('process ' + process.pid)";
    const code = `require("net").createServer((client) => ${answer}).listen(${path}, () => process.send("locked"))`;
    const other = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    await once(other, "message");
    await expect(lockFolder(folder, "me")).rejects.toThrow(`is in use by process ${other.pid}`);
    other.kill("SIGKILL");
    await once(other, "exit");
    expect(existsSync(join(folder, "lock"))).toBe(true);
    await (await lockFolder(folder, "me")).release();
  });

  it("is one owner's where several find a dead lock at the same time", async () => {
    writeFileSync(join(folder, "lock"), "no socket");
    const results = await Promise.allSettled(Array.from({ length: 8 }, (_, n) => lockFolder(folder, `owner ${n}`)));
    const locks = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    expect(locks).toHaveLength(1);
    for (const lock of locks) await lock.release();
  });

  it("works under a path that is too long for a socket", async () => {
    const deep = join(folder, "a".repeat(100), "b".repeat(100));
    mkdirSync(deep, { recursive: true });
    const lock = await lockFolder(deep, "process 4711");
    await expect(lockFolder(deep, "me")).rejects.toThrow("is in use by process 4711");
    await lock.release();
  });
});
