/**
 * An hour of a fleet in simulated time: `npm run build`, then
 *
 *   node --expose-gc scripts/simulated-hour.mjs --hosts 10000
 *
 * The real scheduler, IPMI client, store and texts against virtual BMCs in this process; packets go from hand
 * to hand and take as long as a slow BMC's do, on a clock that runs as fast as the processor allows. What
 * comes out does not depend on the machine or its load: the same seed gives the same hour. Costs about
 * 4 to 8 ms of CPU a poll, 600,000 polls for 10,000 hosts, so run that under nice.
 *
 * First contact (logins, repositories, event logs) is told apart, the hour begins when it is made up for. At
 * the end the poller is killed and another started on what it kept: no sensor record may be read again.
 * A line per five simulated minutes; --out FILE gets all figures as JSON. Ends with 1 where the verdict is bad.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
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
    /** Board models in turn, or "sample": few sensors, for a quick look. */
    boards: { type: "string", default: "lenovo-thinksystem,intel-s2600,dell-poweredge,hpe-proliant" },
    /** Least and most milliseconds an answer takes. */
    latency: { type: "string", default: "5-50" },
    /** BMCs in a /24; the scheduler's cap per group counts there. */
    "per-subnet": { type: "string", default: "254" },
    concurrency: { type: "string" },
    "group-concurrency": { type: "string" },
    /** How much older than an interval a healthy host's readings may become: time in line and the poll itself, in seconds. */
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
  console.error(`--${name} ${text}: wants ${range}`);
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
  console.error(`--latency ${values.latency}: wants the least and the most milliseconds, as 5-50`);
  process.exit(2);
}

const MINUTE = 60_000;
/** Seconds: what a healthy host's readings may age to. */
const oldestAllowed = (intervalMs + slackMs) / 1000;
/** A simulated minute between two looks at sessions, five between two lines. */
const MINUTES_PER_LINE = 5;
const MiB = 2 ** 20;
/** Share of the hosts that may stand in line at any time: their rounds fall together by chance. */
const FEW = 0.01;
/** What a heap moves by between collections, however small the fleet. */
const NOISE_BYTES = 4 * MiB;
/** Records of no board here are more. */
const LARGEST_REPOSITORY = 256;

