/** Scheduler, BMC pool and store, connected as in the exporter, on the given clock and network. */
import { BmcPool, SdrCache } from "../../dist/bmc/index.js";
import { renderHost, Slabs } from "../../dist/exposition/index.js";
import { silentObserver } from "../../dist/ipmi/index.js";
import { PART_NAMES } from "../../dist/model/index.js";
import { Scheduler } from "../../dist/scheduler/index.js";
import { Store } from "../../dist/store/index.js";

const TIMEOUT_MS = 20_000;
const nothing = () => {};

export class Poller {
  late = 0;
  skipped = 0;
  queue = 0;
  polls = 0;
  commands = 0;
  sdrReads = 0;
  /** Open sessions of the client. */
  sessions = 0;
  mostSessions = 0;
  /** By host name, in ms: time of the last reading, longest time between two readings, longest poll. */
  hosts = new Map();
  #scheduler;
  #pool;
  #clock;
  #timer;

  constructor({ fleet, transport, clock, keeper, intervalMs, limits, random }) {
    this.#clock = clock;
    const hosts = fleet.map(({ host }) => host);
    const login = {
      credentials: { userName: Buffer.from("monitor"), password: Buffer.from("monitor") },
      privilege: 2,
    };
    const settings = {
      protocol: "ipmi",
      login,
      parts: PART_NAMES,
      intervalMs,
      slowIntervalMs: 3_600_000,
      discreteIntervalMs: 300_000,
      bridge: false,
      quirks: [],
    };
    this.#pool = new BmcPool({
      transport,
      clock,
      cache: new SdrCache({ keeper }),
      keeper,
      observer: {
        ...silentObserver,
        commandSent: (name) => {
          this.commands++;
          if (name === "Get SDR") this.sdrReads++;
        },
        sessionOpened: () => {
          this.mostSessions = Math.max(this.mostSessions, ++this.sessions);
        },
        sessionClosed: () => {
          this.sessions--;
        },
      },
      settingsOf: async () => settings,
    });
    const slabs = new Slabs();
    this.store = new Store({
      clock,
      keepReadings: true,
      prepare: (record, before) =>
        renderHost(record, { placed: true, allocate: (length) => slabs.allocate(length, intervalMs) }, before),
      release: (text) => slabs.release(text),
      staleAfterMs: () => 3 * intervalMs,
    });
    this.store.setHosts(hosts);
    this.#scheduler = new Scheduler({
      clock,
      random,
      poll: (host, { purpose, signal, parts }) => this.#pool.poll(host, { purpose, signal, parts }),
      deliver: (snapshot) => this.#deliver(snapshot),
      release: (host) => this.#pool.release(host),
      options: limits,
      report: {
        queued: (depth) => {
          this.queue = depth;
        },
        started: () => {
          this.polls++;
        },
        ended: nothing,
        late: () => {
          this.late++;
        },
        skipped: (_cause, rounds) => {
          this.skipped += rounds;
        },
        stuck: nothing,
        coalesced: nothing,
        refused: nothing,
      },
    });
    this.#scheduler.setHosts(hosts.map((host) => ({ host, intervalMs, timeoutMs: TIMEOUT_MS })));
    const sweep = () => {
      this.store.sweep();
      this.#timer = clock.after(5000, sweep);
    };
    sweep();
  }

  #deliver(snapshot) {
    this.store.put(snapshot);
    if (!snapshot.up) return;
    const now = this.#clock.monotonicMs();
    const known = this.hosts.get(snapshot.host);
    if (known === undefined) {
      this.hosts.set(snapshot.host, { at: now, longestGapMs: 0, longestPollMs: snapshot.durationMs });
      return;
    }
    known.longestGapMs = Math.max(known.longestGapMs, now - known.at);
    known.longestPollMs = Math.max(known.longestPollMs, snapshot.durationMs);
    known.at = now;
  }

  /** Resets the counts of late and skipped rounds, and the longest times. */
  forget() {
    this.late = 0;
    this.skipped = 0;
    this.polls = 0;
    this.commands = 0;
    for (const known of this.hosts.values()) {
      known.longestGapMs = 0;
      known.longestPollMs = 0;
    }
  }

  /** Longest time between two readings of these hosts, the current one included, and their longest poll. */
  longest(names) {
    const now = this.#clock.monotonicMs();
    let [gapMs, pollMs] = [0, 0];
    for (const name of names) {
      const known = this.hosts.get(name);
      if (known === undefined) return { gapMs: Number.POSITIVE_INFINITY, pollMs };
      gapMs = Math.max(gapMs, known.longestGapMs, now - known.at);
      pollMs = Math.max(pollMs, known.longestPollMs);
    }
    return { gapMs, pollMs };
  }

  /** Stops as a killed process does, without logging out; the network must be unplugged. The clock must advance meanwhile. */
  abandon() {
    this.#timer.cancel();
    return this.#scheduler.stop({ graceMs: 0 });
  }

  /** Stops in order; the clock must advance meanwhile. */
  async close() {
    this.#timer.cancel();
    await this.#scheduler.stop();
    await this.#pool.close();
  }
}
