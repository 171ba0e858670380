/**
 * A long run against a large fleet: `npm run build`, then
 *
 *   node scripts/soak.mjs --hosts 10000 --minutes 60 --interval 60s --silent 0.05 --lossy 0.05
 *
 * starts the simulator and the exporter as two processes on the loopback network, on boards of about 100
 * sensors, and measures from outside: the time until each BMC that answers was read once; then, every ten
 * seconds, CPU and memory of both, polls by outcome, polls late and skipped, how late the event loop was,
 * and a whole scrape per interval. At last it kills the exporter (-9) and starts it again on its state
 * directory: no sensor record may be read again. Ends with 1 where the verdict is bad. 10,000 BMCs need as
 * many open files (`ulimit -n 11000`), and about a gigabyte. The share of CPU is of one core, and what
 * other programs do on the machine shows in it: the load is printed.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { root } from "./steps.mjs";

const main = join(root, "dist", "cli", "main.js");
/** Boards of 88 to 119 sensors, 99 in the mean. */
const BOARDS =
  "lenovo-thinksystem,intel-s2600,huawei-fusionserver,inspur-nf5280,openbmc-node,dell-poweredge,hpe-proliant";
const PER_RACK = 40;
const SAMPLE_MS = 10_000;
/** USER_HZ, fixed on Linux. */
const TICKS_PER_SECOND = 100;

const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "1000" },
    minutes: { type: "string", default: "5" },
    interval: { type: "string", default: "60s" },
    silent: { type: "string", default: "0" },
    lossy: { type: "string", default: "0" },
    /** This and the two above it. */
    port: { type: "string", default: "9640" },
  },
});
const hosts = Number(values.hosts);
const minutes = Number(values.minutes);
const port = Number(values.port);
const intervalSeconds = Number(/^(\d+)s$/.exec(values.interval)?.[1]);
if (!(hosts > 0 && minutes > 0 && port > 0 && intervalSeconds > 0)) {
  console.error("--hosts, --minutes and --port are numbers, --interval is seconds: 60s");
  process.exit(2);
}

const control = `http://127.0.0.1:${port + 1}`;
const exporterUrl = `http://127.0.0.1:${port}`;
const folder = mkdtempSync(join(tmpdir(), "lightsout-soak-"));
const children = new Set();

function start(args) {
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk) => {
      text = (text + chunk).slice(-20_000);
    });
  }
  const ended = new Promise((done) => child.once("close", done));
  const handle = { pid: child.pid, log: () => text, running: true, kill: (signal) => child.kill(signal), ended };
  children.add(handle);
  void ended.then(() => {
    handle.running = false;
    children.delete(handle);
  });
  return handle;
}

const startExporter = () =>
  start([
    "serve",
    "--config.file",
    join(folder, "lightsout.yml"),
    "--web.listen-address",
    `127.0.0.1:${port}`,
    "--log.level",
    "error",
  ]);

/** CPU seconds and resident bytes of a process so far. */
function usage(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const rss = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND, rss: Number(rss?.[1] ?? 0) * 1024 };
}

async function text(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.text();
}

/** What the exporter says of itself, in one object. */
async function self() {
  const exposition = await text(`${exporterUrl}/metrics/self`);
  const value = (series) => Number(new RegExp(`^${series} (\\S+)$`, "m").exec(exposition)?.[1] ?? 0);
  const outcomes = {};
  for (const [, outcome, n] of exposition.matchAll(/^lightsout_polls_total\{outcome="(\w+)"\} (\S+)$/gm)) {
    outcomes[outcome] = Number(n);
  }
  return {
    ok: outcomes.ok ?? 0,
    outcomes,
    late: value("lightsout_polls_late_total"),
    skipped: value("lightsout_polls_skipped_total"),
    queue: value("lightsout_queue_depth"),
    sdr: value('lightsout_commands_total\\{command="Get SDR"\\}'),
    sessions: value("lightsout_sessions_open"),
    loopP99: value('lightsout_event_loop_delay_seconds\\{statistic="p99"\\}'),
    loopMax: value('lightsout_event_loop_delay_seconds\\{statistic="max"\\}'),
    heap: value("nodejs_heap_size_used_bytes"),
  };
}

/**
 * Reads /metrics whole, as Prometheus does: time to the first byte and to the last, size. Looks at what it
 * says of the hosts only where asked to, because that takes long for a gigabyte of text.
 */
