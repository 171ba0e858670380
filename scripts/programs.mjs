/** What the long runs have in common: lightsout as child processes, in a folder that goes when they do. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "./steps.mjs";

const main = join(root, "dist", "cli", "main.js");

export class Programs {
  /** For whatever they read and write. */
  folder;
  #running = new Set();

  /** @param name of the folder, among temporary ones */
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
   * @param options.kept characters of its output that are kept, the last ones
   * @returns `code` is undefined while it runs, then its exit code or the signal that ended it
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

  /** Runs to the end what gives an exit code, then ends what still runs and clears up. */
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

/** Waits for something to be true of a program. Throws when it ends before, or takes longer. */
export async function until(what, good, child, withinMs) {
  const deadline = performance.now() + withinMs;
  while (!(await good().catch(() => false))) {
    if (child.code !== undefined) throw new Error(`${what}: the process ended\n${child.text.slice(-2000)}`);
    if (performance.now() > deadline) throw new Error(`${what}: not within ${Math.round(withinMs / 1000)} s`);
    await sleep(100);
  }
}

/** Prints a verdict, one line each. True: all of it is good. */
export function sayVerdict(verdict) {
  for (const [good, what] of verdict) console.log(`${good ? "good" : "BAD "}  ${what}`);
  return verdict.every(([good]) => good);
}
