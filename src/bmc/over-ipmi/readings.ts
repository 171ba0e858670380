import {
  CompletionCode,
  CompletionCodeError,
  getSensorReading,
  type SensorReading,
  type Series,
  type SeriesRequest,
} from "../../ipmi/index.ts";
import type { NoReading } from "../../model/index.ts";
import type { PlannedSensor } from "./planned-sensor.ts";

/** The answer of one sensor, of a non-linear one with its conversion, or why there is none. */
export type Answer =
  | SensorReading
  | { readonly reading: SensorReading; readonly convert: PlannedSensor["convert"] }
  | NoReading;

/** Codes of Get Sensor Reading that say "no reading", by what they say it of. */
export const NO_READING: ReadonlyMap<number, NoReading> = new Map([
  [CompletionCode.InvalidCommand, "unavailable"],
  [CompletionCode.ParameterOutOfRange, "unavailable"],
  [CompletionCode.NotPresent, "not_present"],
  [CompletionCode.IllegalForSensor, "unavailable"],
  [CompletionCode.ResponseNotProvided, "unavailable"],
  [CompletionCode.DestinationUnavailable, "unavailable"],
  [CompletionCode.NotSupportedInPresentState, "unavailable"],
  [CompletionCode.Unspecified, "unavailable"],
]);

/**
 * The readings of one poll, in their order and from any of them on. A stretch of sensors that want nothing but
 * their reading is a series of one command; the others are asked one by one, between the stretches.
 */
export class Readings implements Series<SensorReading> {
  /** How many sensors were asked, whatever came of it. */
  ended = 0;
  readonly #sensors: readonly PlannedSensor[];
  readonly #answers: (Answer | undefined)[];
  readonly #first: number;
  readonly #isPlain: (sensor: PlannedSensor) => boolean;
  #isAnswered = false;
  #refused: CompletionCodeError | number | undefined;

  /** @param answers filled in, by the places of the sensors */
  constructor(
    sensors: readonly PlannedSensor[],
    answers: (Answer | undefined)[],
    first: number,
    isPlain: (sensor: PlannedSensor) => boolean,
  ) {
    this.#sensors = sensors;
    this.#answers = answers;
    this.#first = first;
    this.#isPlain = isPlain;
  }

  /** The place of the sensor whose turn it is. */
  get index(): number {
    return (this.#first + this.ended) % this.#sensors.length;
  }

  /** The sensor whose turn it is; undefined when all were asked. */
  get sensor(): PlannedSensor | undefined {
    return this.ended < this.#sensors.length ? this.#sensors[this.index] : undefined;
  }

  /** Undefined also where the sensor whose turn it is wants more than a reading. */
  get next(): SeriesRequest | undefined {
    const { sensor } = this;
    return sensor && this.#isPlain(sensor) ? sensor.question : undefined;
  }

  answered(reading: SensorReading): void {
    this.take(reading);
  }

  take(answer: Answer): void {
    this.#isAnswered = true;
    this.#put(answer);
  }

  /** @param why a completion code, or what was thrown instead of an answer */
  refused(why?: unknown): void {
    const answer = typeof why === "number" ? NO_READING.get(why) : undefined;
    if (answer !== undefined) {
      this.take(answer);
      return;
    }
    if (typeof why === "number" || why instanceof CompletionCodeError) this.#refused = why;
    this.#put("unavailable");
  }

  /** The last refusal, where there was nothing else: not a matter of this sensor or that. */
  get refusedAll(): CompletionCodeError | undefined {
    const why = this.#isAnswered ? undefined : this.#refused;
    if (typeof why !== "number") return why;
    return new CompletionCodeError(getSensorReading.name, why, getSensorReading.refusalMeaning(why));
  }

  #put(answer: Answer): void {
    this.#answers[this.index] = answer;
    this.ended++;
  }
}
