import type { HostText, RackBudget } from "../exposition/index.ts";
import { type Clock, type Logger, systemClock } from "../lib/index.ts";
import type { Failure, HostRecord, HostTrail } from "../model/index.ts";
import { OPEN, SILENT, type WebReport, type WebSecurity } from "./security.ts";

/** A host of the inventory: its latest record and the text prepared of it. */
export interface ListedHost {
  readonly record: HostRecord;
  readonly prepared: HostText;
}

/** How the scheduler sees a host, for the pages. */
export interface HostState {
  readonly activity: "idle" | "waiting" | "running";
  /** Epoch ms of the next poll. */
  readonly nextDueAt?: number;
  /** Failed asks in a row that led to back-off; 0: on its rounds. */
  readonly backOffLevel: number;
  /** Why its BMC refused the last login. Such a host is polled rarely, until a poll succeeds. */
  readonly stopped?: Failure;
}

/** One line of what happened on the way to a BMC; never holds a password, key or code. */
export interface TraceStep {
  /** Milliseconds since the probe began. */
  readonly atMs: number;
  readonly direction: "sent" | "received" | "note";
  readonly text: string;
}

/** Takes the steps of a probe as they happen. */
export type TraceCollector = (direction: TraceStep["direction"], text: string) => void;

export interface ProbeRequest {
  /** Name of a host, or an address that `probe.allow` lists. As it came: not looked at yet. */
  readonly target: string;
  /** Names in the configuration; those of the host unless said. */
  readonly module?: string;
  readonly auth?: string;
  /** Time there is for the answer, waiting included; a BMC that did not answer by then is a failed record. */
  readonly timeoutMs: number;
  /** Fires when the client went away. */
  readonly signal: AbortSignal;
  /** Present when somebody wants to see the steps. */
  readonly trace?: TraceCollector;
}

export interface ProbeAnswer {
  readonly record: HostRecord;
  /** The steps where they were kept elsewhere; what `trace` was told unless said. */
  readonly trace?: readonly TraceStep[];
}

/** The probe was not made. `message` goes to the client: it says what would do, and holds no secret. */
export class ProbeRefused extends Error {
  override readonly name = "ProbeRefused";
  /** 400 unknown module or auth, 403 target not allowed, 503 queue full or shutting down. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface ReloadResult {
  readonly ok: boolean;
  /** One sentence each; the old configuration stays where there are any. */
  readonly problems: readonly string[];
}

export interface Readiness {
  readonly ready: boolean;
  /** What is waited for while it is not ready. */
  readonly why?: string;
}

/** Everything the web is made of; what is optional has a default that is said. */
export interface WebParts {
  /** All hosts, in the order of the inventory. */
  records(): Iterable<ListedHost>;
  record(name: string): ListedHost | undefined;
  /**
   * Keeps texts as they are until the function that is returned is called. Not needed where a text that is
   * prepared never changes.
   */
  holdTexts?(texts: Iterable<HostText>): () => void;
  /** Bytes of outdated texts that are kept only for those who called `holdTexts`; 0 unless said. */
  outdatedBytes?(): number;
  /** Asks one BMC now. Rejects with ProbeRefused, or with the signal's reason. */
  probe(request: ProbeRequest): Promise<ProbeAnswer>;
  /** Asks one BMC now, and gives what ipmi_exporter would have answered. Rejects as `probe` does. */
  ipmi(request: ProbeRequest): Promise<string>;
  /** Probes at once; 64 unless said. */
  probeConcurrency?(): number;
  /** The exporter's own metrics in the text format. */
  selfMetrics(): Promise<string>;
  /** What racks may draw; told with the hosts. None unless said. */
  rackBudgets?(): Iterable<RackBudget>;
  /** The configuration as YAML, its secrets hidden. */
  configText(): string;
  reload(): Promise<ReloadResult>;
  ready(): Readiness;
  state(host: string): HostState | undefined;
  /** The last of what happened to a host; nothing is remembered unless said. */
  trail?(host: string): HostTrail | undefined;
  readonly version: string;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly limits?: Partial<WebLimits>;
  /** TLS, users and headers as they are now; asked at each connection and request. Everybody is let in unless said. */
  security?(): WebSecurity | Promise<WebSecurity>;
  /** Nobody counts unless said. */
  readonly report?: WebReport;
  /** What /sd tells Prometheus to scrape, "lightsout.example.org:9623"; the Host header unless said. */
  readonly advertisedAddress?: string;
}

export interface WebLimits {
  /** Responses of /metrics at once. */
  readonly scrapes: number;
  /** A client that takes longer to read an answer is cut off. */
  readonly scrapeMs: number;
  /** Taken off the scrape time-out that Prometheus announces, so that what there is arrives in time. */
  readonly timeoutOffsetMs: number;
  /** Time for a probe whose client announces no time-out. */
  readonly probeMs: number;
  /** Responses at once that are neither fleet metrics nor probes: pages, /sd, /config, /metrics/self. */
  readonly pages: number;
  /** How long a request waits for one of these; and a response that has been unread for this long may lose its place. */
  readonly patienceMs: number;
  /** Bytes written to clients that they have not read yet; beyond it, what has been unread for longest is cut off. */
  readonly unreadBytes: number;
  /**
   * Bytes of outdated texts of hosts that are kept only because a response of /metrics still sends them. Beyond it,
   * the next scrape cuts off the one that has been unread for longest.
   */
  readonly outdatedBytes: number;
  /** Open connections; beyond it, the client that has the most loses one. */
  readonly connections: number;
  /** Requests that one connection may have sent before the first of them is answered. */
  readonly perConnection: number;
  /** A client that has an answer and reads nothing of it for so long is cut off. */
  readonly stalledMs: number;
  /** For a TLS handshake, and for the head of a request. */
  readonly headersMs: number;
  /** For a whole request. */
  readonly requestMs: number;
  /** Longer than usual scrape intervals, so that Prometheus keeps its connection. */
  readonly keepAliveMs: number;
  readonly headerBytes: number;
  readonly urlLength: number;
  readonly bodyBytes: number;
  /** What running requests get to end when the exporter does. */
  readonly graceMs: number;
}

const DEFAULT_PROBES = 64;

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

/** The parts as handlers use them: with a clock, and with functions that may be taken apart. */
export type BoundParts = WebParts & {
  readonly clock: Clock;
  readonly report: WebReport;
  holdTexts(texts: Iterable<HostText>): () => void;
  outdatedBytes(): number;
  probeConcurrency(): number;
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
    rackBudgets: () => parts.rackBudgets?.() ?? [],
    configText: () => parts.configText(),
    reload: () => parts.reload(),
    ready: () => parts.ready(),
    state: (host) => parts.state(host),
    trail: (host) => parts.trail?.(host),
    version: parts.version,
    log: parts.log,
    clock: parts.clock ?? systemClock,
    security: () => parts.security?.() ?? OPEN,
    report: parts.report ?? SILENT,
    advertisedAddress: parts.advertisedAddress,
  };
}
