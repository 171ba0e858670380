import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { BmcPool, SdrCache, StateDir } from "../bmc/index.ts";
import { type Cidr, type Config, type Environment, formatProblem, staleAfterMs } from "../config/index.ts";
import { EventSpool, Events } from "../events/index.ts";
import { type HostText, renderHost, SelfMetrics, Slabs, withinLimits } from "../exposition/index.ts";
import { Inventory, type RackBudget, RackBudgets, type Shard } from "../inventory/index.ts";
import { UdpTransport } from "../ipmi/index.ts";
import { type Clock, type Logger, systemClock, type Timer, turnAfter } from "../lib/index.ts";
import { dashboardUrl, type Host, type HostSnapshot, runbookUrl } from "../model/index.ts";
import { EarlyPolls, type ScheduledHost, Scheduler, sameConversation, subnetGroup } from "../scheduler/index.ts";
import { Store } from "../store/index.ts";
import { TRAP_KINDS, TRAP_OUTCOMES } from "../traps/index.ts";
import {
  createWeb,
  type HostLinks,
  type InheritedSocket,
  measuresOf,
  type ProbeRequest,
  type ReloadResult,
  type Web,
} from "../web/index.ts";
import { ExporterCluster } from "./cluster.ts";
import { configText } from "./config-text.ts";
import { eventsSettings } from "./events-settings.ts";
import { FaultTimesFile } from "./fault-times-file.ts";
import { PollLog } from "./poll-log.ts";
import { PollSettingsBook } from "./poll-settings.ts";
import { ProbeService } from "./probe-service.ts";
import { empty, readConfig, withAllowed } from "./read-config.ts";
import { Reloader } from "./reload.ts";
import { eventsReports, ipmiReports, redfishReports, schedulerReports } from "./reports.ts";
import { ExporterTraps } from "./traps.ts";
import { WebConfigWatcher } from "./web-config-watcher.ts";

const SWEEP_MS = 5000;
/** Time for closing all sessions when the process ends. */
const LOGOUT_MS = 3000;
/** Time for sending the last events when the process ends or when an output is removed from the configuration. */
const FLUSH_MS = 2000;

/** What the state directory holds. */
interface StateFiles {
  readonly state?: StateDir;
  readonly spool?: EventSpool;
  readonly faults?: FaultTimesFile;
  readonly cluster?: ExporterCluster;
}

export interface ExporterOptions {
  readonly configFile: string;
  /** Addresses such as `:9623`, or sockets that systemd listens on. */
  readonly listen: readonly (string | InheritedSocket)[];
  /** TLS and users of the web server. Without it, it serves plain HTTP to everybody. */
  readonly webConfigFile?: string | undefined;
  readonly version: string;
  readonly log: Logger;
  readonly clock?: Clock;
  readonly env?: Environment;
  /** Networks that may be probed in addition to `probe.allow`: configuration files of ipmi_exporter have no key for them. */
  readonly probeAllow?: readonly Cidr[];
  /** Only this share of the inventory is polled. */
  readonly shard?: Shard;
}

/**
 * Builds the packages and connects them: the inventory lists the hosts, the scheduler decides when to poll them, the
 * pool polls them, the store holds the latest snapshots and their text, and the web serves them.
 */
export class Exporter {
  readonly #options: ExporterOptions;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #env: Environment;
  readonly #self: SelfMetrics;
  readonly #transport: UdpTransport;
  readonly #pool: BmcPool;
  readonly #state: StateDir | undefined;
  readonly #faults: FaultTimesFile | undefined;
  readonly #cluster: ExporterCluster | undefined;
  /** As text, to notice changes. */
  readonly #clusterConfig: string | undefined;
  readonly #scheduler: Scheduler;
  readonly #early: EarlyPolls;
  readonly #traps: ExporterTraps;
  readonly #store: Store<HostText>;
  readonly #inventory: Inventory;
  readonly #events: Events;
  readonly #web: Web;
  #webConfig: WebConfigWatcher | undefined;
  #book: PollSettingsBook;
  #rackBudgets: RackBudgets;
  /** Budgets of the racks that have hosts. */
  #budgets: readonly RackBudget[] = [];
  #sweep: Timer | undefined;
  #ready = false;
  readonly #pollLog: PollLog;
  readonly #reloader: Reloader;

