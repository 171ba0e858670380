/**
 * Runs the measurements and prints each budget, the measured value and a verdict. Client, floor program and BMCs are
 * separate processes, measured in alternating rounds, so that ratios are valid on a busy machine although absolute
 * figures are not.
 *
 * --quick        fewer rounds and hosts; fleets are polled every 10 s
 * --no-fleets    without the rows that poll whole fleets, which take most of the time
 * --only-fleets  only these rows
 */

import { mkdtempSync, rmSync } from "node:fs";
import { Agent } from "node:http";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startMeasurement } from "./child.mjs";
import { fetchTimed, freePort, startExporter } from "./exporter.mjs";
import { GrowingFleet, IN_FLIGHT, median, startResponder } from "./fleet.mjs";
import { exporterPoll } from "./ipmi-exporter.mjs";
import { ipmitoolPoll } from "./ipmitool.mjs";
import { largestFleet } from "./largest.mjs";
import { pageRows } from "./page-rows.mjs";
import { recordedPolls } from "./recorded.mjs";
import { redfishRows } from "./redfish-rows.mjs";
import { firstRound } from "./rounds.mjs";
import { row, table } from "./table.mjs";
import { trapRows } from "./trap-rows.mjs";
import { inTurns, WARM_UP } from "./turns.mjs";

const { values: flags } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    "no-fleets": { type: "boolean", default: false },
    "only-fleets": { type: "boolean", default: false },
  },
});
const { quick } = flags;
const ROUNDS = quick ? 5 : 15;
const COMMANDS = quick ? 5_120 : 12_800;
const MEMORY_HOSTS = quick ? 200 : 3_000;
const FLEETS = quick ? [100, 1_000] : [100, 1_000, 10_000];
const withFleets = !flags["no-fleets"];
const onlyFleets = flags["only-fleets"];
const FLEET_INTERVAL = quick ? 10 : 60;
const STARTED_HOSTS = quick ? 1_000 : 10_000;
const SEARCH_SECONDS = quick ? 120 : 900;
const SCRAPES = 5;
const PROBES = quick ? 20 : 60;
/** CPU time of a floor command on the machine where the budgets were set, µs; scales the budgets to other machines. */
const REFERENCE_FLOOR = 11.3;
const COMMAND_TO_FLOOR = 15 / REFERENCE_FLOOR;
const POLL_TO_FLOOR = 1600 / REFERENCE_FLOOR;
/** CPU time of a poll with which 10,000 hosts every 60 s take a third of a core. */
const EXPORTER_POLL_MS = 2;
const EXPORTER_POLL_TO_FLOOR = (1000 * EXPORTER_POLL_MS) / REFERENCE_FLOOR;
const COMMANDS_PER_POLL = 105;
const DISCRETE_INTERVAL_MS = 300_000;
/** Time until a slow BMC answers. */
const ANSWER_MS = 10;
const SLOW_ROUNDS = 3;
/** Board models of the fleet whose first contact is measured. */
const MODELS = 4;
const PACED_SECONDS = 10;
const PACED_ROUNDS = 3;

const rows = [];
const addRow = (what, options) => rows.push(row(what, options));
const progress = (text) => process.stderr.write(`${text} ...\n`);

async function commands(remotes) {
  for (const suite of [3, 17]) {
    progress(`commands, cipher suite ${suite}`);
    const options = { remotes, suite, commands: COMMANDS };
    const both = await Promise.all([
      startMeasurement("./commands.mjs", options),
      startMeasurement("./floor.mjs", options),
    ]);
    const [client, floor] = await inTurns(both, ROUNDS);
    for (const measurement of both) await measurement.close();
    addRow(`CPU per command, suite ${suite}, ${remotes.length} BMCs in flight`, {
      value: client.cpuPerCommand,
      limit: 15,
      unit: "µs",
      note: `${Math.round(client.commandsPerSecond)} commands/s`,
    });
    addRow(`  the floor program, suite ${suite}`, {
      value: floor.cpuPerCommand,
      unit: "µs",
      note: "no decoding, no timers",
    });
    addRow("  client to floor", {
      value: client.cpuPerCommand / floor.cpuPerCommand,
      limit: COMMAND_TO_FLOOR,
      unit: "×",
      digits: 2,
    });
  }
}

