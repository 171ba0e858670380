import type { Clock } from "../lib/index.ts";
import {
  type Failure,
  type Host,
  type HostSnapshot,
  needsOperator,
  type PartName,
  type PartOutcome,
} from "../model/index.ts";
import type { Bmc, PartData } from "./bmc.ts";
import { failureOf } from "./failure.ts";

/** Asked first to last: the cheap and important before the long and slow. */
const ORDER: readonly PartName[] = ["power", "sel", "dcmi", "watchdog", "sensors", "inventory", "security"];
/** The first time, events come after the sensors, whose names they need. */
const FIRST_ORDER: readonly PartName[] = ["power", "dcmi", "watchdog", "sensors", "sel", "inventory", "security"];
/** These change so seldom that they are not asked each round. */
const SLOW: ReadonlySet<PartName> = new Set(["inventory", "security"]);

export interface SnapshotOptions {
  readonly parts: readonly PartName[];
  /** Age at which slow parts are asked again. */
  readonly slowIntervalMs: number;
  /** Asks slow parts, too, whatever their age. */
  readonly everything?: boolean;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

interface LastReading {
  readonly data: PartData;
  readonly outcome: PartOutcome;
  /** Monotonic. */
  readonly at: number;
}

/** Failures that end the poll: nobody is there, or nobody lets us in. What else fails, fails alone. */
function endsPoll(failure: Failure): boolean {
  return (
    failure.reason === "no_answer" ||
    failure.reason === "unreachable" ||
    failure.reason === "name_not_resolved" ||
    failure.reason === "no_free_session" ||
    failure.reason === "unknown_user" ||
    failure.reason === "wrong_password" ||
    failure.reason === "no_cipher_suite"
  );
}

/**
 * Makes the snapshots of one host: asks its BMC for the parts that are due, keeps those that answered,
 * and fills in the slow ones from the reading before.
 */
export class SnapshotTaker {
  readonly #host: Host;
  readonly #bmc: Bmc;
  readonly #slow = new Map<PartName, LastReading>();
  #first = true;

  constructor(host: Host, bmc: Bmc) {
    this.#host = host;
    this.#bmc = bmc;
  }

  /** One poll. Never rejects: what went wrong is in the snapshot. */
  async take(options: SnapshotOptions): Promise<HostSnapshot> {
    const { clock, signal } = options;
    const startedAt = clock.wallMs();
    const begin = clock.monotonicMs();
    const outcomes: PartOutcome[] = [];
    let data: PartData = {};
    let failure: Failure | undefined;
    try {
      await this.#bmc.open({ signal });
    } catch (error) {
      failure = failureOf(error, "connect", signal);
    }
    const order = this.#first ? FIRST_ORDER : ORDER;
    if (!failure) this.#first = false;
    for (const part of failure ? [] : order.filter((p) => options.parts.includes(p))) {
      const reading = await this.#part(part, options);
      data = { ...data, ...reading.data };
      outcomes.push(reading.outcome);
      const failed = reading.outcome.failure;
      if (failed && endsPoll(failed)) {
        failure = failed;
        break;
      }
    }
    // Silence in the middle of everything: nothing was read, so the BMC was not reached.
    if (!failure && outcomes.length > 0 && outcomes.every((o) => !o.ok)) {
      failure = outcomes.find((o) => o.failure)?.failure;
    }
    const durationMs = microseconds(clock.monotonicMs() - begin);
    const common = { host: this.#host.name, startedAt, durationMs, protocol: this.#bmc.protocol, parts: outcomes };
    const { quirks } = this.#bmc;
    if (failure) return { ...common, up: false, failure, quirks };
    return { ...common, up: true, ...data, quirks };
  }

  /** One question, to see whether a silent BMC is back. A snapshot without parts. */
  async ping(options: Pick<SnapshotOptions, "signal" | "clock">): Promise<HostSnapshot> {
    const { clock, signal } = options;
    const startedAt = clock.wallMs();
    const begin = clock.monotonicMs();
    const common = { host: this.#host.name, startedAt, protocol: this.#bmc.protocol, parts: [], quirks: [] };
    try {
      await this.#bmc.ping({ signal });
      return { ...common, durationMs: microseconds(clock.monotonicMs() - begin), up: true };
    } catch (error) {
      const failure = failureOf(error, "connect", signal);
      return { ...common, durationMs: microseconds(clock.monotonicMs() - begin), up: false, failure };
    }
  }

  async #part(part: PartName, options: SnapshotOptions): Promise<LastReading> {
    const { clock, signal } = options;
    const begin = clock.monotonicMs();
    const before = this.#slow.get(part);
    const fresh = before !== undefined && begin - before.at < options.slowIntervalMs && !options.everything;
    // A part that failed for good (privilege, say) is as slow to be asked again as one that succeeded.
    if (fresh && (before.outcome.ok || lasting(before.outcome.failure))) return before;
    let failure: Failure | undefined;
    let data: PartData = {};
    try {
      signal.throwIfAborted();
      const reading = await this.#bmc.read(part, { signal });
      data = reading.data;
      if (reading.failure !== undefined) failure = failureOf(reading.failure, part, signal);
    } catch (error) {
      failure = failureOf(error, part, signal);
    }
    const durationMs = microseconds(clock.monotonicMs() - begin);
    const outcome: PartOutcome = { part, ok: failure === undefined, durationMs, readAt: clock.wallMs(), failure };
    const reading: LastReading = { data, outcome, at: begin };
    if (SLOW.has(part)) this.#slow.set(part, reading);
    return reading;
  }
}

/** Milliseconds without digits that nobody measured. */
function microseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}

function lasting(failure: Failure | undefined): boolean {
  return failure !== undefined && (failure.reason === "unsupported" || needsOperator(failure.reason));
}
