/**
 * Everything at once, on purpose: `npm run chaos -- --minutes 5 --hosts 200`.
 *
 * The exporter as a process of its own polls virtual BMCs over UDP while BMCs reboot, hang and come back by the
 * rack, some lose packets or are slow, its disk gets full and empty again (a limit on the size of files), the
 * configuration is reloaded each second with hosts gone, hosts back and nonsense, signals come in storms, two
 * hundred probes ask at once, and clients of /metrics do not read. Then there is calm, and what must be true again
 * is looked at: the process lives and said nothing about errors of its own, memory, open files and sessions are
 * where they were, each healthy host was read within two intervals and is saved on disk, the log of events has
 * whole lines. Ends with 1 where the verdict is bad. SEED repeats what is done, not when the machine gets to it.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { Agent, get, request } from "node:http";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { installed, root } from "./steps.mjs";

const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "200" },
    minutes: { type: "string", default: "5" },
    interval: { type: "string", default: "5" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
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

const PER_RACK = 20;
const PROBES = 200;
const MORE_FILES = 8;
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

function start(args) {
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
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

function configOf(hosts) {
  return JSON.stringify({
    modules: { default: { interval: `${intervalS}s`, timeout: `${Math.max(500, intervalS * 800)}ms` } },
    auths: { default: { username: "monitor", password: "monitor" } },
    targets: hosts.map(({ name, address, port, rack }) => ({ hosts: name, address: `${address}:${port}`, rack })),
    scheduler: { max_backoff: `${intervalS}s` },
    state_dir: "state",
    events: { historical: true, log: { path: "events.jsonl", max_size: "64KB", max_files: 2 } },
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
  writeFileSync(join(folder, "lightsout.yml"), turn % 4 === 3 ? pick(NONSENSE) : configOf(turn % 2 ? hosts : some));
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

async function stir(exporter, url, control, hosts, sees, untilMs) {
  let full = false;
  for (let turn = 0; performance.now() < untilMs; turn++) {
    if (exporter.code !== undefined) return;
    const begin = performance.now();
    await reload(exporter, url, hosts, turn);
    await breakSomething(control, hosts);
    if (turn % 5 === 2) probes(url, hosts);
    if (turn % 3 === 1) slowReader(url);
    if (turn % 4 === 2) {
      full = !full;
      limitFiles(exporter, full ? pick([0, 100, 1500, 3000]) : "unlimited");
      if (full) counts.fullDisks++;
    }
    await ask(`${url}/metrics`);
    counts.scrapes++;
    sees.push(await look(exporter, url));
    await sleep(Math.max(0, 1000 - (performance.now() - begin)));
  }
}

async function calm(exporter, control, url, hosts) {
  limitFiles(exporter, "unlimited");
  for (const { id } of JSON.parse((await ask(`${control}/faults`)).text))
    await ask(`${control}/faults/${id}`, { method: "DELETE" });
  writeFileSync(join(folder, "lightsout.yml"), configOf(hosts));
  await ask(`${url}/-/reload`, { method: "POST" });
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

/** What the open files are: sockets by what they are connected to, files by name. */
function openFiles(pid) {
  const kinds = new Map();
  const sockets = new Map();
  for (const [table, kind] of Object.entries({ udp: "UDP", tcp: "TCP" }))
    for (const line of readFileSync(`/proc/${pid}/net/${table}`, "utf8").split("\n").slice(1)) {
      const words = line.trim().split(/\s+/);
      sockets.set(words[9], `${kind} state ${words[3]} of ${Number.parseInt(words[1]?.split(":")[1], 16) || "?"}`);
    }
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    let name = "gone";
    try {
      name = readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      // closed meanwhile
    }
    const inode = /^socket:\[(\d+)\]$/.exec(name)?.[1];
    const kind = inode === undefined ? name.replace(/:\[.*/, "") : (sockets.get(inode) ?? "another socket");
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  return [...kinds].map(([kind, n]) => `${n} ${kind}`).join(", ");
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
  writeFileSync(join(folder, "lightsout.yml"), configOf(hosts));
  const listen = ["--web.listen-address", `127.0.0.1:${webPort}`];
  const exporter = start(["serve", "--config.file", join(folder, "lightsout.yml"), ...listen, "--log.level", "error"]);
  await until("the exporter", async () => (await ask(`${url}/-/ready`)).status === 200, exporter, 60_000);
  await until("the first round", async () => (await stuckOf(url, healthy)).length === 0, exporter, 120_000);
  const before = await look(exporter, url);

  const sees = [];
  await stir(exporter, url, control, hosts, sees, performance.now() + minutes * 60_000);
  await calm(exporter, control, url, hosts);
  const calmAt = performance.now();
  let stuck = healthy;
  // Boards take their time to boot, and a rack that was taken out begins its rounds anew.
  await until(
    "calm",
    async () => {
      stuck = await stuckOf(url, healthy);
      return stuck.length === 0;
    },
    exporter,
    (2 * intervalS + 10) * 1000,
  ).catch(() => {});
  const calmedS = (performance.now() - calmAt) / 1000;
  await sleep(2 * intervalS * 1000);
  const after = await look(exporter, url);
  const files = after.files <= before.files + MORE_FILES ? "" : `: ${openFiles(exporter.pid)}`;
  // Sessions that a BMC kept while it hung end when it is tired of them, after a minute.
  const sessionsNow = async () => JSON.parse((await ask(`${control}/stats`)).text).sessions;
  const isLong = minutes >= 1;
  if (isLong)
    await until("old sessions", async () => (await sessionsNow()) <= hosts.length, exporter, 90_000).catch(() => {});
  const sessions = await sessionsNow();
  stuck = await stuckOf(url, healthy);
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
  /** After the warm-up: the lowest of the third fifth, and that of the last. Slow growth shows in the row of figures, and in longer runs. */
  const late = (key) => [lows(key)[2], lows(key)[4]];
  const [rss, heap] = [late("rss"), late("heap")];
  const mib = (bytes) => `${Math.round(bytes / MiB)} MiB`;
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
    ["open files: before, most, after", [before.files, worst("files"), after.files].join(", ")],
    [
      "sessions: before, most, after; on the BMCs",
      `${before.sessions}, ${worst("sessions")}, ${after.sessions}; ${sessions}`,
    ],
    ["event loop: p99, longest", `${Math.round(worst("loopP99Ms"))} ms, ${Math.round(worst("loopMs"))} ms`],
    ["calm after", `${calmedS.toFixed(1)} s`],
    ["state files, events", `${saved}, ${lines}`],
  ];
  for (const [what, figure] of rows) console.log(`${what.padEnd(56)} ${figure}`);

  // Short runs end before a heap is what it will be.
  const slack = isLong ? 32 * MiB : 96 * MiB;
  const verdict = [
    [exporter.code === 0, `the exporter ended with ${exporter.code}`],
    [said === undefined, `an error of its own: ${said ?? "none"}`],
    [stuck.length === 0, `${stuck.length} healthy hosts not read for two intervals ${stuck.slice(0, 5)}`],
    [rss[1] < rss[0] * 1.25 + slack, `resident memory ${mib(rss[0])} -> ${mib(rss[1])}`],
    [heap[1] < heap[0] * 1.25 + slack / 2, `heap ${mib(heap[0])} -> ${mib(heap[1])}`],
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
