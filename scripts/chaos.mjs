/**
 * Everything at once, on purpose: `npm run chaos -- --minutes 5 --hosts 200`.
 *
 * The exporter as a process of its own polls virtual BMCs over UDP while BMCs reboot, hang and come back by the
 * rack, some lose packets or are slow, its disk gets full and empty again (a limit on the size of files), the
 * configuration is reloaded each second with hosts gone, hosts back and nonsense, signals come in storms, two
 * hundred probes ask at once, and clients of /metrics do not read. Then there is calm, and what must be true again
 * is looked at: the process lives and said nothing about errors of its own, memory, threads, open files and sessions
 * are where they were, each healthy host was read within two intervals and is saved on disk, the log of events has
 * whole lines. Ends with 1 where the verdict is bad. SEED repeats what is done, not when the machine gets to it.
 *
 * From two and a half minutes on it comes in five stages with calm after each, and memory that is still held after
 * garbage was collected may not grow from stage to stage. `--only reloads,probes` leaves the others out: which of
 * them is it?
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, get, request } from "node:http";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { attach, openFiles, outside } from "./chaos/inside.mjs";
import { growthPerTurn, LIMITS } from "./chaos/memory.mjs";
import { installed, root } from "./steps.mjs";

const KINDS = ["reloads", "faults", "probes", "readers", "disk", "scrapes"];
const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "200" },
    minutes: { type: "string", default: "5" },
    interval: { type: "string", default: "5" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    only: { type: "string", default: KINDS.join(",") },
  },
});
const minutes = Number(values.minutes);
const hostCount = Number(values.hosts);
const intervalS = Number(values.interval);
const seed = Number(values.seed);
if (!(minutes > 0 && hostCount >= 20 && intervalS >= 1 && seed >= 0)) {
  console.error("--minutes, --hosts (20 or more), --interval (seconds) and --seed are numbers");
  process.exit(2);
}
const only = new Set(values.only.split(","));
const unknown = [...only].filter((kind) => !KINDS.includes(kind));
if (unknown.length > 0) {
  console.error(`--only ${unknown}: there is ${KINDS.join(", ")}, several with commas`);
  process.exit(2);
}

const PER_RACK = 20;
const PROBES = 200;
const MORE_FILES = 8;
/** Of one a reload there would be hundreds. */
const MORE_THREADS = 2;
const MORE_WATCHES = 2;
/** One BMC cannot have two conversations in one socket: one is closed while the next begins. */
const MORE_SOCKETS = 2;
const STAGES = 5;
/** Shorter ones tell no leak from a warm-up. */
const SHORTEST_STAGE_S = 30;
/** Of a run too short to tell a leak from a warm-up: bytes that may be held afterwards more than before, and resident. */
const SHORT = { heap: 16 * 2 ** 20, external: 16 * 2 ** 20, rss: 64 * 2 ** 20 };
const MiB = 2 ** 20;
const main = join(root, "dist", "cli", "main.js");
const folder = mkdtempSync(join(tmpdir(), "lightsout-chaos-"));
const children = new Set();
const hasLimits = installed("prlimit");

/** Numbers from the seed (mulberry32). */
let state = seed;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
const below = (limit) => Math.floor(random() * limit);
const pick = (list) => list[below(list.length)];

function start(args, node = []) {
  const child = spawn(process.execPath, [...node, main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const handle = { pid: child.pid, text: "", code: undefined, kill: (signal) => child.kill(signal) };
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk) => {
      handle.text = (handle.text + chunk).slice(-4 * MiB);
    });
  handle.ended = new Promise((done) =>
    child.once("close", (code, signal) => {
      handle.code = code ?? signal;
      children.delete(handle);
      done();
    }),
  );
  children.add(handle);
  return handle;
}

