/** What the exporter does to a whole fleet: its first round, and how large a fleet it polls without a late round. */
import { setTimeout as sleep } from "node:timers/promises";
import { readFleet, readSelf, usage } from "../scripts/watch.mjs";
import { startExporter } from "./exporter.mjs";

const LOOK_MS = 500;
const SCRAPE_MS = 3000;
/** About as many as a Prometheus should read at once. */
const HOSTS_PER_SCRAPE = 2000;

/** Waits until it is true, `seconds` at most. False: it did not come true. */
async function within(seconds, isTrue) {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    if (await isTrue()) return true;
    await sleep(LOOK_MS);
  }
  return false;
}

/** Whether each host was read once, as the scrape tells it. */
async function allRead(exporter, hosts) {
  // Asking this is cheap, and is false for most of the time.
  if ((await readSelf(exporter.url)).ok < hosts) return false;
  const { ages } = await readFleet(exporter.url, Math.ceil(hosts / HOSTS_PER_SCRAPE));
  if (ages.size >= hosts) return true;
  // Not the text of a whole fleet twice a second: that would be what it is busy with.
  await sleep(SCRAPE_MS);
  return false;
}

/**
 * Starts the exporter and waits until it read every host once. Undefined: it did not within `patienceSeconds`.
 * `end` tells what to do with it then.
 */
export async function firstRound(remotes, { intervalSeconds, stateDir, patienceSeconds, end }) {
  const begin = performance.now();
  const [interval, timeout] = [`${intervalSeconds}s`, `${Math.min(20, Math.floor(intervalSeconds / 2))}s`];
  const exporter = await startExporter(remotes, 3, { interval, timeout, stateDir });
  try {
    const readySeconds = (performance.now() - begin) / 1000;
    const isRead = await within(patienceSeconds, () => allRead(exporter, remotes.length));
    const seconds = (performance.now() - begin) / 1000 - readySeconds;
    const { sdr, late, skipped } = await readSelf(exporter.url);
    const { cpu, rss } = usage(exporter.pid);
    const figures = isRead ? { readySeconds, seconds, cpu, rss, sdrReads: sdr, late, skipped } : undefined;
    return { figures, rest: await end?.(exporter) };
  } finally {
    await exporter.stop("SIGKILL");
  }
}

/**
 * Polls a fleet for some intervals after what first contact held up is made up for: rounds late and skipped, and
 * the share of a core. Undefined: first contact did not end in time.
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
      const caughtUp = await within(2 * intervalSeconds, async () => (await readSelf(exporter.url)).queue === 0);
      if (!caughtUp) return undefined;
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
  return figures === undefined ? undefined : rest;
}
