import { randomUUID } from "node:crypto";
import type { Clock, Logger, Timer } from "../lib/index.ts";
import type { Change, Compare, KeyValue, Range } from "./etcd.ts";
import { EtcdError } from "./etcd-error.ts";
import { isSameView, pollable, targetView } from "./ownership.ts";
import { type ClusterState, parseServerRecord, type ServerRecord } from "./records.ts";

/** What a member needs of etcd; EtcdClient has it. */
export interface Coordinator {
  range(prefix: string): Promise<Range>;
  transact(compare: readonly Compare[], changes: readonly Change[]): Promise<{ readonly done: boolean }>;
  grantLease(seconds: number): Promise<{ readonly id: string; readonly seconds: number }>;
  renewLease(id: string): Promise<number>;
  revokeLease(id: string): Promise<void>;
  watch(prefix: string, signal: AbortSignal, changed: () => void): Promise<void>;
}

/** What a server publishes about itself, besides what the member adds. */
export type OwnFacts = Pick<ServerRecord, "version" | "url" | "inventory" | "inventoryHosts" | "hosts">;

export interface MemberOptions {
  readonly etcd: Coordinator;
  /** Prefix of all keys, e.g. /lightsout/. */
  readonly prefix: string;
  /** Name of this server; unique in the cluster. */
  readonly name: string;
  /** Duration of the lease, in milliseconds. */
  readonly leaseMs: number;
  /** Goes on polling without a valid lease: availability counts more than a second session on a BMC. */
  readonly keepWithoutEtcd: boolean;
  readonly clock: Clock;
  readonly log: Logger;
  readonly facts: () => OwnFacts;
  /** Polls only these hosts from now on. Resolves when the others are no longer polled and their sessions are closed. */
  readonly own: (mayPoll: (hostName: string) => boolean) => Promise<void>;
  /** Called after each change of what is known about the cluster. */
  readonly changed?: () => void;
}

/** What is known of the cluster at present. */
export interface MemberStatus {
  readonly state: ClusterState;
  /** This server holds a lease that is valid by its own clock. */
  readonly isMember: boolean;
  /** Last failure of a request to etcd; undefined after a success. */
  readonly failure: EtcdError | undefined;
  /** Monotonic time until which the lease is valid by the clock of this server. */
  readonly validUntilMs: number;
}

/** Clocks may differ by this part: 1 % fast here and 1 % slow there. */
const CLOCK_TOLERANCE = 0.02;
/** Part of the lease that is left for closing sessions when it cannot be renewed. */
const CLOSING_PART = 0.3;
const RENEWALS_PER_LEASE = 4;
/** While etcd does not answer, it is asked again this many times per lease. */
const RETRIES_PER_LEASE = 10;
const EMPTY: ClusterState = { revision: 0, servers: new Map(), drained: new Set() };

interface Lease {
  readonly id: string;
  /** Monotonic time. */
  validUntilMs: number;
}

/**
 * One server of a cluster: keeps a lease in etcd, reads which servers live, and determines which hosts this server
 * polls. See `pollable` for the rule. After the end of the lease nothing may be sent to BMCs (`maySend`), whatever else
 * of the process still runs.
 */
export class ClusterMember {
  readonly #options: MemberOptions;
  readonly #instance = randomUUID();
  readonly #startedAt: number;
  readonly #stopping = new AbortController();
  #lease: Lease | undefined;
  #state: ClusterState = EMPTY;
  #failure: EtcdError | undefined;
  /** The own record as etcd returned it last. */
  #own: { readonly text: string; readonly record: ServerRecord } | undefined;
  /** Views of writes without an answer: they may have taken effect, or may still do so. */
  #uncertain: (readonly string[])[] = [];
  /** What the hosts were last distributed by. */
  #applied: string | undefined;
  #sequence = 0;
  /** Resolves when every host that was given up so far is released. */
  #released: Promise<unknown> = Promise.resolve();
  #isLeaving = false;
  #isSuspended = false;
  #renewal: Timer | undefined;
  #fence: Timer | undefined;
  #turn: Promise<void> = Promise.resolve();
  #isSyncPlanned = false;
  #nameTakenBy: string | undefined;

