/** CPU, requests and bytes of a full Redfish poll of a known host, including its text, with several hosts in flight. */
import { setTimeout as sleep } from "node:timers/promises";
import { BmcPool, SdrCache } from "../dist/bmc/index.js";
import { UdpTransport } from "../dist/ipmi/index.js";
import { Secret, systemClock } from "../dist/lib/index.js";
import { inParallel, measured } from "./fleet.mjs";
import { hostsOf, recordOf, textMaker } from "./pool.mjs";

const INTERVAL_MS = 60_000;

export async function start({ port, hosts: count, polls }) {
  let requests = 0;
  let bytes = 0;
  const ignore = () => {};
  const redfishObserver = {
    responseReceived(_resource, _status, received) {
      requests++;
      bytes += received;
    },
    handshake: ignore,
    retried: ignore,
    sessionOpened: ignore,
    sessionClosed: ignore,
    sessionLost: ignore,
  };
  const settings = {
    protocol: "redfish",
    parts: ["power", "sensors", "dcmi", "inventory"],
    intervalMs: INTERVAL_MS,
    slowIntervalMs: 3_600_000,
    bridge: false,
    quirks: [],
    redfish: {
      login: { user: "monitor", password: new Secret("bench-password"), auth: "session" },
      tls: { verify: "pin" },
      port,
      ipmiPort: 623,
    },
  };
  const transport = new UdpTransport();
  const pool = new BmcPool({
    transport,
    clock: systemClock,
    cache: new SdrCache(),
    redfishObserver,
    settingsOf: async () => settings,
  });
  const hosts = hostsOf(Array.from({ length: count }, () => ({ address: "127.0.0.1", port })));
  const { prepare, release } = textMaker();
  const texts = new Map();
  const poll = async (host) => {
    const snapshot = await pool.poll(host, { purpose: "round", signal: new AbortController().signal });
    if (!snapshot.up) throw new Error(`${host.name}: ${snapshot.failure?.message}`);
    const record = recordOf(host, snapshot);
    const before = texts.get(host.name);
    texts.set(host.name, { record, prepared: prepare(record, before) });
    if (before !== undefined) release(before.prepared);
    return snapshot;
  };
  // Known host: logged in, its topology and inventory are read.
  await inParallel(hosts, hosts.length, poll);
  const each = Math.ceil(polls / count);
  const total = each * count;
  return {
    async round({ pace } = {}) {
      if (pace !== undefined) return this.paced(pace);
      requests = 0;
      bytes = 0;
      let sensors = 0;
      const { cpu } = await measured(() =>
        // One poll at a time of each host.
        inParallel(hosts, count, async (host) => {
          for (let n = 0; n < each; n++) sensors = (await poll(host)).sensors.length;
        }),
      );
      return { cpuPerPoll: cpu / total, requests: requests / total, kilobytes: bytes / total / 1000, sensors };
    },
    /** Polls one host after the other at an even pace, as the scheduler does: between two polls the process sleeps. */
    async paced({ perSecond, seconds }) {
      const polls = perSecond * seconds;
      const { cpu } = await measured(async () => {
        const beginMs = performance.now();
        for (let n = 0; n < polls; n++) {
          await sleep(Math.max(0, beginMs + (n * 1000) / perSecond - performance.now()));
          await poll(hosts[n % count]);
        }
      });
      return { cpuPerPoll: cpu / polls };
    },
    async close() {
      await pool.close();
      await transport.close();
    },
  };
}