async function scrape(look = false) {
  const begin = performance.now();
  const response = await fetch(`${exporterUrl}/metrics`, { signal: AbortSignal.timeout(300_000) });
  let first = 0;
  let bytes = 0;
  let rest = "";
  const success = new Map();
  for await (const chunk of response.body) {
    first ||= performance.now() - begin;
    bytes += chunk.length;
    if (!look) continue;
    const piece = rest + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString("latin1");
    rest = piece.slice(piece.lastIndexOf("\n") + 1);
    for (const [, host, at] of piece.matchAll(/^bmc_last_success_timestamp_seconds\{host="([^"]*)".*\} (\S+)$/gm)) {
      success.set(host, Number(at));
    }
  }
  return { first, ms: performance.now() - begin, bytes, success };
}

async function until(what, good, child, withinMs) {
  const deadline = performance.now() + withinMs;
  while (!(await good().catch(() => false))) {
    if (!child.running) throw new Error(`${what}: the process ended\n${child.log().slice(-2000)}`);
    if (performance.now() > deadline) throw new Error(`${what}: not within ${Math.round(withinMs / 1000)} s`);
    await sleep(100);
  }
}

const MiB = 2 ** 20;
const cell = (value, width) => String(value).padStart(width);
const percent = (share) => `${(share * 100).toFixed(1)}%`;

/** Starts the exporter and waits until every BMC that answers was read once. */
async function firstRound(answering) {
  const begin = performance.now();
  const exporter = startExporter();
  await until("the exporter", async () => (await fetch(`${exporterUrl}/-/ready`)).ok, exporter, 60_000);
  const readySeconds = (performance.now() - begin) / 1000;
  // Each host's first success is its first poll, lossy ones may need several.
  const enough = async () => (await self()).ok >= answering;
  await until("the first round", enough, exporter, 5 * intervalSeconds * 1000 + 60_000);
  const seconds = (performance.now() - begin) / 1000;
  const { cpu, rss } = usage(exporter.pid);
  return { exporter, readySeconds, seconds, cpu, rss, self: await self() };
}

function told(what, { readySeconds, seconds, cpu, rss, self: { sdr, late, skipped } }) {
  console.log(
    `${what}: ready after ${readySeconds.toFixed(1)} s, ` +
      `as many polls as BMCs that answer after ${seconds.toFixed(1)} s, ` +
      `${cpu.toFixed(1)} s of CPU, ${Math.round(rss / MiB)} MiB, ${sdr} Get SDR, ${late} late, ${skipped} skipped`,
  );
}

async function steady(simulator, exporter, healthy) {
  console.log("  min  load  cpu    rss MiB heap MiB  sim cpu  polls/s  failed  late skip queue loop p99/max  scrape");
  const begin = performance.now();
  let before = { at: begin, own: usage(exporter.pid), sim: usage(simulator.pid), self: await self() };
  const first = before;
  const samples = [];
  let nextScrape = begin;
  while (performance.now() - begin < minutes * 60_000) {
    await sleep(SAMPLE_MS);
    const now = { at: performance.now(), own: usage(exporter.pid), sim: usage(simulator.pid), self: await self() };
    let scraped = "";
    if (now.at >= nextScrape) {
      nextScrape += intervalSeconds * 1000;
      const { first: byte, ms, bytes } = await scrape();
      scraped = `${Math.round(byte)}/${Math.round(ms)} ms ${Math.round(bytes / MiB)} MiB`;
    }
    const seconds = (now.at - before.at) / 1000;
    const { self: s } = now;
    const failed = Object.entries(s.outcomes).reduce((sum, [outcome, n]) => sum + (outcome === "ok" ? 0 : n), 0);
    samples.push({ rss: now.own.rss, heap: s.heap, cpu: (now.own.cpu - before.own.cpu) / seconds });
    console.log(
      `${cell(((now.at - begin) / 60_000).toFixed(1), 5)} ${cell((loadavg()[0] ?? 0).toFixed(1), 5)} ` +
        `${cell(percent((now.own.cpu - before.own.cpu) / seconds), 6)} ${cell(Math.round(now.own.rss / MiB), 7)} ` +
        `${cell(Math.round(s.heap / MiB), 8)} ${cell(percent((now.sim.cpu - before.sim.cpu) / seconds), 8)} ` +
        `${cell(((s.ok - before.self.ok) / seconds).toFixed(1), 8)} ${cell(failed, 7)} ` +
        `${cell(s.late - first.self.late, 5)} ${cell(s.skipped - first.self.skipped, 4)} ${cell(s.queue, 5)} ` +
        `${cell(`${Math.round(s.loopP99 * 1000)}/${Math.round(s.loopMax * 1000)}`, 12)}  ${scraped}`,
    );
    before = now;
  }
  const last = await scrape(true);
  const nowSeconds = Date.now() / 1000;
  const stuck = healthy.filter((name) => nowSeconds - (last.success.get(name) ?? 0) > 2 * intervalSeconds);
  const seconds = (before.at - first.at) / 1000;
  return {
    samples,
    stuck,
    late: before.self.late - first.self.late,
    skipped: before.self.skipped - first.self.skipped,
    cpu: (before.own.cpu - first.own.cpu) / seconds,
    outcomes: before.self.outcomes,
    perPollMs: ((before.own.cpu - first.own.cpu) * 1000) / Math.max(1, before.self.ok - first.self.ok),
    rss: before.own.rss,
  };
}

