import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const built = existsSync(resolve(root, "dist/simulator/index.js"));
if (!built) console.warn("the simulated hour is not tested: dist/ has no build");

interface Figures {
  readonly good: boolean;
  readonly contact: { readonly readAfterMinutes?: number; readonly sdrReads: number };
  readonly hour: Readonly<Record<string, number>>;
  readonly restart: Readonly<Record<string, number>>;
  readonly checks: readonly { readonly good: boolean; readonly what: string }[];
}

let folder: string;
let runs = 0;

/** Runs the script and returns its exit code, output and figures. */
function simulated(...args: string[]): Promise<{ code: number; printed: string; figures?: Figures }> {
  const out = join(folder, `${runs++}.json`);
  const script = resolve(root, "scripts/simulated-hour.mjs");
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      ["--expose-gc", script, "--boards", "sample", "--out", out, ...args],
      (_, stdout, stderr) => {
        const figures = existsSync(out) ? (JSON.parse(readFileSync(out, "utf8")) as Figures) : undefined;
        done({ code: child.exitCode ?? -1, printed: stdout + stderr, figures });
      },
    );
  });
}

describe.skipIf(!built)("the simulated hour", () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "lightsout-hour-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("has no late round with some silent and some lossy BMCs", async () => {
    const { code, printed, figures } = await simulated("--hosts", "40", "--silent", "0.1", "--lossy", "0.1");
    expect(figures?.checks.filter(({ good }) => !good)).toEqual([]);
    expect(code, printed).toBe(0);
    // 36 hosts that answer are polled once a minute; silent hosts less and less often.
    expect(figures?.hour.polls).toBeGreaterThan(33 * 60);
    expect(figures?.contact.sdrReads).toBeGreaterThan(0);
    // The repository of one BMC was read, and those of the others are compared with it.
    expect(figures?.contact.sdrReads).toBeLessThan(36 * 40);
    expect(figures?.hour.sdrReadsInSecondHalf).toBe(0);
    expect(figures?.restart.sdrReads).toBe(0);
  }, 120_000);

  it("reports late rounds and exits with 1 if the concurrency is too low", async () => {
    const { code, figures } = await simulated(
      ...["--hosts", "40", "--minutes", "5", "--group-concurrency", "1", "--latency", "80-120"],
    );
    expect(figures?.hour.late).toBeGreaterThan(0);
    expect(figures?.good).toBe(false);
    expect(code).toBe(1);
  }, 120_000);

  it("names an invalid option", async () => {
    const { code, printed } = await simulated("--latency", "fast");
    expect(code).toBe(2);
    expect(printed).toContain("--latency fast: not the lowest and highest milliseconds, e.g. 5-50");
  });
});