async function polls(remotes) {
  progress("polls");
  const rounds = Math.ceil(ROUNDS / 2);
  const both = await Promise.all([
    startMeasurement("./polls.mjs", { remotes, suite: 3, polls: 12 * remotes.length }),
    startMeasurement("./floor.mjs", { remotes, suite: 3, commands: COMMANDS }),
  ]);
  const [poll, floor] = await inTurns(both, rounds);
  for (const measurement of both) await measurement.close();
  const alone = await startMeasurement("./polls.mjs", { remotes: remotes.slice(0, 1), suite: 3, polls: 5 });
  const [single] = await inTurns([alone], rounds);
  await alone.close();
  addRow(`CPU per poll of a known host, ${poll.sensors} sensors, with its text`, {
    value: poll.cpuPerPoll / 1000,
    limit: 1.6,
    unit: "ms",
    digits: 2,
    note: `${Math.round(poll.pollsPerSecond)} polls/s`,
  });
  addRow("  poll to floor command", {
    value: poll.cpuPerPoll / floor.cpuPerCommand,
    limit: POLL_TO_FLOOR,
    unit: "×",
    digits: 0,
  });
  addRow("round trips of that poll", { value: poll.roundTrips, limit: COMMANDS_PER_POLL, digits: 0 });
  addRow("time of that poll, one host alone", {
    value: single.pollMs,
    unit: "ms",
    note: `CPU ${(single.cpuPerPoll / 1000).toFixed(1)} ms`,
  });
  addRow("10,000 hosts every 60 s, only the polls", {
    value: (poll.cpuPerPoll * 10_000) / 60e6,
    limit: 0.33,
    unit: "cores",
    digits: 2,
    budget: "0.33 cores",
    note: "from the CPU per poll",
  });
  return poll.cpuPerPoll;
}

/** Polls of boards of which half of the sensors are discrete: all in every poll, and when something happened. */
async function discrete() {
  progress("discrete sensors");
  const fast = await startResponder(IN_FLIGHT, 0, { halfDiscrete: true });
  const slow = await startResponder(1, IN_FLIGHT, { halfDiscrete: true, latencyMs: ANSWER_MS });
  try {
    const { remotes } = fast;
    const work = { remotes, suite: 3, polls: 12 * remotes.length };
    const all = await Promise.all([
      startMeasurement("./polls.mjs", { ...work, discreteIntervalMs: DISCRETE_INTERVAL_MS }),
      startMeasurement("./polls.mjs", { ...work, discreteIntervalMs: 0 }),
      startMeasurement("./floor.mjs", { remotes, suite: 3, commands: COMMANDS }),
    ]);
    const [byEvent, everyPoll, floor] = await inTurns(all, Math.ceil(ROUNDS / 2));
    for (const measurement of all) await measurement.close();
    addRow(`CPU per poll, half of ${byEvent.sensors} sensors discrete, discrete_interval 5m`, {
      value: byEvent.cpuPerPoll / 1000,
      limit: 0.9,
      unit: "ms",
      digits: 2,
      note: `${Math.round(byEvent.pollsPerSecond)} polls/s`,
    });
    addRow("  poll to floor command", {
      value: byEvent.cpuPerPoll / floor.cpuPerCommand,
      limit: 900 / REFERENCE_FLOOR,
      unit: "×",
      digits: 0,
    });
    addRow("  round trips", { value: byEvent.roundTrips, limit: 50 + 50 / 5 + 6, digits: 0 });
    addRow("  the same with discrete_interval 0s", {
      value: everyPoll.cpuPerPoll / 1000,
      unit: "ms",
      digits: 2,
      note: `${everyPoll.roundTrips.toFixed(0)} round trips`,
    });
    for (const [interval, discreteIntervalMs] of [
      ["5m", DISCRETE_INTERVAL_MS],
      ["0s", 0],
    ]) {
      const one = await startMeasurement("./polls.mjs", {
        remotes: slow.remotes,
        suite: 3,
        polls: 3,
        discreteIntervalMs,
      });
      const [{ pollMs }] = await inTurns([one], SLOW_ROUNDS);
      await one.close();
      const what = `duration of that poll, answers after ${ANSWER_MS} ms, discrete_interval ${interval}`;
      addRow(what, { value: pollMs, unit: "ms", digits: 0 });
    }
  } finally {
    await fast.stop();
    await slow.stop();
  }
}

