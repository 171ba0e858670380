/** The largest fleet that is polled without a late round on this machine. */
import { MOST_BMCS } from "./fleet.mjs";
import { steadyRounds } from "./rounds.mjs";

/** Share of a core that polls alone may take in what is tried first: scheduler, counters and collections take as much. */
const SHARE = 0.4;
const STEPS = 4;
const INTERVALS = 2;
/** Larger and smaller ones that differ by less are not worth another step. */
const FINE = 1.1;
/** CPU time of a first contact is some 10 ms; twice that on a machine that does something else, too. */
const CONTACT_SECONDS = 0.02;

/**
 * Looks for it: begins with what the CPU time of a poll leads to expect, then larger while no round is late and
 * smaller where one is. What was learnt of the BMCs is kept from step to step, so that only new ones have to be
 * walked.
 *
 * Undefined: none that was tried had no late round.
 *
 * @param options.fleet GrowingFleet
 * @param options.stateDir a folder, with what is known of the fleet
 * @param options.pollMicroseconds CPU time of a poll, from another measurement of the same run
 * @param options.seconds for all of it; a step is not begun that would take longer
 * @param options.tell hears of each step
 */
export async function largestFleet({ fleet, stateDir, pollMicroseconds, intervalSeconds, seconds, tell }) {
  const deadline = performance.now() + seconds * 1000;
  const stepSeconds = (1.5 + INTERVALS) * intervalSeconds;
  let hosts = Math.min(MOST_BMCS, rounded((SHARE * intervalSeconds * 1e6) / pollMicroseconds));
  let good;
  let bad;
  for (let step = 0; step < STEPS && performance.now() + stepSeconds * 1000 < deadline; step++) {
    const result = await steadyRounds(await fleet.first(hosts), {
      intervalSeconds,
      intervals: INTERVALS,
      stateDir,
      patienceSeconds: 3 * intervalSeconds + hosts * CONTACT_SECONDS,
    });
    tell(hosts, result);
    if (result !== undefined && result.late === 0 && result.skipped === 0) good = { hosts, ...result };
    else bad = hosts;
    if (hosts === MOST_BMCS && bad === undefined) break;
    if (good !== undefined && bad !== undefined && bad < good.hosts * FINE) break;
    const next = good === undefined ? hosts * 0.7 : bad === undefined ? hosts * 1.3 : (good.hosts + bad) / 2;
    hosts = Math.min(MOST_BMCS, rounded(next));
  }
  return good;
}

const rounded = (hosts) => Math.max(100, Math.round(hosts / 100) * 100);
