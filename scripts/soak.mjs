/**
 * A long run against a large fleet: `npm run build`, then
 *
 *   node scripts/soak.mjs --hosts 10000 --minutes 60 --interval 60s --silent 0.05 --lossy 0.05
 *
 * starts the simulator and the exporter as two processes on the loopback network, with boards of about 100 sensors,
 * and measures from outside. At first it measures first contact: the time until each BMC that answers was read once,
 * and until the backlog is gone. Then it prints a line per minute: CPU and memory of both, polls by outcome, late and
 * skipped rounds, delay of the event loop, and a whole scrape with the ages of the readings, separately for healthy
 * and lossy hosts. At the end it kills the exporter with SIGKILL and starts it again with its state directory: it may
 * not read any sensor record again.
 *
 * A round is late if it begins more than a second after it was due (hosts in back-off have none), and skipped if it is
 * due while the previous poll is still running. Both are counted over all hosts, so the check that healthy BMCs are
 * not delayed uses the ages: no reading may be older than an interval and --slack, the time in the queue and of the
 * poll.
 *
 * Exits with 1 if a check fails; --out FILE writes all figures as JSON. 10,000 BMCs need as many open files
 * (`ulimit -n 11000`) and about a gigabyte. The CPU share is that of one core and depends on other programs: the load
 * is printed.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Programs, printVerdict, until } from "./programs.mjs";
import { oldest, readFleet, readSelf, text, usage } from "./watch.mjs";

/** Boards with 88 to 119 sensors, 99 on average. */
const BOARDS =
  "lenovo-thinksystem,intel-s2600,huawei-fusionserver,inspur-nf5280,openbmc-node,dell-poweredge,hpe-proliant";
const PER_RACK = 40;
/** More records than any of these boards has. */
const LARGEST_REPOSITORY = 256;
const SAMPLE_MS = 10_000;
const LINE_MS = 60_000;
/** Normal variation of the heap between garbage collections, for any fleet. */
const NOISE_BYTES = 16 * 2 ** 20;

const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "1000" },
    minutes: { type: "string", default: "5" },
    interval: { type: "string", default: "60s" },
    silent: { type: "string", default: "0" },
    lossy: { type: "string", default: "0" },
    /** Seconds by which the readings of a healthy host may be older than an interval. */
    slack: { type: "string", default: "10" },
    out: { type: "string" },
    /** This port and the next two are used. */
    port: { type: "string", default: "9640" },
  },
});
const hosts = Number(values.hosts);
const minutes = Number(values.minutes);
const port = Number(values.port);
const slackSeconds = Number(values.slack);
const intervalSeconds = Number(/^(\d+)s$/.exec(values.interval)?.[1]);
if (!(hosts > 0 && minutes > 0 && port > 0 && intervalSeconds > 0 && slackSeconds >= 0)) {
  console.error("--hosts, --minutes, --slack and --port are numbers, --interval is seconds: 60s");
  process.exit(2);
}

const control = `http://127.0.0.1:${port + 1}`;
const exporterUrl = `http://127.0.0.1:${port}`;
const programs = new Programs("soak");
const { folder } = programs;
const startExporter = () =>
  programs.start([
    "serve",
    "--config.file",
    join(folder, "lightsout.yml"),
    "--web.listen-address",
    `127.0.0.1:${port}`,
    "--log.level",
    "error",
  ]);

const self = () => readSelf(exporterUrl);
const scrape = () => readFleet(exporterUrl);

const MiB = 2 ** 20;
const cell = (value, width) => String(value).padStart(width);
const percent = (share) => `${(share * 100).toFixed(1)}%`;

/** Hosts whose sensor records are in the state directory. */
function walked() {
  const hostFiles = join(folder, "state", "hosts");
  const names = readdirSync(hostFiles).filter((name) => name.endsWith(".json"));
  return names.filter((name) => JSON.parse(readFileSync(join(hostFiles, name), "utf8")).state?.repository).length;
}

/** Starts the exporter and waits until every BMC that answers was read once. */
async function firstRound(answering) {
  const begin = performance.now();
  const exporter = startExporter();
  await until("the exporter", async () => (await fetch(`${exporterUrl}/-/ready`)).ok, exporter, 60_000);
  const readySeconds = (performance.now() - begin) / 1000;
  // The first success of a host is usually its first poll; lossy hosts may need several.
  const enough = async () => (await self()).ok >= answering;
  await until("the first round", enough, exporter, 5 * intervalSeconds * 1000 + 60_000);
  const seconds = (performance.now() - begin) / 1000;
  const { cpu, rss } = usage(exporter.pid);
  return { exporter, readySeconds, seconds, cpu, rss, self: await self() };
}

function printStart(what, { readySeconds, seconds, cpu, rss, self: { sdr, late, skipped } }) {
  console.log(
    `${what}: ready after ${readySeconds.toFixed(1)} s, ` +
      `as many polls as BMCs that answer after ${seconds.toFixed(1)} s, ` +
      `${cpu.toFixed(1)} s of CPU, ${Math.round(rss / MiB)} MiB, ${sdr} Get SDR, ${late} late, ${skipped} skipped`,
  );
}