/** Requests of a poll of recorded machines when nothing happens, if the recordings are present. */
async function recorded() {
  for (const { machine, requests, all, limit } of await recordedPolls()) {
    addRow(`requests per poll, recorded ${machine}`, { value: requests, limit, digits: 0, note: `${all} with 0s` });
  }
}

async function memory(remotes) {
  progress(`memory of ${remotes.length} hosts`);
  const growing = await startMeasurement("./memory.mjs", { remotes, suite: 3 }, ["--expose-gc"]);
  const { hosts, heapPerHost, rssPerHost, textPerHost, totalRss } = await growing.round();
  await growing.close();
  const kib = (bytes) => bytes / 1024;
  addRow("memory per host without its text", {
    value: kib(heapPerHost - textPerHost),
    limit: 10,
    unit: "KiB",
    note: `heap and buffers after collection, ${hosts} hosts`,
  });
  addRow("  the text", { value: kib(textPerHost), unit: "KiB", note: "including limits" });
  addRow("  resident set", {
    value: kib(rssPerHost),
    unit: "KiB",
    note: `whole process ${Math.round(totalRss / 2 ** 20)} MiB`,
  });
}

async function exposition(remotes) {
  progress("texts and scrapes");
  const port = await freePort();
  const web = await startMeasurement("./exposition.mjs", { remotes, suite: 3, port });
  for (const whole of [true, false]) {
    const results = { after: [], first: [] };
    for (let i = 0; i < ROUNDS; i++) {
      results.after.push(await web.round({ what: "texts", whole }));
      results.first.push(await web.round({ what: "texts", whole, first: true }));
    }
    const [{ series }] = results.after;
    const cpu = (list) => median(list.map(({ cpuPerHost }) => cpuPerHost));
    addRow(`CPU to make the text of a host of ${series} series, after a poll`, {
      value: cpu(results.after),
      limit: series / 2,
      unit: "µs",
      note: "a third of the readings changed",
    });
    addRow("  after the first poll", { value: cpu(results.first), unit: "µs" });
  }
  const agent = new Agent({ keepAlive: true });
  for (const hosts of FLEETS) {
    const fleet = await web.round({ what: "fleet", hosts });
    const size = `${(fleet.bytes / 1e6).toFixed(1)} MB`;
    addRow(`/metrics of ${hosts} hosts: joining the texts`, {
      value: fleet.cpu / 1000,
      unit: "ms",
      note: `${fleet.series} series, ${size}`,
    });
    const scrapes = [];
    for (let i = 0; i < WARM_UP + SCRAPES; i++) {
      await web.round({ what: "serving" });
      const answer = await fetchTimed(agent, port, "/metrics");
      if (answer.status !== 200 || answer.bytes !== fleet.bytes)
        throw new Error(`a scrape of ${answer.bytes} bytes, status ${answer.status}`);
      const used = await web.round({ what: "served" });
      if (i >= WARM_UP) scrapes.push({ ...used, ...answer });
    }
    const of = (key) => median(scrapes.map((scrape) => scrape[key]));
    // The budget is for 1,000,000 series; with few hosts, most of the time is spent on the HTTP response itself.
    const limit = fleet.series < 1e6 ? undefined : (150 * fleet.series) / 1e6;
    addRow("  over HTTP: CPU", { value: of("cpu") / 1000, limit, unit: "ms" });
    addRow("  first byte", {
      value: of("firstMs"),
      limit: 50,
      unit: "ms",
      note: `last byte ${of("ms").toFixed(0)} ms`,
    });
    addRow("  longest event-loop delay", { value: of("longestDelayMs"), limit: 20, unit: "ms" });
  }
  agent.destroy();
  await web.close();
}

