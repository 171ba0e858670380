import type { HostText, RackBudget } from "../exposition/index.ts";
import { type Clock, type Logger, systemClock } from "../lib/index.ts";
import {
  type Failure,
  type FleetEvent,
  type Host,
  type HostHistory,
  type HostRecord,
  type HostTrail,
  runbookUrl,
} from "../model/index.ts";
import type { ClusterView, Elsewhere, RemoteHost } from "./cluster-view.ts";
import { OPEN, SILENT, type WebReport, type WebSecurity } from "./security.ts";

/** A host of the inventory: its latest record and the text made of it. */
export interface ListedHost {
  readonly record: HostRecord;
  readonly prepared: HostText;
}

/** State of a host in the scheduler, for the pages. */
export interface HostState {
  readonly activity: "idle" | "waiting" | "running";
  /** Epoch ms of the next poll. */
  readonly nextDueAt?: number;
  /** Failed polls in a row that led to back-off; 0: no back-off. */
  readonly backOffLevel: number;
  /** Why its BMC refused the last login. Such a host is polled rarely, until a poll succeeds. */
  readonly stopped?: Failure;
}

/** One line of a trace; never contains a password, key or code. */
export interface TraceStep {
  /** Milliseconds since the probe began. */
  readonly atMs: number;
  readonly direction: "sent" | "received" | "note";
  readonly text: string;
}

/** Gets the steps of a probe as they happen. */
type TraceCollector = (direction: TraceStep["direction"], text: string) => void;

export interface ProbeRequest {
  /** Name of a host, or an address that `probe.allow` lists. Not checked yet. */
  readonly target: string;
  /** Names in the configuration; by default those of the host. */
  readonly module?: string;
  readonly auth?: string;
  /** Time for the result, including waiting. A BMC that does not answer by then gives a failed record. */
  readonly timeoutMs: number;
  /** Fires when the client closed the connection. */
  readonly signal: AbortSignal;
  /** Present if the client requested a trace. */
  readonly trace?: TraceCollector;
}

export interface ProbeAnswer {
  readonly record: HostRecord;
  /** Steps; by default those that `trace` got. */
  readonly trace?: readonly TraceStep[];
}

/** The probe was refused. `message` is sent to the client: it says what to do and contains no secret. */
export class ProbeRefused extends Error {
  override readonly name = "ProbeRefused";
  /** 400 unknown module or auth, 403 target not allowed, 503 queue full or shutting down. */
  readonly status: number;
  /** The server that polls the target; the client is sent there. */
  readonly elsewhere: Elsewhere | undefined;

  constructor(status: number, message: string, elsewhere?: Elsewhere) {
    super(message);
    this.status = status;
    this.elsewhere = elsewhere;
  }
}

export interface ReloadResult {
  readonly ok: boolean;
  /** One sentence each. The previous configuration stays in use if there are any and `ok` is false. */
  readonly problems: readonly string[];
}

export interface Readiness {
  readonly ready: boolean;
  /** Why it is not ready. */
  readonly why?: string;
}

/** Addresses about a host. */
export interface HostLinks {
  /** Its dashboard in Grafana. */
  readonly dashboard?: string;
  /** The page of its BMC. */
  readonly bmc?: string;
}

/** Dependencies of the web server. */
export interface WebParts {
  /** All hosts, in the order of the inventory. */
  records(): Iterable<ListedHost>;
  record(name: string): ListedHost | undefined;
  /**
   * Keeps texts unchanged until the returned function is called. Not needed if a prepared text never changes.
   */
  holdTexts?(texts: Iterable<HostText>): () => void;
  /** Bytes of outdated texts that are kept only for those who called `holdTexts`; 0 by default. */
  outdatedBytes?(): number;
  /** Polls one BMC now. Rejects with ProbeRefused, or with the signal's reason. */
  probe(request: ProbeRequest): Promise<ProbeAnswer>;
  /** Polls one BMC now, and returns the response of ipmi_exporter. Rejects as `probe` does. */
  ipmi(request: ProbeRequest): Promise<string>;
  /** Probes at once; 64 by default. */
  probeConcurrency?(): number;
  /** The exporter's own metrics in the text format. */
  selfMetrics(): Promise<string>;
  /** The cluster that this exporter is part of; by default none. */
  cluster?(): ClusterView | undefined;
  /** The server that polls a host of the inventory, if that is another one. */
  elsewhere?(host: string): Elsewhere | undefined;
  /** The hosts of the inventory that other servers poll. */
  remoteHosts?(): Iterable<RemoteHost>;
  /** Power budgets of racks, exported with the hosts. */
  rackBudgets?(): Iterable<RackBudget>;
  /** The configuration as YAML, its secrets hidden. */
  configText(): string;
  reload(): Promise<ReloadResult>;
  ready(): Readiness;
  state(host: string): HostState | undefined;
  /** The last polls and events of a host. */
  trail?(host: string): HostTrail | undefined;
  /** The events that were read last, of all hosts, newest first; none by default. */
  recentEvents?(): readonly FleetEvent[];
  /** What a host read within the last day; by default nothing. */
  history?(host: string): HostHistory | undefined;
  /** Seconds after which a page refreshes itself; 15 by default. */
  refreshSeconds?(): number;
  /** Addresses that pages link to; none by default. */
  links?(host: Host): HostLinks;
  /** Address of an alert's runbook; by default the one that the exporter serves. */
  runbook?(alert: string): string;
  readonly version: string;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly limits?: Partial<WebLimits>;
  /** TLS, users and headers in force, read at each connection and request. By default everybody is served. */
  security?(): WebSecurity | Promise<WebSecurity>;
  /** By default nothing is counted. */
  readonly report?: WebReport;
  /** Address of the targets in /sd, "lightsout.example.org:9623"; by default the Host header. */
  readonly advertisedAddress?: string;
}