const failedOf = ({ outcomes }) =>
  Object.entries(outcomes).reduce((sum, [outcome, n]) => sum + (outcome === "ok" ? 0 : n), 0);

async function steady(simulator, exporter, { healthy, lossy }) {
  console.log(
    "  min  load    cpu rss MiB heap MiB  sim cpu  polls/s  failed  late skip queue sessions oldest healthy/lossy " +
      "loop p99/max  scrape",
  );
  const begin = performance.now();
  const look = async () => ({
    at: performance.now(),
    own: usage(exporter.pid),
    sim: usage(simulator.pid),
    self: await self(),
  });
  const first = await look();
  let before = first;
  let now = first;
  const samples = [];
  const lines = [];
  while (performance.now() - begin < minutes * 60_000) {
    const nextLine = begin + (lines.length + 1) * LINE_MS;
    let loopMax = 0;
    let loopP99 = 0;
    let queue = 0;
    do {
      await sleep(Math.max(0, Math.min(SAMPLE_MS, nextLine - performance.now())));
      now = await look();
      const { self: s, own } = now;
      samples.push({ seconds: (now.at - begin) / 1000, rss: own.rss, heap: s.heap });
      loopMax = Math.max(loopMax, s.loopMax);
      loopP99 = Math.max(loopP99, s.loopP99);
      queue = Math.max(queue, s.queue);
    } while (now.at < nextLine);
    const seconds = (now.at - before.at) / 1000;
    const { first: firstByte, ms, bytes, ages } = await scrape();
    const line = {
      minute: (now.at - begin) / 60_000,
      load: loadavg()[0] ?? 0,
      cpu: (now.own.cpu - before.own.cpu) / seconds,
      simulatorCpu: (now.sim.cpu - before.sim.cpu) / seconds,
      rss: now.own.rss,
      heap: now.self.heap,
      pollsPerSecond: (now.self.ok - before.self.ok) / seconds,
      failed: failedOf(now.self) - failedOf(first.self),
      late: now.self.late - first.self.late,
      skipped: now.self.skipped - first.self.skipped,
      queue,
      sessions: now.self.sessions,
      oldestHealthy: oldest(ages, healthy),
      oldestLossy: oldest(ages, lossy),
      loopP99,
      loopMax,
      scrape: { firstByteMs: firstByte, ms, bytes },
    };
    lines.push(line);
    console.log(
      `${cell(line.minute.toFixed(1), 5)} ${cell(line.load.toFixed(1), 5)} ${cell(percent(line.cpu), 6)} ` +
        `${cell(Math.round(line.rss / MiB), 7)} ${cell(Math.round(line.heap / MiB), 8)} ` +
        `${cell(percent(line.simulatorCpu), 8)} ${cell(line.pollsPerSecond.toFixed(1), 8)} ${cell(line.failed, 7)} ` +
        `${cell(line.late, 5)} ${cell(line.skipped, 4)} ${cell(queue, 5)} ${cell(line.sessions, 8)} ` +
        `${cell(`${line.oldestHealthy.toFixed(1)}/${line.oldestLossy.toFixed(1)} s`, 20)} ` +
        `${cell(`${Math.round(loopP99 * 1000)}/${Math.round(loopMax * 1000)}`, 12)}  ` +
        `${Math.round(firstByte)}/${Math.round(ms)} ms ${Math.round(bytes / MiB)} MiB`,
    );
    before = now;
  }
  const seconds = (now.at - first.at) / 1000;
  const most = (key) => Math.max(...lines.map((line) => line[key]));
  return {
    lines,
    samples,
    seconds,
    late: now.self.late - first.self.late,
    skipped: now.self.skipped - first.self.skipped,
    oldestHealthy: most("oldestHealthy"),
    oldestLossy: most("oldestLossy"),
    mostSessions: most("sessions"),
    cpu: (now.own.cpu - first.own.cpu) / seconds,
    outcomes: now.self.outcomes,
    perPollMs: ((now.own.cpu - first.own.cpu) * 1000) / Math.max(1, now.self.ok - first.self.ok),
    rss: now.own.rss,
  };
}

/** Growth per hour by least squares, over the second half: caches fill during the first. */
function slopePerHour(samples, key) {
  const later = samples.slice(Math.floor(samples.length / 2));
  const mean = (of) => later.reduce((sum, sample) => sum + of(sample), 0) / later.length;
  const [x, y] = [mean((sample) => sample.seconds), mean((sample) => sample[key])];
  const spread = mean((sample) => (sample.seconds - x) ** 2);
  return spread === 0 ? 0 : (3600 * mean((sample) => (sample.seconds - x) * (sample[key] - y))) / spread;
}

/** Lowest of the samples: the value after a garbage collection. */
const lowest = (samples, key) => Math.min(...samples.map((s) => s[key]));