  constructor(options: MemberOptions) {
    this.#options = options;
    this.#startedAt = options.clock.wallMs();
  }

  get status(): MemberStatus {
    return {
      state: this.#state,
      isMember: this.#isValid(),
      failure: this.#failure,
      validUntilMs: this.#lease?.validUntilMs ?? Number.NEGATIVE_INFINITY,
    };
  }

  get name(): string {
    return this.#options.name;
  }

  /** Id of the lease while it is valid. */
  get lease(): string | undefined {
    return this.#isValid() ? this.#lease?.id : undefined;
  }

  /** Reports the failure of another request to etcd. */
  failed(error: unknown): void {
    this.#failed(error);
  }

  /** Whether a packet may be sent to a BMC: false after the end of the lease. Called for each packet. */
  maySend(): boolean {
    return this.#options.keepWithoutEtcd || this.#isValid();
  }

  /** Joins the cluster, in the background if etcd does not answer. Resolves after the first attempt. */
  async start(): Promise<void> {
    await this.#renewAndPlan();
    void this.#watch();
  }

  /** Publishes changed facts, e.g. another inventory, and applies the ownership again. */
  refresh(): void {
    this.#planSync();
  }

  /**
   * Gives all hosts away and leaves, so that other servers go on with them at once. `flush` hands over state: it runs
   * after the last session is closed and before others begin.
   */
  async stop(flush: () => Promise<void> = async () => {}): Promise<void> {
    this.#isLeaving = true;
    this.#renewal?.cancel();
    await this.#giveUpAll();
    await flush();
    this.#fence?.cancel();
    this.#stopping.abort(new Error("stopped"));
    const lease = this.#lease;
    this.#lease = undefined;
    if (lease) await this.#options.etcd.revokeLease(lease.id).catch((error: unknown) => this.#failed(error));
  }