/** Lowest of a part of the samples: what is left after a garbage collection. */
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
  const simulator = start([
    "simulate",
    ...["--racks", String(Math.ceil(hosts / perRack)), "--per-rack", String(perRack), "--boards", BOARDS],
    ...["--silent", values.silent, "--lossy", values.lossy],
    ...["--port", String(port + 2), "--control-port", String(port + 1)],
  ]);
  await until("the simulator", async () => (await fetch(`${control}/stats`)).ok, simulator, 120_000);
  const fleet = JSON.parse(await text(`${control}/hosts`));
  const healthy = fleet.filter((h) => h.trouble === undefined).map((h) => h.name);
  const answering = fleet.filter((h) => h.trouble !== "silent").length;
  console.log(
    `${fleet.length} BMCs, ${fleet.length - answering} silent, ${answering - healthy.length} lossy; interval ${values.interval}`,
  );

  const cold = await firstRound(answering);
  told("cold start", cold);
  // What first contact has held up is made up for, and whoever was slow is through after another round.
  const caughtUp = async () => (await self()).queue === 0;
  await until("the end of the queue", caughtUp, cold.exporter, 5 * intervalSeconds * 1000);
  await sleep(intervalSeconds * 1000);
  const result = await steady(simulator, cold.exporter, healthy);
  cold.exporter.kill("SIGKILL");
  await cold.exporter.ended;
  const warm = await firstRound(answering);
  told("killed and started again", warm);
  warm.exporter.kill("SIGTERM");
  await warm.exporter.ended;
  // Those of the process that was killed end when the BMCs are tired of them.
  const sessionsNow = async () => JSON.parse(await text(`${control}/stats`)).sessions;
  await until("the end of sessions", async () => (await sessionsNow()) === 0, simulator, 90_000).catch(() => {});
  const sessions = await sessionsNow();

  const { samples } = result;
  const third = Math.max(1, Math.floor(samples.length / 3));
  const [early, late] = [samples.slice(0, third), samples.slice(-third)];
  const growth = (key) => lowest(late, key) / lowest(early, key) - 1;
  console.log(
    `exporter: ${percent(result.cpu)} of a core, ${result.perPollMs.toFixed(2)} ms of CPU a poll, ` +
      `${(result.rss / hosts / 1024).toFixed(1)} KiB of memory a host, all in; polls ${JSON.stringify(result.outcomes)}`,
  );
  const verdict = [
    [result.late === 0, `${result.late} rounds late`],
    [result.skipped === 0, `${result.skipped} rounds skipped`],
    [
      result.stuck.length === 0,
      `${result.stuck.length} healthy hosts not read for two intervals ${result.stuck.slice(0, 5)}`,
    ],
    [growth("heap") < 0.1, `heap ${percent(growth("heap"))} between the first and the last third`],
    [growth("rss") < 0.1, `resident memory ${percent(growth("rss"))}`],
    [warm.self.sdr === 0, `${warm.self.sdr} sensor records read again after the restart`],
    [warm.seconds < 2 * intervalSeconds, `restart: all read after ${warm.seconds.toFixed(1)} s`],
    [sessions === 0, `${sessions} sessions left on the BMCs`],
  ];
  for (const [good, what] of verdict) console.log(`${good ? "good" : "BAD "}  ${what}`);
  return verdict.every(([good]) => good) ? 0 : 1;
}

process.once("SIGINT", () => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
  process.exit(130);
});
process.exitCode = await run().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  return 1;
});
for (const child of children) {
  child.kill("SIGTERM");
  await child.ended;
}
rmSync(folder, { recursive: true, force: true });
