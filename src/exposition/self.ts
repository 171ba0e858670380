import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { type Clock, systemClock } from "../lib/index.ts";
import { EventLoopDelay } from "./event-loop-delay.ts";
import { ClusterMetrics } from "./self-cluster.ts";
import { RedfishMetrics } from "./self-redfish.ts";
import { TrapMetrics } from "./self-traps.ts";
import { Tally } from "./tally.ts";
import { Timings } from "./timings.ts";

export interface SelfOptions {
  readonly version: string;
  /** False: without the families process_ and nodejs_, which are about the whole process. */
  readonly processMetrics?: boolean;
  readonly clock?: Clock;
}

/** From a BMC on the same switch to the longest timeout, in seconds. */
const ROUND_TRIP_BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const QUEUE_WAIT_BUCKETS = [0.001, 0.01, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

const counter = (register: Registry, name: string, help: string): Counter =>
  new Counter({ name: `lightsout_${name}`, help, registers: [register] });
const gauge = (register: Registry, name: string, help: string): Gauge =>
  new Gauge({ name: `lightsout_${name}`, help, registers: [register] });

/**
 * The exporter's own metrics. Other packages report through small interfaces that this class implements, and never see
 * a counter. The methods that are called for each packet cost a Map lookup; prom-client gets the sums when the metrics
 * are read.
 */
export class SelfMetrics {
  readonly #registry = new Registry();
  readonly #eventLoopDelay: EventLoopDelay;
  readonly #commands: Tally;
  readonly #responses: Tally;
  readonly #packets: Tally;
  readonly #dropped: Tally;
  readonly #opened: Tally;
  readonly #polls: Tally;
  readonly #sdrCache: Tally;
  readonly #retries: Counter;
  readonly #roundTrip: Timings;
  readonly #sessionsOpen: Gauge;
  readonly #pollsSkipped: Counter;
  readonly #pollsLate: Counter;
  readonly #queueDepth: Gauge;
  readonly #queueWait: Timings;
  readonly redfish: RedfishMetrics;
  readonly #registered: { cluster?: ClusterMetrics; traps?: TrapMetrics } = {};
  readonly #entriesRejected: Gauge;
  readonly #events: Counter;
  readonly #eventsWaiting: Gauge;
  readonly #reloadOk: Gauge;
  readonly #reloadTime: Gauge;
  readonly #reloads: Tally;
  readonly #webLogins: Tally;
  readonly #webRefused: Tally;
  readonly #webCut: Tally;
  readonly #webConfigOk: Gauge;
  readonly #webConfigTime: Gauge;
  readonly #webExpiry: Gauge;

  /** Registered when it is used: an exporter that receives no traps has none of these families. */
  get traps(): TrapMetrics {
    this.#registered.traps ??= new TrapMetrics(this.#registry);
    return this.#registered.traps;
  }

  /** Registered when it is used: an exporter outside a cluster has none of these families. */
  get cluster(): ClusterMetrics {
    this.#registered.cluster ??= new ClusterMetrics(this.#registry);
    return this.#registered.cluster;
  }

  constructor(options: SelfOptions) {
    const r = this.#registry;
    new Gauge({
      name: "lightsout_build_info",
      help: "Version of the exporter and of Node.js; always 1.",
      labelNames: ["version", "node"],
      registers: [r],
    }).set({ version: options.version, node: process.version }, 1);

    this.#commands = new Tally(r, "commands_total", "IPMI commands sent, without retries.", ["command"]);
    this.#responses = new Tally(r, "responses_total", "IPMI responses by command and completion code (hexadecimal).", [
      "command",
      "completion_code",
    ]);
    this.#retries = counter(r, "retries_total", "Requests sent again because no response arrived in time.");
    this.#roundTrip = new Timings(
      r,
      "round_trip_seconds",
      "Time from a request to its response, for requests that were sent once.",
      ROUND_TRIP_BUCKETS,
    );
    this.#packets = new Tally(r, "packets_total", "UDP datagrams by direction.", ["direction"]).startAt(
      ["sent"],
      ["received"],
    );
    this.#dropped = new Tally(r, "packets_dropped_total", "Received UDP datagrams that were discarded, by reason.", [
      "reason",
    ]);

    this.redfish = new RedfishMetrics(r);
    this.#opened = new Tally(r, "sessions_opened_total", "Sessions opened with BMCs, by kind.", ["kind"]);
    this.#sessionsOpen = gauge(r, "sessions_open", "Open sessions with BMCs.");

    this.#polls = new Tally(r, "polls_total", 'Polls by outcome: "ok" or the reason of the failure.', [
      "outcome",
    ]).startAt(["ok"]);
    this.#pollsSkipped = counter(
      r,
      "polls_skipped_total",
      "Polls skipped because the previous poll of the host was still in progress.",
    );
    this.#pollsLate = counter(
      r,
      "polls_late_total",
      "Polls that started more than one second after they were due. Hosts in back-off are not counted.",
    );
    this.#queueDepth = gauge(r, "queue_depth", "Polls that are due and wait for a free slot.");
    this.#queueWait = new Timings(r, "queue_wait_seconds", "Time a poll waited for a free slot.", QUEUE_WAIT_BUCKETS);

    this.#sdrCache = new Tally(
      r,
      "sdr_cache_requests_total",
      "Lookups in the SDR cache: repository found (hit) or read from the BMC (miss).",
      ["result"],
    ).startAt(["hit"], ["miss"]);

    this.#reloads = new Tally(r, "config_reloads_total", "Loads of the configuration by result.", ["result"]).startAt(
      ["ok"],
      ["failed"],
    );
    this.#reloadOk = gauge(
      r,
      "config_last_reload_successful",
      "1 if the last load of the configuration succeeded, else 0.",
    );
    this.#reloadTime = gauge(
      r,
      "config_last_reload_success_timestamp_seconds",
      "Unix time of the last successful load of the configuration; 0 if there was none.",
    );

    this.#webLogins = new Tally(
      r,
      "web_logins_total",
      "HTTP requests by result of their authentication. Counted only if web users are configured.",
      ["result"],
    ).startAt(["ok"], ["wrong"], ["missing"], ["busy"]);
    this.#webRefused = new Tally(
      r,
      "web_connections_refused_total",
      "Connections to the web server that were refused, by reason.",
      ["reason"],
    ).startAt(["tls_handshake"], ["plain_http"], ["no_client_certificate"], ["client_certificate"], ["too_many"]);
    this.#webCut = new Tally(
      r,
      "web_answers_cut_total",
      "HTTP responses cut off because the client read them too slowly or another client needed their place, by reason.",
      ["reason"],
    ).startAt(["stalled"], ["slow"], ["displaced"]);
    this.#webConfigOk = gauge(
      r,
      "web_config_last_reload_successful",
      "1 if the last load of the web configuration and its certificates succeeded, else 0. Absent without a web configuration.",
    );
    this.#webConfigTime = gauge(
      r,
      "web_config_last_reload_success_timestamp_seconds",
      "Unix time of the last successful load of the web configuration. Absent without one.",
    );
    this.#webExpiry = gauge(
      r,
      "web_certificate_expiry_timestamp_seconds",
      "Unix time at which the certificate of the web server expires. Absent without TLS.",
    );
    // A gauge without labels is exported as 0 until it is set; these are absent instead.
    for (const absent of [this.#webConfigOk, this.#webConfigTime, this.#webExpiry]) absent.remove();

    this.#entriesRejected = new Gauge({
      name: "lightsout_inventory_rejected_entries",
      help: "Entries of file_sd and http_sd that are not polled, by source and reason: invalid_address, invalid_name, unknown_module, unknown_auth, duplicate_name, duplicate_bmc. Without rejected entries there is no series.",
      labelNames: ["source", "reason"],
      registers: [r],
    });

    this.#events = new Counter({
      name: "lightsout_events_total",
      help: "Events by output and outcome: sent, queue_full (dropped in favour of a newer event), refused (by the receiver), undelivered (at shutdown).",
      labelNames: ["output", "outcome"],
      registers: [r],
    });
    this.#eventsWaiting = new Gauge({
      name: "lightsout_events_waiting",
      help: "Events waiting to be sent, by output.",
      labelNames: ["output"],
      registers: [r],
    });

    this.#eventLoopDelay = new EventLoopDelay(r, options.clock ?? systemClock);
    if (options.processMetrics !== false) {
      collectDefaultMetrics({ register: r });
      // Gauges with names of counters, which promtool refuses; they are the sums of the families without _total.
      for (const what of ["handles", "requests", "resources"]) r.removeSingleMetric(`nodejs_active_${what}_total`);
      // A reading resets the histogram, so with two readers neither would see all delays.
      for (const what of ["", "_min", "_max", "_mean", "_stddev", "_p50", "_p90", "_p99"])
        r.removeSingleMetric(`nodejs_eventloop_lag${what}_seconds`);
    }
  }

  /** A command is sent for the first time. */
  commandSent(name: string): void {
    this.#commands.add(name);
  }

  /** A response arrived, with any completion code. */
  response(name: string, completionCode: number): void {
    this.#responses.add(name, completionCode);
  }

  /** A request is sent again. */
  retry(): void {
    this.#retries.inc();
  }

  /** Time from a request to its response. */
  roundTrip(seconds: number): void {
    this.#roundTrip.observe(seconds);
  }

  packetSent(): void {
    this.#packets.add("sent");
  }

  packetReceived(): void {
    this.#packets.add("received");
  }

  /** A datagram was discarded; `reason` is one of a closed set in snake case. */
  packetDropped(reason: string): void {
    this.#dropped.add(reason);
  }

  /** A session is open; `kind` is the protocol, "rmcp_plus", "ipmi_1_5" or "redfish". */
  sessionOpened(kind: string): void {
    this.#opened.add(kind);
    this.#sessionsOpen.inc();
  }

  /** A session ended in any way. */
  sessionClosed(): void {
    this.#sessionsOpen.dec();
  }

  /** A poll ended; "ok" or the reason of its failure. */
  pollEnded(outcome: string): void {
    this.#polls.add(outcome);
  }

  /** A poll was due while the previous one was in progress. */
  pollSkipped(): void {
    this.#pollsSkipped.inc();
  }

  /** A poll started later than it was due. */
  pollLate(): void {
    this.#pollsLate.inc();
  }

  /** Number of polls that wait now. */
  queueDepth(waiting: number): void {
    this.#queueDepth.set(waiting);
  }

  /** Time a poll waited for a free slot. */
  queueWait(seconds: number): void {
    this.#queueWait.observe(seconds);
  }

  sdrCacheHit(): void {
    this.#sdrCache.add("hit");
  }

  sdrCacheMiss(): void {
    this.#sdrCache.add("miss");
  }

  /** An output of events is configured: its series start at 0. */
  outputConfigured(output: string, outcomes: readonly string[]): void {
    for (const outcome of outcomes) this.#events.inc({ output, outcome }, 0);
    this.#eventsWaiting.inc({ output }, 0);
  }

  /** Events left an output's queue. */
  eventsEnded(output: string, outcome: string, count: number): void {
    this.#events.inc({ output, outcome }, count);
  }

  /** The number of waiting events changed by `change`. */
  eventsWaiting(output: string, change: number): void {
    this.#eventsWaiting.inc({ output }, change);
  }

  /** Entries of the inventory that are not polled at present. */
  entriesRejected(
    counts: readonly { readonly source: string; readonly reason: string; readonly count: number }[],
  ): void {
    this.#entriesRejected.reset();
    for (const { source, reason, count } of counts) this.#entriesRejected.set({ source, reason }, count);
  }

  /** The configuration was loaded, or the load failed and the previous one stays in use. */
  configReload(ok: boolean): void {
    this.#reloads.add(ok ? "ok" : "failed");
    this.#reloadOk.set(ok ? 1 : 0);
    if (ok) this.#reloadTime.setToCurrentTime();
  }

  /** A request was authenticated, or not; called only if users are configured. */
  login(result: string): void {
    this.#webLogins.add(result);
  }

  /** A connection was refused; `reason` is one of a closed set in snake case. */
  connectionRefused(reason: string): void {
    this.#webRefused.add(reason);
  }

  /** A response was cut off, because the client did not read it in time. */
  answerCut(reason: string): void {
    this.#webCut.add(reason);
  }

  /** A web configuration was loaded; with TLS it has a certificate. */
  webConfigLoaded(certificateExpiresAtMs: number | undefined): void {
    this.#webConfigOk.set(1);
    this.#webConfigTime.setToCurrentTime();
    if (certificateExpiresAtMs === undefined) this.#webExpiry.remove();
    else this.#webExpiry.set(certificateExpiresAtMs / 1000);
  }

  /** A web configuration was invalid; the previous one stays in use. */
  webConfigRefused(): void {
    this.#webConfigOk.set(0);
  }

  /** The metrics in the text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Name, type, help and labels of the lightsout_ families, for docs/metrics.md. */
  async describe(): Promise<readonly SelfDescription[]> {
    void this.cluster;
    void this.traps;
    const metrics = await this.#registry.getMetricsAsJSON();
    const labelsOf = (name: string): readonly string[] => {
      const metric = this.#registry.getSingleMetric(name);
      return metric !== undefined && "labelNames" in metric ? (metric.labelNames as string[]) : [];
    };
    return metrics
      .filter(({ name }) => /^(lightsout|bmc)_/.test(name))
      .map(({ name, help, type }) => ({ name, help, type: String(type), labels: labelsOf(name) }));
  }

  /** Stops measuring the event loop. */
  close(): void {
    this.#eventLoopDelay.close();
  }
}

export interface SelfDescription {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly labels: readonly string[];
}
