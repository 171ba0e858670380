import type { Health } from "./health.ts";
import type { RuleOrigin } from "./rule-origin.ts";

/** How bad a state is, told from the state and from what never changes of its sensor. All that is given must match. */
export interface SeverityRule {
  /** Health of a sensor while it asserts the state, and severity of the event that says that the state began. */
  readonly severity: Health;
  /** Of the event that says it ended; absent: as the rules behind this one say, but no worse than `severity`. */
  readonly deasserted?: Health;
  /** Words of the `state` label. */
  readonly states?: readonly string[];
  /** Sensor types in snake case. */
  readonly kinds?: readonly string[];
  /** Sensor types by number. */
  readonly sensorTypes?: readonly number[];
  /** Event/reading types in snake case: sensor_specific, redundancy, threshold ... */
  readonly eventTypes?: readonly string[];
  /** Source of a regular expression, found anywhere in the name in upper or lower case. */
  readonly name?: string;
  /** Entity ids, whatever the instance. */
  readonly entities?: readonly number[];
  /** Manufacturers of the BMC: IANA enterprise numbers, or names in lower case. */
  readonly manufacturers?: readonly (number | string)[];
  /** Product ids of the BMC. */
  readonly products?: readonly number[];
  readonly origin?: RuleOrigin;
}