  #isValid(): boolean {
    return this.#lease !== undefined && this.#options.clock.monotonicMs() < this.#lease.validUntilMs;
  }

  // --- the lease

  async #renewAndPlan(): Promise<void> {
    const { clock, leaseMs } = this.#options;
    let isOk = false;
    try {
      isOk = this.#lease ? await this.#renew(this.#lease) : await this.#join();
    } catch (error) {
      this.#failed(error);
    }
    if (this.#isLeaving) return;
    const parts = isOk ? RENEWALS_PER_LEASE : RETRIES_PER_LEASE;
    this.#renewal?.cancel();
    this.#renewal = clock.after(leaseMs / parts, () => void this.#renewAndPlan());
    if (isOk) await this.#sync();
  }

  async #renew(lease: Lease): Promise<boolean> {
    const { clock, etcd } = this.#options;
    // The time before the request: etcd counts from a later moment.
    const asked = clock.monotonicMs();
    try {
      const seconds = await etcd.renewLease(lease.id);
      this.#succeeded();
      if (this.#lease === lease) this.#extend(lease, asked + seconds * 1000 * (1 - CLOCK_TOLERANCE));
      return true;
    } catch (error) {
      if (!(error instanceof EtcdError) || error.kind !== "lease_gone") throw error;
      if (this.#lease === lease) this.#lost("its lease has expired");
      return this.#join();
    }
  }

  /** Gets a lease and creates the own key. Returns false while another process has the name. */
  async #join(): Promise<boolean> {
    const { clock, etcd, leaseMs, log, name } = this.#options;
    // A new lease would allow packets again, also to hosts that are still being released.
    await this.#released;
    if (this.#isLeaving) return false;
    const asked = clock.monotonicMs();
    const { id, seconds } = await etcd.grantLease(Math.ceil(leaseMs / 1000));
    const value = JSON.stringify(this.#record([]));
    const { done } = await etcd.transact(
      [{ key: this.#key(name), absent: true }],
      [{ put: this.#key(name), value, lease: id }],
    );
    this.#succeeded();
    if (!done) {
      await etcd.revokeLease(id);
      await this.#waitForName();
      return false;
    }
    this.#nameTakenBy = undefined;
    this.#uncertain = [];
    const lease: Lease = { id, validUntilMs: 0 };
    this.#lease = lease;
    this.#extend(lease, asked + seconds * 1000 * (1 - CLOCK_TOLERANCE));
    log.info({ server: name, lease: `${seconds}s` }, "joined the cluster");
    return true;
  }

  /** The key exists: of another process, of a process that was killed, or of a write whose answer was lost. */
  async #waitForName(): Promise<void> {
    const { log, name } = this.#options;
    await this.#read();
    const other = this.#state.servers.get(name)?.instance;
    if (other !== undefined && other !== this.#instance && other !== this.#nameTakenBy)
      log.warn(
        { server: name },
        "the cluster has a server of this name; waiting until its lease ends. Give each server a cluster.name of its own",
      );
    this.#nameTakenBy = other;
  }

  #extend(lease: Lease, validUntilMs: number): void {
    const { clock, leaseMs } = this.#options;
    lease.validUntilMs = Math.max(lease.validUntilMs, validUntilMs);
    this.#isSuspended = false;
    this.#fence?.cancel();
    const closeAt = lease.validUntilMs - CLOSING_PART * leaseMs;
    this.#fence = clock.after(Math.max(0, closeAt - clock.monotonicMs()), () => this.#suspend());
  }

  /** The lease ends soon and could not be renewed: gives up all hosts while packets may still be sent. */
  #suspend(): void {
    const { keepWithoutEtcd, log } = this.#options;
    if (this.#isLeaving) return;
    if (keepWithoutEtcd) {
      log.warn(
        { problem: this.#failure?.message },
        "etcd does not answer; polling goes on (cluster.without_etcd: keep)",
      );
      return;
    }
    this.#isSuspended = true;
    this.#applied = undefined;
    log.error(
      { problem: this.#failure?.message },
      "the lease of this server could not be renewed; its hosts are given up until etcd answers again",
    );
    void this.#giveUpAll();
    this.#options.changed?.();
  }

  #lost(why: string): void {
    const { keepWithoutEtcd, log } = this.#options;
    this.#lease = undefined;
    this.#own = undefined;
    this.#uncertain = [];
    this.#applied = undefined;
    this.#fence?.cancel();
    if (this.#isLeaving) return;
    log.warn({ server: this.#options.name }, `this server was removed from the cluster: ${why}; joining again`);
    if (!keepWithoutEtcd) void this.#giveUpAll();
    this.#options.changed?.();
  }

  // --- the view

  /** Watches for changes; the connection is opened again after a pause. */
  async #watch(): Promise<void> {
    const { clock, etcd, leaseMs, prefix } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await etcd.watch(`${prefix}members/`, signal, () => this.#planSync());
      } catch {
        // Each renewal reads the cluster, too, and reports what is wrong.
      }
      await new Promise<void>((resolve) => {
        const end = (): void => {
          timer.cancel();
          signal.removeEventListener("abort", end);
          resolve();
        };
        const timer = clock.after(leaseMs / RETRIES_PER_LEASE, end);
        signal.addEventListener("abort", end);
      });
    }
  }

  #planSync(): void {
    if (this.#isSyncPlanned || this.#stopping.signal.aborted) return;
    this.#isSyncPlanned = true;
    void this.#sync();
  }

  /** Reads the cluster and acts on it, one at a time. */
  #sync(): Promise<void> {
    return this.#inTurn(async () => {
      this.#isSyncPlanned = false;
      try {
        // A published view is read back before hosts are taken by it.
        for (let i = 0; i < 3 && !this.#isLeaving; i++) if (!(await this.#step())) return;
      } catch (error) {
        this.#failed(error);
      }
    });
  }

  /** Returns true if a view was published, which the next step reads back. */
  async #step(): Promise<boolean> {
    const { name } = this.#options;
    await this.#read();
    if (!this.#lease || !this.#isValid() || this.#isSuspended || this.#isLeaving) return false;
    const own = this.#own;
    if (own?.record.instance !== this.#instance) {
      this.#lost("its key was removed");
      return false;
    }
    const target = targetView(this.#state);
    const claims = [own.record.view, ...this.#uncertain];
    await this.#apply(JSON.stringify([target, claims, this.#viewsOfOthers()]), pollable(this.#state, name, claims));
    if (this.#isLeaving) return false;
    const isMoved = !isSameView(own.record.view, target);
    const isChanged = Object.entries(this.#options.facts()).some(
      ([key, value]) => own.record[key as keyof OwnFacts] !== value,
    );
    if (isMoved || isChanged || this.#uncertain.length > 0) await this.#publish(own.text, target);
    return isMoved;
  }

  #viewsOfOthers(): unknown {
    return [...this.#state.servers].map(([name, { view }]) => [name, view]);
  }

  /** Distributes the hosts if something changed; resolves when hosts that were given up are released. */
  async #apply(basis: string, mayPoll: (hostName: string) => boolean): Promise<void> {
    if (basis === this.#applied) return;
    this.#applied = basis;
    this.#distribute(mayPoll);
    this.#options.changed?.();
    await this.#released;
  }

  #distribute(mayPoll: (hostName: string) => boolean): void {
    this.#released = Promise.all([this.#released, this.#options.own(mayPoll)]);
  }

  async #giveUpAll(): Promise<void> {
    this.#distribute(() => false);
    await this.#released;
  }

  async #read(): Promise<void> {
    const { etcd, name, prefix } = this.#options;
    const { revision, entries } = await etcd.range(`${prefix}members/`);
    this.#succeeded();
    if (revision < this.#state.revision) return;
    this.#state = stateOf(revision, entries, prefix);
    const text = entries.find(({ key }) => key === this.#key(name))?.value;
    const record = this.#state.servers.get(name);
    this.#own = text !== undefined && record !== undefined ? { text, record } : undefined;
  }

  /**
   * Writes the own record if it is still `before`. A write without an answer may take effect later; so its view counts
   * as claimed until another write has replaced `before`.
   */
  async #publish(before: string, view: readonly string[]): Promise<void> {
    const { clock, etcd, name } = this.#options;
    const lease = this.#lease;
    if (!lease) return;
    const movedAt = isSameView(this.#own?.record.view ?? [], view) ? this.#own?.record.movedAt : clock.wallMs();
    const record = this.#record(view, movedAt);
    const key = this.#key(name);
    this.#uncertain.push(view);
    const { done } = await etcd.transact(
      [
        { key, value: before },
        { key, lease: lease.id },
      ],
      [{ put: key, value: JSON.stringify(record), lease: lease.id }],
    );
    this.#succeeded();
    // Either this write replaced `before`, or an earlier one did: no other write that compares with it can follow.
    this.#uncertain = [];
    if (!done) this.#applied = undefined;
  }

  #record(view: readonly string[], movedAt?: number): ServerRecord {
    return {
      instance: this.#instance,
      startedAt: this.#startedAt,
      ...this.#options.facts(),
      view,
      sequence: ++this.#sequence,
      ...(movedAt !== undefined && { movedAt }),
    };
  }

  #key(name: string): string {
    return `${this.#options.prefix}members/servers/${name}`;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  #succeeded(): void {
    if (this.#failure) this.#options.log.info({}, "etcd answers again");
    this.#failure = undefined;
  }

  /** Logs a failure when it begins or changes. */
  #failed(error: unknown): void {
    const failure = error instanceof EtcdError ? error : new EtcdError("invalid", String(error), { cause: error });
    if (this.#failure?.message !== failure.message)
      this.#options.log.warn({ problem: failure.message }, "etcd: a request failed");
    this.#failure = failure;
    this.#options.changed?.();
  }
}

/** The cluster from the keys under `members/`. */
export function stateOf(revision: number, entries: readonly KeyValue[], prefix: string): ClusterState {
  const servers = new Map<string, ServerRecord>();
  const drained = new Set<string>();
  for (const { key, value } of entries) {
    const [kind, ...rest] = key.slice(`${prefix}members/`.length).split("/");
    const name = rest.join("/");
    if (kind === "drained") drained.add(name);
    const record = kind === "servers" ? parseServerRecord(value) : undefined;
    if (record) servers.set(name, record);
  }
  return { revision, servers, drained };
}
