import type { Clock } from "../lib/index.ts";
import {
  type ChangeCounts,
  type EventLog,
  type Failure,
  type Host,
  type HostSnapshot,
  needsOperator,
  type PartName,
  type PartOutcome,
  type PowerConsumption,
} from "../model/index.ts";
import type { Bmc, PartData } from "./bmc.ts";
import { asSilence, failureOf } from "./failure.ts";
import { offersOf, PowerChoice } from "./host-power.ts";
import { PartTimes } from "./part-times.ts";
import { uniqueSensors } from "./unique-sensors.ts";

/** Order of the parts: cheap and important ones before long and slow ones. */
const ORDER: readonly PartName[] = [
  "power",
  "sel",
  "dcmi",
  "watchdog",
  "sensors",
  "inventory",
  "security",
  "components",
];
/** Until the sensors were read once, the event log is read after them, because events need the names of sensors. */
const FIRST_ORDER: readonly PartName[] = [
  "power",
  "dcmi",
  "watchdog",
  "sensors",
  "sel",
  "inventory",
  "security",
  "components",
];
/** Parts that change rarely and are not read in each round. */
const SLOW: ReadonlySet<PartName> = new Set(["inventory", "security", "components"]);
/** Number of polls in which the event log waits for the names of sensors; some BMCs never return them. */
const MOST_UNNAMED_POLLS = 3;

export interface SnapshotOptions {
  readonly parts: readonly PartName[];
  /** Age after which slow parts are read again. */
  readonly slowIntervalMs: number;
  /** The same for `components`; absent: as the other slow parts. */
  readonly componentsIntervalMs?: number;
  /** Sensors that are kept; absent: all. */
  readonly sensorLimit?: number;
  /** Reads slow parts whatever their age. */
  readonly everything?: boolean;
  /** Reads discrete sensors that are not due, too. */
  readonly allSensors?: boolean;
  /** Compares the snapshot with earlier data about the host; returns the changes counted so far. */
  readonly compare?: (read: Pick<HostSnapshot, "up" | "controller" | "chassis" | "frus">) => ChangeCounts | undefined;
  /** Called for each reading of the event log, even if the poll fails, because new records are in one reading only. */
  readonly onEventLog?: (log: EventLog, readAt: number) => void;
  readonly signal: AbortSignal;
  /** Monotonic deadline of the poll, by which the parts share the time; absent: they do not. */
  readonly deadlineMs?: number;
  readonly clock: Clock;
}

interface LastReading {
  readonly data: PartData;
  readonly outcome: PartOutcome;
  /** Monotonic. */
  readonly at: number;
  /** True if everything known was read. */
  readonly whole: boolean;
}

/** Failures that end the poll: the BMC does not answer, or refuses the login. Others concern one part. */
function endsPoll(failure: Failure): boolean {
  return (
    failure.reason === "no_answer" ||
    failure.reason === "unreachable" ||
    failure.reason === "name_not_resolved" ||
    failure.reason === "no_free_session" ||
    failure.reason === "unknown_user" ||
    failure.reason === "wrong_password" ||
    failure.reason === "no_cipher_suite" ||
    failure.reason === "tls_error"
  );
}

/**
 * Takes the snapshots of one host: reads the parts that are due, keeps those that succeed, and adds slow parts from
 * earlier readings.
 */
export class SnapshotTaker {
  readonly #host: Host;
  readonly #bmc: Bmc;
  readonly #slow = new Map<PartName, LastReading>();
  readonly #power = new PowerChoice();
  /** Number of polls before the event log is read without the names of sensors. */
  #unnamedPolls = MOST_UNNAMED_POLLS;

  constructor(host: Host, bmc: Bmc) {
    this.#host = host;
    this.#bmc = bmc;
  }