/** A port that was free a moment ago. */
function freePort() {
  return new Promise((done, failed) => {
    const server = createServer().once("error", failed);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** Connections that nobody keeps: kept ones would be counted among the open files. */
function ask(url, { method = "GET", body, timeoutMs = 30_000 } = {}) {
  return new Promise((done, failed) => {
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const asked = request(url, { method, headers, agent: false, timeout: timeoutMs }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (piece) => {
        text += piece;
      });
      answer.once("end", () => done({ status: answer.statusCode, text })).once("error", failed);
    });
    asked.once("timeout", () => asked.destroy(new Error(`${url}: no answer`)));
    asked.once("error", failed).end(body);
  });
}

async function until(what, good, child, withinMs) {
  const deadline = performance.now() + withinMs;
  while (!(await good().catch(() => false))) {
    if (child.code !== undefined) throw new Error(`${what}: the process ended\n${child.text.slice(-2000)}`);
    if (performance.now() > deadline) throw new Error(`${what}: not within ${Math.round(withinMs / 1000)} s`);
    await sleep(100);
  }
}

const value = (text, series) => Number(new RegExp(`^${series} (\\S+)$`, "m").exec(text)?.[1] ?? 0);

/** What can be seen of the exporter now. */
async function look(exporter, url) {
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
  };
}

const counts = { reloads: 0, signals: 0, probes: 0, refused: 0, faults: 0, fullDisks: 0, slowReaders: 0, scrapes: 0 };

/** Where there is no Alertmanager. */
const nobodysPort = await freePort();

/** Half of the hosts are in a file of targets; events go to another Alertmanager each time, to no avail. */
function writeConfig(hosts, turn) {
  const isListed = ({ rack }) => Number(/\d+/.exec(rack)?.[0]) % 2 === 1;
  const list = hosts.filter(isListed).map(({ name, address, port, rack }) => ({
    targets: [`${address}:${port}`],
    labels: { host: name, rack },
  }));
  writeFileSync(join(folder, "targets.json"), JSON.stringify(list));
  const own = hosts.filter((host) => !isListed(host));
  writeFileSync(join(folder, "lightsout.yml"), configOf(own, turn));
}

function configOf(hosts, turn) {
  return JSON.stringify({
    modules: { default: { interval: `${intervalS}s`, timeout: `${Math.max(500, intervalS * 800)}ms` } },
    auths: { default: { username: "monitor", password: "monitor" } },
    targets: hosts.map(({ name, address, port, rack }) => ({ hosts: name, address: `${address}:${port}`, rack })),
    file_sd: [{ files: ["targets.json"] }],
    scheduler: { max_backoff: `${intervalS}s` },
    state_dir: "state",
    events: {
      historical: true,
      log: { path: "events.jsonl", max_size: "64KB", max_files: 2 },
      alertmanager: { url: `http://127.0.0.1:${nobodysPort}`, min_severity: "warning", labels: { turn: String(turn) } },
    },
  });
}

const NONSENSE = [
  "targets: [",
  "",
  '{"modules": {"default": {"interval": "0s"}}}',
  "a: &a [*a]",
  "node1: 10.0.0.1\n".repeat(50),
];

async function reload(exporter, url, hosts, turn) {
  const gone = pick(hosts).rack;
  const some = hosts.filter(({ rack }) => rack !== gone || random() < 0.5);
  if (turn % 4 === 3) writeFileSync(join(folder, "lightsout.yml"), pick(NONSENSE));
  else writeConfig(turn % 2 ? hosts : some, turn);
  counts.reloads++;
  if (turn % 2 === 0) await ask(`${url}/-/reload`, { method: "POST" });
  else exporter.kill("SIGHUP");
  if (turn % 7 !== 0) return;
  for (let n = 0; n < 50; n++) exporter.kill("SIGHUP");
  counts.signals += 50;
}

/** A BMC reboots, hangs, or its machine is broken; sometimes a whole rack is cut off. */
async function breakSomething(control, hosts) {
  const inject = (target, fault, parameters, seconds) =>
    ask(`${control}/faults`, {
      method: "POST",
      body: JSON.stringify({ target, fault, parameters, for: `${seconds}s` }),
    });
  const seconds = 1 + below(2 * intervalS);
  const host = pick(hosts);
  const rack = hosts.filter((h) => h.rack === host.rack);
  const others = ["fan_stopped", "psu_failed", "ecc_storm", "clock_wrong", "sel_full"];
  switch (below(5)) {
    case 0:
      await Promise.all(rack.map(({ name }) => inject(name, "bmc_hung", {}, seconds)));
      break;
    case 1:
      await inject(host.name, "bmc_hung", { how: "busy" }, seconds);
      break;
    case 2:
      await inject(host.name, pick(others), {}, seconds);
      break;
    default:
      await Promise.all(rack.slice(0, 5).map(({ name }) => inject(name, "bmc_rebooting", { seconds }, seconds)));
  }
  counts.faults++;
}