/** The same sequence for the same seed: mulberry32. */
function seeded(start) {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function heapUsed() {
  // What finalizers and old buffers hold goes with the collections after the first.
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

/** The most sessions that a healthy BMC has. A lossy one may not have heard that a session was given up, and keeps it a while. */
function mostSessionsOfOne() {
  const now = clock.monotonicMs();
  return fleet.reduce(
    (most, { bmc, trouble }) => (trouble === undefined ? Math.max(most, bmc.sessions.all(now).length) : most),
    0,
  );
}

const keeper = new MemoryKeeper();
const startPoller = (transport) =>
  new Poller({ fleet, transport, clock, keeper, intervalMs, limits, random: seeded(seed) });

const elapsed = () => `${((performance.now() - begin) / 1000).toFixed(0)} s`;
const begin = performance.now();
const say = (text) => console.log(text);

say(
  `${fleet.length} BMCs, ${fleet.length - answering} silent, ${lossyNames.length} lossy, answers take ${values.latency} ms, ` +
    `interval ${intervalMs / 1000} s, ${perSubnet} to a /24`,
);
const wires = new Wires(fleet);
const poller = startPoller(wires);

// First contact: over when everybody who answers was read and next to nobody stands in line, twice in a row.
const contact = { minutes: 0, late: 0, skipped: 0, readAfterMinutes: undefined };
const LONGEST_CONTACT = 30;
for (let settled = 0; settled < 2 && contact.minutes < LONGEST_CONTACT; contact.minutes++) {
  await clock.runUntil(clock.monotonicMs() + Math.max(MINUTE, intervalMs));
  const everybody = poller.hosts.size >= answering;
  if (everybody) contact.readAfterMinutes ??= contact.minutes + 1;
  settled = everybody && poller.queue <= hosts * FEW ? settled + 1 : 0;
  say(
    `  first contact, minute ${contact.minutes + 1}: ${poller.hosts.size} of ${answering} read, ${poller.queue} in line, ` +
      `${poller.late} late, ${poller.skipped} skipped (${elapsed()})`,
  );
}
Object.assign(contact, { late: poller.late, skipped: poller.skipped, sdrReads: poller.sdrReads });
say(
  `first contact: ${poller.hosts.size} of ${answering} read, made up for after ${contact.minutes} simulated minutes; ` +
    `${contact.late} late, ${contact.skipped} skipped, ${contact.sdrReads} Get SDR (${elapsed()})`,
);

poller.forget();
const sdrBefore = poller.sdrReads;
const samples = [];
let mostOfHealthy = 0;
let mostQueued = 0;
say(
  "  min   late skipped  queue  polls  oldest healthy  oldest lossy  longest healthy poll  sessions  heap MiB  real time",
);
const start = clock.monotonicMs();
for (let minute = 1; minute <= minutes; minute++) {
  await clock.runUntil(start + minute * MINUTE);
  mostOfHealthy = Math.max(mostOfHealthy, mostSessionsOfOne());
  mostQueued = Math.max(mostQueued, poller.queue);
  if (minute % MINUTES_PER_LINE !== 0 && minute !== minutes) continue;
  const heap = heapUsed();
  const [own, theirs] = [poller.longest(healthy), poller.longest(lossyNames)];
  samples.push({ minute, heap });
  const cells = [
    [minute, 5],
    [poller.late, 6],
    [poller.skipped, 7],
    [poller.queue, 6],
    [poller.polls, 6],
    [`${(own.gapMs / 1000).toFixed(1)} s`, 15],
    [`${(theirs.gapMs / 1000).toFixed(1)} s`, 13],
    [`${(own.pollMs / 1000).toFixed(2)} s`, 21],
    [poller.sessions, 9],
    [(heap / MiB).toFixed(1), 9],
    [elapsed(), 10],
  ];
  say(cells.map(([value, width]) => String(value).padStart(width)).join(" "));
}
const hour = {
  minutes,
  polls: poller.polls,
  commands: poller.commands,
  late: poller.late,
  skipped: poller.skipped,
  sdrReads: poller.sdrReads - sdrBefore,
  oldestHealthySeconds: poller.longest(healthy).gapMs / 1000,
  longestHealthyPollSeconds: poller.longest(healthy).pollMs / 1000,
  oldestLossySeconds: poller.longest(lossyNames).gapMs / 1000,
  mostSessions: poller.mostSessions,
  mostSessionsOfAHealthyBmc: mostOfHealthy,
  mostQueued,
  secondsOfRealTime: (performance.now() - begin) / 1000,
};

// Killed and started again: the BMCs still hold the old sessions.
wires.unplug();
const neverWalked = answering - keeper.walked;
const gone = poller.abandon();
await clock.runUntil(clock.monotonicMs() + 1);
await gone;
const again = startPoller(new Wires(fleet));
const restartedAt = clock.monotonicMs();
// Those asked at the end of the interval take the time of a poll, and of a login.
await clock.runUntil(restartedAt + intervalMs + slackMs);
const inTime = healthy.filter((name) => again.hosts.has(name)).length;
for (let waited = 0; again.hosts.size < answering && waited < LONGEST_CONTACT; waited++) {
  await clock.runUntil(clock.monotonicMs() + intervalMs);
}
const restart = {
  healthyReadInTime: inTime,
  read: again.hosts.size,
  /** BMCs whose first walk of their records had not ended when the poller was killed: it begins again. */
  neverWalked,
  sdrReads: again.sdrReads,
  late: again.late,
  seconds: (clock.monotonicMs() - restartedAt) / 1000,
};
say(
  `killed and started again: ${inTime} of ${healthy.length} healthy hosts read in ${oldestAllowed} s, ` +
    `${restart.read} of ${answering} after ${restart.seconds} s, ${restart.sdrReads} Get SDR, ${restart.late} late; ` +
    `${neverWalked} had not told all their records before`,
);

// The first third may still fill caches.
const steady = samples.slice(Math.floor(samples.length / 3));
const growth = steady.length > 1 ? steady.at(-1).heap / steady[0].heap - 1 : 0;
const verdict = [
  [contact.readAfterMinutes !== undefined, `everybody who answers was read in ${contact.minutes} minutes`],
  [hour.late === 0, `${hour.late} rounds late`],
  [hour.skipped === 0, `${hour.skipped} rounds skipped`],
  [
    hour.oldestHealthySeconds <= oldestAllowed,
    `readings of healthy hosts at most ${hour.oldestHealthySeconds.toFixed(1)} s old, ${oldestAllowed} s allowed`,
  ],
  [hour.mostSessions <= hosts, `${hour.mostSessions} sessions at most, for ${hosts} hosts`],
  [hour.mostSessionsOfAHealthyBmc <= 1, `${hour.mostSessionsOfAHealthyBmc} sessions at most with a healthy BMC`],
  [hour.sdrReads === 0, `${hour.sdrReads} sensor records read again in the hour`],
  [
    growth < 0.05 || steady.at(-1).heap - steady[0].heap < NOISE_BYTES,
    `heap ${(growth * 100).toFixed(1)}% from the first third to the end`,
  ],
  [
    restart.sdrReads <= neverWalked * LARGEST_REPOSITORY,
    `${restart.sdrReads} sensor records read after the restart, of ${neverWalked} BMCs that had not told them before`,
  ],
  [
    inTime === healthy.length,
    `${healthy.length - inTime} healthy hosts not read in ${oldestAllowed} s after the restart`,
  ],
];
for (const [good, what] of verdict) say(`${good ? "good" : "BAD "}  ${what}`);
const good = verdict.every(([isGood]) => isGood);
const told = { hosts, silent, lossy, latencyMs, intervalSeconds: intervalMs / 1000, perSubnet, limits, seed };
if (values.out !== undefined) {
  const checks = verdict.map(([isGood, what]) => ({ good: isGood, what }));
  const figures = { good, options: told, contact, hour, heapGrowth: growth, heapSamples: samples, restart, checks };
  writeFileSync(values.out, `${JSON.stringify(figures, undefined, 2)}\n`);
}
// Timers of the simulation keep nothing alive, but sessions nobody closes would be told of at the end.
process.exit(good ? 0 : 1);
