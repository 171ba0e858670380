import {
  type BaseUnit,
  type CommandRunner,
  CompletionCode,
  CompletionCodeError,
  convertRaw,
  DecodeError,
  getSensorReading,
  getSensorReadingFactors,
  type ReadingFactors,
  type RunOptions,
  toBaseUnit,
  withFactors,
} from "../../ipmi/index.ts";
import type { Clock } from "../../lib/index.ts";
import type { CodedReading, Sensor } from "../../model/index.ts";
import type { SensorFilter } from "../bmc.ts";
import type { ReadingPolicy } from "../reading-policy.ts";
import { DiscreteStates, isDiscrete, type Turn } from "./discrete-states.ts";
import { LimitReader, type SavedLimits } from "./limit-reader.ts";
import type { LimitedSensor } from "./limited-sensor.ts";
import type { PlannedSensor } from "./planned-sensor.ts";
import { PresentParts } from "./present-parts.ts";
import { type Answer, NO_READING, Readings } from "./readings.ts";
import type { SensorPlan } from "./sensor-plan.ts";
import { codedReading, heldLimits, type ReadingCase, type ReadingContext, sensorOf } from "./sensor-reading.ts";
import { isSilence, SensorRoutes } from "./sensor-routes.ts";

/** Maximum number of busy sensors in one poll before the BMC is no longer waited for. */
const MOST_BUSY_WAITS = 4;
/** Time that refusals of busy sensors may take in one poll. */
const BUSY_SENSORS_MS = 1000;

/** Shared, because most hosts have no such sensors. */
const NOTHING_HELD: ReadonlyMap<number, number> = new Map();
/** The same. */
const NO_PAST: Past = {};
/** The same. */
const NONE_BUSY: ReadonlySet<number> = new Set();

/** Results of earlier readings of a sensor. */
type Past = Pick<ReadingCase, "held" | "wasPresent">;

export interface SensorsReading {
  readonly sensors: readonly Sensor[];
  /** Why the reading ended early. */
  readonly failure?: unknown;
}

/** Reads the sensors of one host with a plan; keeps what it has learnt about them between polls. */
export class SensorReader {
  readonly plan: SensorPlan;
  readonly #wanted: readonly PlannedSensor[];
  /** Number of selected sensors that are not read because of the limit; undefined: none. */
  readonly omitted: number | undefined;
  readonly #routes: SensorRoutes;
  readonly #limits: LimitReader;
  readonly #parts: PresentParts;
  /** Absent if every poll reads all sensors. */
  readonly #states: DiscreteStates | undefined;
  readonly #clock: Clock;
  /**
   * Masks of the limits that sensors had crossed at the previous reading, by index; only for sensors that had crossed
   * any. Undefined before the first poll.
   */
  #held: ReadonlyMap<number, number> | undefined;
  /** Conversions by sensor and raw reading; undefined if the BMC has none. */
  #factors: Map<number, ReadingFactors | undefined> | undefined;
  /** Adds the responses of the BMC to sensors, for the metrics of ipmi_exporter. */
  coded = false;
  /**
   * Indices of sensors for which the BMC was busy in the last poll. Some always are, e.g. those of empty DIMM sockets.
   * They are read after the others, once and without waiting.
   */
  #busy = NONE_BUSY;
  /** Indices of the other sensors; undefined: no sensor is busy. */
  #idle: readonly number[] | undefined;
  /** Where in this list a poll of all sensors begins: after the sensors that the previous poll had time for. */
  #first = 0;
  /** The same for the list of busy sensors. */
  #firstBusy = 0;
  /** Sensors for which the BMC was busy in this poll. */
  #busyWaits = 0;

