import type { SensorReading } from "../../ipmi/index.ts";
import type { NoReading, Sensor, Thresholds } from "../../model/index.ts";
import type { Limits } from "./limits.ts";
import type { PlannedSensor } from "./planned-sensor.ts";
import { type ReadingCase, type ReadingContext, sensorOf, unread } from "./sensor-reading.ts";

/**
 * Maximum number of cached readings per plan: a hundred sensors with some dozens of values and limits. A full cache is
 * emptied.
 */
const MOST_KEPT = 32_768;
/** Maximum number of devices with byte-equal repositories whose readings are cached. */
const MOST_DEVICES = 64;

/** Factor above the 29 bits of a reading and its flags. */
const DEVICE_UNIT = 2 ** 29;
/** Factor above the 6 bits of MOST_DEVICES. */
const HELD_UNIT = 2 ** 35;
/** Factor above 64 masks of 6 limits, and none. */
const PRESENT_UNIT = 2 ** 42;

/** Results of earlier readings; see ReadingCase. */
type Past = Pick<ReadingCase, "held" | "wasPresent">;
const NO_PAST: Past = {};

/** The sensors of one plan by their readings, so that equal readings share one object. Bounded. */
export class SensorCache {
  readonly #limited: LimitedSensor[] = [];
  readonly #devices = new Map<string, number>();
  #kept = 0;

  /** Registers a sensor whose cached readings can be cleared. */
  register(limited: LimitedSensor): void {
    this.#limited.push(limited);
  }

  /** The part of a cache key that is equal for all sensors of a poll; undefined: cache nothing. */
  contextKey({ manufacturerId, productId, hostOff, scanningDisabledIsValid }: ReadingContext): number | undefined {
    const device = `${manufacturerId}/${productId}`;
    let ordinal = this.#devices.get(device);
    if (ordinal === undefined) {
      ordinal = this.#devices.size;
      if (ordinal === MOST_DEVICES) return undefined;
      this.#devices.set(device, ordinal);
    }
    return ordinal * DEVICE_UNIT + (hostOff ? 1 << 27 : 0) + (scanningDisabledIsValid ? 1 << 28 : 0);
  }

  /** Counts one more cached reading. */
  count(): void {
    if (++this.#kept <= MOST_KEPT) return;
    this.#kept = 1;
    for (const limited of this.#limited) limited.forget();
  }
}

/**
 * A sensor with one set of limits. All hosts with equal boards and limits share it, and with it the sensor objects of
 * the model: a reading that did not change, or that equals one of another host, takes no memory, and its text is not
 * made again.
 */
export class LimitedSensor implements Limits {
  readonly sensor: PlannedSensor;
  readonly thresholds: Thresholds | undefined;
  readonly compared: Thresholds | undefined;
  readonly uncrossable: number | undefined;
  /** The last values at which crossed limits still count as crossed; see Limits. */
  readonly rearm: Thresholds | undefined;
  /** Raw limits that the BMC reported; undefined: those of the record. */
  readonly text: string | undefined;
  readonly #all: SensorCache | undefined;
  readonly #sensors = new Map<number | NoReading, Sensor>();

  /** @param all absent for a sensor that is not shared: it caches nothing */
  constructor(sensor: PlannedSensor, limits: Limits & { readonly text?: string }, all?: SensorCache) {
    this.sensor = sensor;
    this.thresholds = limits.thresholds;
    this.compared = limits.compared;
    this.uncrossable = limits.uncrossable;
    this.rearm = limits.rearm;
    this.text = limits.text;
    this.#all = all;
    all?.register(this);
  }

  /** The sensor without a reading. */
  unread(why: NoReading): Sensor {
    return this.#sensors.get(why) ?? this.#keep(why, unread(this.sensor, why, this.thresholds));
  }

  /**
   * The response in terms of the model.
   *
   * @param contextKey of `context`, see SensorCache; undefined: nothing is cached
   * @param past results of earlier readings
   */
  of(reading: SensorReading, context: ReadingContext, contextKey: number | undefined, past: Past = NO_PAST): Sensor {
    if (contextKey === undefined) return this.#made(reading, context, past);
    const { held, wasPresent } = past;
    const pastKey = (held === undefined ? 0 : held + 1) * HELD_UNIT + (wasPresent ? PRESENT_UNIT : 0);
    const key = contextKey + this.#readingKey(reading) + pastKey;
    return this.#sensors.get(key) ?? this.#keep(key, this.#made(reading, context, past));
  }

  #made(reading: SensorReading, context: ReadingContext, { held, wasPresent }: Past): Sensor {
    return sensorOf(this.sensor, reading, this, context, { held: this.rearm && held, wasPresent });
  }

  forget(): void {
    this.#sensors.clear();
  }

  #keep(key: number | NoReading, sensor: Sensor): Sensor {
    if (this.#all === undefined) return sensor;
    this.#all.count();
    this.#sensors.set(key, sensor);
    return sensor;
  }

  /** All bits of a response that sensorOf() uses, 27 bits. */
  #readingKey({ raw, states, comparison, stateBytes, scanningEnabled, unavailable }: SensorReading): number {
    const bits = this.sensor.definition.class === "threshold" ? comparison : states;
    return (
      raw | ((bits & 0x7fff) << 8) | (stateBytes << 23) | (scanningEnabled ? 1 << 25 : 0) | (unavailable ? 1 << 26 : 0)
    );
  }
}