  /** One poll. Never rejects: failures are in the snapshot. */
  async take(options: SnapshotOptions): Promise<HostSnapshot> {
    const { clock, signal } = options;
    const startedAt = clock.wallMs();
    const begin = clock.monotonicMs();
    const outcomes: PartOutcome[] = [];
    const data: { -readonly [part in keyof PartData]: PartData[part] } = {};
    let failure: Failure | undefined;
    try {
      await this.#bmc.open({ signal });
    } catch (error) {
      failure = failureOf(error, "connect", signal);
    }
    this.#noteIdentityChange();
    const order = this.#unnamedPolls > 0 ? FIRST_ORDER : ORDER;
    if (!failure) this.#unnamedPolls--;
    const readNow: LastReading[] = [];
    let isWhole = false;
    const { offeredParts } = this.#bmc;
    const isWanted = (part: PartName): boolean => options.parts.includes(part) && (offeredParts?.has(part) ?? true);
    const parts = failure ? [] : order.filter(isWanted);
    const times = options.deadlineMs === undefined ? undefined : new PartTimes(clock, signal, options.deadlineMs);
    const isDue = (part: PartName): boolean => !this.#isKept(part, begin, options);
    for (const [i, part] of parts.entries()) {
      const before = this.#slow.get(part);
      const ofPart = times?.begin(parts.slice(i + 1).filter(isDue)) ?? signal;
      const reading = before && !isDue(part) ? before : await this.#part(part, ofPart, options);
      this.#noteIdentityChange(part);
      if (part === "sensors" && reading.outcome.ok) this.#unnamedPolls = 0;
      if (part === "sensors") isWhole = reading.whole;
      const isApart = this.#bmc.isApart?.(part) ?? false;
      if (reading !== before && part !== "security" && !isApart) readNow.push(reading);
      Object.assign(data, reading.data);
      outcomes.push(reading.outcome);
      const failed = isApart ? undefined : reading.outcome.failure;
      if (failed && (endsPoll(failed) || (this.#bmc.isSilentSince(begin) && !ofPart.aborted && isSilent(reading)))) {
        failure = failed;
        break;
      }
    }
    times?.end();
    // The BMC did not answer and nothing was read, so it was not reached. Cached data, or data from the login, does not
    // count as an answer.
    const isBarren = outcomes.every((o) => !o.ok) && readNow.every((reading) => isEmpty(reading.data));
    const isAllSilent = readNow.length > 0 && readNow.every(isSilent);
    if (!failure && outcomes.length > 0 && (isBarren || isAllSilent)) {
      failure = outcomes.find((o) => o.failure)?.failure;
    }
    if (failure && this.#bmc.isSilentSince(begin)) {
      failure = asSilence(failure);
      for (const [i, outcome] of outcomes.entries()) {
        if (outcome.failure) outcomes[i] = { ...outcome, failure: asSilence(outcome.failure) };
      }
    }
    if (!failure) data.consumption = this.#powerOf(data, outcomes, isWhole);
    const durationMs = microseconds(clock.monotonicMs() - begin);
    const read: PartData = failure ? {} : joined(data, options.sensorLimit);
    // Without spread: each host's snapshot would have its own hidden class, which takes more memory than the snapshot.
    return {
      host: this.#host.name,
      startedAt,
      durationMs,
      up: failure === undefined,
      failure,
      protocol: this.#bmc.protocol,
      // A copy has no spare capacity.
      parts: outcomes.slice(),
      controller: read.controller,
      chassis: read.chassis,
      sensors: read.sensors,
      discrete: data.sensors && !failure ? this.#bmc.discrete : undefined,
      consumption: read.consumption,
      eventLog: read.eventLog,
      watchdog: read.watchdog,
      frus: read.frus,
      firmware: read.firmware,
      findings: read.findings,
      changes: options.compare?.({ ...read, frus: failure ? undefined : data.frus, up: failure === undefined }),
      omitted: read.omittedSensors === undefined ? undefined : { sensors: read.omittedSensors },
      quirks: this.#bmc.quirks,
    };
  }

  /** The power of the whole host from the best source of this poll. */
  #powerOf(data: PartData, outcomes: readonly PartOutcome[], isWhole: boolean): PowerConsumption | undefined {
    const outcomeOf = (part: PartName) => outcomes.find((o) => o.part === part);
    const meter = outcomeOf("dcmi");
    const sensors = outcomeOf("sensors");
    if (!meter && !sensors) return undefined;
    const { consumption } = data;
    const metered = consumption ? [{ key: consumption.source, consumption }] : [];
    const hostOff = data.chassis?.powerOn === false;
    const sensed = data.sensors ? offersOf(data.sensors, hostOff, isWhole) : [];
    return this.#power.choose([...metered, ...sensed], meter?.ok === false);
  }

  /** Sends one command to check whether a silent BMC is back. Returns a snapshot without parts. */
  async ping(options: Pick<SnapshotOptions, "signal" | "clock">): Promise<HostSnapshot> {
    const { clock, signal } = options;
    const startedAt = clock.wallMs();
    const begin = clock.monotonicMs();
    const common = { host: this.#host.name, startedAt, protocol: this.#bmc.protocol, parts: [], quirks: [] };
    try {
      await this.#bmc.ping({ signal });
      return { ...common, durationMs: microseconds(clock.monotonicMs() - begin), up: true };
    } catch (error) {
      const failed = failureOf(error, "connect", signal);
      const failure = this.#bmc.isSilentSince(begin) ? asSilence(failed) : failed;
      return { ...common, durationMs: microseconds(clock.monotonicMs() - begin), up: false, failure };
    }
  }

  /** Drops cached parts of a replaced board, and old versions after a firmware change. */
  #noteIdentityChange(foundBy?: PartName): void {
    const change = this.#bmc.takeIdentityChange?.() ?? "none";
    if (change === "none") return;
    if (foundBy !== "inventory") this.#slow.delete("inventory");
    if (change === "changed") return;
    this.#slow.clear();
    this.#unnamedPolls = MOST_UNNAMED_POLLS;
  }

  /** True if the last reading of a slow part is recent enough. */
  #isKept(part: PartName, nowMs: number, options: SnapshotOptions): boolean {
    const { slowIntervalMs, componentsIntervalMs = slowIntervalMs, everything } = options;
    const last = this.#slow.get(part);
    const intervalMs = part === "components" ? componentsIntervalMs : slowIntervalMs;
    if (!last || everything || nowMs - last.at >= intervalMs || this.#bmc.isDue?.(part)) return false;
    // A part with a permanent failure, e.g. a missing privilege, is read again as late as one that succeeded.
    return last.outcome.ok || lasting(last.outcome.failure);
  }

  async #part(part: PartName, signal: AbortSignal, options: SnapshotOptions): Promise<LastReading> {
    const { clock, onEventLog, allSensors } = options;
    const begin = clock.monotonicMs();
    let failure: Failure | undefined;
    let data: PartData = {};
    let whole = false;
    try {
      signal.throwIfAborted();
      const reading = await this.#bmc.read(part, { signal, allSensors });
      data = reading.data;
      whole = reading.whole ?? reading.failure === undefined;
      if (data.eventLog) onEventLog?.(data.eventLog, clock.wallMs());
      if (reading.failure !== undefined) failure = failureOf(reading.failure, part, signal);
    } catch (error) {
      failure = failureOf(error, part, signal);
    }
    const durationMs = microseconds(clock.monotonicMs() - begin);
    const outcome: PartOutcome = { part, ok: failure === undefined, durationMs, readAt: clock.wallMs(), failure };
    const reading: LastReading = { data, outcome, at: begin, whole };
    if (SLOW.has(part)) this.#slow.set(part, reading);
    return reading;
  }
}