async function probes(remotes) {
  progress("the exporter");
  const exporter = await startExporter(remotes, 3);
  const timed = async (path) => {
    const times = [];
    for (let i = 0; i < PROBES; i++) {
      const { status, ms, text } = await exporter.ask(path);
      if (status !== 200) throw new Error(`${path}: status ${status}: ${text.slice(0, 200)}`);
      times.push(ms);
    }
    return median(times.slice(WARM_UP));
  };
  try {
    addRow("/probe of a known host, with a poll", { value: await timed("/probe?target=node1"), unit: "ms" });
    await exporter.allowAge("10m");
    addRow("/probe of a cached host", {
      value: await timed("/probe?target=node1"),
      limit: 2,
      unit: "ms",
      digits: 2,
      note: "10,000 on a third of a core",
    });
    addRow(`/metrics of one rack of ${remotes.length}`, {
      value: await timed("/metrics?rack=r1"),
      limit: 2,
      unit: "ms",
      digits: 2,
    });
  } finally {
    await exporter.stop();
  }
}

/** Other tools and exporters: the same poll of the same BMC in the same run. */
async function peers(remote, ours) {
  await peer("ipmitool", "three calls", () => ipmitoolPoll(remote, quick ? 1 : 5), ours);
  await peer("ipmi_exporter", "three collectors", () => exporterPoll(remote, quick ? 1 : 5), ours);
}

async function peer(name, how, poll, ours) {
  progress(name);
  const cpuMs = await poll();
  if (cpuMs === undefined) {
    process.stderr.write(`${name} is not installed or failed: no comparison\n`);
    return;
  }
  const ratio = (cpuMs * 1000) / ours;
  addRow(`the same poll by ${name}, ${how}`, { value: cpuMs, unit: "ms", note: `${ratio.toFixed(0)}× this client` });
}

/** The first round of a fleet: with an empty state directory, then with the state of the first run. */
async function coldStart(fleet, stateDir) {
  progress(`first rounds of ${STARTED_HOSTS} hosts`);
  const remotes = await fleet.first(STARTED_HOSTS);
  const options = { intervalSeconds: FLEET_INTERVAL, stateDir, patienceSeconds: 10 * FLEET_INTERVAL };
  for (const known of [false, true]) {
    const { figures } = await firstRound(remotes, options);
    const start = known ? "restart with its state directory" : "cold start with an empty state directory";
    if (figures === undefined) {
      process.stderr.write(`${start}: not every host was read in ${options.patienceSeconds} s\n`);
      return;
    }
    const { readySeconds, seconds, cpu, sdrReads, late } = figures;
    addRow(`${start}, ${STARTED_HOSTS} hosts: time until each is read`, {
      value: seconds,
      // A host that is due in the last second of the interval needs a little longer.
      ...(known && { limit: FLEET_INTERVAL + 2, budget: `one interval, ${FLEET_INTERVAL} s, plus a poll` }),
      unit: "s",
      note: `ready after ${readySeconds.toFixed(1)} s, ${late} rounds late`,
    });
    addRow("  CPU", { value: cpu, unit: "s", note: `${((cpu * 1000) / STARTED_HOSTS).toFixed(1)} ms per host` });
    // A few records of each BMC, and the repositories of the models. The first run is killed before the other records were
    // compared, so the second one begins again; the simulated hour shows that nothing is read after that.
    const note = `${MODELS} board models`;
    addRow("  Get SDR", { value: sdrReads, limit: 10 * STARTED_HOSTS, digits: 0, note });
  }
}

