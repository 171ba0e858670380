/**
 * Kills the exporter with SIGKILL while BMCs log events, and compares the events of each output with those of the
 * BMCs: each of them must arrive. The file log must hold each exactly once; syslog may repeat the last one, with the
 * same id.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { compileBoard, sampleBoard, startSimulation } from "../../dist/simulator/index.js";
import { until } from "../programs.mjs";
import { ask, freePort } from "./ask.mjs";
import { randomFrom } from "./random.mjs";
import { receiveSyslog } from "./syslog-receiver.mjs";

const HOSTS = ["kill1", "kill2", "kill3", "kill4"];
/** Of each BMC. */
const RECORDS_PER_SECOND = 8;
/** More than a run logs. */
const SEL_CAPACITY = 60_000;
const USER = { id: 2, name: "monitor", password: Buffer.from("monitor"), privilege: 2 };
/** Killed exporters leave their sessions open: they must not use up those of the BMC. */
const SESSIONS = { limit: 16, idleMs: 10_000 };
const FAN = 0x31;
/** Some kills hit the start of the exporter, the others a running one. */
const SHARE_AT_START = 0.25;
const START_MS = 1000;
const RUNNING_MS = 2000;
const READY_MS = 60_000;
/** The last events are lost if none arrives for this time. */
const QUIET_MS = 15_000;

/** Starts the BMCs, whose event logs are empty. */
function startBmcs() {
  const sel = { capacity: SEL_CAPACITY };
  const board = compileBoard({ ...sampleBoard(), users: [USER], sessions: SESSIONS, sel });
  const bmcs = HOSTS.map((name) => ({ board, identity: { name } }));
  return startSimulation({ bmcs, layout: "ports", port: 0 });
}

/** Logs a record on each BMC in turn. Returns the keys of all records so far, and a function that stops. */
function logEvents({ bmcs }) {
  const keys = new Set();
  const timer = setInterval(() => {
    for (const { bmc } of bmcs) {
      const { state } = bmc;
      state.addEvent({ sensor: FAN, offset: 0, deassertion: state.selEntries % 2 === 1 });
      keys.add(keyOf(bmc.name, state.sel.at(state.selEntries - 1).toString("hex")));
    }
  }, 1000 / RECORDS_PER_SECOND);
  return { keys, stop: () => clearInterval(timer) };
}

const keyOf = (host, raw) => `${host} ${raw}`;

function writeConfig(folder, { bmcs }, syslogPort) {
  const config = {
    modules: { default: { interval: "1s", timeout: "800ms" } },
    auths: { default: { username: USER.name, password: USER.name } },
    targets: bmcs.map(({ bmc, address, port }) => ({ hosts: bmc.name, address: `${address}:${port}` })),
    state_dir: "kills-state",
    events: {
      log: { path: "kills.jsonl", max_size: "1GB" },
      syslog: { address: `127.0.0.1:${syslogPort}`, transport: "tcp" },
    },
  };
  const path = join(folder, "kills.yml");
  writeFileSync(path, JSON.stringify(config));
  return path;
}

/** Events of the file log; a line that a kill cut off does not count. */
function fileEvents(folder) {
  return readFileSync(join(folder, "kills.jsonl"), "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        const { type, host, raw, id } = JSON.parse(line);
        return type === "sel" ? [{ key: keyOf(host, raw), id }] : [];
      } catch {
        return [];
      }
    });
}

/** Compares the received events with the keys of those that the BMCs logged. */
function compared(logged, received) {
  const ids = new Map(received.map(({ key, id }) => [key, id]));
  return {
    lost: [...logged].filter((key) => !ids.has(key)).length,
    doubled: received.length - ids.size,
    unknown: [...ids.keys()].filter((key) => !logged.has(key)).length,
    otherId: received.filter(({ key, id }) => id === undefined || id !== ids.get(key)).length,
  };
}

async function countersOf(url) {
  const { text } = await ask(`${url}/metrics`);
  const values = text.matchAll(/^bmc_sel_records_total\{.*\} (\d+)$/gm);
  return [...values].reduce((sum, [, value]) => sum + Number(value), 0);
}

/** @returns what each output lost and doubled, and the difference of the counters */
export async function killExporter(programs, { kills, seed }) {
  const random = randomFrom(seed);
  const { folder } = programs;
  const simulation = await startBmcs();
  const syslog = [];
  const receiver = await receiveSyslog(({ type, host, raw, id }) => {
    if (type === "sel") syslog.push({ key: keyOf(host, raw), id });
  });
  const config = writeConfig(folder, simulation, receiver.port);
  const url = `http://127.0.0.1:${await freePort()}`;
  const start = () =>
    programs.start(["serve", "--config.file", config, "--log.level", "error", "--web.listen-address", url.slice(7)]);
  const isReady = async () => (await ask(`${url}/-/ready`)).status === 200;
  const isRead = async () => ((await ask(`${url}/metrics`)).text.match(/^bmc_sel_entries\{/gm)?.length ?? 0) === 4;

  let exporter = start();
  // What a log holds at first contact is history.
  await until("the first contact", isRead, exporter, READY_MS);
  const events = logEvents(simulation);
  for (let kill = 0; kill < kills; kill++) {
    if (random() < SHARE_AT_START) {
      await sleep(random() * START_MS);
    } else {
      await until("the exporter", isReady, exporter, READY_MS);
      await sleep(random() * RUNNING_MS);
    }
    exporter.kill("SIGKILL");
    await exporter.ended;
    if (exporter.code !== "SIGKILL") throw new Error(`the exporter ended with ${exporter.code}\n${exporter.text}`);
    exporter = start();
  }
  await until("the exporter", isReady, exporter, READY_MS);
  events.stop();
  const { keys } = events;
  await arrived(() => fileEvents(folder).length + syslog.length, 2 * keys.size);
  const counted = await countersOf(url);
  exporter.kill("SIGTERM");
  await Promise.race([exporter.ended, sleep(QUIET_MS)]);
  const result = {
    kills,
    logged: keys.size,
    counted,
    code: exporter.code,
    file: compared(keys, fileEvents(folder)),
    syslog: compared(keys, syslog),
  };
  receiver.close();
  await simulation.stop();
  return result;
}

/** Waits until this many events have arrived, or no more arrive. */
async function arrived(count, wanted) {
  let last = -1;
  let lastAt = performance.now();
  while (performance.now() - lastAt < QUIET_MS) {
    const now = count();
    if (now >= wanted) return;
    if (now !== last) {
      last = now;
      lastAt = performance.now();
    }
    await sleep(200);
  }
}

const outcomeOf = ({ lost, doubled }) => `${lost} lost, ${doubled} doubled`;

/** What must be true, each with a sentence. */
export function killsVerdict({ kills, logged, counted, code, file, syslog }) {
  const of = `of ${logged} events over ${kills} kills`;
  return [
    [logged > 0 && file.lost === 0 && file.doubled === 0, `file log: ${outcomeOf(file)} ${of}`],
    [logged > 0 && syslog.lost === 0, `syslog: ${outcomeOf(syslog)} ${of}; each kill may repeat one`],
    [
      file.otherId + syslog.otherId === 0,
      `${file.otherId + syslog.otherId} repeated events without the id of the first`,
    ],
    [file.unknown === 0 && syslog.unknown === 0, `${file.unknown + syslog.unknown} events that no BMC logged`],
    [counted === logged, `counters: ${counted} ${of}`],
    [code === 0, `the exporter exited with ${code} on SIGTERM`],
  ];
}
