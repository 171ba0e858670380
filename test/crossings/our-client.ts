import { BmcPool, type PollOptions, type PollSettings, SdrCache, type StateKeeper } from "../../src/bmc/index.ts";
import { credentials, type IpmiObserver, silentObserver, UdpTransport } from "../../src/ipmi/index.ts";
import { type Clock, systemClock } from "../../src/lib/index.ts";
import { type Host, type HostSnapshot, PART_NAMES } from "../../src/model/index.ts";
import { type IpmiSim, simUser } from "../rig/ipmi-sim.ts";
import type { Login } from "../rig/run.ts";

/** The kinds of session everything is compared over: our settings and the same thing for the peers. */
export interface SessionKind {
  readonly title: string;
  readonly ours: Pick<PollSettings["login"], "cipherSuites" | "ipmi15">;
  readonly peers: Pick<Login, "protocol" | "cipherSuite">;
  /** The line of our trace for such a session. */
  readonly opened: { readonly protocol: "1.5" | "2.0"; readonly note?: string };
}

const suite = (id: number): SessionKind => ({
  title: `cipher suite ${id}`,
  ours: { cipherSuites: [id] },
  peers: { cipherSuite: id },
  opened: { protocol: "2.0", note: `session open, cipher suite ${id}` },
});

export const SESSION_KINDS: readonly SessionKind[] = [
  suite(3),
  suite(2),
  suite(1),
  { title: "IPMI 1.5 with MD5", ours: { ipmi15: "always" }, peers: { protocol: "lan" }, opened: { protocol: "1.5" } },
];

/** What our client reports while it works, counted. */
export interface Reports {
  packetsSent: number;
  packetsReceived: number;
  readonly dropped: string[];
  readonly commands: string[];
  readonly opened: string[];
  closed: number;
  lost: number;
  retransmitted: number;
}

function counting(): { readonly reports: Reports; readonly observer: IpmiObserver } {
  const reports: Reports = {
    packetsSent: 0,
    packetsReceived: 0,
    dropped: [],
    commands: [],
    opened: [],
    closed: 0,
    lost: 0,
    retransmitted: 0,
  };
  const observer: IpmiObserver = {
    ...silentObserver,
    packetSent: () => void reports.packetsSent++,
    packetReceived: () => void reports.packetsReceived++,
    packetDropped: (reason) => void reports.dropped.push(reason),
    retransmitted: () => void reports.retransmitted++,
    commandSent: (name) => void reports.commands.push(name),
    sessionOpened: (protocol) => void reports.opened.push(protocol),
    sessionClosed: () => void reports.closed++,
    sessionLost: () => void reports.lost++,
  };
  return { reports, observer };
}

/** Our client polling one address, as the exporter would. */
export interface OurClient {
  readonly host: Host;
  readonly pool: BmcPool;
  readonly reports: Reports;
  /** Lines of the last poll's trace. */
  readonly trace: readonly string[];
  /** One poll; the deadline is the module's time-out. */
  poll(options?: { readonly timeoutMs?: number; readonly parts?: PollOptions["parts"] }): Promise<HostSnapshot>;
  /** Whether a silent BMC is back. */
  ping(timeoutMs?: number): Promise<HostSnapshot>;
  close(): Promise<void>;
}

export interface OurOptions {
  readonly user?: string;
  readonly password?: string;
  readonly login?: Partial<PollSettings["login"]>;
  readonly settings?: Partial<PollSettings>;
  /** Absent: real time. Packets travel in real time in any case. */
  readonly clock?: Clock;
  readonly keeper?: StateKeeper;
}

const MODULE_TIMEOUT_MS = 10_000;

/** Our client for whatever listens at the address. */
export function ourClient(
  at: { readonly address: string; readonly port: number },
  options: OurOptions = {},
): OurClient {
  const { reports, observer } = counting();
  const transport = new UdpTransport();
  const settings: PollSettings = {
    protocol: "auto",
    login: {
      credentials: credentials(options.user ?? "admin", options.password ?? "secret"),
      privilege: 2,
      ...options.login,
    },
    parts: PART_NAMES,
    intervalMs: 60_000,
    slowIntervalMs: 3_600_000,
    bridge: false,
    quirks: [],
    ...options.settings,
  };
  const pool = new BmcPool({
    transport,
    clock: options.clock ?? systemClock,
    cache: new SdrCache({ keeper: options.keeper }),
    keeper: options.keeper,
    observer,
    settingsOf: async () => settings,
  });
  const host: Host = {
    name: "board",
    address: at.address,
    port: at.port,
    module: "default",
    auth: "default",
    place: {},
    labels: {},
  };
  const trace: string[] = [];
  const poll = (purpose: PollOptions["purpose"], timeoutMs: number, parts?: PollOptions["parts"]) => {
    trace.length = 0;
    return pool.poll(host, {
      purpose,
      parts,
      signal: AbortSignal.timeout(timeoutMs),
      trace: (direction, text) => void trace.push(`${direction} ${text}`),
    });
  };
  return {
    host,
    pool,
    reports,
    trace,
    poll: ({ timeoutMs = MODULE_TIMEOUT_MS, parts } = {}) => poll("round", timeoutMs, parts),
    ping: (timeoutMs = MODULE_TIMEOUT_MS) => poll("liveness", timeoutMs),
    async close() {
      await pool.close();
      await transport.close();
    },
  };
}

/** Our client for a simulator of the rig, logging in as one of its users. */
export function ourClientOf(sim: IpmiSim, name: string, options: Omit<OurOptions, "user"> = {}): OurClient {
  return ourClient(sim, { user: name, password: simUser(sim, name).password, ...options });
}

/** How the peers log in to a simulator of the rig. */
export function peerLogin(sim: IpmiSim, name: string, more: Partial<Login> = {}): Login {
  const { password } = simUser(sim, name);
  return { address: sim.address, port: sim.port, user: name, password, ...more };
}
