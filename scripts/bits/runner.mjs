import { appendFileSync, readFileSync } from "node:fs";
import { TestRunner } from "vitest";

/*
 * Runs each test once as it is and notes the places it passes; then once for each of them that no earlier test
 * noticed, with that place moved. A test that fails then has noticed the move.
 *
 * With a move in LIGHTSOUT_BITS_MOVE ("17+") the place is moved from the start, and tests run as usual: for code that
 * runs only while modules are imported.
 */

const plan = JSON.parse(readFileSync(process.env.LIGHTSOUT_BITS_PLAN, "utf8"));

/** Passes of one place in one run, after which a loop that no longer ends is stopped. */
const MOST_PASSES = 3_000_000;
/** A moved bit may make a test wait for an answer that never comes. */
const RUN_MS = 10_000;
/** No more moves are tried in a test that has taken this long; tests with random bytes are the ones. */
const TEST_BUDGET_MS = 5_000;

const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout } = globalThis;
const always = process.env.LIGHTSOUT_BITS_MOVE;
const passed = new Set();
let active = always ? Number.parseInt(always, 10) : -1;
let direction = always?.endsWith("-") ? -1 : 1;
let passes = 0;

function moving(site) {
  if (active === -1) {
    passed.add(site);
    return false;
  }
  if (site !== active) return false;
  if (++passes > MOST_PASSES) throw new Error("a moved bit made a loop without an end");
  return true;
}
globalThis.__movePlace = (site, place) => (moving(site) ? Math.max(0, place + direction) : place);
globalThis.__moveMask = (site, mask) => (moving(site) ? (direction > 0 ? mask << 1 : mask >>> 1) : mask);

/** Moves that a test has noticed, here and in earlier workers. */
const noticed = new Set(readFileSync(plan.noticed, "utf8").split("\n").filter(Boolean));

export default class extends TestRunner {
  onCollected() {
    if (!always) note(plan.imported);
  }

  async runTask(test) {
    const run = TestRunner.getTestFn(test);
    if (always) return run();
    passed.clear();
    await run();
    const sites = note(plan.passed);
    const end = performance.now() + TEST_BUDGET_MS;
    for (const site of sites)
      for (const step of plan.directions[site]) {
        const move = `${site}${step > 0 ? "+" : "-"}`;
        if (noticed.has(move)) continue;
        if (performance.now() > end) return;
        if (!(await fails(run, site, step))) continue;
        // A test that does not pass a second time says nothing about the move.
        if (await fails(run, -1, 0)) return;
        noticed.add(move);
        appendFileSync(plan.noticed, `${move}\n`);
      }
  }
}

/** Writes down the places passed since the last call and returns them. */
function note(file) {
  const sites = [...passed];
  passed.clear();
  if (sites.length > 0) appendFileSync(file, `${sites.join("\n")}\n`);
  return sites;
}

async function fails(run, site, step) {
  [active, direction, passes] = [site, step, 0];
  let timer;
  const tooLong = new Promise((_, reject) => {
    timer = realSetTimeout(() => reject(new Error("too long")), RUN_MS);
  });
  try {
    await Promise.race([run(), tooLong]);
    return false;
  } catch {
    return true;
  } finally {
    realClearTimeout(timer);
    active = -1;
  }
}
