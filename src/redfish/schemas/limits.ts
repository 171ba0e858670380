import { numberAt } from "../json.ts";

/** Limits of a reading in its own unit; absent where the BMC has none. */
export interface Limits {
  readonly lowerFatal?: number;
  readonly lowerCritical?: number;
  readonly lowerCaution?: number;
  readonly upperCaution?: number;
  readonly upperCritical?: number;
  readonly upperFatal?: number;
}

/** Limits as Thermal and Power resources spell them: `UpperThresholdNonCritical`. */
export function flatLimits(resource: unknown): Limits {
  return {
    lowerFatal: numberAt(resource, "LowerThresholdFatal"),
    lowerCritical: numberAt(resource, "LowerThresholdCritical"),
    lowerCaution: numberAt(resource, "LowerThresholdNonCritical"),
    upperCaution: numberAt(resource, "UpperThresholdNonCritical"),
    upperCritical: numberAt(resource, "UpperThresholdCritical"),
    upperFatal: numberAt(resource, "UpperThresholdFatal"),
  };
}

/** Limits as a Sensor resource spells them: `Thresholds.UpperCaution.Reading`. */
export function sensorLimits(resource: unknown): Limits {
  const limit = (name: string): number | undefined => numberAt(resource, "Thresholds", name, "Reading");
  return {
    lowerFatal: limit("LowerFatal"),
    lowerCritical: limit("LowerCritical"),
    lowerCaution: limit("LowerCaution"),
    upperCaution: limit("UpperCaution"),
    upperCritical: limit("UpperCritical"),
    upperFatal: limit("UpperFatal"),
  };
}