async function run() {
  writeFileSync(
    join(folder, "lightsout.yml"),
    JSON.stringify({
      modules: {
        default: {
          interval: values.interval,
          timeout: `${Math.max(1, Math.min(20, Math.floor(intervalSeconds / 2)))}s`,
        },
      },
      auths: { default: { username: "monitor", password: "monitor" } },
      http_sd: [{ url: `${control}/sd` }],
      state_dir: "state",
    }),
  );
  const perRack = Math.min(PER_RACK, hosts);
  const simulator = programs.start([
    "simulate",
    ...["--racks", String(Math.ceil(hosts / perRack)), "--per-rack", String(perRack), "--boards", BOARDS],
    ...["--silent", values.silent, "--lossy", values.lossy],
    ...["--port", String(port + 2), "--control-port", String(port + 1)],
  ]);
  await until("the simulator", async () => (await fetch(`${control}/stats`)).ok, simulator, 120_000);
  const fleet = JSON.parse(await text(`${control}/hosts`));
  const healthy = fleet.filter((h) => h.trouble === undefined).map((h) => h.name);
  const lossy = fleet.filter((h) => h.trouble === "lossy").map((h) => h.name);
  const answering = healthy.length + lossy.length;
  console.log(
    `${fleet.length} BMCs, ${fleet.length - answering} silent, ${answering - healthy.length} lossy; interval ${values.interval}`,
  );

  const cold = await firstRound(answering);
  printStart("cold start", cold);
  // The backlog of first contact is gone, and slow hosts were read after another round.
  const caughtUp = async () => (await self()).queue === 0;
  await until("the end of the queue", caughtUp, cold.exporter, 5 * intervalSeconds * 1000);
  await sleep(intervalSeconds * 1000);
  const result = await steady(simulator, cold.exporter, { healthy, lossy });
  cold.exporter.kill("SIGKILL");
  await cold.exporter.ended;
  const notWalked = answering - walked();
  const warm = await firstRound(answering);
  printStart("killed and restarted", warm);
  warm.exporter.kill("SIGTERM");
  await warm.exporter.ended;
  // The sessions of the killed process end after the idle time-out of the BMCs.
  const sessionsNow = async () => JSON.parse(await text(`${control}/stats`)).sessions;
  await until("the end of sessions", async () => (await sessionsNow()) === 0, simulator, 90_000).catch(() => {});
  const sessions = await sessionsNow();

  const { samples } = result;
  const third = Math.max(1, Math.floor(samples.length / 3));
  const [early, late] = [samples.slice(0, third), samples.slice(-third)];
  const growth = (key) => lowest(late, key) / lowest(early, key) - 1;
  const isFlat = (key) => growth(key) < 0.1 || lowest(late, key) - lowest(early, key) < NOISE_BYTES;
  console.log(
    `exporter: ${percent(result.cpu)} of a core, ${result.perPollMs.toFixed(2)} ms of CPU per poll, ` +
      `${(result.rss / hosts / 1024).toFixed(1)} KiB of memory per host in total; polls ${JSON.stringify(result.outcomes)}`,
  );
  const allowed = intervalSeconds + slackSeconds;
  const slope = slopePerHour(samples, "rss");
  const verdict = [
    [result.late === 0, `${result.late} rounds late`],
    [result.skipped === 0, `${result.skipped} rounds skipped`],
    [
      result.oldestHealthy <= allowed,
      `readings of healthy hosts at most ${result.oldestHealthy.toFixed(1)} s old, ${allowed} s allowed ` +
        `(lossy ones ${result.oldestLossy.toFixed(1)} s)`,
    ],
    [result.mostSessions <= answering, `${result.mostSessions} sessions at most, for ${answering} BMCs that answer`],
    [isFlat("heap"), `heap ${percent(growth("heap"))} between the first and the last third`],
    [
      isFlat("rss"),
      `resident memory ${percent(growth("rss"))}; ${(slope / MiB).toFixed(1)} MiB per hour over the second half`,
    ],
    [
      warm.self.sdr <= notWalked * LARGEST_REPOSITORY,
      `${warm.self.sdr} sensor records read after the restart, of ${notWalked} BMCs that had not returned all of them before`,
    ],
    [warm.seconds < 2 * intervalSeconds, `restart: all read after ${warm.seconds.toFixed(1)} s`],
    [sessions === 0, `${sessions} sessions left on the BMCs`],
  ];
  const good = printVerdict(verdict);
  if (values.out !== undefined) {
    const starts = [cold, warm].map(({ exporter: _, ...figures }) => figures);
    const checks = verdict.map(([isGood, what]) => ({ good: isGood, what }));
    const { samples: _, ...figures } = result;
    const counts = { hosts: fleet.length, healthy: healthy.length, lossy: lossy.length };
    const figuresOfRun = { good, options: values, ...counts, coldStart: starts[0], ...figures, rssSlopePerHour: slope };
    writeFileSync(
      values.out,
      `${JSON.stringify({ ...figuresOfRun, restart: { ...starts[1], notWalked }, checks }, undefined, 2)}\n`,
    );
  }
  return good ? 0 : 1;
}

await programs.finish(run);
