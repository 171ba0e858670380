import type { Health } from "./health.ts";
import type { RuleOrigin } from "./rule-origin.ts";

/** The severity of a state, by the state and by properties of the sensor that never change. All given properties must match. */
export interface SeverityRule {
  /** Health of a sensor while it asserts the state, and severity of the event for the start of the state. */
  readonly severity: Health;
  /** Severity of the event for its end; absent: as later rules say, but never worse than `severity`. */
  readonly deasserted?: Health;
  /** Values of the `state` label. */
  readonly states?: readonly string[];
  /** Sensor types in snake case. */
  readonly kinds?: readonly string[];
  /** Sensor types by number. */
  readonly sensorTypes?: readonly number[];
  /** Event/reading types in snake case: sensor_specific, redundancy, threshold ... */
  readonly eventTypes?: readonly string[];
  /** Source of a regular expression that matches anywhere in the name, ignoring case. */
  readonly name?: string;
  /** Entity ids, of any instance. */
  readonly entities?: readonly number[];
  /** Manufacturers of the BMC: IANA enterprise numbers, or names in lower case. */
  readonly manufacturers?: readonly (number | string)[];
  /** Product ids of the BMC. */
  readonly products?: readonly number[];
  readonly origin?: RuleOrigin;
}
