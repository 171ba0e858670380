import type { CommandRunner } from "../../ipmi/index.ts";
import type { Clock } from "../../lib/index.ts";
import type { CodedReading, Sensor } from "../../model/index.ts";
import type { SensorFilter } from "../bmc.ts";
import type { ReadingPolicy } from "../reading-policy.ts";
import { DiscreteStates, isDiscrete, type Turn } from "./discrete-states.ts";
import { LimitReader, type SavedLimits } from "./limit-reader.ts";
import type { LimitedSensor } from "./limited-sensor.ts";
import type { PlannedSensor } from "./planned-sensor.ts";
import { PresentParts } from "./present-parts.ts";
import type { Answer } from "./readings.ts";
import type { SensorPlan } from "./sensor-plan.ts";
import { SensorQueries } from "./sensor-queries.ts";
import { codedReading, heldLimits, type ReadingCase, type ReadingContext, sensorOf } from "./sensor-reading.ts";
import { SensorRoutes } from "./sensor-routes.ts";

/** Shared, because most hosts have no such sensors. */
const NOTHING_HELD: ReadonlyMap<number, number> = new Map();
/** The same. */
const NO_PAST: Past = {};
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
  readonly #queries: SensorQueries;
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
  /** Adds the responses of the BMC to sensors, for the metrics of ipmi_exporter. */
  coded = false;
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
    this.#queries = new SensorQueries(this.#wanted, this.#routes, options.clock);
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
      let refusal = await this.#queries.run(runner, { answers, unanswered, places: turn?.places }, signal);
      if (refusal && turn) {
        // Perhaps only these sensors are refused.
        turn = undefined;
        unanswered.clear();
        refusal = await this.#queries.run(runner, { answers, unanswered }, signal);
      }
      if (refusal) throw refusal;
      await this.#limits.read(runner, (place) => this.#queries.isBusy(place), signal);
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
