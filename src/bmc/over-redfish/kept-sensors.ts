import { type Sensor, THRESHOLD_NAMES, type Thresholds } from "../../model/index.ts";

/** The role that a rule assigns to a sensor; undefined: no rule matches. */
type RoleOf = (sensor: Sensor) => string | undefined;

/**
 * The sensors of the last poll. A sensor whose reading did not change is the same object, so that its text is reused,
 * and its role is not looked up again while the rules do not change.
 */
export class KeptSensors {
  #previous: readonly Sensor[] = [];
  /** The rules that assigned the roles. */
  #rules: unknown;

  /** The sensors with their roles, in the order given. */
  with(sensors: readonly Sensor[], rules: unknown, roleOf: RoleOf): readonly Sensor[] {
    const previous = rules === this.#rules ? this.#previous : [];
    this.#rules = rules;
    this.#previous = sensors.map((sensor, i) => {
      const before = previous[i];
      if (before === sensor) return sensor;
      if (before === undefined || !isSamePart(before, sensor)) return { ...sensor, role: roleOf(sensor) };
      const thresholds = isSame(before.thresholds, sensor.thresholds) ? before.thresholds : sensor.thresholds;
      const isUnchanged =
        thresholds === before.thresholds &&
        before.value === sensor.value &&
        before.health === sensor.health &&
        before.noReading === sensor.noReading &&
        before.lifeRemaining === sensor.lifeRemaining &&
        before.memoryErrors?.correctable === sensor.memoryErrors?.correctable &&
        before.memoryErrors?.uncorrectable === sensor.memoryErrors?.uncorrectable &&
        before.states.length === sensor.states.length &&
        before.states.every((state, n) => state === sensor.states[n]);
      if (isUnchanged) return before;
      const isWhole = sensor.role === before.role && sensor.thresholds === thresholds;
      return isWhole ? sensor : { ...sensor, thresholds, role: before.role };
    });
    return this.#previous;
  }
}

/** All properties that rules use. */
function isSamePart(a: Sensor, b: Sensor): boolean {
  return a.id === b.id && a.name === b.name && a.entity === b.entity && a.kind === b.kind && a.quantity === b.quantity;
}

function isSame(a: Thresholds | undefined, b: Thresholds | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && THRESHOLD_NAMES.every((name) => a[name] === b[name]));
}
