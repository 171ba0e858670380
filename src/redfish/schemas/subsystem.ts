import { type JsonObject, linkAt, numberAt, textAt } from "../json.ts";
import { type PowerSupply, powerSupply, type SupplyReading } from "./power.ts";
import { type RedundancyGroup, redundancyGroups } from "./redundancy.ts";

/** ThermalSubsystem (since 2020.4): links to fans, and their redundancy. */
export interface ThermalSubsystem {
  readonly fans?: string;
  readonly leakDetection?: string;
  readonly redundancy: readonly RedundancyGroup[];
}

export function decodeThermalSubsystem(resource: JsonObject): ThermalSubsystem {
  return {
    fans: linkAt(resource, "Fans"),
    leakDetection: linkAt(resource, "LeakDetection"),
    redundancy: redundancyGroups(resource, "FanRedundancy"),
  };
}

/** PowerSubsystem (since 2020.4): links to supplies, and their redundancy. */
export interface PowerSubsystem {
  readonly supplies?: string;
  readonly redundancy: readonly RedundancyGroup[];
}

export function decodePowerSubsystem(resource: JsonObject): PowerSubsystem {
  return {
    supplies: linkAt(resource, "PowerSupplies"),
    redundancy: redundancyGroups(resource, "PowerSupplyRedundancy"),
  };
}

/** A PowerSupply resource of its own, and the link to its readings. */
export function decodePowerSupply(resource: JsonObject, index: number): PowerSupply & { readonly metrics?: string } {
  return { ...powerSupply(resource, index), metrics: linkAt(resource, "Metrics") };
}

/**
 * The supply with the readings of its PowerSupplyMetrics resource.
 *
 * @param isListed true for the URI of a sensor that is read elsewhere
 */
export function withMetrics(
  supply: PowerSupply,
  metrics: JsonObject,
  isListed: (sensor: string) => boolean = () => false,
): PowerSupply {
  const readings: Partial<Record<SupplyReading, number>> = {};
  const listedElsewhere = new Set<SupplyReading>();
  for (const [key, name] of METRICS) {
    const value = numberAt(metrics, name, "Reading") ?? supply[key];
    if (value !== undefined) readings[key] = value;
    const source = textAt(metrics, name, "DataSourceUri");
    if (source !== undefined && isListed(source)) listedElsewhere.add(key);
  }
  return { ...supply, ...readings, listedElsewhere };
}

/** Excerpts of PowerSupplyMetrics. */
const METRICS: readonly (readonly [SupplyReading, string])[] = [
  ["inputWatts", "InputPowerWatts"],
  ["outputWatts", "OutputPowerWatts"],
  ["inputVolts", "InputVoltage"],
  ["inputAmperes", "InputCurrentAmps"],
  ["celsius", "TemperatureCelsius"],
  ["fanPercent", "FanSpeedPercent"],
  ["kilowattHours", "EnergykWh"],
];

/** A Fan resource of its own: its speed in revolutions per minute and as a share. */
export interface FanSpeeds {
  readonly rpm?: number;
  readonly percent?: number;
}

export function decodeFanSpeeds(resource: JsonObject): FanSpeeds {
  return {
    rpm: numberAt(resource, "SpeedPercent", "SpeedRPM"),
    percent: numberAt(resource, "SpeedPercent", "Reading"),
  };
}

/** EnvironmentMetrics: the power of a chassis in watts. */
export interface EnvironmentMetrics {
  readonly powerWatts?: number;
  /** Absent unless it is in force. */
  readonly powerLimitWatts?: number;
}

export function decodeEnvironmentMetrics(resource: JsonObject): EnvironmentMetrics {
  return {
    powerWatts: numberAt(resource, "PowerWatts", "Reading"),
    powerLimitWatts: /^(automatic|override)$/i.test(textAt(resource, "PowerLimitWatts", "ControlMode") ?? "")
      ? numberAt(resource, "PowerLimitWatts", "SetPoint")
      : undefined,
  };
}