async function largest(fleet, stateDir, ours) {
  progress("the largest fleet with no late round");
  const found = await largestFleet({
    fleet,
    stateDir,
    pollMicroseconds: ours,
    intervalSeconds: FLEET_INTERVAL,
    seconds: SEARCH_SECONDS,
    onStep: (hosts, result) =>
      process.stderr.write(
        result === undefined
          ? `  ${hosts} hosts: first contact took too long\n`
          : `  ${hosts} hosts: ${result.late} late, ${result.skipped} skipped, ${result.cores.toFixed(2)} cores\n`,
      ),
  });
  if (found === undefined) {
    const note = "all sizes tried had late rounds: the machine is busy with something else";
    addRow(`largest fleet with no late round, every ${FLEET_INTERVAL} s`, {
      value: 0,
      least: 1,
      unit: "hosts",
      digits: 0,
      note,
    });
    return;
  }
  const { hosts, cores, cpuPerPollMs, rss } = found;
  const per = FLEET_INTERVAL === 60 ? "" : `; as many polls per second as ${(hosts * 60) / FLEET_INTERVAL} every 60 s`;
  addRow(`largest fleet with no late round, every ${FLEET_INTERVAL} s`, {
    value: hosts,
    least: (10_000 * FLEET_INTERVAL) / 60,
    unit: "hosts",
    digits: 0,
    note: `${Math.round(rss / 2 ** 20)} MiB${per}`,
  });
  addRow("  CPU of the whole exporter", { value: cores, unit: "cores", digits: 2 });
  addRow("  scaled to 10,000 hosts every 60 s", {
    value: (cores * (10_000 / 60)) / (hosts / FLEET_INTERVAL),
    limit: 0.33,
    unit: "cores",
    digits: 2,
    budget: "a third of a core",
  });
  addRow("  CPU per poll, whole exporter", { value: cpuPerPollMs, limit: EXPORTER_POLL_MS, unit: "ms", digits: 2 });
  const floor = await pacedFloor(await fleet.first(hosts), hosts / FLEET_INTERVAL);
  addRow("  floor program at that pace, per command", {
    value: floor,
    unit: "µs",
    note: "starts spread evenly, like rounds",
  });
  addRow("  poll to floor command at that pace", {
    value: (1000 * cpuPerPollMs) / floor,
    limit: EXPORTER_POLL_TO_FLOOR,
    unit: "×",
    digits: 0,
  });
}

/** CPU time of a floor command, µs, at a given number of polls per second. */
async function pacedFloor(remotes, pollsPerSecond) {
  progress("the floor at that pace");
  const floor = await startMeasurement("./floor.mjs", { remotes, suite: 3, commands: COMMANDS });
  const paced = { pollsPerSecond, commandsPerPoll: COMMANDS_PER_POLL, seconds: PACED_SECONDS };
  const rounds = [];
  await floor.round({ paced });
  for (let i = 0; i < PACED_ROUNDS; i++) rounds.push(await floor.round({ paced }));
  await floor.close();
  return median(rounds.map(({ cpuPerCommand }) => cpuPerCommand));
}

const begin = performance.now();
const responder = await startResponder(IN_FLIGHT + MEMORY_HOSTS);
let ours;
try {
  const inFlight = responder.remotes.slice(0, IN_FLIGHT);
  if (!onlyFleets) await commands(inFlight);
  ours = await polls(inFlight);
  if (!onlyFleets) {
    await discrete();
    await recorded();
    progress("polls over Redfish");
    for (const [what, options] of await redfishRows({ rounds: Math.ceil(ROUNDS / 2), polls: quick ? 200 : 600 }))
      addRow(what, options);
    await memory(responder.remotes);
    await exposition(inFlight.slice(0, 1));
    progress("pages");
    const pages = { remotes: inFlight.slice(0, 1), requests: quick ? 5 : 20, seconds: quick ? 20 : 60 };
    for (const [what, options] of await pageRows(pages)) addRow(what, options);
    await probes(inFlight.slice(0, 40));
    progress("a flood of traps");
    for (const [what, options] of await trapRows({ seconds: quick ? 5 : 60 })) addRow(what, options);
    await peers(inFlight[0], ours);
  }
} finally {
  await responder.stop();
}
if (withFleets) {
  const fleet = new GrowingFleet({ models: MODELS });
  const stateDir = mkdtempSync(join(tmpdir(), "lightsout-bench-state-"));
  try {
    await coldStart(fleet, stateDir);
    await largest(fleet, stateDir, ours);
  } finally {
    await fleet.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
}
const seconds = Math.round((performance.now() - begin) / 1000);
console.log(
  `${table(rows)}\n\nNode ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown CPU"}, ${seconds} s`,
);
