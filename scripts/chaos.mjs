/**
 * All disturbances at once: `npm run chaos -- --minutes 5 --hosts 200`.
 *
 * The exporter polls virtual BMCs over UDP as a separate process. Meanwhile BMCs reboot and hang, whole racks at a
 * time; some lose packets or are slow; the disk of the exporter is full at times (a limit on the size of files); the
 * configuration is reloaded each second with hosts removed, hosts added and invalid content; signals come in storms;
 * two hundred probes run at once; clients of /metrics do not read. After that, with all disturbances ended, it checks
 * that the process lives and has logged no internal error; that memory, threads, open files and sessions are as
 * before; that each healthy host was read within two intervals and is saved on disk; that the event log has complete
 * lines. SEED repeats the disturbances, but not their exact times.
 *
 * From two and a half minutes on it runs in five stages with calm after each, and the memory in use after a garbage
 * collection may not grow from stage to stage. `--only reloads,probes` runs only these kinds, to find the one that
 * leaks.
 *
 * Then it kills an exporter with SIGKILL, `--kills 50` times, while four BMCs log eight records a second each, and
 * compares the events of the file log and of syslog with the records of the BMCs. `--only kills` runs this alone.
 *
 * Exits with 1 if a check fails.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { ask, freePort } from "./chaos/ask.mjs";
import { Disturbances, KINDS } from "./chaos/disturbances.mjs";
import { attach, openFiles, outside } from "./chaos/inside.mjs";
import { killExporter, killsVerdict } from "./chaos/kills.mjs";
import { printFigures, verdictOf } from "./chaos/report.mjs";
import { Programs, printVerdict, until } from "./programs.mjs";

/** Kind of disturbance that runs by itself, after the others. */
const KILLS = "kills";

const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "200" },
    minutes: { type: "string", default: "5" },
    interval: { type: "string", default: "5" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    kills: { type: "string", default: "50" },
    only: { type: "string", default: [...KINDS, KILLS].join(",") },
  },
});
const minutes = Number(values.minutes);
const hostCount = Number(values.hosts);
const intervalS = Number(values.interval);
const seed = Number(values.seed);
const kills = Number(values.kills);
if (!(minutes > 0 && hostCount >= 20 && intervalS >= 1 && seed >= 0 && kills >= 1)) {
  console.error("--minutes, --hosts (20 or more), --interval (seconds), --seed and --kills must be numbers");
  process.exit(2);
}
const only = new Set(values.only.split(","));
const unknown = [...only].filter((kind) => kind !== KILLS && !KINDS.includes(kind));
if (unknown.length > 0) {
  console.error(`--only: unknown kind ${unknown}; use ${KINDS.join(", ")}, ${KILLS}, separated by commas`);
  process.exit(2);
}

const PER_RACK = 20;
const STAGES = 5;
/** In shorter stages a leak is not distinguishable from a warm-up. */
const SHORTEST_STAGE_S = 30;
const KEPT_OUTPUT = 4 * 2 ** 20;

const programs = new Programs("chaos");
const { folder } = programs;

const value = (text, series) => Number(new RegExp(`^${series} (\\S+)$`, "m").exec(text)?.[1] ?? 0);

/** Current figures of the exporter. */
async function look({ exporter, url }) {
  const { text } = await ask(`${url}/metrics/self`);
  const rss = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${exporter.pid}/status`, "utf8"));
  return {
    rss: Number(rss?.[1] ?? 0) * 1024,
    files: readdirSync(`/proc/${exporter.pid}/fd`).length,
    heap: value(text, "nodejs_heap_size_used_bytes"),
    external: value(text, "nodejs_external_memory_bytes"),
    loopMs: 1000 * value(text, 'lightsout_event_loop_delay_seconds\\{statistic="max"\\}'),
    loopP99Ms: 1000 * value(text, 'lightsout_event_loop_delay_seconds\\{statistic="p99"\\}'),
    sessions: value(text, "lightsout_sessions_open"),
    ok: value(text, 'lightsout_polls_total\\{outcome="ok"\\}'),
    queue: value(text, "lightsout_queue_depth"),
    waiting: value(text, 'lightsout_events_waiting\\{output="alertmanager"\\}'),
  };
}

/** Ends the disturbances and waits until all healthy hosts are read, with a time-out. @returns seconds */
async function calmed(disturbances, target) {
  await disturbances.calm(target);
  const begin = performance.now();
  const isWell = async () => (await stuckOf(target)).length === 0;
  // BMCs need time to boot, and the hosts of a removed rack start with a new round.
  await until("calm", isWell, target.exporter, (2 * intervalS + 10) * 1000).catch(() => {});
  const seconds = (performance.now() - begin) / 1000;
  await sleep(2 * intervalS * 1000);
  return seconds;
}

/** Healthy hosts that were not read for two intervals. */
async function stuckOf({ url, healthy }) {
  const { text } = await ask(`${url}/metrics`);
  const now = Date.now() / 1000;
  const samples = text.matchAll(/^bmc_last_success_timestamp_seconds\{host="([^"]*)".*\} (\S+)$/gm);
  const at = new Map([...samples].map(([, host, seconds]) => [host, Number(seconds)]));
  return healthy.filter((name) => now - (at.get(name) ?? 0) > 2 * intervalS);
}

/** Count of lines in the event log, and the invalid ones. */
function eventLines() {
  const files = readdirSync(folder).filter((name) => name.startsWith("events.jsonl"));
  const lines = files.flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n").slice(0, -1));
  const isEvent = (line) => {
    try {
      return typeof JSON.parse(line) === "object";
    } catch {
      return false;
    }
  };
  return { lines: lines.length, broken: lines.filter((line) => !isEvent(line)) };
}

/** Starts both programs and waits until every healthy host was read. */
async function begin(disturbances) {
  const [webPort, controlPort] = [await freePort(), await freePort()];
  const [url, control] = [`http://127.0.0.1:${webPort}`, `http://127.0.0.1:${controlPort}`];
  const simulator = programs.start([
    "simulate",
    ...["--racks", String(Math.ceil(hostCount / PER_RACK)), "--per-rack", String(PER_RACK)],
    ...["--lossy", "0.05", "--port", "0", "--control-port", String(controlPort), "--seed", String(seed)],
  ]);
  await until("the simulator", async () => (await ask(`${control}/stats`)).status === 200, simulator, 120_000);
  const hosts = JSON.parse((await ask(`${control}/hosts`)).text);
  const healthy = hosts.filter((h) => h.trouble === undefined).map((h) => h.name);
  disturbances.writeConfig(hosts);
  const serve = ["serve", "--config.file", join(folder, "lightsout.yml"), "--log.level", "error"];
  const exporter = programs.start([...serve, "--web.listen-address", `127.0.0.1:${webPort}`], {
    node: ["--inspect=127.0.0.1:0"],
    kept: KEPT_OUTPUT,
  });
  const target = { exporter, url, control, hosts, healthy };
  await until("the exporter", async () => (await ask(`${url}/-/ready`)).status === 200, exporter, 60_000);
  await until("the first round", async () => (await stuckOf(target)).length === 0, exporter, 120_000);
  return target;
}

