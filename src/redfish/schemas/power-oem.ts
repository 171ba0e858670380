import { type JsonObject, numberAt, objectAt, objectsAt, textAt } from "../json.ts";
import type { PowerControl, PowerSupply } from "./power.ts";

/**
 * The power of the whole machine where a vendor reports it beside PowerControl: Fujitsu's iRMC, whose PowerControl may
 * have another value or none, and Inspur, whose PowerControl is empty.
 */
export function decodeOemPower(resource: JsonObject): PowerControl | undefined {
  const fujitsu = objectAt(resource, "Oem", "ts_fujitsu", "ChassisPowerConsumption");
  const consumedWatts =
    positive(numberAt(fujitsu, "CurrentPowerConsumptionW")) ??
    positive(numberAt(resource, "Oem", "Public", "TotalPower"));
  if (consumedWatts === undefined) return undefined;
  return {
    index: 0,
    status: {},
    relatedItems: [],
    consumedWatts,
    capacityWatts: numberAt(fujitsu, "CurrentMaximumPowerW"),
    minimumWatts: numberAt(fujitsu, "MinimumPowerW"),
    maximumWatts: numberAt(fujitsu, "PeakPowerW"),
    averageWatts: numberAt(fujitsu, "AveragePowerW"),
  };
}

const positive = (watts: number | undefined): number | undefined =>
  watts !== undefined && watts > 0 ? watts : undefined;

/** Supplies with the input power that Fujitsu reports in a list of its own, by their names. */
export function withFujitsuInputs(supplies: readonly PowerSupply[], resource: JsonObject): readonly PowerSupply[] {
  const meters = objectsAt(resource, "Oem", "ts_fujitsu", "ChassisPowerSensors").filter(
    (meter) => (textAt(meter, "EntityID") ?? textAt(meter, "EntityId")) === "Power Supply",
  );
  if (meters.length === 0) return supplies;
  return supplies.map((supply) => {
    const { name } = supply;
    if (name === undefined || supply.inputWatts !== undefined) return supply;
    const meter = meters.find((one) => isOf(textAt(one, "Designation") ?? "", name));
    const inputWatts = numberAt(meter, "CurrentPowerConsumptionW");
    return inputWatts === undefined ? supply : { ...supply, inputWatts };
  });
}

/** "PSU1 Power" is of PSU1, "PSU10 Power" is not. */
const isOf = (designation: string, supply: string): boolean =>
  designation.startsWith(supply) && !/^\d/.test(designation.slice(supply.length));
