import type { RuleOrigin } from "./rule-origin.ts";
import type { Quantity } from "./sensor.ts";

/** Role of a rule that ends the search: matching sensors have no role. */
export const NO_ROLE = "none";

/** Gives a sensor its role, by properties of the sensor that never change. All given properties must match. */
export interface RoleRule {
  /** Snake case, or NO_ROLE. */
  readonly role: string;
  /** Source of a regular expression that matches anywhere in the name, ignoring case. */
  readonly name?: string;
  /** Sensor types in snake case. */
  readonly kinds?: readonly string[];
  readonly quantities?: readonly Quantity[];
  /** Entity ids, of any instance. */
  readonly entities?: readonly number[];
  /** Manufacturers of the BMC: IANA enterprise numbers, or names in lower case. */
  readonly manufacturers?: readonly (number | string)[];
  readonly origin?: RuleOrigin;
}
