// Moves each bit that src/ipmi reads or writes by one place, both ways, and lists what no test of test/ipmi notices:
//
//   npm run bits                                        all of src/ipmi
//   npm run bits -- src/ipmi/commands/chassis           part of it
//
// Bits are moved in memory while the tests run; no file changes. Exits with 1 if a move goes unnoticed.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { startVitest } from "vitest/node";
import { bitSites, withMovableBits } from "./bits/sites.mjs";

/** Each takes a run of its own. */
const MOST_MOVES_AT_IMPORT = 20;

const root = resolve(import.meta.dirname, "..");
const scope = resolve(root, process.argv[2] ?? "src/ipmi");

/** Where bits are moved: number of its first place by file. */
const files = new Map();
const sites = [];
const sources = readdirSync(join(root, "src/ipmi"), { recursive: true })
  .map((name) => join(root, "src/ipmi", name))
  .filter((path) => path.endsWith(".ts") && (path === scope || path.startsWith(`${scope}/`)));
for (const path of sources.sort()) {
  files.set(path, sites.length);
  for (const site of bitSites(path, readFileSync(path, "utf8"))) sites.push({ path, ...site });
}
if (sites.length === 0) {
  console.error(`no bits in ${relative(root, scope)}`);
  process.exit(2);
}

const work = mkdtempSync(join(tmpdir(), "lightsout-bits-"));
process.once("exit", () => rmSync(work, { recursive: true, force: true }));
const plan = join(work, "plan.json");
const [passed, imported, noticed] = ["passed", "imported", "noticed"].map((name) => join(work, name));
for (const path of [passed, imported, noticed]) writeFileSync(path, "");
writeFileSync(plan, JSON.stringify({ passed, imported, noticed, directions: sites.map((site) => site.directions) }));

const movableBits = {
  name: "movable-bits",
  enforce: "pre",
  transform(text, id) {
    const path = id.split("?")[0];
    const first = files.get(path);
    return first === undefined ? undefined : { code: withMovableBits(path, text, first), map: null };
  },
};

/** Prints which files are done; errors of moved bits that reach nobody are expected. */
const progress = {
  onTestModuleEnd(module) {
    const failures = [...module.children.allTests("failed")].map(
      (test) => `\n  fails without any move: ${test.fullName}`,
    );
    console.error(`${module.relativeModuleId}${failures.join("")}`);
  },
};

/** Runs the tests of a folder; the number of files with a test that fails. */
async function runTests(folder, options) {
  const vitest = await startVitest(
    "test",
    [`${folder}/`],
    {
      root,
      watch: false,
      runner: join(import.meta.dirname, "bits/runner.mjs"),
      exclude: ["test/ipmi/fuzz/**"],
      maxWorkers: 1,
      fileParallelism: false,
      silent: true,
      dangerouslyIgnoreUnhandledErrors: true,
      ...options,
      env: { LIGHTSOUT_BITS_PLAN: plan, NODE_NO_WARNINGS: "1", ...options.env },
    },
    { plugins: [movableBits] },
  );
  const failed = vitest.state.getFiles().filter((file) => file.result?.state === "fail").length;
  await vitest.close();
  return failed;
}

const failed = await runTests("test/ipmi", { reporters: [progress] });
const lines = (path) => new Set(readFileSync(path, "utf8").split("\n").filter(Boolean));
const [passedSites, importedSites, noticedMoves] = [lines(passed), lines(imported), lines(noticed)];
const moves = sites.flatMap((site, n) =>
  site.directions.map((step) => ({ site, n: String(n), step, id: `${n}${step > 0 ? "+" : "-"}` })),
);
const unnoticed = moves.filter(({ id }) => !noticedMoves.has(id));
const atImport = unnoticed.filter(({ n }) => importedSites.has(n) && !passedSites.has(n));
for (const move of atImport.slice(0, MOST_MOVES_AT_IMPORT)) {
  const options = { bail: 1, reporters: [{}], env: { LIGHTSOUT_BITS_MOVE: move.id } };
  const folder = dirname(relative(root, move.site.path)).replace(/^src/, "test");
  if ((await runTests(folder, options)) > 0) unnoticed.splice(unnoticed.indexOf(move), 1);
}

for (const { site, n, step } of unnoticed) {
  const reason = passedSites.has(n) || importedSites.has(n) ? "" : " (no test runs it)";
  console.log(`${relative(root, site.path)}:${site.line}: ${site.text} moved ${step > 0 ? "up" : "down"}${reason}`);
}
console.log(`${sites.length} places, ${moves.length} moves, ${unnoticed.length} that no test notices`);
if (failed > 0) console.log(`${failed} test files fail without any move`);
process.exitCode = unnoticed.length > 0 || failed > 0 ? 1 : 0;
