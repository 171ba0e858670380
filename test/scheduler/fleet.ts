import type { Failure, FailureReason, Host, HostSnapshot } from "../../src/model/index.ts";
import {
  type PollRequest,
  type ScheduledHost,
  Scheduler,
  type SchedulerOptions,
  type SchedulerParts,
  type SchedulerReport,
  subnetGroup,
} from "../../src/scheduler/index.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** How a pretended BMC takes a poll: after how long, and with what. `wedged`: never, whatever the signal says. */
export type Behaviour =
  | { readonly afterMs: number; readonly reason?: FailureReason; readonly failedLogin?: true }
  | "silent"
  | "wedged";

export interface SeenPoll {
  readonly host: string;
  readonly purpose: PollRequest["purpose"];
  readonly atMs: number;
  readonly deadlineMs: number;
  readonly auth: string;
  readonly parts: readonly string[] | undefined;
}

export const MINUTE = 60_000;

/** The same sequence for the same seed: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function hostNamed(name: string, changes: Partial<Host> = {}): Host {
  const number = Number(/\d+$/.exec(name)?.[0] ?? 0);
  const address = `10.1.${number >> 8}.${number & 255}`;
  return { name, address, port: 623, module: "default", auth: "default", place: {}, labels: {}, ...changes };
}

export function fleetOf(count: number, changes: Partial<ScheduledHost> = {}): ScheduledHost[] {
  return Array.from({ length: count }, (_, i) => ({
    host: hostNamed(`node${String(i + 1).padStart(4, "0")}`),
    intervalMs: MINUTE,
    timeoutMs: 20_000,
    ...changes,
  }));
}

/** Pretended BMCs behind a scheduler on a fake clock, with everything noted that a test may ask for. */
export class Rig {
  readonly clock = new FakeClock();
  readonly polls: SeenPoll[] = [];
  readonly delivered: HostSnapshot[] = [];
  readonly released: string[] = [];
  readonly reported: { [Event in keyof SchedulerReport]: Parameters<SchedulerReport[Event]>[] } = {
    queued: [],
    started: [],
    ended: [],
    skipped: [],
    late: [],
    stuck: [],
    coalesced: [],
    refused: [],
  };
  readonly behaviours = new Map<string, Behaviour>();
  byDefault: Behaviour = { afterMs: 500 };
  readonly scheduler: Scheduler;
  running = 0;
  mostRunning = 0;
  readonly mostByGroup = new Map<string, number>();
  readonly mostByBmc = new Map<string, number>();
  readonly #byGroup = new Map<string, number>();
  readonly #byBmc = new Map<string, number>();

  constructor(options: SchedulerOptions = {}, parts: Partial<SchedulerParts> = {}) {
    const { reported } = this;
    this.scheduler = new Scheduler({
      clock: this.clock,
      poll: (host, request) => this.#poll(host, request),
      deliver: (snapshot) => this.delivered.push(snapshot),
      release: (host) => void this.released.push(host.name),
      random: seeded(1),
      report: {
        queued: (...args) => reported.queued.push(args),
        started: (...args) => reported.started.push(args),
        ended: (...args) => reported.ended.push(args),
        skipped: (...args) => reported.skipped.push(args),
        late: (...args) => reported.late.push(args),
        stuck: (...args) => reported.stuck.push(args),
        coalesced: (...args) => reported.coalesced.push(args),
        refused: (...args) => reported.refused.push(args),
      },
      options,
      ...parts,
    });
  }

  pollsOf(name: string): SeenPoll[] {
    return this.polls.filter((poll) => poll.host === name);
  }

  async #poll(host: Host, { purpose, deadlineMs, signal, parts }: PollRequest): Promise<HostSnapshot> {
    const { clock } = this;
    const startedMs = clock.monotonicMs();
    const startedAt = clock.wallMs();
    this.polls.push({ host: host.name, purpose, atMs: startedMs, deadlineMs, auth: host.auth, parts });
    const bmc = `${host.address}:${host.port}`;
    const group = subnetGroup(host);
    this.mostRunning = Math.max(this.mostRunning, ++this.running);
    count(this.#byGroup, this.mostByGroup, group, 1);
    count(this.#byBmc, this.mostByBmc, bmc, 1);
    try {
      const behaviour = this.behaviours.get(host.name) ?? this.byDefault;
      let reason: FailureReason | undefined;
      const { failedLogin } = typeof behaviour === "string" ? {} : behaviour;
      if (behaviour === "silent") {
        await this.#until(undefined, signal);
        reason = "timeout";
      } else if (behaviour === "wedged") {
        await new Promise(() => {});
      } else {
        reason = (await this.#until(behaviour.afterMs, signal)) ? "timeout" : behaviour.reason;
      }
      const failure: Failure | undefined = reason && {
        stage: "connect",
        reason,
        message: `${host.name}: ${reason}`,
        failedLogin,
      };
      const durationMs = clock.monotonicMs() - startedMs;
      return { host: host.name, startedAt, durationMs, up: !failure, failure, parts: [], quirks: [] };
    } finally {
      this.running--;
      count(this.#byGroup, this.mostByGroup, group, -1);
      count(this.#byBmc, this.mostByBmc, bmc, -1);
    }
  }

  /** True when the signal came first. */
  #until(ms: number | undefined, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = ms === undefined ? undefined : this.clock.after(ms, () => resolve(false));
      signal.addEventListener("abort", () => {
        timer?.cancel();
        resolve(true);
      });
    });
  }
}

function count(now: Map<string, number>, most: Map<string, number>, key: string, by: number): void {
  const value = (now.get(key) ?? 0) + by;
  now.set(key, value);
  if (value > (most.get(key) ?? 0)) most.set(key, value);
}
