/** Measures the exporter with a whole fleet: its first round, and rounds in steady state. */
import { setTimeout as sleep } from "node:timers/promises";
import { readFleet, readHosts, readSelf, usage } from "../scripts/watch.mjs";
import { hostNames, startExporter } from "./exporter.mjs";

const LOOK_MS = 500;
/** About as many hosts as Prometheus should scrape at once. */
const HOSTS_PER_SCRAPE = 2000;

/** Calls `ask` until it returns something, for `seconds` at most. Returns undefined after that. */
async function within(seconds, ask) {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(LOOK_MS);
  }
  return undefined;
}

/**
 * Returns a function that checks whether each host was read once. It returns undefined, or the time when the last host
 * was read, ms since 1970. It scrapes the whole fleet only once, after most hosts were read, because such scrapes keep the
 * exporter busy. After that it only requests the hosts that were missing.
 */
function lastOfAll(exporter, hosts) {
  let missing;
  let last = 0;
  return async () => {
    let successes;
    if (missing === undefined) {
      if ((await readSelf(exporter.url)).ok < hosts) return undefined;
      ({ successes } = await readFleet(exporter.url, Math.ceil(hosts / HOSTS_PER_SCRAPE)));
      missing = hostNames(hosts).filter((name) => !successes.has(name));
      // If no host is missing, the last first reading is not known, but it was not later than this.
      if (missing.length === 0) return 1000 * Math.max(...successes.values());
    } else {
      successes = await readHosts(exporter.url, missing);
      missing = missing.filter((name) => !successes.has(name));
      last = Math.max(last, ...successes.values());
    }
    return missing.length === 0 ? 1000 * last : undefined;
  };
}

/**
 * Starts the exporter, waits until it has read every host once, then calls `end` and stops it.
 *
 * @returns no `figures` if that took longer than `patienceSeconds`
 */
export async function firstRound(remotes, { intervalSeconds, stateDir, patienceSeconds, end }) {
  const begin = performance.now();
  const [interval, timeout] = [`${intervalSeconds}s`, `${Math.min(20, Math.floor(intervalSeconds / 2))}s`];
  const exporter = await startExporter(remotes, 3, { interval, timeout, stateDir });
  try {
    const readySeconds = (performance.now() - begin) / 1000;
    const readyAt = Date.now();
    const lastAt = await within(patienceSeconds, lastOfAll(exporter, remotes.length));
    if (lastAt === undefined) return {};
    const { sdr, late, skipped } = await readSelf(exporter.url);
    const { cpu, rss } = usage(exporter.pid);
    const seconds = (lastAt - readyAt) / 1000;
    const figures = { readySeconds, seconds, cpu, rss, sdrReads: sdr, late, skipped };
    return { figures, rest: await end?.(exporter) };
  } finally {
    await exporter.stop("SIGKILL");
  }
}

/**
 * Polls a fleet for some intervals, after the backlog of first contact is done. Counts late and skipped rounds and CPU time.
 *
 * @returns undefined if first contact took too long
 */
export async function steadyRounds(remotes, { intervalSeconds, intervals, stateDir, patienceSeconds }) {
  const { figures, rest } = await firstRound(remotes, {
    intervalSeconds,
    stateDir,
    patienceSeconds,
    async end(exporter) {
      const look = async () => ({
        at: performance.now(),
        own: usage(exporter.pid),
        self: await readSelf(exporter.url),
      });
      const isIdle = async () => (await readSelf(exporter.url)).queue === 0 || undefined;
      if (!(await within(2 * intervalSeconds, isIdle))) return undefined;
      await sleep(500 * intervalSeconds);
      const before = await look();
      await sleep(1000 * intervalSeconds * intervals);
      const after = await look();
      const polls = after.self.ok - before.self.ok;
      const cpu = after.own.cpu - before.own.cpu;
      return {
        late: after.self.late - before.self.late,
        skipped: after.self.skipped - before.self.skipped,
        cores: (cpu * 1000) / (after.at - before.at),
        cpuPerPollMs: (cpu * 1000) / Math.max(1, polls),
        rss: after.own.rss,
      };
    },
  });
  return figures && rest;
}
