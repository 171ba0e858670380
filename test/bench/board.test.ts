import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const run = promisify(execFile);

/** Runs a script as a module of the bench, against the build, and returns the JSON it prints. */
async function printed(script: string): Promise<unknown> {
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script], { cwd: root });
  return JSON.parse(stdout);
}

const built = existsSync(resolve(root, "dist/bmc/index.js"));
if (!built) console.warn("the bench is not tested: dist/ has no build");

describe.skipIf(!built)("the bench", () => {
  it("plays BMCs of 100 sensors, which a known host polls in 105 round trips", async () => {
    const figures = await printed(`
      import { startResponder } from "./bench/fleet.mjs";
      import { start } from "./bench/polls.mjs";
      const responder = await startResponder(2);
      const polls = await start({ remotes: responder.remotes, suite: 17, polls: 2 });
      const { sensors, roundTrips } = await polls.round();
      console.log(JSON.stringify({ sensors, roundTrips }));
      await polls.close();
      await responder.stop();
    `);
    expect(figures).toEqual({ sensors: 100, roundTrips: 105 });
  });

  it("runs the same commands in the floor program and in the client", async () => {
    const figures = await printed(`
      import { startResponder } from "./bench/fleet.mjs";
      const responder = await startResponder(2);
      const done = [];
      for (const name of ["commands", "floor"]) {
        const { start } = await import("./bench/" + name + ".mjs");
        const measurement = await start({ remotes: responder.remotes, suite: 3, commands: 64 });
        done.push((await measurement.round()).commandsPerSecond > 0);
        await measurement.close();
      }
      console.log(JSON.stringify(done));
      await responder.stop();
    `);
    expect(figures).toEqual([true, true]);
  });
});
