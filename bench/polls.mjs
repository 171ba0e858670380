/** CPU, time and round trips of a full poll of a known host, including its text, with many hosts in flight. */
import { silentObserver } from "../dist/ipmi/index.js";
import { inParallel, measured } from "./fleet.mjs";
import { hostsOf, openPool, recordOf, textMaker } from "./pool.mjs";

/**
 * Polls until nothing is new: the second one reads all discrete sensors again, since the event log is new, and the following
 * ones compare the repository with that of the first host, 16 records each.
 */
const SETTLING_POLLS = 12;

export async function start({ remotes, suite, polls, discreteIntervalMs }) {
  let packets = 0;
  const observer = {
    ...silentObserver,
    packetSent() {
      packets++;
    },
  };
  const pool = openPool(suite, observer, discreteIntervalMs);
  const hosts = hostsOf(remotes);
  const { prepare, release } = textMaker();
  const texts = new Map();
  const poll = async (host) => {
    const snapshot = await pool.poll(host);
    const record = recordOf(host, snapshot);
    const before = texts.get(host.name);
    texts.set(host.name, { record, prepared: prepare(record, before) });
    if (before !== undefined) release(before.prepared);
    return snapshot;
  };
  // Known host: logged in; repository, event log and inventory are read, and a share of the discrete sensors is due.
  for (let n = 0; n < SETTLING_POLLS; n++) await inParallel(hosts, hosts.length, poll);
  const work = Array.from({ length: polls }, (_, i) => hosts[i % hosts.length]);
  return {
    async round() {
      packets = 0;
      let milliseconds = 0;
      let sensors = 0;
      const { cpu, wall } = await measured(() =>
        inParallel(work, hosts.length, async (host) => {
          const snapshot = await poll(host);
          milliseconds += snapshot.durationMs;
          sensors = snapshot.sensors.length;
        }),
      );
      return {
        cpuPerPoll: cpu / polls,
        pollMs: milliseconds / polls,
        pollsPerSecond: (polls / wall) * 1e6,
        roundTrips: packets / polls,
        sensors,
      };
    },
    close: () => pool.close(),
  };
}