/** The sensors and FRUs of the parts `sensors`, `inventory` and `components` in one list each. */
function joined(data: PartData, limit: number | undefined): PartData {
  const { sensors, frus, components, componentFrus, omittedSensors } = data;
  if (components === undefined && componentFrus === undefined) return data;
  const all = uniqueSensors([...(sensors ?? []), ...(components ?? [])]);
  const kept = limit === undefined ? all : all.slice(0, limit);
  const omitted = (omittedSensors ?? 0) + all.length - kept.length;
  return {
    ...data,
    sensors: kept,
    frus: [...(frus ?? []), ...(componentFrus ?? [])],
    omittedSensors: omitted === 0 ? undefined : omitted,
  };
}

/** True if there was no response, not even a refusal. */
function isSilent({ outcome, data }: LastReading): boolean {
  const reason = outcome.failure?.reason;
  return isEmpty(data) && (reason === "timeout" || reason === "no_answer" || reason === "unreachable");
}

function isEmpty(data: PartData): boolean {
  const { omittedSensors: _, ...values } = data;
  return Object.values(values).every((value) => value === undefined || (Array.isArray(value) && value.length === 0));
}

/** Milliseconds, rounded to microseconds. */
function microseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}

function lasting(failure: Failure | undefined): boolean {
  return failure !== undefined && (failure.reason === "unsupported" || needsOperator(failure.reason));
}