  /**
   * Reads the configuration and starts polling and serving.
   *
   * @throws ConfigError, ListenError, FolderInUseError
   */
  static async start(options: ExporterOptions): Promise<Exporter> {
    const env = options.env ?? process.env;
    const file = await readConfig(options.configFile, env);
    if (file.isEmpty) throw empty(options.configFile);
    const config = withAllowed(file, options.probeAllow);
    const book = await PollSettingsBook.read(config, env);
    const state = config.stateDir === undefined ? undefined : await openState(config.stateDir, options);
    const spool =
      state && config.stateDir !== undefined
        ? await EventSpool.open(join(config.stateDir, "events"), options.log, state.files)
        : undefined;
    const faults =
      state && config.stateDir !== undefined
        ? await FaultTimesFile.open(config.stateDir, state.files, options.log)
        : undefined;
    if (config.cluster && options.shard !== undefined)
      throw new RangeError("--shard and cluster in the configuration exclude each other; remove one of them");
    let started: Exporter | undefined;
    const cluster =
      config.cluster &&
      (await ExporterCluster.open(
        {
          config: config.cluster,
          env,
          version: options.version,
          clock: options.clock ?? systemClock,
          log: options.log,
          inventory: () => started?.allHosts ?? new Map(),
          hosts: () => started?.hosts ?? 0,
          own: async (mayPoll) => started?.own(mayPoll),
        },
        state,
      ));
    const exporter = new Exporter(options, env, config, book, { state, spool, faults, cluster });
    started = exporter;
    try {
      await exporter.#readWebConfig();
      const listening: string[] = [];
      for (const address of options.listen) listening.push(boundAddress(await exporter.#web.listen(address)));
      await exporter.#begin(listening);
      return exporter;
    } catch (error) {
      await exporter.stop();
      throw error;
    }
  }

  private constructor(
    options: ExporterOptions,
    env: Environment,
    config: Config,
    book: PollSettingsBook,
    { state, spool, faults, cluster }: StateFiles,
  ) {
    this.#options = options;
    this.#env = env;
    this.#log = options.log;
    this.#pollLog = new PollLog(options.log);
    this.#clock = options.clock ?? systemClock;
    this.#book = book;
    this.#rackBudgets = new RackBudgets(config);
    const clock = this.#clock;
    this.#state = state;
    this.#faults = faults;
    this.#cluster = cluster;
    this.#clusterConfig = JSON.stringify(config.cluster);
    const maySend = cluster && (() => cluster.maySend());
    const keeper = cluster?.keeper ?? state;
    this.#transport = new UdpTransport({ ...(maySend && { maySend }) });
    this.#self = new SelfMetrics({ version: options.version, clock });
    this.#events = new Events({ clock, log: this.#log, report: eventsReports(this.#self), spool });
    this.#pool = new BmcPool({
      transport: this.#transport,
      clock,
      cache: new SdrCache({ report: this.#self, keeper: state }),
      keeper,
      maySend,
      observer: ipmiReports(this.#self),
      redfishObserver: redfishReports(this.#self),
      onNews: (host, news) => {
        this.#traps.read(host.name, news);
        return this.#events.take(this.#inventory.current().get(host.name) ?? host, news);
      },
      roles: () => this.#book.roles,
      severities: () => this.#book.severities,
      settingsOf: async (host) => this.#book.settingsOf(host),
    });
    const slabs = new Slabs();
    this.#store = new Store<HostText>({
      clock,
      keepReadings: true,
      faultTimes: faults?.times,
      historyBytes: config.historyBytes,
      measures: measuresOf,
      prepare: (record, before) => {
        // A poll may end while a reload removes the module of its host.
        const intervalMs = this.#book.config.modules.get(record.host.module)?.intervalMs ?? 0;
        return renderHost(record, { placed: true, allocate: (length) => slabs.allocate(length, intervalMs) }, before);
      },
      release: (text) => slabs.release(text),
      staleAfterMs: (host) => staleAfterMs(this.#book.config.scheduler, this.#book.moduleOf(host)),
    });
    this.#scheduler = new Scheduler({
      clock,
      log: this.#log,
      report: schedulerReports(this.#self),
      poll: (host, request) => this.#poll(host, request),
      deliver: (snapshot) => {
        this.#store.put(snapshot);
        this.#pollLog.polled(snapshot);
      },
      release: (host) => this.#pool.release(host),
      groupOf: (host) => this.#groupOf(host),
      options: limitsOf(config),
    });
    this.#early = new EarlyPolls({
      clock,
      isStopped: (name) => {
        const known = this.#scheduler.state(name);
        return known && known.stopped !== undefined;
      },
      poll: (name) => void this.#pollEarly(name),
    });
    this.#traps = new ExporterTraps({
      clock,
      log: this.#log,
      env,
      report: {
        received: (outcome) => this.#self.traps.received(outcome),
        accepted: (host, kind) => this.#self.traps.accepted(host, kind),
        confirmed: (seconds) => this.#self.traps.confirmed(seconds),
      },
      transport: this.#transport,
      hosts: () => this.#inventory.current(),
      guidOf: (host) => this.#store.get(host)?.record.snapshot?.controller?.guid,
      hint: (host) => void this.#early.request(host.name),
      describe: (host, record) => this.#pool.describeRecord(host, record),
      unconfirmed: (host, facts, entry, entity) => void this.#events.takeTrap(host, facts, entry, entity),
    });
    this.#inventory = new Inventory(config, {
      log: this.#log,
      clock,
      shard: options.shard,
      report: this.#self,
      // A member polls nothing before it knows which hosts are its own.
      ...(cluster && { owns: () => false }),
    });
    this.#inventory.onChange(() => this.#applyInventory());
    this.#reloader = new Reloader({
      configFile: options.configFile,
      env,
      probeAllow: options.probeAllow,
      log: this.#log,
      inventory: this.#inventory,
      book: () => this.#book,
      hosts: () => this.hosts,
      reloadWebConfig: async () => (await this.#webConfig?.reload()) ?? [],
      activate: (book, budgets) => {
        this.#book = book;
        this.#rackBudgets = budgets;
      },
      activated: () => this.#reloaded(),
      report: this.#self,
    });
    const probes = new ProbeService({
      clock,
      scheduler: this.#scheduler,
      book: () => this.#book,
      hosts: () => this.#inventory.all(),
      admit: (host) => this.#cluster?.admit(host.name, this.#inventory.current().has(host.name)),
      record: (name) => this.#store.get(name)?.record,
    });
    this.#web = createWeb({
      records: () => this.#store,
      record: (name) => this.#store.get(name),
      holdTexts: (texts) => slabs.retain(texts),
      outdatedBytes: () => slabs.outdatedBytes,
      probeConcurrency: () => this.#book.config.probe.concurrency,
      probe: (request) => probes.probe(request),
      ipmi: (request) => probes.ipmi(request),
      selfMetrics: () => {
        if (this.#cluster) this.#self.cluster.set(this.#cluster.status);
        return this.#self.text();
      },
      rackBudgets: () => this.#budgets,
      cluster: () => this.#cluster?.view(),
      elsewhere: (host) => (this.#inventory.all().has(host) ? this.#cluster?.elsewhere(host) : undefined),
      remoteHosts: () => this.#cluster?.remoteHosts() ?? [],
      configText: () => configText(this.#book.config, this.#inventory.problems()),
      reload: () => this.reload(),
      ready: () => (this.#ready ? { ready: true } : { ready: false, why: "the inventory is not loaded yet" }),
      state: (name) => this.#scheduler.state(name),
      trail: (name) => this.#store.trail(name),
      recentEvents: () => this.#store.recentEvents(),
      history: (host) => this.#store.history(host),
      runbook: (alert) => runbookUrl(this.#book.config.links.runbooks ?? "/runbooks", alert),
      links: (host) => hostLinks(this.#book.config.links, host),
      refreshSeconds: () => refreshSecondsOf(this.#book.config),
      version: options.version,
      log: this.#log,
      clock,
      report: this.#self,
      ...(options.webConfigFile !== undefined && { security: () => this.#loadedWebConfig().current() }),
    });
  }

  async #readWebConfig(): Promise<void> {
    const { webConfigFile } = this.#options;
    if (webConfigFile === undefined) return;
    const options = { log: this.#log, clock: this.#clock, report: this.#self };
    this.#webConfig = await WebConfigWatcher.open(webConfigFile, options);
  }

  /** Without the web configuration no request may be served: it holds the users. */
  #loadedWebConfig(): WebConfigWatcher {
    if (this.#webConfig === undefined) throw new Error("the web configuration is not read yet");
    return this.#webConfig;
  }

  /** All hosts of the inventory, also those that other servers of the cluster poll. */
  get allHosts(): ReadonlyMap<string, Host> {
    return this.#inventory.all();
  }

  /** Polls only these hosts from now on. Resolves when the others are no longer polled and their sessions are closed. */
  async own(mayPoll: (hostName: string) => boolean): Promise<void> {
    this.#inventory.setOwned(mayPoll);
    await this.#scheduler.released();
    await this.#pool.settled();
  }

  /** Hosts being polled. */
  get hosts(): number {
    return this.#store.size;
  }

  async #begin(listening: readonly string[]): Promise<void> {
    this.#logProblems();
    await this.#events.configure(eventsSettings(this.#book.config, this.#env), FLUSH_MS);
    await this.#inventory.start();
    this.#applyInventory();
    await this.#cluster?.start();
    await this.#configureTraps();
    this.#ready = true;
    this.#self.configReload(true);
    const sweep = (): void => {
      this.#store.sweep();
      void this.#saveFaults();
      this.#sweep = this.#clock.after(SWEEP_MS, sweep);
    };
    sweep();
    this.#log.info({ hosts: this.hosts, listen: listening.join(", ") }, "polling");
    this.#logEmptyInventory();
    this.#logUnusedBudgets();
  }

  /** Logs the notes of the configuration and the credentials that cannot be loaded, once per load. */
  #logProblems(): void {
    for (const note of this.#book.config.notes) this.#log.warn({ detail: formatProblem(note) }, "configuration");
    for (const problem of this.#book.problems()) this.#log.error({ problem }, "cannot load credentials");
  }

  /** A server keeps its name and its etcd while it runs: its lease belongs to them. */
  #logClusterChange(): void {
    const now = JSON.stringify(this.#book.config.cluster);
    if (now !== this.#clusterConfig)
      this.#log.warn({}, "the section cluster of the configuration changed; it takes effect after a restart");
  }

  /** An inventory without hosts is mostly a mistake. */
  #logEmptyInventory(): void {
    if (this.hosts > 0 || this.allHosts.size > 0) return;
    const { fileSd, foreign, httpSd, probe } = this.#book.config;
    if (foreign) {
      const file = { config: this.#options.configFile };
      if (probe.allow.length > 0)
        this.#log.info(file, "using an ipmi_exporter configuration: BMCs are polled only on requests to /ipmi");
      else
        this.#log.warn(
          file,
          "using an ipmi_exporter configuration: every target is refused; give --probe.allow with the network of your BMCs",
        );
      return;
    }
    const why =
      fileSd.length + httpSd.length > 0
        ? "the discovery sources list no host for this exporter"
        : "give targets, file_sd or http_sd in the configuration";
    this.#log.warn({ config: this.#options.configFile }, `there is no host to poll: ${why}`);
  }

  /** Logs budgets of racks without hosts, once per load. A shard has only some of the racks and cannot know. */
  #logUnusedBudgets(): void {
    if (this.#options.shard !== undefined || this.hosts === 0) return;
    for (const problem of this.#rackBudgets.unused(this.allHosts.values())) this.#log.warn({}, problem);
  }

  #groupOf(host: Host): string {
    if (this.#book.config.scheduler.groupBy === "subnet") return subnetGroup(host);
    const { site, room, row, rack } = host.place;
    return rack === undefined ? `host/${host.name}` : JSON.stringify([site, room, row, rack]);
  }

  #applyInventory(): void {
    const hosts = [...this.#inventory.current().values()];
    this.#store.setHosts(hosts);
    this.#budgets = this.#rackBudgets.of(hosts);
    this.#scheduler.setHosts(hosts.map((host) => this.#scheduled(host)));
    this.#pollLog.retain((name) => this.#store.get(name) !== undefined);
    this.#cluster?.refresh();
    this.#traps.setHosts();
    if (this.#book.config.traps) this.#self.traps.retain((name) => this.#store.get(name) !== undefined);
  }

  async #configureTraps(): Promise<void> {
    const { traps } = this.#book.config;
    if (traps) this.#self.traps.configure({ outcomes: TRAP_OUTCOMES, kinds: TRAP_KINDS });
    await this.#traps.configure(traps);
  }

  /** Reads everything of a host now, because something happened. */
  async #pollEarly(name: string): Promise<void> {
    const host = this.#inventory.current().get(name);
    if (!host) return;
    try {
      await this.#scheduler.pollNow(host, { purpose: "event", ...this.#book.revisionsOf(host) });
    } catch {
      // Too many probes wait, or the exporter stops: the next round reads the host.
    }
  }

  #scheduled(host: Host): ScheduledHost {
    const { intervalMs, timeoutMs } = this.#book.moduleOf(host);
    return { host, intervalMs, timeoutMs, ...this.#book.revisionsOf(host) };
  }

  async #poll(
    host: Host,
    request: Parameters<ConstructorParameters<typeof Scheduler>[0]["poll"]>[1],
  ): Promise<HostSnapshot> {
    const trace = typeof request.trace === "function" ? (request.trace as ProbeRequest["trace"]) : undefined;
    const { purpose, signal, deadlineMs, parts } = request;
    const known = this.#inventory.current().get(host.name);
    // Also true for a host of the inventory under another account: only its rounds report its events and changes.
    const passing = known === undefined || !sameConversation(known, host);
    const snapshot = await this.#pool.poll(host, { purpose, signal, deadlineMs, parts, trace, passing });
    // Reading many sensors and rendering them are two pieces of work.
    await turnAfter(snapshot.sensors?.length ?? 0);
    const limits = this.#book.config.modules.get(host.module)?.limits;
    return limits ? withinLimits(host, snapshot, limits) : snapshot;
  }

  /** Reads the configuration again; see Reloader. */
  reload(): Promise<ReloadResult> {
    return this.#reloader.reload();
  }

  #reloaded(): void {
    this.#pool.acknowledgeRemovals();
    this.#scheduler.configure(limitsOf(this.#book.config));
    void this.#events.configure(eventsSettings(this.#book.config, this.#env), FLUSH_MS);
    // Even if no host was added or removed, intervals and credentials may have changed.
    this.#applyInventory();
    const refused = this.#scheduler.pollRefusedHosts();
    if (refused > 0) this.#log.info({ hosts: refused }, "hosts that refused the login are polled once more");
    this.#logProblems();
    this.#logClusterChange();
    void this.#configureTraps();
    this.#log.info({ hosts: this.hosts }, "configuration reloaded");
    this.#logEmptyInventory();
    this.#logUnusedBudgets();
  }

  async #saveFaults(): Promise<void> {
    await this.#faults?.save(this.hosts, (name) => this.#store.get(name) !== undefined);
  }

  /** Ends polls, closes the sessions with BMCs and lets requests in flight finish, in less than 10 s. */
  async stop(): Promise<void> {
    this.#sweep?.cancel();
    this.#traps.stop();
    this.#early.stop();
    await this.#cluster?.stop();
    this.#inventory.stop();
    await Promise.all([this.#scheduler.stop(), this.#web.close()]);
    let timer: Timer | undefined;
    const late = new Promise<void>((resolve) => {
      timer = this.#clock.after(LOGOUT_MS, resolve);
    });
    await Promise.all([Promise.race([this.#pool.close(), late]), this.#events.close(FLUSH_MS)]);
    // A pending timer would keep the process alive.
    timer?.cancel();
    await this.#transport.close();
    await this.#saveFaults();
    await this.#state?.close();
    this.#self.close();
  }
}

/** Opens the state directory. The owner text is what a second process on it reports about the first. */
function openState(folder: string, { log, clock }: ExporterOptions): Promise<StateDir> {
  const owner = `process ${process.pid} on ${hostname()}, which started ${new Date().toISOString()}`;
  return StateDir.open(folder, log, { clock, owner });
}

/** `127.0.0.1:9623`; the port is the bound one, also if the configured port is 0. */
function boundAddress(server: Server): string {
  const bound = server.address() as AddressInfo | string | null;
  // The path of an inherited Unix socket is not known.
  if (bound === null || typeof bound === "string") return bound || "an inherited socket";
  const { address, family, port } = bound;
  return `${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

function hostLinks({ grafana, bmc }: Config["links"], { name, address }: Host): HostLinks {
  const host = address.includes(":") ? `[${address}]` : address;
  return {
    ...(grafana && { dashboard: dashboardUrl(grafana, `/d/bmc-host?var-host=${encodeURIComponent(name)}`) }),
    bmc: bmc.replaceAll("{address}", host),
  };
}

/** Pages show something new once per shortest interval. */
function refreshSecondsOf({ modules }: Config): number {
  const shortest = Math.min(...[...modules.values()].map(({ intervalMs }) => intervalMs));
  return Math.min(300, Math.max(5, Math.round(shortest / 1000)));
}

function limitsOf(config: Config): { concurrency: number; groupConcurrency: number; maxBackOffMs: number } {
  const { concurrency, groupConcurrency, maxBackoffMs } = config.scheduler;
  return { concurrency, groupConcurrency, maxBackOffMs: maxBackoffMs };
}
