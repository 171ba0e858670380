import { accessSync, appendFileSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, it } from "vitest";
import { fetched, fetchedPath } from "../../scripts/fetched.mjs";
import { MISSING_PEERS_FILE, peers } from "../../scripts/peers.mjs";

/**
 * Full path of a program that `npm test` fetched, or on PATH; or undefined. Debian keeps some in sbin, which is not on
 * everybody's PATH.
 */
export function findProgram(program: string): string | undefined {
  if (fetched.some((one) => one.program === program)) {
    return existsSync(fetchedPath(program)) ? fetchedPath(program) : undefined;
  }
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, program))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Whether a foreign program is installed. */
export function peer(program: string): boolean {
  return findProgram(program) !== undefined;
}

/** "ipmi_sim (Debian package openipmi)", for people who read what was skipped. */
function named(program: string): string {
  const npm = fetched.find((one) => one.program === program)?.npm;
  if (npm !== undefined) return `${program} (of npm package ${npm}; npm test fetches it)`;
  const debian = peers.find((p) => p.program === program)?.debian;
  return debian === undefined ? program : `${program} (Debian package ${debian})`;
}

/**
 * A describe block that needs foreign programs. Where one is missing the block is skipped and the
 * program is named at the end of `npm test`; with CI=true a missing one is a failure.
 */
export function withPeers(programs: readonly string[], title: string, tests: () => void): void {
  const missing = programs.filter((program) => !peer(program));
  if (missing.length === 0) {
    describe(title, tests);
    return;
  }
  const reason = `needs ${missing.map(named).join(", ")}`;
  if (process.env.CI === "true") {
    describe(title, () => {
      it("has the programs it needs", () => {
        throw new Error(`${reason}; with CI=true nothing may be missing`);
      });
    });
    return;
  }
  const notes = process.env[MISSING_PEERS_FILE];
  if (notes !== undefined) appendFileSync(notes, missing.map((program) => `${named(program)}\n`).join(""));
  else console.warn(`skipped: ${title}: ${reason}`);
  describe.skip(`${title} (${reason})`, tests);
}
