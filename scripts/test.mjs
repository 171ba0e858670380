/**
 * `npm test`: installs what is missing, builds, checks format and types, and runs the tests. The last line has the
 * numbers of passed, failed and skipped tests. With arguments (`npm test -- test/ipmi`) it only runs these tests.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fetchMissing } from "./fetched.mjs";
import { MISSING_PEERS_FILE, peers } from "./peers.mjs";
import { installed, nodePackages, npm, root, show } from "./steps.mjs";

const ci = process.env.CI === "true";
const only = process.argv.slice(2);

/** Prints the last line and sets the exit code. */
function finish({ passed, failed, skipped }) {
  process.exitCode = failed === 0 ? 0 : 1;
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
}

/** Whether apt has package lists; fresh images have none. */
function haveLists() {
  try {
    return readdirSync("/var/lib/apt/lists").some((name) => name.includes("_Packages"));
  } catch {
    return false;
  }
}

/** Installs the Debian packages of missing programs, as root. Returns false if some are still missing. */
async function debianPeers() {
  const missing = () => peers.filter((p) => !installed(p.program));
  const packages = [...new Set(missing().map((p) => p.debian))];
  if (packages.length === 0) return true;
  if (process.getuid?.() === 0 && installed("apt-get")) {
    console.log(`Installing Debian packages: ${packages.join(" ")} ...`);
    // RUNLEVEL=1 and SYSTEMD_OFFLINE keep the daemons of these packages from starting
    const env = { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1", SYSTEMD_OFFLINE: "1" };
    const install = () => show("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...packages], env);
    const update = () => show("apt-get", ["update", "-q"], env);
    if (!haveLists()) await update();
    if ((await install()) !== 0 && (await update()) === 0) await install();
  }
  const still = missing();
  if (still.length > 0) {
    console.warn(`Not installed: ${still.map((p) => `${p.program} (Debian package ${p.debian})`).join(", ")}`);
  }
  return still.length === 0;
}

/** Counts from vitest's JSON report. A test file that could not be loaded counts as one failure. */
function counts(reportFile, exitCode) {
  let report;
  try {
    report = JSON.parse(readFileSync(reportFile, "utf8"));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const unloaded = report.testResults.filter((f) => f.status === "failed" && f.assertionResults.length === 0).length;
  const failed = report.numFailedTests + unloaded;
  return {
    passed: report.numPassedTests,
    // an error outside of any test fails the run as well
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

async function main() {
  if ((await nodePackages()) !== 0) {
    console.error("Installing the npm packages failed.");
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const complete = [await debianPeers(), await fetchMissing()].every(Boolean);
  if (!complete && ci) {
    console.error("With CI=true a missing program is a failure.");
    return { passed: 0, failed: 1, skipped: 0 };
  }

  const bin = (name) => join(root, "node_modules", ".bin", name);
  const failedSteps = [];
  if (only.length === 0) {
    const steps = [
      ["the build", () => npm("run", "--silent", "build")],
      ["biome check", () => show(bin("biome"), ["check", "."])],
      ["the types of the tests", () => show(bin("tsc"), ["--noEmit"])],
    ];
    for (const [name, step] of steps) {
      console.log(`Checking ${name} ...`);
      if ((await step()) !== 0) failedSteps.push(name);
    }
  }

  const folder = mkdtempSync(join(tmpdir(), "lightsout-test-"));
  try {
    const report = join(folder, "report.json");
    const notes = join(folder, "missing-peers");
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const code = await show(bin("vitest"), ["run", ...reporters, ...only], { [MISSING_PEERS_FILE]: notes });
    const result = counts(report, code);

    let missingPrograms = [];
    try {
      missingPrograms = [...new Set(readFileSync(notes, "utf8").trim().split("\n"))].sort();
    } catch {
      // no program was missing
    }
    if (missingPrograms.length > 0)
      console.log(`Some tests were skipped because these programs are missing: ${missingPrograms.join(", ")}`);
    if (failedSteps.length > 0) console.log(`Failed before the tests: ${failedSteps.join(", ")}`);
    return { ...result, failed: result.failed + failedSteps.length };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

finish(await main());
