import { type JsonObject, numberAt, objectsAt, textAt } from "../json.ts";
import { flatLimits, type Limits } from "./limits.ts";
import { type PartFacts, partFacts } from "./member.ts";
import { type RedundancyGroup, redundancyGroups } from "./redundancy.ts";

/** One element of `Temperatures`, in degrees Celsius. */
export interface TemperatureReading extends PartFacts {
  readonly reading?: number;
  readonly limits: Limits;
}

/** One element of `Fans`, in its own unit. */
export interface FanReading extends PartFacts {
  readonly reading?: number;
  /** Absent: the BMC names no unit that is known here. */
  readonly unit?: "rpm" | "percent";
  readonly limits: Limits;
}

/** Thermal (DSP2046): all temperatures and fans of a chassis in one resource. */
export interface Thermal {
  readonly temperatures: readonly TemperatureReading[];
  readonly fans: readonly FanReading[];
  readonly redundancy: readonly RedundancyGroup[];
}

const FAN_UNITS: Readonly<Record<string, "rpm" | "percent">> = { rpm: "rpm", percent: "percent", "%": "percent" };

export function decodeThermal(resource: JsonObject): Thermal {
  return {
    temperatures: decodeTemperatures(objectsAt(resource, "Temperatures")),
    fans: decodeFans(objectsAt(resource, "Fans")),
    redundancy: redundancyGroups(resource, "Redundancy"),
  };
}

/** The elements of `Temperatures`. */
export const decodeTemperatures = (list: readonly JsonObject[]): readonly TemperatureReading[] =>
  list.map((part, index) => ({
    ...partFacts(part, index),
    // CurrentReading is what iLO 4 wrote before the standard
    reading: numberAt(part, "ReadingCelsius") ?? numberAt(part, "CurrentReading"),
    limits: flatLimits(part),
  }));

/** The elements of `Fans`. */
export const decodeFans = (list: readonly JsonObject[]): readonly FanReading[] =>
  list.map((part, index) => ({
    ...partFacts(part, index),
    reading: numberAt(part, "Reading") ?? numberAt(part, "ReadingRPM") ?? numberAt(part, "CurrentReading"),
    unit: fanUnit(part),
    limits: flatLimits(part),
  }));

/** Redfish 1.0 has `ReadingRPM` and no unit. */
function fanUnit(part: JsonObject): FanReading["unit"] {
  const unit = textAt(part, "ReadingUnits") ?? textAt(part, "Units");
  if (unit !== undefined) return FAN_UNITS[unit.toLowerCase()];
  return numberAt(part, "ReadingRPM") === undefined ? undefined : "rpm";
}
