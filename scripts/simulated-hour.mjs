/**
 * An hour of a fleet in simulated time: `npm run build`, then
 *
 *   node --expose-gc scripts/simulated-hour.mjs --hosts 10000
 *
 * The real scheduler, IPMI client, store and exposition poll virtual BMCs in this process. Packets use no socket and
 * are delayed as by slow BMCs, on a clock that runs as fast as the processor allows. The result does not depend on
 * the machine or its load: the same seed gives the same hour. A poll costs about 4 to 8 ms of CPU; 10,000 hosts make
 * 600,000 polls, so run that under nice.
 *
 * First contact (logins, repositories, event logs) is reported separately; the hour begins when its backlog is gone.
 * At the end the poller is killed, and another one starts with the saved state: it may not read any sensor record
 * again. Prints a line per five simulated minutes; --out FILE writes all figures as JSON. Exits with 1 if a check
 * fails.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { randomFrom } from "./chaos/random.mjs";
import { SimulatedClock } from "./simulated/clock.mjs";
import { makeFleet, Wires } from "./simulated/fleet.mjs";
import { MemoryKeeper } from "./simulated/memory-keeper.mjs";
import { Poller } from "./simulated/poller.mjs";

const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "200" },
    minutes: { type: "string", default: "60" },
    interval: { type: "string", default: "60" },
    silent: { type: "string", default: "0.05" },
    lossy: { type: "string", default: "0.05" },
    /** Board models in turn, or "sample", which has few sensors. */
    boards: { type: "string", default: "lenovo-thinksystem,intel-s2600,dell-poweredge,hpe-proliant" },
    /** Lowest and highest response time, ms. */
    latency: { type: "string", default: "5-50" },
    /** BMCs in a /24 network, for which the concurrency limit per group counts. */
    "per-subnet": { type: "string", default: "254" },
    concurrency: { type: "string" },
    "group-concurrency": { type: "string" },
    /** Seconds by which the readings of a healthy host may be older than an interval: time in the queue and of the poll. */
    slack: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    out: { type: "string" },
  },
});

function number(name, least, most = Number.POSITIVE_INFINITY) {
  const text = values[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== "" && value >= least && value <= most) return value;
  const range = most === Number.POSITIVE_INFINITY ? `a number from ${least}` : `a number from ${least} to ${most}`;
  console.error(`--${name} ${text}: not ${range}`);
  process.exit(2);
}

const hosts = number("hosts", 1, 2_000_000);
const minutes = number("minutes", 1);
const intervalMs = number("interval", 1) * 1000;
const silent = number("silent", 0, 1);
const lossy = number("lossy", 0, 1 - silent);
const perSubnet = number("per-subnet", 1, 254);
const slackMs = number("slack", 0) * 1000;
const seed = number("seed", 0);
const limits = { concurrency: number("concurrency", 1), groupConcurrency: number("group-concurrency", 1) };
const latencyMs = /^(\d+)-(\d+)$/.exec(values.latency)?.slice(1).map(Number);
if (latencyMs === undefined || latencyMs[0] > latencyMs[1]) {
  console.error(`--latency ${values.latency}: not the lowest and highest milliseconds, e.g. 5-50`);
  process.exit(2);
}

const MINUTE = 60_000;
/** Greatest age of the readings of a healthy host, seconds. */
const oldestAllowed = (intervalMs + slackMs) / 1000;
/** Sessions are counted each simulated minute; a line is printed every five. */
const MINUTES_PER_LINE = 5;
const MiB = 2 ** 20;
/** Share of the hosts that may be queued at any time, because their rounds coincide. */
const FEW = 0.01;
/** Normal variation of the heap between garbage collections, for any fleet. */
const NOISE_BYTES = 4 * MiB;
/** More records than any of these boards has. */
const LARGEST_REPOSITORY = 256;

function heapUsed() {
  // Objects with finalizers, and old buffers, are only freed by later collections.
  for (let i = 0; i < 3; i++) globalThis.gc?.();
  const { heapUsed: heap, external } = process.memoryUsage();
  return heap + external;
}

const clock = new SimulatedClock();
const fleet = makeFleet({
  hosts,
  silent,
  lossy,
  boards: values.boards.split(","),
  perSubnet,
  latencyMs,
  clock,
  seed,
});
const namesOf = (trouble) => fleet.filter((one) => one.trouble === trouble).map(({ host }) => host.name);
const healthy = namesOf(undefined);
const lossyNames = namesOf("lossy");
const answering = healthy.length + lossyNames.length;

