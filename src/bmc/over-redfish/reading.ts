import { BASE_UNIT_NAMES } from "../../ipmi/index.ts";
import type { Quantity, Sensor } from "../../model/index.ts";
import { type HealthWord, isActive, type Limits, type Status } from "../../redfish/index.ts";
import { verdictOf } from "./health.ts";
import { thresholdsOf } from "./limits.ts";

/** What a reading measures. */
export interface ReadingSubject {
  readonly name: string;
  readonly id: string;
  readonly entity: string;
  /** Sensor type in snake case, with the names of IPMI. */
  readonly kind: string;
  readonly quantity: Quantity;
  /** In words for the quantity `other`; otherwise the base unit. */
  readonly unit?: string;
  readonly role?: string;
  /** Factor from the unit of the BMC to the base unit. */
  readonly scale?: number;
}

/** Digits of a value after its conversion: 0.35 and not 0.35000000000000003. */
const round = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(12)));

/**
 * A reading in terms of the model. A sensor that is not enabled, or has no number, has no reading. Hosts that are off
 * report 0 or nothing for stopped parts, with the state StandbyOffline or Disabled.
 */
export function readingOf(
  { name, id, entity, kind, quantity, unit, role, scale = 1 }: ReadingSubject,
  { reading, limits, status }: { readonly reading?: number; readonly limits: Limits; readonly status: Status },
  thresholds = thresholdsOf(limits, { quantity, reading, scale }),
): Sensor {
  const active = isActive(status);
  const scaled = reading === undefined ? undefined : round(reading * scale);
  const value = active && Number.isFinite(scaled) ? scaled : undefined;
  const { health, states } = verdictOf(active ? status.health : undefined, value, thresholds);
  return {
    name,
    id,
    entity,
    kind,
    role,
    quantity,
    unit: unit ?? (quantity === "other" ? "unspecified" : BASE_UNIT_NAMES[quantity]),
    value,
    noReading: value === undefined ? (active ? "unavailable" : "scanning_disabled") : undefined,
    thresholds,
    health,
    states,
  };
}

/** The sensor with another value; all else is the same, but for the comparison of the value with the limits. */
export function withValue(
  { name, id, entity, kind, role, quantity, unit, thresholds }: Sensor,
  { scale = 1 }: ReadingSubject,
  reading: number,
  word: HealthWord | undefined,
): Sensor {
  const value = round(reading * scale);
  const { health, states } = verdictOf(word, value, thresholds);
  // The literal of readingOf(), so that both have the same hidden class.
  return { name, id, entity, kind, role, quantity, unit, value, noReading: undefined, thresholds, health, states };
}
