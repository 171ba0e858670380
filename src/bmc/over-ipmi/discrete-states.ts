import type { Sensor } from "../../model/index.ts";
import type { Rotation } from "../rotation.ts";
import type { PlannedSensor } from "./planned-sensor.ts";
import type { ReadingContext } from "./sensor-reading.ts";

/** Which sensors a poll reads, and the states of the others. */
export interface Turn {
  /** Indices of the sensors to read, in order. */
  readonly places: readonly number[];
  /** The last state of each sensor that is not read, by index. */
  readonly carried: readonly (Sensor | undefined)[];
  /** How many sensors of the rotation are read. */
  readonly count: number;
}

/** True for a sensor that only has states: these change rarely, and the BMC logs an event when they do. */
export function isDiscrete({ definition, unit }: Pick<PlannedSensor, "definition" | "unit">): boolean {
  return definition.class !== "threshold" && unit === undefined;
}

/**
 * The last states of the sensors of one host, and which discrete ones the next poll reads: the share that is due, those
 * with a state that is not ok, those that did not answer, and those that had a state before and have none now.
 */
export class DiscreteStates {
  readonly #sensors: readonly PlannedSensor[];
  readonly #rotation: Rotation;
  /** The sensors of the last complete reading, by index. */
  #states: readonly Sensor[] | undefined;
  #context: ReadingContext | undefined;
  /** Indices of sensors that did not answer. */
  #unanswered: ReadonlySet<number> = NONE;
  /** Indices of sensors that never had a state, e.g. of empty sockets. Undefined before the first reading. */
  #stateless: ReadonlySet<number> | undefined;

  constructor(sensors: readonly PlannedSensor[], rotation: Rotation) {
    this.#sensors = sensors;
    this.#rotation = rotation;
  }

  /** Undefined: all sensors are read. */
  turn(context: ReadingContext, nowMs: number): Turn | undefined {
    const states = this.#states;
    if (!states || !isSameContext(context, this.#context)) return undefined;
    const count = this.#rotation.due(nowMs);
    if (count >= this.#rotation.size) return undefined;
    const places: number[] = [];
    const carried = new Array<Sensor | undefined>(states.length);
    let discrete = 0;
    for (const [place, sensor] of this.#sensors.entries()) {
      const isDue = !isDiscrete(sensor) || this.#rotation.isAmong(discrete++, count);
      const state = states[place] as Sensor;
      if (isDue || this.#isEager(place, state)) places.push(place);
      else carried[place] = state;
    }
    return { places, carried, count };
  }

  /** True for a sensor that is read in every poll, because its state is not ok, or unknown at the moment. */
  #isEager(place: number, { health = 0, noReading }: Sensor): boolean {
    if (health > 0 || this.#unanswered.has(place)) return true;
    return noReading !== undefined && this.#stateless?.has(place) === false;
  }

  /**
   * @param turn absent: all sensors were read
   * @param sensors all sensors, by index; absent: the reading was not complete
   */
  noteReading(
    turn: Turn | undefined,
    context: ReadingContext,
    result: { readonly sensors?: readonly Sensor[] | undefined; readonly unanswered: ReadonlySet<number> },
    nowMs: number,
  ): void {
    this.#states = result.sensors;
    this.#context = context;
    this.#unanswered = setOf([...result.unanswered]);
    if (!result.sensors) return;
    this.#rotation.noteRead(turn?.count ?? this.#rotation.size, nowMs);
    this.#stateless = this.#statelessIn(result.sensors);
  }

  #statelessIn(sensors: readonly Sensor[]): ReadonlySet<number> {
    const before = this.#stateless;
    const isStateless = (place: number): boolean => sensors[place]?.noReading !== undefined;
    if (before) {
      const left = [...before].filter(isStateless);
      return left.length === before.size ? before : setOf(left);
    }
    return setOf(
      [...sensors.keys()].filter((place) => isDiscrete(this.#sensors[place] as PlannedSensor) && isStateless(place)),
    );
  }

  /** The next poll reads all sensors. */
  forget(): void {
    this.#states = undefined;
  }

  /** When the oldest state was read, monotonic; undefined: the last reading was not complete. */
  get oldestMs(): number | undefined {
    return this.#states && this.#rotation.oldestMs;
  }
}

/** Shared, because most hosts have no such sensors. */
const NONE: ReadonlySet<number> = new Set();

const setOf = (places: readonly number[]): ReadonlySet<number> => (places.length === 0 ? NONE : new Set(places));

function isSameContext(a: ReadingContext, b: ReadingContext | undefined): boolean {
  return (
    b !== undefined &&
    a.manufacturerId === b.manufacturerId &&
    a.productId === b.productId &&
    a.hostOff === b.hostOff &&
    a.scanningDisabledIsValid === b.scanningDisabledIsValid
  );
}