export interface WebLimits {
  /** Responses of /metrics at once. */
  readonly scrapes: number;
  /** A client that takes longer to read a response is cut off. */
  readonly scrapeMs: number;
  /** Subtracted from the scrape time-out that Prometheus announces, so that the response arrives in time. */
  readonly timeoutOffsetMs: number;
  /** Time-out of a probe whose client announces none. */
  readonly probeMs: number;
  /** Responses at once that are neither fleet metrics nor probes: pages, /sd, /config, /metrics/self. */
  readonly pages: number;
  /** Time for which a request waits for a slot. A response that has been unread for this long may lose its slot. */
  readonly patienceMs: number;
  /** Bytes written to clients that they have not read yet; beyond it, the response that has been unread for longest is cut off. */
  readonly unreadBytes: number;
  /**
   * Bytes of outdated texts of hosts that are kept only because a response of /metrics still sends them. Beyond it,
   * the next scrape cuts off the response that began first.
   */
  readonly outdatedBytes: number;
  /** Open connections; beyond it, the client that has the most loses one. */
  readonly connections: number;
  /** Requests of one connection in progress at once. */
  readonly perConnection: number;
  /** A client that reads nothing of its response for this time is cut off. */
  readonly stalledMs: number;
  /** Time-out of a TLS handshake, and of the head of a request. */
  readonly headersMs: number;
  /** Time-out of a whole request. */
  readonly requestMs: number;
  /** Time-out of an idle connection: longer than usual scrape intervals, so that Prometheus keeps its connection. */
  readonly keepAliveMs: number;
  readonly headerBytes: number;
  readonly urlLength: number;
  readonly bodyBytes: number;
  /** Time for requests in progress to end when the exporter stops. */
  readonly graceMs: number;
}

const DEFAULT_PROBES = 64;
const DEFAULT_REFRESH_SECONDS = 15;

export const DEFAULT_LIMITS: WebLimits = {
  scrapes: 8,
  scrapeMs: 120_000,
  timeoutOffsetMs: 500,
  probeMs: 60_000,
  pages: 32,
  patienceMs: 1000,
  unreadBytes: 64 * 1024 * 1024,
  outdatedBytes: 128 * 1024 * 1024,
  connections: 2048,
  perConnection: 16,
  stalledMs: 20_000,
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 130_000,
  headerBytes: 16_384,
  urlLength: 8192,
  bodyBytes: 65_536,
  graceMs: 5000,
};

/** WebParts with defaults applied, and with methods that work without their object. */
export type BoundParts = WebParts & {
  readonly clock: Clock;
  readonly report: WebReport;
  holdTexts(texts: Iterable<HostText>): () => void;
  outdatedBytes(): number;
  probeConcurrency(): number;
  cluster(): ClusterView | undefined;
  elsewhere(host: string): Elsewhere | undefined;
  remoteHosts(): Iterable<RemoteHost>;
  recentEvents(): readonly FleetEvent[];
  history(host: string): HostHistory | undefined;
  refreshSeconds(): number;
  links(host: Host): HostLinks;
  runbook(alert: string): string;
  security(): WebSecurity | Promise<WebSecurity>;
};

export function bound(parts: WebParts): BoundParts {
  return {
    records: () => parts.records(),
    record: (name) => parts.record(name),
    probe: (request) => parts.probe(request),
    ipmi: (request) => parts.ipmi(request),
    selfMetrics: () => parts.selfMetrics(),
    holdTexts: (texts) => parts.holdTexts?.(texts) ?? (() => {}),
    outdatedBytes: () => parts.outdatedBytes?.() ?? 0,
    probeConcurrency: () => parts.probeConcurrency?.() ?? DEFAULT_PROBES,
    cluster: () => parts.cluster?.(),
    elsewhere: (host) => parts.elsewhere?.(host),
    remoteHosts: () => parts.remoteHosts?.() ?? [],
    rackBudgets: () => parts.rackBudgets?.() ?? [],
    configText: () => parts.configText(),
    reload: () => parts.reload(),
    ready: () => parts.ready(),
    state: (host) => parts.state(host),
    trail: (host) => parts.trail?.(host),
    runbook: (alert) => parts.runbook?.(alert) ?? runbookUrl("/runbooks", alert),
    links: (host) => parts.links?.(host) ?? {},
    refreshSeconds: () => parts.refreshSeconds?.() ?? DEFAULT_REFRESH_SECONDS,
    history: (host) => parts.history?.(host),
    recentEvents: () => parts.recentEvents?.() ?? [],
    version: parts.version,
    log: parts.log,
    clock: parts.clock ?? systemClock,
    security: () => parts.security?.() ?? OPEN,
    report: parts.report ?? SILENT,
    advertisedAddress: parts.advertisedAddress,
  };
}
