import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A foreign program that runs beside the test and ends with the test process, whatever ends that. */
export interface RigChild {
  readonly pid: number;
  readonly stdin: NodeJS.WritableStream;
  /** The newest output of both streams, at most 256 KiB of it. */
  output(): string;
  /** Characters printed so far, for `outputSince`. */
  readonly printed: number;
  outputSince(mark: number): string;
  /** True until the program ended. */
  readonly running: boolean;
  /** SIGTERM, then SIGKILL after `graceMs`; resolves when the program has ended. */
  stop(graceMs?: number): Promise<void>;
  /** SIGKILL; resolves when the program has ended. */
  kill(): Promise<void>;
}

const KEEP = 256 * 1024;

/**
 * Has a shell of its own wait for the end of this process, however it comes, and then kill `pid` and remove
 * `folder`. An exit handler is not enough: test runners end their workers with signals. The shell reads
 * from a pipe that closes with us; a line on it calls the whole thing off.
 */
export function whenWeAreGone(what: { readonly pid?: number | undefined; readonly folder?: string }): () => void {
  const script =
    'trap "" INT TERM HUP; read -r word && exit 0; [ -z "$1" ] || kill -9 "$1"; [ -z "$2" ] || { sleep 1; rm -rf "$2"; }';
  const shell = spawn("/bin/sh", ["-c", script, "sh", String(what.pid ?? ""), what.folder ?? ""], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  shell.on("error", () => {}); // no shell, no insurance
  shell.stdin.on("error", () => {});
  shell.unref();
  return () => shell.stdin.end("done\n");
}

/** Starts a program; rejects when it cannot be started at all. */
export async function startChild(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<RigChild> {
  const child: ChildProcessWithoutNullStreams = spawn(program, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
  });
  let text = "";
  let printed = 0;
  const take = (chunk: string): void => {
    printed += chunk.length;
    text = (text + chunk).slice(-KEEP);
  };
  child.stdout.setEncoding("utf8").on("data", take);
  child.stderr.setEncoding("utf8").on("data", take);
  child.stdin.on("error", () => {}); // the program may be gone before we write
  let running = true;
  const ended = new Promise<void>((done) => {
    child.once("close", () => {
      running = false;
      done();
    });
  });
  await new Promise<void>((started, failed) => {
    child.once("spawn", started);
    child.once("error", failed);
  });
  const callOff = whenWeAreGone({ pid: child.pid });
  void ended.then(callOff);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (running) child.kill(signal);
    await ended;
  };
  return {
    pid: child.pid ?? 0,
    stdin: child.stdin,
    output: () => text,
    outputSince: (mark) => text.slice(Math.max(0, text.length - (printed - mark))),
    get printed() {
      return printed;
    },
    get running() {
      return running;
    },
    async stop(graceMs = 3000) {
      if (!running) return;
      child.kill("SIGTERM");
      const timer = new AbortController();
      await Promise.race([ended, sleep(graceMs, undefined, { signal: timer.signal }).catch(() => {})]);
      timer.abort();
      await end("SIGKILL");
    },
    kill: () => end("SIGKILL"),
  };
}

/** A folder of our own that is gone after `remove()` or, at the latest, when this process ends. */
export function temporaryFolder(name: string): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `lightsout-${name}-`));
  const drop = (): void => rmSync(path, { recursive: true, force: true });
  const callOff = whenWeAreGone({ folder: path });
  return {
    path,
    remove() {
      callOff();
      drop();
    },
  };
}

/** Waits until `ready` returns true; fails with the text of `explain`, or when the program ends. */
export async function untilReady(
  child: Pick<RigChild, "running" | "output" | "kill">,
  ready: () => Promise<boolean>,
  what: string,
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await ready())) {
    const late = performance.now() > deadline;
    if (!child.running || late) {
      await child.kill();
      throw new Error(`${what} ${late ? `not ready after ${timeoutMs} ms` : "ended"}:\n${child.output().slice(-2000)}`);
    }
    await sleep(20);
  }
}
