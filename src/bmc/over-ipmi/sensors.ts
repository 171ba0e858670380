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
import { LimitReader, type SavedLimits } from "./limit-reader.ts";
import type { LimitedSensor } from "./limited-sensor.ts";
import type { PlannedSensor } from "./planned-sensor.ts";
import { PresentParts } from "./present-parts.ts";
import { type Answer, NO_READING, Readings } from "./readings.ts";
import type { SensorPlan } from "./sensor-plan.ts";
import { codedReading, heldLimits, type ReadingCase, type ReadingContext, sensorOf } from "./sensor-reading.ts";
import { isSilence, SensorRoutes } from "./sensor-routes.ts";

/** Sensors that a BMC may say to be busy at in one poll before it is no longer waited for. */
const MOST_BUSY_WAITS = 4;
/** Time that refusals of busy sensors may take in one poll. */
const BUSY_SENSORS_MS = 1000;

/** Shared: most hosts are well. */
const NOTHING_HELD: ReadonlyMap<number, number> = new Map();
/** The same. */
const NO_PAST: Past = {};
/** The same. */
const NONE_BUSY: ReadonlySet<number> = new Set();

/** Results of earlier readings of a sensor. */
type Past = Pick<ReadingCase, "held" | "wasPresent">;

export interface SensorsReading {
  readonly sensors: readonly Sensor[];
  /** What ended the reading early. */
  readonly failure?: unknown;
}

/** Reads the sensors of one host by a plan; keeps what is learnt of them from poll to poll. */
export class SensorReader {
  readonly plan: SensorPlan;
  readonly #wanted: readonly PlannedSensor[];
  /** Wanted sensors that are not read, as there are more than the limit; undefined: none. */
  readonly omitted: number | undefined;
  readonly #routes: SensorRoutes;
  readonly #limits: LimitReader;
  readonly #parts: PresentParts;
  readonly #clock: Clock;
  /**
   * Masks of the limits that sensors were beyond at the previous reading, by their places among the wanted; of those
   * that were beyond any. Undefined before the first poll.
   */
  #held: ReadonlyMap<number, number> | undefined;
  /** By sensor and raw reading; undefined: the BMC has none. */
  #factors: Map<number, ReadingFactors | undefined> | undefined;
  /** Adds to sensors what the BMC answered, for the words of other tools. */
  coded = false;
  /**
   * Places of sensors that the BMC was busy at the last time; some always are, such as those of empty DIMM
   * sockets. They are read behind the others, once and without waits.
   */
  #busy = NONE_BUSY;
  /** Places of the others; undefined: no sensor is busy. */
  #idle: readonly number[] | undefined;
  /** Where among these to begin: behind what the previous poll had time for. */
  #first = 0;
  /** The same among the busy ones. */
  #firstBusy = 0;
  /** Sensors that the BMC turned out to be busy at in this poll. */
  #busyWaits = 0;

