/**
 * Serves the pages of a fleet from the real store, which is fed with polls at the pace of rounds every 60 s, and measures CPU
 * time and event-loop delay of this process. All records are copies of one polled host, so no BMC is involved.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { silentLogger, systemClock } from "../dist/lib/index.js";
import { Store } from "../dist/store/index.js";
import { createWeb, measuresOf } from "../dist/web/index.js";
import { hostsOf, openPool, textMaker } from "./pool.mjs";

const HISTORY_BYTES = 128 << 20;
const MINUTE = 60_000;
/** Polls of each host before the pages are measured: half an hour of history. */
const POLLS = 16;

export async function start({ remotes, suite, port, hosts: count }) {
  const pool = openPool(suite);
  const polled = await pool.poll(hostsOf(remotes)[0]);
  await pool.close();
  const hosts = hostsOf(Array.from({ length: count }, () => remotes[0]));
  const { prepare, release } = textMaker();
  const store = new Store({
    clock: systemClock,
    prepare: (record, before) => prepare(record, before),
    release,
    staleAfterMs: () => 10 * MINUTE,
    historyBytes: HISTORY_BYTES,
    measures: measuresOf,
  });
  store.setHosts(hosts);
  const put = (host, n, at) => {
    const sensors = polled.sensors.map((one, i) =>
      one.value === undefined ? one : { ...one, value: one.value * (1 + ((i + n) % 7) / 100) },
    );
    store.put({ ...polled, host: host.name, startedAt: at, sensors });
  };
  const now = Date.now();
  for (let n = 0; n < POLLS; n++) for (const host of hosts) put(host, n, now - (POLLS - n) * 2 * MINUTE);
  const web = createWeb({
    records: () => store,
    record: (name) => store.get(name),
    history: (name) => store.history(name),
    probe: () => Promise.reject(new Error("no probes here")),
    ipmi: () => Promise.reject(new Error("no probes here")),
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
  let used;
  let late = 0;
  let polls = 0;
  let timer;
  const stopPolls = () => clearInterval(timer);
  const rounds = {
    /** Starts to measure this process, with polls at the pace of a fleet if `paced`; `measured` ends it. */
    async measure({ paced }) {
      delay.reset();
      delay.enable();
      late = 0;
      polls = 0;
      const begun = performance.now();
      const every = MINUTE / count;
      if (paced)
        timer = setInterval(() => {
          for (; polls * every < performance.now() - begun; polls++) {
            if (performance.now() - begun - polls * every > 1000) late++;
            put(hosts[polls % count], polls, Date.now());
          }
        }, every);
      used = process.cpuUsage();
      return {};
    },
    async measured() {
      const { user, system } = process.cpuUsage(used);
      stopPolls();
      delay.disable();
      return { cpuMs: (user + system) / 1000, longestDelayMs: delay.max / 1e6, late, polls };
    },
    async memory() {
      const readings = polled.sensors.filter(({ value }) => value !== undefined).length;
      return { bytesPerHost: store.historyBytes / count, readings };
    },
  };
  return {
    round: ({ what, ...options }) => rounds[what](options),
    close: async () => {
      stopPolls();
      await web.close();
    },
  };
}