function probes(url, hosts) {
  for (let n = 0; n < PROBES; n++) {
    const target = n % 10 === 0 ? pick(["nobody", "192.0.2.1", "__proto__", "%00", ""]) : pick(hosts).name;
    const query = `${url}/probe?target=${target}${n % 7 === 0 ? "&debug=true" : ""}`;
    // Some do not wait for the answer.
    const asked = get(query, { agent: new Agent(), timeout: 60_000 }, (answer) => {
      if (answer.statusCode === 200) counts.probes++;
      else counts.refused++;
      answer.resume();
    });
    asked.on("error", () => {});
    if (n % 5 === 0) setTimeout(() => asked.destroy(), below(500));
  }
}

/** Asks for everything and reads a little of it, or nothing. */
function slowReader(url) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  socket.write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".repeat(below(2) === 0 ? 1 : 20));
  socket.pause();
  setTimeout(() => socket.destroy(), 1000 + below(8000));
  counts.slowReaders++;
}

/** Bytes a file of the exporter may have: a full disk for whoever is not root, too. Node.js ignores SIGXFSZ. */
function limitFiles(exporter, bytes) {
  if (!hasLimits) return;
  execFileSync("prlimit", [`--fsize=${bytes}:unlimited`, "--pid", String(exporter.pid)]);
}

let turns = 0;

async function stir(exporter, url, control, hosts, sees, untilMs) {
  let full = false;
  while (performance.now() < untilMs) {
    if (exporter.code !== undefined) return;
    const turn = turns++;
    const begin = performance.now();
    if (only.has("reloads")) await reload(exporter, url, hosts, turn);
    if (only.has("faults")) await breakSomething(control, hosts);
    if (only.has("probes") && turn % 5 === 2) probes(url, hosts);
    if (only.has("readers") && turn % 3 === 1) slowReader(url);
    if (only.has("disk") && turn % 4 === 2) {
      full = !full;
      limitFiles(exporter, full ? pick([0, 100, 1500, 3000]) : "unlimited");
      if (full) counts.fullDisks++;
    }
    if (only.has("scrapes")) {
      await ask(`${url}/metrics`);
      counts.scrapes++;
    }
    sees.push(await look(exporter, url));
    await sleep(Math.max(0, 1000 - (performance.now() - begin)));
  }
}

async function calm(exporter, control, url, hosts) {
  limitFiles(exporter, "unlimited");
  for (const { id } of JSON.parse((await ask(`${control}/faults`)).text))
    await ask(`${control}/faults/${id}`, { method: "DELETE" });
  writeConfig(hosts, turns);
  await ask(`${url}/-/reload`, { method: "POST" });
}

/** Ends the disturbances and waits until all is well again, or should be. @returns seconds that took */
async function calmed(exporter, control, url, hosts, healthy) {
  await calm(exporter, control, url, hosts);
  const begin = performance.now();
  const isWell = async () => (await stuckOf(url, healthy)).length === 0;
  // Boards take their time to boot, and a rack that was taken out begins its rounds anew.
  await until("calm", isWell, exporter, (2 * intervalS + 10) * 1000).catch(() => {});
  const seconds = (performance.now() - begin) / 1000;
  await sleep(2 * intervalS * 1000);
  return seconds;
}

/** Healthy hosts that were not read for two intervals. */
async function stuckOf(url, healthy) {
  const { text } = await ask(`${url}/metrics`);
  const now = Date.now() / 1000;
  const at = new Map(
    [...text.matchAll(/^bmc_last_success_timestamp_seconds\{host="([^"]*)".*\} (\S+)$/gm)].map(([, h, t]) => [
      h,
      Number(t),
    ]),
  );
  return healthy.filter((name) => now - (at.get(name) ?? 0) > 2 * intervalS);
}

