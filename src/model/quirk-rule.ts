/** Work-arounds for the BMCs of a make, from the configuration. All that is given must match. */
export interface QuirkRule {
  /** IANA enterprise numbers, or names in lower case. */
  readonly manufacturers: readonly (number | string)[];
  /** Product ids. */
  readonly products?: readonly number[];
  /** Major firmware versions below this one. */
  readonly firmwareBelow?: number;
  /** Names of quirks. */
  readonly quirks: readonly string[];
}
