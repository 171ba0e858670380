/** Hosts of the responder's fleet, and a pool of BMCs that polls them like the exporter. */
import { BmcPool, SdrCache } from "../dist/bmc/index.js";
import { renderHost, Slabs } from "../dist/exposition/index.js";
import { UdpTransport } from "../dist/ipmi/index.js";
import { systemClock } from "../dist/lib/index.js";
import { FAILURE_REASONS } from "../dist/model/index.js";
import { loginWith } from "./fleet.mjs";

const PARTS = ["power", "sensors", "sel", "dcmi", "watchdog", "inventory", "security"];
const INTERVAL_MS = 60_000;
const noFailures = Object.fromEntries(FAILURE_REASONS.map((reason) => [reason, 0]));

export function hostsOf(remotes) {
  return remotes.map(({ address, port }, i) => ({
    name: `node${String(i + 1).padStart(5, "0")}`,
    address,
    port,
    module: "default",
    auth: "default",
    place: {
      room: "hall1",
      rack: `r${String(Math.floor(i / 40) + 1).padStart(3, "0")}`,
      position: String((i % 40) + 1).padStart(2, "0"),
    },
    labels: { vendor: "acme" },
  }));
}

/**
 * @param observer counts packets
 * @param discreteIntervalMs longest time between two readings of a discrete sensor; 0: every poll reads all
 */
export function openPool(suite, observer, discreteIntervalMs = 0) {
  const transport = new UdpTransport();
  // Hosts of one module and auth share them, as in the exporter.
  const settings = {
    protocol: "ipmi",
    login: loginWith(suite),
    parts: PARTS,
    intervalMs: INTERVAL_MS,
    slowIntervalMs: 3_600_000,
    discreteIntervalMs,
    bridge: false,
    quirks: [],
  };
  const pool = new BmcPool({
    transport,
    clock: systemClock,
    cache: new SdrCache(),
    observer,
    settingsOf: async () => settings,
  });
  return {
    async poll(host) {
      const snapshot = await pool.poll(host, { purpose: "round", signal: new AbortController().signal });
      if (!snapshot.up) throw new Error(`${host.name}: ${snapshot.failure?.message}`);
      return snapshot;
    },
    async close() {
      await pool.close();
      await transport.close();
    },
  };
}

/** Makes and releases the texts of a fleet that is polled every minute, like the exporter. */
export function textMaker() {
  const slabs = new Slabs();
  const options = { placed: true, allocate: (length) => slabs.allocate(length, INTERVAL_MS) };
  return {
    prepare: (record, before) => renderHost(record, options, before),
    release: (text) => slabs.release(text),
  };
}

/** The store's record of a host after its first poll. */
export function recordOf(host, snapshot) {
  const lastSuccessAt = snapshot.startedAt + snapshot.durationMs;
  return { host, snapshot, lastSuccessAt, failures: noFailures, polls: 1 };
}