/** The most sessions on one healthy BMC. A lossy BMC may miss that a session was closed, and keeps it for a while. */
function mostSessionsOfOne() {
  const now = clock.monotonicMs();
  return fleet.reduce(
    (most, { bmc, trouble }) => (trouble === undefined ? Math.max(most, bmc.sessions.all(now).length) : most),
    0,
  );
}

const keeper = new MemoryKeeper();
const startPoller = (transport) =>
  new Poller({ fleet, transport, clock, keeper, intervalMs, limits, random: randomFrom(seed) });

const elapsed = () => `${((performance.now() - begin) / 1000).toFixed(0)} s`;
const begin = performance.now();
const print = (text) => console.log(text);

print(
  `${fleet.length} BMCs, ${fleet.length - answering} silent, ${lossyNames.length} lossy, responses take ${values.latency} ms, ` +
    `interval ${intervalMs / 1000} s, ${perSubnet} to a /24`,
);
const wires = new Wires(fleet);
const poller = startPoller(wires);

// First contact ends when every BMC that answers was read and hardly any is queued, twice in a row.
const contact = { minutes: 0, late: 0, skipped: 0, readAfterMinutes: undefined };
const LONGEST_CONTACT = 30;
for (let settled = 0; settled < 2 && contact.minutes < LONGEST_CONTACT; contact.minutes++) {
  await clock.runUntil(clock.monotonicMs() + Math.max(MINUTE, intervalMs));
  const allRead = poller.hosts.size >= answering;
  if (allRead) contact.readAfterMinutes ??= contact.minutes + 1;
  settled = allRead && poller.queue <= hosts * FEW ? settled + 1 : 0;
  print(
    `  first contact, minute ${contact.minutes + 1}: ${poller.hosts.size} of ${answering} read, ${poller.queue} queued, ` +
      `${poller.late} late, ${poller.skipped} skipped (${elapsed()})`,
  );
}
Object.assign(contact, { late: poller.late, skipped: poller.skipped, sdrReads: poller.sdrReads });
print(
  `first contact: ${poller.hosts.size} of ${answering} read, no backlog after ${contact.minutes} simulated minutes; ` +
    `${contact.late} late, ${contact.skipped} skipped, ${contact.sdrReads} Get SDR (${elapsed()})`,
);

poller.forget();
const sdrBefore = poller.sdrReads;
/** Repositories that are assumed to equal those of other BMCs are compared with them in the first half of the hour. */
let sdrAtHalf = sdrBefore;
const samples = [];
let mostOfHealthy = 0;
let mostQueued = 0;
print(
  "  min   late skipped  queue  polls  oldest healthy  oldest lossy  longest healthy poll  sessions  heap MiB  real time",
);
const start = clock.monotonicMs();
for (let minute = 1; minute <= minutes; minute++) {
  await clock.runUntil(start + minute * MINUTE);
  mostOfHealthy = Math.max(mostOfHealthy, mostSessionsOfOne());
  mostQueued = Math.max(mostQueued, poller.queue);
  if (minute === Math.ceil(minutes / 2)) sdrAtHalf = poller.sdrReads;
  if (minute % MINUTES_PER_LINE !== 0 && minute !== minutes) continue;
  const heap = heapUsed();
  const [ofHealthy, ofLossy] = [poller.longest(healthy), poller.longest(lossyNames)];
  samples.push({ minute, heap });
  const cells = [
    [minute, 5],
    [poller.late, 6],
    [poller.skipped, 7],
    [poller.queue, 6],
    [poller.polls, 6],
    [`${(ofHealthy.gapMs / 1000).toFixed(1)} s`, 15],
    [`${(ofLossy.gapMs / 1000).toFixed(1)} s`, 13],
    [`${(ofHealthy.pollMs / 1000).toFixed(2)} s`, 21],
    [poller.sessions, 9],
    [(heap / MiB).toFixed(1), 9],
    [elapsed(), 10],
  ];
  print(cells.map(([value, width]) => String(value).padStart(width)).join(" "));
}
const hour = {
  minutes,
  polls: poller.polls,
  commands: poller.commands,
  late: poller.late,
  skipped: poller.skipped,
  sdrReads: poller.sdrReads - sdrBefore,
  sdrReadsInSecondHalf: poller.sdrReads - sdrAtHalf,
  oldestHealthySeconds: poller.longest(healthy).gapMs / 1000,
  longestHealthyPollSeconds: poller.longest(healthy).pollMs / 1000,
  oldestLossySeconds: poller.longest(lossyNames).gapMs / 1000,
  mostSessions: poller.mostSessions,
  mostSessionsOfAHealthyBmc: mostOfHealthy,
  mostQueued,
  secondsOfRealTime: (performance.now() - begin) / 1000,
};

