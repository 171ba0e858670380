/** Finds the largest fleet that this machine polls without a late round. */
import { MOST_BMCS } from "./fleet.mjs";
import { steadyRounds } from "./rounds.mjs";

/** Share of a core that the polls of the first fleet should take; scheduler, counters and garbage collection take as much. */
const SHARE = 0.4;
const STEPS = 4;
const INTERVALS = 2;
/** The search ends when the smallest bad fleet is less than this factor larger than the best. */
const FINE = 1.1;
/** CPU time of a first contact: about 10 ms, twice that on a busy machine. */
const CONTACT_SECONDS = 0.02;

/**
 * Begins with the size that the CPU time of a poll suggests. Continues with a larger fleet if no round was late, with a
 * smaller one otherwise. The steps share a state directory, so that only the sensor repositories of new BMCs are read.
 *
 * @param options.fleet GrowingFleet
 * @param options.stateDir state directory with the state of the fleet
 * @param options.pollMicroseconds CPU time of a poll, from another measurement of the same run
 * @param options.seconds time limit; a step that would exceed it is not started
 * @param options.onStep called after each step
 * @returns undefined if every fleet had a late round
 */
export async function largestFleet({ fleet, stateDir, pollMicroseconds, intervalSeconds, seconds, onStep }) {
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
    onStep(hosts, result);
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
