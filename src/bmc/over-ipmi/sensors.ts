import {
  type BaseUnit,
  type Command,
  type CommandRunner,
  CompletionCodeError,
  convertRaw,
  DecodeError,
  getSensorHysteresis,
  getSensorReading,
  getSensorReadingFactors,
  getSensorThresholds,
  IpmiError,
  type ReadingFactors,
  type RunOptions,
  type SensorRequest,
  toBaseUnit,
  withFactors,
} from "../../ipmi/index.ts";
import type { Clock } from "../../lib/index.ts";
import type { CodedReading, Sensor } from "../../model/index.ts";
import type { SensorFilter } from "../bmc.ts";
import type { LimitedSensor } from "./limited-sensor.ts";
import { asksHysteresis, limitsText } from "./limits.ts";
import type { PlannedSensor } from "./planned-sensor.ts";
import { type Answer, NO_READING, Readings } from "./readings.ts";
import type { SensorPlan } from "./sensor-plan.ts";
import { codedReading, heldLimits, type ReadingContext, sensorOf } from "./sensor-reading.ts";

const BMC = 0x20;
/** Limits change when somebody changes them: read again once a day. */
const THRESHOLD_AGE_MS = 24 * 3600_000;

/** Shared: most hosts are well. */
const NOTHING_HELD: ReadonlyMap<number, number> = new Map();

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
  readonly #bridge: boolean;
  readonly #assumeBmcOwner: boolean;
  readonly #clock: Clock;
  /** The wanted sensors under the limits this host tells. */
  #limited: readonly LimitedSensor[];
  /**
   * Masks of the limits that sensors were beyond at the reading before, by their place among the wanted; of those
   * that were beyond any. Undefined before the first poll.
   */
  #held: ReadonlyMap<number, number> | undefined;
  /** By sensor and raw reading; undefined: the BMC has none. */
  #factors: Map<number, ReadingFactors | undefined> | undefined;
  /** Wall clock: it is kept over restarts. */
  #limitsReadAt = 0;
  #revision = 0;
  /** Controllers behind the BMC that were asked in vain in this poll. */
  #silent: Set<string> | undefined;
  /** Sensors are told with what was asked and answered, for other tools' words. */
  coded = false;
  /** Where to begin: behind what the poll before had time for, so that a slow BMC's last sensors are read, too. */
  #first = 0;

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
      /** The reader of this host until now: what its sensors were beyond counts on. */
      readonly before?: SensorReader;
    },
  ) {
    const { sensorLimit = Number.POSITIVE_INFINITY } = options;
    this.plan = plan;
    const wanted = plan.wanted(options.filter);
    this.#wanted = wanted.length > sensorLimit ? wanted.slice(0, sensorLimit) : wanted;
    this.omitted = plan.omitted + wanted.length - this.#wanted.length || undefined;
    this.#bridge = options.bridge;
    this.#assumeBmcOwner = options.assumeBmcOwner ?? false;
    this.#clock = options.clock;
    this.#limited = plan.limits.row(this.#wanted.map((sensor) => plan.limits.limited(sensor, undefined)));
    this.#held = options.before?.heldBy(this.#wanted);
  }

  /** Sensors with states have a value besides. */
  get hasDiscreteReadings(): boolean {
    return this.#wanted.some(({ unit, definition }) => unit !== undefined && definition.class !== "threshold");
  }

  /** One request per readable sensor, and once a day one more for its limits. Gives what there was time for. */
  async read(runner: CommandRunner, context: ReadingContext, signal: AbortSignal): Promise<SensorsReading> {
    const answers = new Array<Answer | undefined>(this.#wanted.length);
    let failure: unknown;
    this.#silent = undefined;
    try {
      await this.#ask(runner, answers, signal);
      await this.#readLimits(runner, signal);
    } catch (error) {
      failure = error;
    }
    return { sensors: this.#inWords(answers, context), failure };
  }

  #inWords(answers: readonly (Answer | undefined)[], context: ReadingContext): readonly Sensor[] {
    const contextKey = this.plan.limits.told.contextKey(context);
    const sensors: Sensor[] = [];
    const held = new Map<number, number>();
    for (const [i, limited] of this.#limited.entries()) {
      const answer = answers[i];
      const before = this.#held && (this.#held.get(i) ?? 0);
      if (answer === undefined) {
        // Not its turn yet: what it was beyond it still is.
        if (before) held.set(i, before);
        continue;
      }
      const sensor = inWords(limited, answer, context, contextKey, limited.rearm && before);
      sensors.push(this.coded ? { ...sensor, coded: codedOf(limited, answer, context) } : sensor);
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
    const readings = new Readings(this.#wanted, answers, this.#first, (sensor) => this.#isPlain(sensor));
    while (readings.sensor) {
      try {
        if (readings.next) await runner.runSeries?.(getSensorReading, readings, { signal });
        const { sensor } = readings;
        if (!sensor) break;
        if (this.#isBehindSilence(sensor)) readings.refused();
        else readings.take(await this.#one(runner, sensor, signal));
      } catch (error) {
        const { sensor, index } = readings;
        const ofThisSensor = error instanceof CompletionCodeError || error instanceof DecodeError;
        if (!ofThisSensor && !(sensor && this.#isSilenceBehind(sensor, error))) {
          // The end of the time: go on from here next time. Behind it, where it may be the sensor that takes the time.
          const suspect = readings.ended === 0 || isSilence(error);
          this.#first = suspect ? (index + 1) % this.#wanted.length : index;
          throw error;
        }
        readings.refused(error);
      }
    }
    this.#first = 0;
    if (readings.refusedAll) throw readings.refusedAll;
  }

  /** One reading of the BMC's own says it all. */
  #isPlain({ definition }: PlannedSensor): boolean {
    return !definition.nonLinear && !this.#isBehind(definition);
  }

  async #one(runner: CommandRunner, sensor: PlannedSensor, signal: AbortSignal): Promise<Answer> {
    const { definition } = sensor;
    const options = this.#way(sensor, signal);
    if (!options) return "not_asked";
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

  /** A controller behind the BMC that keeps silent costs one wait per poll, not one per sensor. */
  #isBehindSilence({ definition }: PlannedSensor): boolean {
    return this.#isBehind(definition) && this.#silent?.has(controllerOf(definition)) === true;
  }

  #isSilenceBehind({ definition }: PlannedSensor, error: unknown): boolean {
    const silent = this.#isBehind(definition) && isSilence(error);
    if (!silent) return false;
    this.#silent ??= new Set();
    this.#silent.add(controllerOf(definition));
    return true;
  }

  /** Another controller owns it. */
  #isBehind({ ownerId }: PlannedSensor["definition"]): boolean {
    return ownerId !== BMC && !this.#assumeBmcOwner;
  }

  /** How to reach the sensor's owner; undefined: behind a bridge that is not to be crossed. */
  #way(sensor: PlannedSensor, signal: AbortSignal): RunOptions | undefined {
    const { ownerId, ownerLun, channel } = sensor.definition;
    if (!this.#isBehind(sensor.definition)) return { signal, lun: ownerLun };
    if (!this.#bridge) return undefined;
    return { signal, bridge: { channel, address: ownerId, lun: ownerLun } };
  }

  /** The conversion of one raw reading of a non-linear sensor; factors are asked once per reading. */
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

  async #readLimits(runner: CommandRunner, signal: AbortSignal): Promise<void> {
    const ageMs = this.#clock.wallMs() - this.#limitsReadAt;
    // From the future is from a clock that was wrong: ask again.
    if (ageMs >= 0 && ageMs < THRESHOLD_AGE_MS) return;
    const limited = [...this.#limited];
    try {
      for (const [i, sensor] of this.#wanted.entries()) {
        const { definition, unit } = sensor;
        if (!unit || definition.nonLinear || definition.class !== "threshold") continue;
        const options = this.#way(sensor, signal);
        const request = { sensorNumber: definition.number };
        const ask = async <R>(wanted: boolean, command: Command<SensorRequest, R>): Promise<R | undefined> =>
          wanted && options && !this.#isBehindSilence(sensor)
            ? this.#orRefused(sensor, runner.run(command, request, options))
            : undefined;
        const thresholds = await ask(definition.asksThresholds, getSensorThresholds);
        const hasLimits = definition.readableThresholds.length > 0;
        const hysteresis = await ask(hasLimits && asksHysteresis(definition), getSensorHysteresis);
        // Refused: those of the record, or of the day before, stay.
        if (thresholds || hysteresis) limited[i] = this.plan.limits.limited(sensor, limitsText(thresholds, hysteresis));
      }
    } finally {
      this.#limited = this.plan.limits.row(limited);
    }
    this.#limitsReadAt = this.#clock.wallMs();
    this.#revision++;
  }

  /** The answer; undefined for a refusal or nonsense: what the record says stays. */
  async #orRefused<R>(sensor: PlannedSensor, answer: Promise<R>): Promise<R | undefined> {
    try {
      return await answer;
    } catch (error) {
      const ofThisSensor = error instanceof CompletionCodeError || error instanceof DecodeError;
      if (!ofThisSensor && !this.#isSilenceBehind(sensor, error)) throw error;
      return undefined;
    }
  }

  /** Counts what is worth saving. */
  get revision(): number {
    return this.#revision;
  }

  /** What a restart should not have to ask again. */
  save(): SavedLimits {
    const limits: Record<string, string> = {};
    for (const { sensor, text } of this.#limited) if (text !== undefined) limits[sensor.id] = text;
    return { readAt: this.#limitsReadAt, limits };
  }

  /** Takes what was saved of a host with this plan. */
  restore(saved: SavedLimits): void {
    const cache = this.plan.limits;
    const limited = this.#limited.map((before) => {
      const text = saved.limits[before.sensor.id];
      return text === undefined ? before : cache.limited(before.sensor, text);
    });
    this.#limited = cache.row(limited);
    // From the future is from a clock that was wrong: ask again.
    if (saved.readAt <= this.#clock.wallMs()) this.#limitsReadAt = saved.readAt;
  }
}

/** Raw limits and hysteresis by sensor id, as text, and when they were read, epoch ms. */
export interface SavedLimits {
  readonly readAt: number;
  readonly limits: Readonly<Record<string, string>>;
}

/** @param held limits the sensor was beyond before; undefined: nobody knows, or it has no hysteresis */
function inWords(
  limited: LimitedSensor,
  answer: Answer,
  context: ReadingContext,
  contextKey: number | undefined,
  held: number | undefined,
): Sensor {
  if (typeof answer === "string") return limited.unread(answer);
  if (!("convert" in answer)) return limited.told(answer, context, contextKey, held);
  return sensorOf(limited.sensor, answer.reading, limited, context, { convert: answer.convert });
}

/** Undefined for a sensor that did not answer. */
function codedOf({ sensor }: LimitedSensor, answer: Answer, context: ReadingContext): CodedReading | undefined {
  if (typeof answer === "string") return undefined;
  if (!("convert" in answer)) return codedReading(sensor, answer, context);
  return codedReading(sensor, answer.reading, context, answer.convert);
}

function controllerOf({ channel, ownerId }: PlannedSensor["definition"]): string {
  return `${channel}/${ownerId}`;
}

function isSilence(error: unknown): boolean {
  return error instanceof IpmiError && (error.reason === "timeout" || error.reason === "no_answer");
}

function inBaseUnit(value: number | undefined, unit: BaseUnit | undefined): number | undefined {
  return value === undefined || !unit ? undefined : toBaseUnit(value, unit);
}
