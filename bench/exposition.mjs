/**
 * Makes, joins and serves the texts of a fleet with the real web server, and measures the delay of its event loop.
 * All records are copies of one polled host under other names, so no network is involved.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { renderFleet, textOf } from "../dist/exposition/index.js";
import { silentLogger, systemClock } from "../dist/lib/index.js";
import { createWeb } from "../dist/web/index.js";
import { measured } from "./fleet.mjs";
import { hostsOf, openPool, recordOf, textMaker } from "./pool.mjs";

const RENDERED = 200;
/** How many different polls the text of a host is made from. */
const POLLS = 8;

/** A host of about 100 series, for which the budgets are: a fifth of the sensors, without limits. */
function small(snapshot) {
  const sensors = snapshot.sensors
    .filter((_, i) => i % 5 === 0)
    .map((sensor) => ({ ...sensor, thresholds: undefined }));
  return { ...snapshot, sensors };
}

/** The next poll: a third of the analog sensors have other values, and the data about the poll itself is new. */
function nextPoll(record, n) {
  const { snapshot } = record;
  const sensors = snapshot.sensors.map((sensor, i) =>
    sensor.value !== undefined && (i + n) % 3 === 0 ? { ...sensor, value: sensor.value + 1 + n } : sensor,
  );
  const parts = snapshot.parts.map((part) => ({ ...part, durationMs: part.durationMs + n / 1000 }));
  const consumption = { ...snapshot.consumption, currentWatts: 240 + n };
  const [startedAt, durationMs] = [snapshot.startedAt + 60_000, 60 + n / 1000];
  const chassis = { ...snapshot.chassis, faults: { ...snapshot.chassis.faults } };
  const next = { ...snapshot, startedAt, durationMs, sensors, parts, consumption, chassis };
  return { ...record, snapshot: next, lastSuccessAt: startedAt + durationMs };
}

const countSeries = (text) => textOf(text).toString().split("\n").length - 1;

export async function start({ remotes, suite, port }) {
  const [host] = hostsOf(remotes);
  const pool = openPool(suite);
  const snapshot = await pool.poll(host);
  await pool.close();
  const { prepare } = textMaker();
  let listed = [];
  const web = createWeb({
    records: () => listed,
    record: (name) => listed.find(({ record }) => record.host.name === name),
    probe: () => Promise.reject(new Error("no probes here")),
    selfMetrics: async () => "",
    configText: () => "",
    reload: async () => ({ ok: true, problems: [] }),
    ready: () => ({ ready: true }),
    state: () => undefined,
    version: "0",
    log: silentLogger,
    clock: systemClock,
  });
  await web.listen(`127.0.0.1:${port}`);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let served;

  const one = (i, of) => recordOf({ ...host, name: `node${String(i).padStart(5, "0")}` }, of);
  const rounds = {
    /** Makes the text of one host repeatedly: from the text of the previous poll, or without it (`first`). */
    async texts({ whole, first }) {
      let polled = one(0, whole ? snapshot : small(snapshot));
      const polls = Array.from({ length: POLLS }, (_, n) => (polled = nextPoll(polled, n)));
      const series = countSeries(prepare(polled));
      let before;
      const render = () => {
        for (let i = 0; i < RENDERED; i++) {
          const record = polls[i % POLLS];
          before = { record, prepared: prepare(record, first ? undefined : before) };
        }
      };
      render();
      const { cpu } = await measured(async () => render());
      return { series, cpuPerHost: cpu / RENDERED };
    },
    /** Makes the texts of a fleet and joins them, without a client. */
    async fleet({ hosts }) {
      const smallSnapshot = small(snapshot);
      listed = Array.from({ length: hosts }, (_, i) => {
        const record = one(i, smallSnapshot);
        return { record, prepared: prepare(record) };
      });
      const texts = listed.map(({ prepared }) => prepared);
      let bytes = 0;
      let firstAfter = 0n;
      const begin = process.hrtime.bigint();
      const { cpu } = await measured(async () => {
        for (const piece of renderFleet(texts)) {
          if (bytes === 0) firstAfter = process.hrtime.bigint() - begin;
          bytes += piece.length;
        }
      });
      return { hosts, bytes, series: hosts * countSeries(texts[0]), cpu, firstMs: Number(firstAfter) / 1e6 };
    },
    /** Starts to measure this process; `served` ends it. */
    async serving() {
      delay.reset();
      delay.enable();
      served = process.cpuUsage();
      return {};
    },
    async served() {
      const { user, system } = process.cpuUsage(served);
      delay.disable();
      return { cpu: user + system, longestDelayMs: delay.max / 1e6 };
    },
  };
  return {
    round: ({ what, ...options }) => rounds[what](options),
    close: () => web.close(),
  };
}
