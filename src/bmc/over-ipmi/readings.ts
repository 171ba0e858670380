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

/** The response of one sensor, for a non-linear one with its conversion; or the reason why there is none. */
export type Answer =
  | SensorReading
  | { readonly reading: SensorReading; readonly convert: PlannedSensor["convert"] }
  | NoReading;

/** Completion codes of Get Sensor Reading that mean "no reading", by their reason. */
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
 * The readings of one poll, or of some of its sensors, in order and from any index on. Consecutive sensors that only
 * need a reading are one series of commands; the others are read one by one in between.
 */
export class Readings implements Series<SensorReading> {
  /** How many sensors were queried, whatever the outcome. */
  ended = 0;
  readonly #sensors: readonly PlannedSensor[];
  readonly #answers: (Answer | undefined)[];
  readonly #places: readonly number[] | undefined;
  readonly #count: number;
  readonly #first: number;
  readonly #isPlain: (sensor: PlannedSensor) => boolean;
  readonly #onRefusal: ((place: number, completionCode: number) => void) | undefined;
  readonly #unanswered: Set<number> | undefined;
  #isAnswered = false;
  #refusal: CompletionCodeError | number | undefined;

  /**
   * @param options.answers filled in, by index of the sensor
   * @param options.places indices of the sensors to read, in order; default: all
   * @param options.first where in this list to begin
   * @param options.unanswered filled in with the indices of sensors for which there is neither a response nor a
   *   completion code that means "no reading"
   */
  constructor(
    sensors: readonly PlannedSensor[],
    options: {
      readonly answers: (Answer | undefined)[];
      readonly places?: readonly number[];
      readonly first?: number;
      readonly unanswered?: Set<number>;
      readonly isPlain: (sensor: PlannedSensor) => boolean;
      /** Called for refusals in a series that do not concern the single sensor. */
      readonly onRefusal?: (place: number, completionCode: number) => void;
    },
  ) {
    this.#sensors = sensors;
    this.#answers = options.answers;
    this.#places = options.places;
    this.#count = (options.places ?? sensors).length;
    this.#first = options.first ?? 0;
    this.#isPlain = options.isPlain;
    this.#onRefusal = options.onRefusal;
    this.#unanswered = options.unanswered;
  }

  /** Position of the next sensor in the list. */
  get index(): number {
    return (this.#first + this.ended) % this.#count;
  }

  /** Index of the next sensor. */
  get place(): number {
    return this.#places ? (this.#places[this.index] as number) : this.index;
  }

  /** The next sensor; undefined when all were queried. */
  get sensor(): PlannedSensor | undefined {
    return this.ended < this.#count ? this.#sensors[this.place] : undefined;
  }

  /** Undefined also if the next sensor needs more than a reading. */
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

  /** @param why a completion code, or the error that was thrown */
  refused(why?: unknown): void {
    const answer = typeof why === "number" ? NO_READING.get(why) : undefined;
    if (answer !== undefined) {
      this.take(answer);
      return;
    }
    this.#unanswered?.add(this.place);
    if (typeof why === "number") this.#onRefusal?.(this.place, why);
    if (typeof why === "number" || why instanceof CompletionCodeError) this.#refusal = why;
    this.#put("unavailable");
  }

  /** The last refusal, if every sensor was refused: then it does not concern single sensors. */
  static refusalOfAll(...all: readonly Readings[]): CompletionCodeError | undefined {
    if (all.some((readings) => readings.#isAnswered)) return undefined;
    const refusal = all.map((readings) => readings.#refusal).findLast((why) => why !== undefined);
    if (typeof refusal !== "number") return refusal;
    return new CompletionCodeError(getSensorReading.name, refusal, getSensorReading.refusalMeaning(refusal));
  }

  #put(answer: Answer): void {
    this.#answers[this.place] = answer;
    this.ended++;
  }
}
