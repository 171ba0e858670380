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
import type { PlannedSensor } from "./planned-sensor.ts";
import { type Answer, NO_READING, Readings } from "./readings.ts";
import { isSilence, type SensorRoutes } from "./sensor-routes.ts";

/** Maximum number of busy sensors in one poll before the BMC is no longer waited for. */
const MOST_BUSY_WAITS = 4;
/** Time that refusals of busy sensors may take in one poll. */
const BUSY_SENSORS_MS = 1000;

/** Shared, because most hosts have no such sensors. */
const NONE_BUSY: ReadonlySet<number> = new Set();

/**
 * Sends the requests for the readings of one host's sensors; remembers between polls which sensors are busy, and where a
 * poll ended that had no time for all.
 */
export class SensorQueries {
  readonly #wanted: readonly PlannedSensor[];
  readonly #routes: SensorRoutes;
  readonly #clock: Clock;
  /** Conversions by sensor and raw reading; undefined if the BMC has none. */
  #factors: Map<number, ReadingFactors | undefined> | undefined;
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

  constructor(sensors: readonly PlannedSensor[], routes: SensorRoutes, clock: Clock) {
    this.#wanted = sensors;
    this.#routes = routes;
    this.#clock = clock;
  }

  /** The BMC was busy when this sensor was last queried. */
  isBusy(place: number): boolean {
    return this.#busy.has(place);
  }

  /**
   * Returns the last refusal if every sensor was refused: then it does not concern single sensors.
   *
   * @param options.places indices of the sensors to read; default: all
   */
  async run(
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
}

/** A refusal or an invalid response; the next sensor may answer. */
const isOfOneSensor = (error: unknown): boolean => error instanceof CompletionCodeError || error instanceof DecodeError;

/** Busy now, and perhaps always. */
const isBusy = (error: unknown): boolean => error instanceof CompletionCodeError && error.transient;

function inBaseUnit(value: number | undefined, unit: BaseUnit | undefined): number | undefined {
  return value === undefined || !unit ? undefined : toBaseUnit(value, unit);
}
