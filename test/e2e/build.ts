import { createHash } from "node:crypto";
import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../rig/run.ts";

export const root = resolve(import.meta.dirname, "../..");
const main = join(root, "dist", "cli", "main.js");

const changedAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function newestSource(): number {
  const files = readdirSync(join(root, "src"), { withFileTypes: true, recursive: true }).filter((f) => f.isFile());
  return Math.max(
    changedAt(join(root, "tsconfig.build.json")),
    ...files.map((f) => changedAt(join(f.parentPath, f.name))),
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Takes the lock file; one whose process is gone is removed, for the next try. */
function lock(path: string): boolean {
  try {
    const file = openSync(path, "wx");
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch {
    const owner = Number(textOf(path));
    if (owner > 0 && !isAlive(owner)) unlinkSync(path);
    return false;
  }
}

/**
 * The built program, dist/cli/main.js, built first where it is older than its sources. Test files run in
 * processes of their own with one parent: the first of a test run builds, the others wait, and none builds
 * again while programs of the others are starting from dist/.
 */
export async function builtMain(): Promise<string> {
  const name = join(tmpdir(), `lightsout-build-${createHash("sha256").update(root).digest("hex").slice(0, 12)}`);
  const stamp = `${name}.done`;
  const deadline = performance.now() + 110_000;
  while (textOf(stamp) !== String(process.ppid) || changedAt(main) === 0) {
    if (performance.now() > deadline) throw new Error(`waited for the build; if nobody builds, remove ${name}.lock`);
    if (!lock(`${name}.lock`)) {
      await sleep(100);
      continue;
    }
    try {
      if (textOf(stamp) !== String(process.ppid)) await build();
      writeFileSync(stamp, String(process.ppid));
    } finally {
      unlinkSync(`${name}.lock`);
    }
  }
  return main;
}

/** Type errors are the business of `npm test`, which builds too: what was emitted can be run. */
async function build(): Promise<void> {
  const before = changedAt(main);
  if (before >= newestSource()) return;
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const result = await run(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], { timeoutMs: 100_000 });
  if (changedAt(main) === before) throw new Error(`the build emitted nothing:\n${result.stdout}${result.stderr}`);
}