// Kill and restart: the old sessions are still open on the BMCs.
wires.unplug();
const notWalked = answering - keeper.walked;
const gone = poller.abandon();
await clock.runUntil(clock.monotonicMs() + 1);
await gone;
const again = startPoller(new Wires(fleet));
const restartedAt = clock.monotonicMs();
// Hosts that are due at the end of the interval need the time of a login and a poll.
await clock.runUntil(restartedAt + intervalMs + slackMs);
const inTime = healthy.filter((name) => again.hosts.has(name)).length;
for (let waited = 0; again.hosts.size < answering && waited < LONGEST_CONTACT; waited++) {
  await clock.runUntil(clock.monotonicMs() + intervalMs);
}
const restart = {
  healthyReadInTime: inTime,
  read: again.hosts.size,
  /** BMCs whose records were not all read when the poller was killed; they are read again. */
  notWalked,
  sdrReads: again.sdrReads,
  late: again.late,
  seconds: (clock.monotonicMs() - restartedAt) / 1000,
};
print(
  `killed and restarted: ${inTime} of ${healthy.length} healthy hosts read in ${oldestAllowed} s, ` +
    `${restart.read} of ${answering} after ${restart.seconds} s, ${restart.sdrReads} Get SDR, ${restart.late} late; ` +
    `${notWalked} had not returned all records before`,
);

// The first third may still fill caches.
const steady = samples.slice(Math.floor(samples.length / 3));
const growth = steady.length > 1 ? steady.at(-1).heap / steady[0].heap - 1 : 0;
const verdict = [
  [contact.readAfterMinutes !== undefined, `all BMCs that answer were read within ${contact.minutes} minutes`],
  [hour.late === 0, `${hour.late} rounds late`],
  [hour.skipped === 0, `${hour.skipped} rounds skipped`],
  [
    hour.oldestHealthySeconds <= oldestAllowed,
    `readings of healthy hosts at most ${hour.oldestHealthySeconds.toFixed(1)} s old, ${oldestAllowed} s allowed`,
  ],
  [hour.mostSessions <= hosts, `${hour.mostSessions} sessions at most, for ${hosts} hosts`],
  [hour.mostSessionsOfAHealthyBmc <= 1, `${hour.mostSessionsOfAHealthyBmc} sessions at most on a healthy BMC`],
  [hour.sdrReadsInSecondHalf === 0, `${hour.sdrReadsInSecondHalf} sensor records read in the second half of the hour`],
  [
    growth < 0.05 || steady.at(-1).heap - steady[0].heap < NOISE_BYTES,
    `heap ${(growth * 100).toFixed(1)}% from the first third to the end`,
  ],
  [
    restart.sdrReads <= notWalked * LARGEST_REPOSITORY,
    `${restart.sdrReads} sensor records read after the restart, of ${notWalked} BMCs that had not returned them before`,
  ],
  [
    inTime === healthy.length,
    `${healthy.length - inTime} healthy hosts not read in ${oldestAllowed} s after the restart`,
  ],
];
for (const [good, what] of verdict) print(`${good ? "good" : "BAD "}  ${what}`);
const good = verdict.every(([isGood]) => isGood);
const options = { hosts, silent, lossy, latencyMs, intervalSeconds: intervalMs / 1000, perSubnet, limits, seed };
if (values.out !== undefined) {
  const checks = verdict.map(([isGood, what]) => ({ good: isGood, what }));
  const figures = { good, options, contact, hour, heapGrowth: growth, heapSamples: samples, restart, checks };
  writeFileSync(values.out, `${JSON.stringify(figures, undefined, 2)}\n`);
}
// Open sessions of the killed poller would otherwise keep the process running.
process.exit(good ? 0 : 1);
