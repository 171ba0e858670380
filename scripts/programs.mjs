/** Shared by the long runs: runs lightsout as child processes with a temporary folder, which is removed at the end. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "./steps.mjs";

const main = join(root, "dist", "cli", "main.js");

export class Programs {
  /** The temporary folder for configurations, state and output. */
  folder;
  #running = new Set();

  /** @param name part of the temporary folder's name */
  constructor(name) {
    this.folder = mkdtempSync(join(tmpdir(), `lightsout-${name}-`));
    process.once("SIGINT", () => {
      for (const child of this.#running) child.kill("SIGKILL");
      this.#clear();
      process.exit(130);
    });
  }

  /**
   * Starts `lightsout` with these arguments.
   *
   * @param options.node arguments of node itself
   * @param options.kept how many characters of its output are kept, from the end
   * @returns a handle; its `code` is undefined while the program runs, then the exit code or the signal
   */
  start(args, { node = [], kept = 20_000 } = {}) {
    const child = spawn(process.execPath, [...node, main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    const handle = { pid: child.pid, text: "", code: undefined, kill: (signal) => child.kill(signal) };
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (chunk) => {
        handle.text = (handle.text + chunk).slice(-kept);
      });
    handle.ended = new Promise((done) =>
      child.once("close", (code, signal) => {
        handle.code = code ?? signal;
        this.#running.delete(handle);
        done();
      }),
    );
    this.#running.add(handle);
    return handle;
  }

  /** Awaits `run`, which returns the exit code; then stops the remaining programs, removes the folder and exits. */
  async finish(run) {
    process.exitCode = await run().catch((error) => {
      console.error(error instanceof Error ? error.stack : error);
      return 1;
    });
    for (const child of this.#running) {
      child.kill("SIGTERM");
      await Promise.race([child.ended, sleep(15_000)]);
      child.kill("SIGKILL");
    }
    this.#clear();
    process.exit();
  }

  #clear() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Waits until `good` returns true. @throws Error if the program exits first, or after `withinMs` */
export async function until(what, good, child, withinMs) {
  const deadline = performance.now() + withinMs;
  while (!(await good().catch(() => false))) {
    if (child.code !== undefined) throw new Error(`${what}: the process ended\n${child.text.slice(-2000)}`);
    if (performance.now() > deadline) throw new Error(`${what}: not within ${Math.round(withinMs / 1000)} s`);
    await sleep(100);
  }
}

/** Prints the result of each check on a line. Returns true if all are good. */
export function printVerdict(verdict) {
  for (const [good, what] of verdict) console.log(`${good ? "good" : "BAD "}  ${what}`);
  return verdict.every(([good]) => good);
}