  constructor(
    plan: SensorPlan,
    options: {
      readonly filter?: SensorFilter;
      /** Sensors that are read at most. */
      readonly sensorLimit?: number;
      readonly bridge: boolean;
      /** The quirk: whatever the records say, all sensors are the BMC's own. */
      readonly assumeBmcOwner?: boolean;
      readonly clock: Clock;
      /** The previous reader of this host: what its sensors were beyond counts on. */
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
    this.#held = options.before?.heldBy(this.#wanted);
    if (options.before) this.#parts.restore(options.before.savePresent());
  }

  /** Sensors with states have a value besides. */
  get hasDiscreteReadings(): boolean {
    return this.#wanted.some(({ unit, definition }) => unit !== undefined && definition.class !== "threshold");
  }

  /** One request per readable sensor, and once a day one more for its limits. Gives what there was time for. */
  async read(runner: CommandRunner, context: ReadingContext, signal: AbortSignal): Promise<SensorsReading> {
    const answers = new Array<Answer | undefined>(this.#wanted.length);
    let failure: unknown;
    this.#routes.begin();
    try {
      await this.#ask(runner, answers, signal);
      await this.#limits.read(runner, (place) => this.#busy.has(place), signal);
    } catch (error) {
      failure = error;
    }
    return { sensors: this.#inWords(answers, context), failure };
  }

  #inWords(answers: readonly (Answer | undefined)[], context: ReadingContext): readonly Sensor[] {
    const contextKey = this.plan.limits.readings.contextKey(context);
    const sensors: Sensor[] = [];
    const held = new Map<number, number>();
    for (const [i, limited] of this.#limits.limited.entries()) {
      const answer = answers[i];
      const before = this.#held && (this.#held.get(i) ?? 0);
      if (answer === undefined) {
        // Not its turn yet: what it was beyond it still is.
        if (before) held.set(i, before);
        continue;
      }
      const past = limited.rearm === undefined || before === undefined ? NO_PAST : { held: before };
      let sensor = inWords(limited, answer, context, contextKey, past);
      // Of a host that is off, parts may be invisible that are there.
      if (sensor.presence === "present" && !context.hostOff) this.#parts.add(i);
      if (sensor.presence === "absent" && !context.hostOff && this.#parts.has(i))
        sensor = inWords(limited, answer, context, contextKey, { ...past, wasPresent: true });
      sensors.push(this.coded ? { ...sensor, ...codedOf(limited.sensor, answer, context) } : sensor);
      const beyond = limited.rearm ? heldLimits(sensor) : 0;
      if (beyond !== 0) held.set(i, beyond);
    }
    this.#held = held.size === 0 ? NOTHING_HELD : held;
    // A copy has no room to grow, which would be kept with the snapshot.
    return sensors.slice();
  }

  /** What of these sensors was beyond its limits at the last poll, by their places. */
  heldBy(sensors: readonly PlannedSensor[]): ReadonlyMap<number, number> | undefined {
    if (!this.#held) return undefined;
    const byId = new Map([...this.#held].map(([i, mask]) => [this.#wanted[i]?.id, mask]));
    return new Map(sensors.flatMap(({ id }, i) => (byId.has(id) ? [[i, byId.get(id) as number] as const] : [])));
  }

  async #ask(runner: CommandRunner, answers: (Answer | undefined)[], signal: AbortSignal): Promise<void> {
    const isPlain = (sensor: PlannedSensor): boolean => this.#isPlain(sensor);
    const idle = new Readings(this.#wanted, {
      answers,
      places: this.#idle,
      first: this.#first,
      isPlain,
      // The BMC waited for something that did not answer, and this took its time.
      onRefusal: (place, code) => code === CompletionCode.Timeout && this.#markBusy(place, true),
    });
    const busy = new Readings(this.#wanted, { answers, places: [...this.#busy], first: this.#firstBusy, isPlain });
    const known = this.#busy;
    this.#busyWaits = 0;
    try {
      await this.#askIdle(runner, idle, signal);
      await this.#askBusy(runner, busy, signal);
    } finally {
      if (this.#busy !== known) this.#idle = this.#othersThanBusy();
    }
    const refusal = Readings.refusalOfAll(idle, busy);
    if (refusal) throw refusal;
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
        // The end of the time: go on from here next time. Behind it, where it may be the sensor that takes the time.
        const isSuspect = readings.ended === 0 || isSilence(error);
        this.#first = isSuspect ? readings.index + 1 : readings.index;
        throw error;
      }
    }
    this.#first = 0;
  }

  /** Those that remain when the time for refusals is over are the first in the next poll. */
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

  /** @throws what is not about this sensor alone */
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

  /** A reading of the BMC's own is all that it needs. */
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

  /** Counts what is worth saving. */
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

  /** Parts that are absent were removed on purpose. */
  acknowledgeRemovals(): void {
    this.#parts.acknowledge();
  }

  /** What a restart should not have to ask again. */
  save(): SavedLimits {
    return this.#limits.save();
  }

  /** Takes what was saved of a host with this plan. */
  restore(saved: SavedLimits): void {
    this.#limits.restore(saved);
  }
}

/** A refusal or nonsense: the next sensor may answer. */
const isOfOneSensor = (error: unknown): boolean => error instanceof CompletionCodeError || error instanceof DecodeError;

/** Not now, and perhaps never. */
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

/** The answer by the sensor's record, and by further records that describe the sensor; nothing if it did not answer. */
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