/** State at the end of the run. */
async function ending(target, before) {
  const { exporter, control, hosts } = target;
  const after = await look(target);
  // Sessions that a BMC kept while it hung end after its idle time-out of a minute.
  const sessionsNow = async () => JSON.parse((await ask(`${control}/stats`)).text).sessions;
  const isLong = minutes >= 1;
  if (isLong)
    await until("old sessions", async () => (await sessionsNow()) <= hosts.length, exporter, 90_000).catch(() => {});
  const sessions = await sessionsNow();
  const stuck = await stuckOf(target);
  const logged = /^.*(?:TypeError|ReferenceError|RangeError|uncaught|unhandled|MaxListeners|Warning:).*$/im.exec(
    exporter.text,
  )?.[0];
  const files = after.files > before.files ? openFiles(exporter.pid) : "";
  exporter.kill("SIGTERM");
  await Promise.race([exporter.ended, sleep(15_000)]);
  // While it runs, a file may be half written at any moment.
  const saved = readdirSync(join(folder, "state", "hosts"));
  return {
    after,
    files,
    sessions,
    mostSessions: hosts.length * (isLong ? 1 : 2),
    stuck,
    logged,
    saved: saved.filter((name) => name.endsWith(".json")).length,
    halfWritten: saved.filter((name) => name.endsWith(".tmp")).length,
    events: eventLines(),
    code: exporter.code,
  };
}

async function runDisturbances() {
  console.log(`chaos of ${minutes} min, ${hostCount} BMCs, interval ${intervalS} s, --seed ${seed}`);
  const disturbances = new Disturbances({ only, folder, intervalS, seed, nobodysPort: await freePort() });
  const target = await begin(disturbances);
  const { exporter, hosts, healthy } = target;
  const inside = await attach(exporter.text);
  const before = await look(target);

  const seen = [];
  const point = async () => ({ turns: disturbances.turns, ...outside(exporter.pid), ...(await inside.held()) });
  const points = [await point()];
  const stages = minutes * 60 >= STAGES * SHORTEST_STAGE_S ? STAGES : 1;
  let calmS = 0;
  for (let stage = 1; stage <= stages; stage++) {
    const untilMs = performance.now() + (minutes * 60_000) / stages;
    await disturbances.stir(target, untilMs, async () => void seen.push(await look(target)));
    calmS = Math.max(calmS, await calmed(disturbances, target));
    points.push(await point());
  }
  inside.close();

  const end = await ending(target, before);
  const result = { ...end, before, seen, points, calmS, disturbances, hosts: hosts.length, healthy: healthy.length };
  printFigures(result);
  const good = printVerdict(verdictOf(result));
  if (!good) console.log(exporter.text.slice(-3000));
  return good;
}

async function runKills() {
  console.log(`${kills} kills with SIGKILL, --seed ${seed}`);
  return printVerdict(killsVerdict(await killExporter(programs, { kills, seed })));
}

async function run() {
  const isDisturbed = KINDS.some((kind) => only.has(kind));
  const checks = [];
  if (isDisturbed) checks.push(await runDisturbances());
  if (only.has(KILLS)) checks.push(await runKills());
  return checks.every(Boolean) ? 0 : 1;
}

await programs.finish(run);
