import { BASE_UNIT_NAMES } from "../../ipmi/index.ts";
import type { Quantity, Sensor } from "../../model/index.ts";
import { isActive, type Limits, type Status } from "../../redfish/index.ts";
import { verdictOf } from "./health.ts";
import { thresholdsOf } from "./limits.ts";

/** What a reading measures, before a rule assigns a role. */
export interface ReadingSubject {
  readonly name: string;
  readonly id: string;
  readonly entity: string;
  /** Sensor type in snake case, with the names of IPMI. */
  readonly kind: string;
  readonly quantity: Quantity;
  /** In words for the quantity `other`; otherwise the base unit. */
  readonly unit?: string;
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
  { name, id, entity, kind, quantity, unit, scale = 1 }: ReadingSubject,
  { reading, limits, status }: { readonly reading?: number; readonly limits: Limits; readonly status: Status },
): Sensor {
  const active = isActive(status);
  const scaled = reading === undefined ? undefined : round(reading * scale);
  const value = active && Number.isFinite(scaled) ? scaled : undefined;
  const thresholds = thresholdsOf(limits, { quantity, reading, scale });
  const { health, states } = verdictOf(active ? status.health : undefined, value, thresholds);
  return {
    name,
    id,
    entity,
    kind,
    role: undefined,
    quantity,
    unit: unit ?? (quantity === "other" ? "unspecified" : BASE_UNIT_NAMES[quantity]),
    value,
    noReading: value === undefined ? (active ? "unavailable" : "scanning_disabled") : undefined,
    thresholds,
    health,
    states,
  };
}
