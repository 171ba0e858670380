import type { Health, Quantity, Sensor } from "../../model/index.ts";
import { isAbsent, type PowerSupply, type RedundancyGroup, type SupplyReading } from "../../redfish/index.ts";
import { Entity, entityOf } from "./entity.ts";
import { healthOf } from "./health.ts";
import { readingOf } from "./reading.ts";
import { named } from "./sensor-id.ts";

/** States of a Redfish resource that a power supply without input may have; it cannot be Enabled. */
const UNAVAILABLE = /^unavailableoffline$/i;

/**
 * The power supplies of one list as sensors: one for the state of each, with the names of IPMI, and one for each
 * reading. An absent power supply has none. A power supply that is Critical and has no input lost its input; it did not
 * fail.
 *
 * @param list path of the list, for the ids
 * @param hostOff power supplies of an off host may deliver nothing
 */
export function supplySensors(list: string, supplies: readonly PowerSupply[], hostOff: boolean): readonly Sensor[] {
  const present = supplies.filter((supply) => !isAbsent(supply.status) && !isEmptyBay(supply));
  return named(list, present, "Power Supply").flatMap(({ part, name, id }) => {
    const entity = entityOf(Entity.PowerSupply, part.bay ?? name);
    const state = stateOf(part);
    const status: Sensor = {
      name,
      id,
      entity,
      kind: "power_supply",
      role: undefined,
      health: state.health,
      states: state.states,
    };
    return [status, ...readings({ name: name.replace(/ Status$/i, ""), id, entity }, part, hostOff)];
  });
}

/** iLO lists bays without a power supply with firmware "0.00" and nothing else. */
function isEmptyBay({ firmware, serial, model }: PowerSupply): boolean {
  return firmware === "0.00" && serial === undefined && model === undefined;
}

function stateOf({ status, inputVolts, inputWatts, outputWatts }: PowerSupply): {
  health: Health | undefined;
  states: readonly string[];
} {
  const health = healthOf(status.health);
  const hasNoInput = !((inputVolts ?? 0) > 0 || (inputWatts ?? 0) > 0 || (outputWatts ?? 0) > 0);
  const isLost = health === 2 && (hasNoInput || UNAVAILABLE.test(status.state ?? ""));
  if (isLost) return { health, states: ["presence_detected", "input_lost"] };
  if (health === 2) return { health, states: ["presence_detected", "failure_detected"] };
  if (health === 1) return { health, states: ["presence_detected", "predictive_failure"] };
  return { health, states: ["presence_detected"] };
}

function readings(
  { name, id, entity }: Pick<Sensor, "name" | "id" | "entity">,
  supply: PowerSupply,
  hostOff: boolean,
): readonly Sensor[] {
  // The health of the power supply is on its own sensor, so that it does not count again with each reading.
  const status = { state: supply.status.state };
  return READINGS.flatMap(([key, what, kind, quantity, scale]) => {
    const value = key === "inputWatts" ? inputWatts(supply) : supply[key];
    if (value === undefined || supply.listedElsewhere?.has(key)) return [];
    if (quantity === "power" && value <= 0 && !hostOff) return [];
    const subject = { name: `${name} ${what}`, id: `${id}/${what}`, entity, kind, quantity, scale };
    return [readingOf(subject, { reading: value, limits: {}, status })];
  });
}

const READINGS: readonly (readonly [SupplyReading, what: string, kind: string, Quantity, scale?: number])[] = [
  ["inputWatts", "Input Power", "other_units", "power"],
  ["outputWatts", "Output Power", "other_units", "power"],
  ["inputVolts", "Input Voltage", "voltage", "voltage"],
  ["inputAmperes", "Input Current", "current", "current"],
  ["celsius", "Temperature", "temperature", "temperature"],
  ["fanPercent", "Fan", "fan", "fan_ratio", 0.01],
  ["kilowattHours", "Energy", "other_units", "energy", 3_600_000],
];

/**
 * The input power. Dell R640 with BIOS 2.3.10 reports the rating instead (900 W at 203 W out): more than the
 * capacity, with less than half of the stated efficiency.
 */
function inputWatts({ inputWatts: input, outputWatts, capacityWatts, efficiency }: PowerSupply): number | undefined {
  if (input === undefined || outputWatts === undefined || capacityWatts === undefined) return input;
  const isRating = input > capacityWatts && outputWatts / input < (efficiency ?? 1) / 2;
  return isRating ? undefined : input;
}

/** Redundancy groups as sensors. Health alone decides: the counts of a group are wrong on several BMCs. */
export function redundancySensors(
  list: string,
  groups: readonly RedundancyGroup[],
  { kind, entityId, fallback }: { readonly kind: string; readonly entityId: number; readonly fallback: string },
): readonly Sensor[] {
  const active = groups.filter(({ status }) => !isAbsent(status) && !/^disabled$/i.test(status.state ?? ""));
  return named(list, active, fallback).map(({ part, name, id }) => {
    const health = healthOf(part.status.health);
    const states = health === undefined ? [] : [REDUNDANCY[health] ?? "redundancy_lost"];
    return { name, id, entity: entityOf(entityId, name), kind, role: undefined, health, states };
  });
}

const REDUNDANCY: readonly string[] = ["fully_redundant", "redundancy_degraded", "redundancy_lost"];