  constructor(
    plan: SensorPlan,
    options: {
      readonly filter?: SensorFilter;
      /** Maximum number of sensors that are read. */
      readonly sensorLimit?: number;
      readonly bridge: boolean;
      /** The quirk: all sensors belong to the BMC, even if records name another owner. */
      readonly assumeBmcOwner?: boolean;
      readonly clock: Clock;
      /** Absent: every poll reads all sensors. */
      readonly policy?: ReadingPolicy;
      /** The previous reader of this host. The limits that its sensors had crossed count for the hysteresis. */
      readonly before?: SensorReader;
    },
  ) {
    const { sensorLimit = Number.POSITIVE_INFINITY } = options;
    this.plan = plan;
    const wanted = plan.wanted(options.filter);
    this.#wanted = wanted.length > sensorLimit ? wanted.slice(0, sensorLimit) : wanted;
    this.omitted = plan.omitted + wanted.length - this.#wanted.length || undefined;
    this.#clock = options.clock;
    this.#routes = new SensorRoutes(options);
    this.#limits = new LimitReader(plan, this.#wanted, this.#routes, options.clock);
    this.#parts = new PresentParts(this.#wanted);
    const { policy } = options;
    this.#states = policy?.isSaving
      ? new DiscreteStates(this.#wanted, policy.rotation(this.#wanted.filter(isDiscrete).length))
      : undefined;
    this.#held = options.before?.heldBy(this.#wanted);
    if (options.before) this.#parts.restore(options.before.savePresent());
  }

  /** Some sensors with states also have a value. */
  get hasDiscreteReadings(): boolean {
    return this.#wanted.some(({ unit, definition }) => unit !== undefined && definition.class !== "threshold");
  }

  /** When the oldest state was read, monotonic. Undefined if the last reading was not complete, or read everything. */
  get oldestStateMs(): number | undefined {
    return this.#states?.oldestMs;
  }

  /**
   * Sends one request per sensor that is due, and once a day one more for its limits. Returns what there was time for,
   * and the last states of discrete sensors that are not due.
   *
   * @param isAll false: discrete sensors are read in turn
   */
  async read(
    runner: CommandRunner,
    context: ReadingContext,
    signal: AbortSignal,
    { isAll = true }: { readonly isAll?: boolean } = {},
  ): Promise<SensorsReading> {
    const answers = new Array<Answer | undefined>(this.#wanted.length);
    const unanswered = new Set<number>();
    const nowMs = this.#clock.monotonicMs();
    let turn = isAll ? undefined : this.#states?.turn(context, nowMs);
    let failure: unknown;
    this.#routes.begin();
    try {
      let refusal = await this.#ask(runner, { answers, unanswered, places: turn?.places }, signal);
      if (refusal && turn) {
        // Perhaps only these sensors are refused.
        turn = undefined;
        unanswered.clear();
        refusal = await this.#ask(runner, { answers, unanswered }, signal);
      }
      if (refusal) throw refusal;
      await this.#limits.read(runner, (place) => this.#busy.has(place), signal);
    } catch (error) {
      failure = error;
    }
    const sensors = this.#inWords(answers, context, turn);
    const isComplete = failure === undefined && sensors.length === this.#wanted.length;
    const result = { sensors: isComplete ? sensors : undefined, unanswered };
    this.#states?.noteReading(turn, context, result, nowMs);
    return { sensors, failure };
  }

  #inWords(
    answers: readonly (Answer | undefined)[],
    context: ReadingContext,
    turn: Turn | undefined,
  ): readonly Sensor[] {
    const contextKey = this.plan.limits.readings.contextKey(context);
    const sensors: Sensor[] = [];
    const held = new Map<number, number>();
    for (const [i, limited] of this.#limits.limited.entries()) {
      const answer = answers[i];
      const before = this.#held && (this.#held.get(i) ?? 0);
      if (answer === undefined) {
        // Not read in this poll: its state stays, or its crossed limits.
        const carried = turn?.carried[i];
        if (carried) sensors.push(carried);
        if (before) held.set(i, before);
        continue;
      }
      const past = limited.rearm === undefined || before === undefined ? NO_PAST : { held: before };
      let sensor = inWords(limited, answer, context, contextKey, past);
      // While the host is off, present parts may be invisible.
      if (sensor.presence === "present" && !context.hostOff) this.#parts.add(i);
      if (sensor.presence === "absent" && !context.hostOff && this.#parts.has(i))
        sensor = inWords(limited, answer, context, contextKey, { ...past, wasPresent: true });
      sensors.push(this.coded ? { ...sensor, ...codedOf(limited.sensor, answer, context) } : sensor);
      const beyond = limited.rearm ? heldLimits(sensor) : 0;
      if (beyond !== 0) held.set(i, beyond);
    }
    this.#held = held.size === 0 ? NOTHING_HELD : held;
    // A copy, because a grown array has spare capacity, which the snapshot would keep.
    return sensors.slice();
  }

  /** Masks of the limits that these sensors had crossed at the last poll, by index. */
  heldBy(sensors: readonly PlannedSensor[]): ReadonlyMap<number, number> | undefined {
    if (!this.#held) return undefined;
    const byId = new Map([...this.#held].map(([i, mask]) => [this.#wanted[i]?.id, mask]));
    return new Map(sensors.flatMap(({ id }, i) => (byId.has(id) ? [[i, byId.get(id) as number] as const] : [])));
  }

  /**
   * Returns the last refusal if every sensor was refused: then it does not concern single sensors.
   *
   * @param options.places indices of the sensors to read; default: all
   */
  async #ask(
    runner: CommandRunner,
    options: {
      readonly answers: (Answer | undefined)[];
      readonly unanswered: Set<number>;
      readonly places?: readonly number[] | undefined;
    },
    signal: AbortSignal,
  ): Promise<CompletionCodeError | undefined> {
    const { answers, unanswered, places } = options;
    const isPlain = (sensor: PlannedSensor): boolean => this.#isPlain(sensor);
    const isDue = places && this.#busy.size > 0 ? new Set(places) : undefined;
    const idle = new Readings(this.#wanted, {
      answers,
      unanswered,
      places: isDue ? places?.filter((place) => !this.#busy.has(place)) : (places ?? this.#idle),
      first: places ? 0 : this.#first,
      isPlain,
      // The BMC waited for something that did not answer, which took time.
      onRefusal: (place, code) => code === CompletionCode.Timeout && this.#markBusy(place, true),
    });
    const busy = new Readings(this.#wanted, {
      answers,
      unanswered,
      places: [...this.#busy].filter((place) => isDue?.has(place) ?? true),
      first: this.#firstBusy,
      isPlain,
    });
    const known = this.#busy;
    this.#busyWaits = 0;
    try {
      await this.#askIdle(runner, idle, signal);
      await this.#askBusy(runner, busy, signal);
    } finally {
      if (this.#busy !== known) this.#idle = this.#othersThanBusy();
    }
    return Readings.refusalOfAll(idle, busy);
  }

  async #askIdle(runner: CommandRunner, readings: Readings, signal: AbortSignal): Promise<void> {
    while (readings.sensor) {
      try {
        if (readings.next) await runner.runSeries?.(getSensorReading, readings, { signal });
        if (readings.sensor) await this.#askNext(runner, readings, signal);
      } catch (error) {
        if (isOfOneSensor(error)) {
          readings.refused(error);
          continue;
        }
        // The time is over: the next poll continues here. After this sensor if it may be the one that takes the time.
        const isSuspect = readings.ended === 0 || isSilence(error);
        const index = this.#idle ? Math.max(0, this.#idle.indexOf(readings.place)) : readings.place;
        this.#first = isSuspect ? index + 1 : index;
        throw error;
      }
    }
    this.#first = 0;
  }

  /** Sensors that remain when the time for refusals is over are the first in the next poll. */
  async #askBusy(runner: CommandRunner, readings: Readings, signal: AbortSignal): Promise<void> {
    let refusedMs = 0;
    try {
      while (readings.sensor && refusedMs < BUSY_SENSORS_MS) {
        const { place } = readings;
        const begin = this.#clock.monotonicMs();
        await this.#askNext(runner, readings, signal);
        if (this.#busy.has(place)) refusedMs += this.#clock.monotonicMs() - begin;
      }
    } finally {
      this.#firstBusy = readings.sensor ? readings.index : 0;
      while (readings.sensor) readings.refused();
    }
  }

  /** @throws errors that do not concern this sensor only */
  async #askNext(runner: CommandRunner, readings: Readings, signal: AbortSignal): Promise<void> {
    const { place, sensor } = readings;
    if (!sensor) return;
    if (this.#routes.isSilent(sensor)) {
      readings.refused();
      return;
    }
    try {
      readings.take(await this.#one(runner, sensor, place, signal));
      this.#markBusy(place, false);
    } catch (error) {
      if (!isOfOneSensor(error) && !this.#routes.noteSilence(sensor, error)) throw error;
      this.#markBusy(place, isBusy(error));
      readings.refused(error);
    }
  }

  #markBusy(place: number, isBusy: boolean): void {
    if (isBusy) this.#busyWaits++;
    if (this.#busy.has(place) === isBusy) return;
    const busy = new Set(this.#busy);
    if (isBusy) busy.add(place);
    else busy.delete(place);
    this.#busy = busy.size === 0 ? NONE_BUSY : busy;
  }

  #othersThanBusy(): readonly number[] | undefined {
    if (this.#busy.size === 0) return undefined;
    return [...this.#wanted.keys()].filter((place) => !this.#busy.has(place));
  }

  /** True for a sensor of the BMC itself that only needs a reading. */
  #isPlain(sensor: PlannedSensor): boolean {
    return !sensor.definition.nonLinear && !this.#routes.isBehindBmc(sensor);
  }

  async #one(runner: CommandRunner, sensor: PlannedSensor, place: number, signal: AbortSignal): Promise<Answer> {
    const { definition } = sensor;
    const route = this.#routes.to(sensor, signal);
    if (!route) return "not_asked";
    const isWaitedFor = !this.#busy.has(place) && this.#busyWaits < MOST_BUSY_WAITS;
    const options = isWaitedFor ? route : { ...route, busyTries: 1 };
    try {
      const reading = await runner.run(getSensorReading, { sensorNumber: definition.number }, options);
      if (!definition.nonLinear) return reading;
      return { reading, convert: await this.#nonLinear(runner, sensor, reading.raw, options) };
    } catch (error) {
      const answer = error instanceof CompletionCodeError ? NO_READING.get(error.completionCode) : undefined;
      if (answer === undefined) throw error;
      return answer;
    }
  }

  /** The conversion of one raw reading of a non-linear sensor; factors are read once per raw reading. */
  async #nonLinear(
    runner: CommandRunner,
    sensor: PlannedSensor,
    raw: number,
    options: RunOptions,
  ): Promise<PlannedSensor["convert"]> {
    const { definition, unit } = sensor;
    const key = (definition.ownerId << 18) | (definition.ownerLun << 16) | (definition.number << 8) | raw;
    this.#factors ??= new Map();
    let factors = this.#factors.get(key);
    if (!this.#factors.has(key)) {
      try {
        factors = await runner.run(getSensorReadingFactors, { sensorNumber: definition.number, raw }, options);
      } catch (error) {
        if (!(error instanceof CompletionCodeError)) throw error;
        if (error.transient) return () => undefined;
      }
      this.#factors.set(key, factors);
    }
    if (!factors) return () => undefined;
    const known = withFactors(definition, factors);
    return (r) => inBaseUnit(convertRaw(known, r), unit);
  }

  /** Revision of the data to save. */
  get revision(): number {
    return this.#limits.revision + this.#parts.revision;
  }

  /** Ids of the sensors whose parts were present. */
  savePresent(): readonly string[] {
    return this.#parts.save();
  }

  restorePresent(ids: readonly string[]): void {
    this.#parts.restore(ids);
  }

  /** Acknowledges the removal of absent parts. */
  acknowledgeRemovals(): void {
    this.#parts.acknowledge();
    this.#states?.forget();
  }

  /** State to save, so that a restart does not query the limits again. */
  save(): SavedLimits {
    return this.#limits.save();
  }

  /** Restores the saved state of a host with this plan. */
  restore(saved: SavedLimits): void {
    this.#limits.restore(saved);
  }
}

/** A refusal or an invalid response; the next sensor may answer. */
const isOfOneSensor = (error: unknown): boolean => error instanceof CompletionCodeError || error instanceof DecodeError;

/** Busy now, and perhaps always. */
const isBusy = (error: unknown): boolean => error instanceof CompletionCodeError && error.transient;

function inWords(
  limited: LimitedSensor,
  answer: Answer,
  context: ReadingContext,
  contextKey: number | undefined,
  past: Past,
): Sensor {
  if (typeof answer === "string") return limited.unread(answer);
  if (!("convert" in answer)) return limited.of(answer, context, contextKey, past);
  return sensorOf(limited.sensor, answer.reading, limited, context, { convert: answer.convert });
}

/** The responses under the record of the sensor and under its further records; nothing if it did not answer. */
function codedOf(
  sensor: PlannedSensor,
  answer: Answer,
  context: ReadingContext,
): Pick<Sensor, "coded" | "codedCopies"> {
  if (typeof answer === "string") return {};
  const by = (one: PlannedSensor): CodedReading | undefined =>
    "convert" in answer
      ? codedReading(one, answer.reading, context, answer.convert)
      : codedReading(one, answer, context);
  const coded = by(sensor);
  if (!sensor.copies) return { coded };
  return { coded, codedCopies: sensor.copies.map(by).filter((copy) => copy !== undefined) };
}

function inBaseUnit(value: number | undefined, unit: BaseUnit | undefined): number | undefined {
  return value === undefined || !unit ? undefined : toBaseUnit(value, unit);
}
