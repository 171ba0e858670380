import {
  MappingType,
  SpecialValueMatch,
  type Threshold,
  type ValueMapping,
  type ValueMappingResult,
} from "@grafana/grafana-foundation-sdk/dashboard";

/**
 * Colours that people with any kind of colour vision can tell apart. Green and red are not used together: deuteranopes
 * see nearly the same colour. Every state has a word or a sign beside its colour. The colour for a value that is not
 * known is translucent, so that it fits the light and the dark theme.
 */
export const COLOURS = {
  ok: "#4575b4",
  warning: "#fdae61",
  critical: "#d73027",
  unreachable: "#40004b",
  off: "#767676",
  none: "rgba(128, 128, 128, 0.25)",
} as const;

/** Threshold steps: a base colour, then pairs of a lower bound and a colour. */
export function steps(base: string, ...rest: readonly (readonly [number, string])[]): readonly Threshold[] {
  return [{ value: null, color: base }, ...rest.map(([value, color]) => ({ value, color }))];
}

/** Inlet air in °C. 18 to 27 °C is recommended, up to 32 °C is allowed (ASHRAE class A1). */
export const TEMPERATURE = steps("#2c7bb6", [18, "#abd9e9"], [24, "#ffffbf"], [27, "#fdae61"], [32, "#d7191c"]);

/** One colour, for values without a state. */
export const PLAIN = steps(COLOURS.ok);

/** A count that should be 0. */
export const WARNING_IF_ANY = steps(COLOURS.ok, [1, COLOURS.warning]);
export const CRITICAL_IF_ANY = steps(COLOURS.ok, [1, COLOURS.critical]);

/** A share of a limit. */
export const SHARE = steps(COLOURS.ok, [0.85, COLOURS.warning], [0.95, COLOURS.critical]);

const special = (match: SpecialValueMatch, text: string, color?: string): ValueMapping => ({
  type: MappingType.SpecialValue,
  options: { match, result: color === undefined ? { text } : { text, color } },
});

/** A number that is not known. Without a mapping it has the colour of the lowest threshold, and a dead host looks cool. */
export const NO_DATA = special(SpecialValueMatch.NullAndNan, "-", COLOURS.none);

/** A text that is absent. Without mappings, Grafana shows the text for an empty table in such a cell. */
export const NO_TEXT: readonly ValueMapping[] = [
  special(SpecialValueMatch.Null, "-"),
  special(SpecialValueMatch.Empty, "-"),
];

/** A rack unit without a host. Put it before other mappings: a host whose value is not known (NaN) shows a dash. */
export const FREE_UNIT = special(SpecialValueMatch.Null, "", "transparent");

/** Texts and colours for single values. */
export function words(of: Readonly<Record<string, readonly [text: string, colour: string]>>): readonly ValueMapping[] {
  const options: Record<string, ValueMappingResult> = {};
  for (const [index, [value, [text, color]]] of Object.entries(of).entries()) options[value] = { text, color, index };
  return [{ type: MappingType.ValueToText, options }, NO_DATA];
}

/** bmc_health and bmc_sensor_health; -1 in rows for what is not known. */
export const HEALTH = words({
  "-1": ["? not known", COLOURS.none],
  0: ["OK", COLOURS.ok],
  1: ["▲ warning", COLOURS.warning],
  2: ["■ critical", COLOURS.critical],
  3: ["■ non-recoverable", COLOURS.critical],
});

/** Values of `worstState`. */
export const STATE = words({
  "-1": ["– off", COLOURS.off],
  0: ["OK", COLOURS.ok],
  0.5: ["? not known", COLOURS.none],
  1: ["▲ warning", COLOURS.warning],
  2: ["■ critical", COLOURS.critical],
  3: ["■ non-recoverable", COLOURS.critical],
  4: ["× unreachable", COLOURS.unreachable],
});

/** The same as signs, for cells that are too narrow for words. */
export const STATE_SIGN = words({
  "-1": ["–", COLOURS.off],
  0: ["OK", COLOURS.ok],
  0.5: ["?", COLOURS.none],
  1: ["▲", COLOURS.warning],
  2: ["■", COLOURS.critical],
  3: ["■!", COLOURS.critical],
  4: ["×", COLOURS.unreachable],
});

export const REDUNDANCY = words({
  0: ["OK", COLOURS.ok],
  1: ["▲ degraded", COLOURS.warning],
  2: ["■ lost", COLOURS.critical],
});

export const POWER = words({ 0: ["– off", COLOURS.off], 1: ["on", COLOURS.ok] });
export const REACH = words({ 0: ["× unreachable", COLOURS.unreachable], 1: ["reachable", COLOURS.ok] });

/** 1 if a power supply has failed, predicts a failure, has no valid input, or is not ok. */
export const FAULT = words({ 0: ["OK", COLOURS.ok], 1: ["■ fault", COLOURS.critical] });

/** Values of `alertRank`. */
export const ALERT = words({
  1: ["info", COLOURS.ok],
  2: ["▲ warning", COLOURS.warning],
  3: ["■ critical", COLOURS.critical],
});
