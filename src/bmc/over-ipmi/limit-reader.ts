import {
  type Command,
  type CommandRunner,
  CompletionCodeError,
  DecodeError,
  getSensorHysteresis,
  getSensorThresholds,
  type SensorRequest,
} from "../../ipmi/index.ts";
import type { Clock } from "../../lib/index.ts";
import type { LimitedSensor } from "./limited-sensor.ts";
import { asksHysteresis, hasLimits, limitsText } from "./limits.ts";
import type { PlannedSensor } from "./planned-sensor.ts";
import type { SensorPlan } from "./sensor-plan.ts";
import type { SensorRoutes } from "./sensor-routes.ts";

/** Limits only change if somebody sets them, so they are read once a day. */
const LIMITS_AGE_MS = 24 * 3600_000;

/** Raw limits and hysteresis by sensor id, as text, and when they were read, epoch ms. */
export interface SavedLimits {
  readonly readAt: number;
  readonly limits: Readonly<Record<string, string>>;
  /** Ids of sensors whose limits could not be read because the BMC was busy. */
  readonly pending?: readonly string[];
}

/**
 * The limits of one host's sensors: from Get Sensor Thresholds and Get Sensor Hysteresis, or else from the record. They
 * are read once a day, and a refusal counts as read. An interrupted reading continues in the next poll.
 */
export class LimitReader {
  readonly #plan: SensorPlan;
  readonly #sensors: readonly PlannedSensor[];
  readonly #routes: SensorRoutes;
  readonly #clock: Clock;
  #limited: readonly LimitedSensor[];
  /** Wall clock, because it is kept over restarts. */
  #readAt = 0;
  /** Indices of the sensors to query: all during a reading, after it those that were busy. */
  #due: Set<number> | undefined;
  #isInProgress = false;
  #revision = 0;

  constructor(plan: SensorPlan, sensors: readonly PlannedSensor[], routes: SensorRoutes, clock: Clock) {
    this.#plan = plan;
    this.#sensors = sensors;
    this.#routes = routes;
    this.#clock = clock;
    this.#limited = plan.limits.row(sensors.map((sensor) => plan.limits.limited(sensor, undefined)));
  }

  /** The sensors with their current limits, by index. */
  get limited(): readonly LimitedSensor[] {
    return this.#limited;
  }

  /**
   * Reads the limits that are due.
   *
   * @param isBusy sensors that are left for a later poll
   */
  async read(runner: CommandRunner, isBusy: (place: number) => boolean, signal: AbortSignal): Promise<void> {
    const ageMs = this.#clock.wallMs() - this.#readAt;
    // A time in the future comes from a wrong clock.
    if (!this.#isInProgress && (ageMs < 0 || ageMs >= LIMITS_AGE_MS)) {
      this.#due = this.#all();
      this.#isInProgress = true;
    }
    const due = this.#due;
    if (!due) return;
    const limited = [...this.#limited];
    const before = due.size;
    try {
      for (const place of due) {
        if (isBusy(place)) continue;
        const sensor = this.#sensors[place] as PlannedSensor;
        try {
          const text = await this.#ask(runner, sensor, signal);
          if (text !== undefined) limited[place] = this.#plan.limits.limited(sensor, text);
        } catch (error) {
          if (!isTransient(error)) throw error;
          continue;
        }
        due.delete(place);
      }
      if (this.#isInProgress) {
        this.#isInProgress = false;
        this.#readAt = this.#clock.wallMs();
        this.#revision++;
      }
      if (due.size === 0) this.#due = undefined;
    } finally {
      if (due.size < before) {
        this.#limited = this.#plan.limits.row(limited);
        this.#revision++;
      }
    }
  }

  #all(): Set<number> {
    const due = new Set<number>();
    for (const [place, { definition, unit }] of this.#sensors.entries()) {
      if (unit && !definition.nonLinear && definition.class === "threshold") due.add(place);
    }
    return due;
  }

  /** The limits as text; undefined if there is nothing to query or the BMC refuses: then the current limits stay. */
  async #ask(runner: CommandRunner, sensor: PlannedSensor, signal: AbortSignal): Promise<string | undefined> {
    const { definition } = sensor;
    const options = this.#routes.to(sensor, signal);
    const ask = async <R>(isWanted: boolean, command: Command<SensorRequest, R>): Promise<R | undefined> => {
      if (!isWanted || !options || this.#routes.isSilent(sensor)) return undefined;
      const request = { sensorNumber: definition.number };
      return this.#unlessRefused(sensor, runner.run(command, request, { ...options, busyTries: 1 }));
    };
    const thresholds = await ask(definition.asksThresholds, getSensorThresholds);
    const isLimited = definition.readableThresholds.length > 0 || (thresholds !== undefined && hasLimits(thresholds));
    const hysteresis = await ask(isLimited && asksHysteresis(definition), getSensorHysteresis);
    return thresholds || hysteresis ? limitsText(thresholds, hysteresis) : undefined;
  }

  async #unlessRefused<R>(sensor: PlannedSensor, answer: Promise<R>): Promise<R | undefined> {
    try {
      return await answer;
    } catch (error) {
      if (isTransient(error)) throw error;
      const isOfThisSensor = error instanceof CompletionCodeError || error instanceof DecodeError;
      if (!isOfThisSensor && !this.#routes.noteSilence(sensor, error)) throw error;
      return undefined;
    }
  }

  /** Revision of the data to save. */
  get revision(): number {
    return this.#revision;
  }

  /** State to save, so that a restart does not query the limits again. */
  save(): SavedLimits {
    const limits: Record<string, string> = {};
    for (const { sensor, text } of this.#limited) if (text !== undefined) limits[sensor.id] = text;
    const pending = this.#due && [...this.#due].flatMap((place) => this.#sensors[place]?.id ?? []);
    return { readAt: this.#readAt, limits, pending };
  }

  /** Restores the saved state of a host with this plan. */
  restore(saved: SavedLimits): void {
    const cache = this.#plan.limits;
    const limited = this.#limited.map((current) => {
      const text = saved.limits[current.sensor.id];
      return text === undefined ? current : cache.limited(current.sensor, text);
    });
    this.#limited = cache.row(limited);
    if (saved.readAt > this.#clock.wallMs()) return;
    this.#readAt = saved.readAt;
    const pending = new Set(saved.pending);
    const due = [...this.#sensors.entries()].flatMap(([place, { id }]) => (pending.has(id) ? [place] : []));
    if (due.length > 0) this.#due = new Set(due);
  }
}

const isTransient = (error: unknown): boolean => error instanceof CompletionCodeError && error.transient;