/** Lines of the event log that are none. */
function brokenLines() {
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

const kindsOf = (resources) =>
  Object.entries(resources)
    .map(([kind, n]) => `${n} ${kind}`)
    .join(", ");

const udpOf = ({ resources }) => resources.UDPWrap ?? 0;

/** May not grow by more than so much a turn, or, in a short run, not be much more than before. */
function memoryVerdict(key, what, points) {
  const growth = growthPerTurn(points, key);
  if (growth !== undefined) {
    const told = `${what} ${(growth / 1024).toFixed(1)} KiB more with each turn, ${LIMITS[key] / 1024} KiB allowed`;
    return [growth < LIMITS[key], told];
  }
  const more = points.at(-1)[key] - points[0][key];
  return [
    more < SHORT[key],
    `${what} ${(more / MiB).toFixed(1)} MiB more than before, ${SHORT[key] / MiB} MiB allowed`,
  ];
}

async function run() {
  console.log(`chaos of ${minutes} min, ${hostCount} BMCs, interval ${intervalS} s, --seed ${seed}`);
  const [webPort, controlPort] = [await freePort(), await freePort()];
  const [url, control] = [`http://127.0.0.1:${webPort}`, `http://127.0.0.1:${controlPort}`];
  const simulator = start([
    "simulate",
    ...["--racks", String(Math.ceil(hostCount / PER_RACK)), "--per-rack", String(PER_RACK)],
    ...["--lossy", "0.05", "--port", "0", "--control-port", String(controlPort), "--seed", String(seed)],
  ]);
  await until("the simulator", async () => (await ask(`${control}/stats`)).status === 200, simulator, 120_000);
  const hosts = JSON.parse((await ask(`${control}/hosts`)).text);
  const healthy = hosts.filter((h) => h.trouble === undefined).map((h) => h.name);
  writeConfig(hosts, 0);
  const serve = ["serve", "--config.file", join(folder, "lightsout.yml"), "--log.level", "error"];
  const exporter = start([...serve, "--web.listen-address", `127.0.0.1:${webPort}`], ["--inspect=127.0.0.1:0"]);
  await until("the exporter", async () => (await ask(`${url}/-/ready`)).status === 200, exporter, 60_000);
  await until("the first round", async () => (await stuckOf(url, healthy)).length === 0, exporter, 120_000);
  const inside = await attach(exporter.text);
  const before = await look(exporter, url);

  const sees = [];
  const point = async () => ({ turns, ...outside(exporter.pid), ...(await inside.held()) });
  const points = [await point()];
  const isStaged = minutes * 60 >= STAGES * SHORTEST_STAGE_S;
  const stages = isStaged ? STAGES : 1;
  let calmS = 0;
  for (let stage = 1; stage <= stages; stage++) {
    await stir(exporter, url, control, hosts, sees, performance.now() + (minutes * 60_000) / stages);
    calmS = Math.max(calmS, await calmed(exporter, control, url, hosts, healthy));
    points.push(await point());
  }
  inside.close();
  const after = await look(exporter, url);
  const files = after.files <= before.files + MORE_FILES ? "" : `: ${openFiles(exporter.pid)}`;
  // Sessions that a BMC kept while it hung end when it is tired of them, after a minute.
  const sessionsNow = async () => JSON.parse((await ask(`${control}/stats`)).text).sessions;
  const isLong = minutes >= 1;
  if (isLong)
    await until("old sessions", async () => (await sessionsNow()) <= hosts.length, exporter, 90_000).catch(() => {});
  const sessions = await sessionsNow();
  const stuck = await stuckOf(url, healthy);
  const saved = readdirSync(join(folder, "state", "hosts")).filter((name) => name.endsWith(".json")).length;
  const leftovers = readdirSync(join(folder, "state", "hosts")).filter((name) => name.endsWith(".tmp")).length;
  const { lines, broken } = brokenLines();
  const said = /^.*(?:TypeError|ReferenceError|RangeError|uncaught|unhandled|MaxListeners|Warning:).*$/im.exec(
    exporter.text,
  )?.[0];
  exporter.kill("SIGTERM");
  await Promise.race([exporter.ended, sleep(15_000)]);

  const worst = (key) => Math.max(...sees.map((s) => s[key]), before[key]);
  const lows = (key) =>
    [0, 1, 2, 3, 4].map((fifth) => {
      const part = sees.slice(Math.floor((fifth * sees.length) / 5), Math.floor(((fifth + 1) * sees.length) / 5));
      return Math.min(...part.map((seen) => seen[key]));
    });
  const mib = (bytes) => `${Math.round(bytes / MiB)} MiB`;
  const row = (key, show = mib) => points.map((at) => show(at[key])).join(", ");
  const rows = [
    [
      "done",
      Object.entries(counts)
        .map(([what, n]) => `${n} ${what}`)
        .join(", ") + (hasLimits ? "" : " (no prlimit: the disk was never full)"),
    ],
    ["polls that were good", after.ok - before.ok],
    [
      "resident memory: before, lowest of each fifth, most",
      [before.rss, ...lows("rss"), worst("rss")].map(mib).join(", "),
    ],
    ["heap: the same", [before.heap, ...lows("heap"), worst("heap")].map(mib).join(", ")],
    ["outside the heap: the same", [before.external, ...lows("external"), worst("external")].map(mib).join(", ")],
    ["resident after a collection: before, after each stage", row("rss")],
    ["heap, the same", row("heap")],
    ["outside the heap, the same", row("external")],
    ["threads; watched folders; the same", `${row("threads", String)}; ${row("watches", String)}`],
    ["what the event loop waits for at last", kindsOf(points.at(-1).resources)],
    ["open files: before, most, after", [before.files, worst("files"), after.files].join(", ")],
    [
      "sessions: before, most, after; on the BMCs",
      `${before.sessions}, ${worst("sessions")}, ${after.sessions}; ${sessions}`,
    ],
    ["event loop: p99, longest", `${Math.round(worst("loopP99Ms"))} ms, ${Math.round(worst("loopMs"))} ms`],
    ["calm after, at most", `${calmS.toFixed(1)} s`],
    ["state files, events", `${saved}, ${lines}`],
  ];
  for (const [what, figure] of rows) console.log(`${what.padEnd(56)} ${figure}`);

  const [first, last] = [points[0], points.at(-1)];
  const verdict = [
    [exporter.code === 0, `the exporter ended with ${exporter.code}`],
    [said === undefined, `an error of its own: ${said ?? "none"}`],
    [stuck.length === 0, `${stuck.length} healthy hosts not read for two intervals ${stuck.slice(0, 5)}`],
    memoryVerdict("heap", "heap", points),
    memoryVerdict("external", "outside the heap", points),
    memoryVerdict("rss", "resident memory", points),
    [last.threads <= first.threads + MORE_THREADS, `${first.threads} -> ${last.threads} threads`],
    [udpOf(last) <= udpOf(first) + MORE_SOCKETS, `${udpOf(first)} -> ${udpOf(last)} sockets for BMCs`],
    [last.watches <= first.watches + MORE_WATCHES, `${first.watches} -> ${last.watches} watched folders`],
    [files === "", `${before.files} -> ${after.files} open files${files}`],
    [after.sessions <= hosts.length, `${after.sessions} sessions with ${hosts.length} hosts`],
    [sessions <= hosts.length * (isLong ? 1 : 2), `${sessions} sessions on ${hosts.length} BMCs`],
    [after.queue <= hosts.length, `${after.queue} polls waiting`],
    [worst("loopMs") < 3000, `the event loop stood still for ${Math.round(worst("loopMs"))} ms`],
    [broken.length === 0, `${broken.length} broken lines of events ${broken.slice(0, 1)}`],
    [saved >= healthy.length && leftovers === 0, `${saved} state files, ${leftovers} half-written ones`],
  ];
  for (const [good, what] of verdict) console.log(`${good ? "good" : "BAD "}  ${what}`);
  const good = verdict.every(([is]) => is);
  if (!good) console.log(exporter.text.slice(-3000));
  return good ? 0 : 1;
}

process.once("SIGINT", () => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
  process.exit(130);
});
process.exitCode = await run().catch((error) => {
  console.error(error instanceof Error ? error.stack : error);
  return 1;
});
for (const child of children) child.kill("SIGKILL");
rmSync(folder, { recursive: true, force: true });
process.exit();
