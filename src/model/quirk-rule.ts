/** Workarounds for BMCs of a manufacturer, from the configuration. All given properties must match. */
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
