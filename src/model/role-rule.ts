import type { RuleOrigin } from "./rule-origin.ts";
import type { Quantity } from "./sensor.ts";

/** The role of a rule that ends the search and gives none. */
export const NO_ROLE = "none";

/** What a sensor is for, told from what never changes of it. All that is given must match. */
export interface RoleRule {
  /** Snake case; NO_ROLE for "none, and look no further". */
  readonly role: string;
  /** Source of a regular expression, found anywhere in the name in upper or lower case. */
  readonly name?: string;
  /** Sensor types in snake case. */
  readonly kinds?: readonly string[];
  readonly quantities?: readonly Quantity[];
  /** Entity ids, whatever the instance. */
  readonly entities?: readonly number[];
  /** Manufacturers of the BMC: IANA enterprise numbers, or names in lower case. */
  readonly manufacturers?: readonly (number | string)[];
  readonly origin?: RuleOrigin;
}
