import {
  MappingType,
  SpecialValueMatch,
  type Threshold,
  type ValueMapping,
  type ValueMappingResult,
} from "@grafana/grafana-foundation-sdk/dashboard";

/**
 * Colours that people with any kind of colour vision can distinguish; not green and red, which look alike to
 * deuteranopes. A state always has a text in addition to its colour.
 */
export const COLOURS = {
  ok: "#4575b4",
  warning: "#fdae61",
  critical: "#d73027",
  unreachable: "#40004b",
  off: "#767676",
  none: "#d9d9d9",
} as const;

/** Threshold steps from pairs of a lower bound and a colour. The first colour has no lower bound. */
export function steps(base: string, ...rest: readonly (readonly [number, string])[]): readonly Threshold[] {
  return [{ value: null, color: base }, ...rest.map(([value, color]) => ({ value, color }))];
}

/** Degrees Celsius at an inlet; 18 to 27 is the recommended range, 32 the upper allowable limit (ASHRAE A1). */
export const TEMPERATURE = steps("#2c7bb6", [18, "#abd9e9"], [24, "#ffffbf"], [27, "#fdae61"], [32, "#d7191c"]);

/** One colour, for values that are not a state. */
export const PLAIN = steps(COLOURS.ok);

/** A count that should be 0. */
export const WARNING_IF_ANY = steps(COLOURS.ok, [1, COLOURS.warning]);
export const CRITICAL_IF_ANY = steps(COLOURS.ok, [1, COLOURS.critical]);

/** A share of a limit. */
export const SHARE = steps(COLOURS.ok, [0.85, COLOURS.warning], [0.95, COLOURS.critical]);

/** The colour of unknown values. With the lowest threshold, a host without values would look cool. */
export const NO_DATA: ValueMapping = {
  type: MappingType.SpecialValue,
  options: { match: SpecialValueMatch.NullAndNan, result: { text: "-", color: COLOURS.none } },
};

/** Texts and colours for single values. */
export function words(of: Readonly<Record<string, readonly [text: string, colour: string]>>): readonly ValueMapping[] {
  const options: Record<string, ValueMappingResult> = {};
  for (const [index, [value, [text, color]]] of Object.entries(of).entries()) options[value] = { text, color, index };
  return [{ type: MappingType.ValueToText, options }, NO_DATA];
}

/** bmc_health, bmc_sensor_health. */
export const HEALTH = words({
  0: ["OK", COLOURS.ok],
  1: ["▲ warning", COLOURS.warning],
  2: ["■ critical", COLOURS.critical],
  3: ["■ non-recoverable", COLOURS.critical],
});

/** Values of `worstState`. */
export const STATE = words({
  "-1": ["– off", COLOURS.off],
  0: ["OK", COLOURS.ok],
  1: ["▲ warning", COLOURS.warning],
  2: ["■ critical", COLOURS.critical],
  3: ["■ non-recoverable", COLOURS.critical],
  4: ["× unreachable", COLOURS.unreachable],
});

export const REDUNDANCY = words({
  0: ["OK", COLOURS.ok],
  1: ["▲ degraded", COLOURS.warning],
  2: ["■ lost", COLOURS.critical],
});

export const POWER = words({ 0: ["– off", COLOURS.off], 1: ["on", COLOURS.ok] });
export const REACH = words({ 0: ["× unreachable", COLOURS.unreachable], 1: ["reached", COLOURS.ok] });

/** Whether a part reports a failure, a predicted failure or a lost input. */
export const FAULT = words({ 0: ["OK", COLOURS.ok], 1: ["■ fault", COLOURS.critical] });

/** Values of `alertRank`. */
export const ALERT = words({
  1: ["info", COLOURS.ok],
  2: ["▲ warning", COLOURS.warning],
  3: ["■ critical", COLOURS.critical],
});
