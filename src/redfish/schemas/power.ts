import { type JsonObject, linksAt, numberAt, objectsAt, textAt } from "../json.ts";
import { flatLimits, type Limits } from "./limits.ts";
import { type PartFacts, partFacts } from "./member.ts";
import { type RedundancyGroup, redundancyGroups } from "./redundancy.ts";

/** One element of `PowerControl`: the power of a system or chassis, in watts. */
export interface PowerControl extends PartFacts {
  readonly consumedWatts?: number;
  readonly capacityWatts?: number;
  readonly minimumWatts?: number;
  readonly maximumWatts?: number;
  readonly averageWatts?: number;
  /** Period of the three above. */
  readonly periodSeconds?: number;
  readonly limitWatts?: number;
  /** What happens beyond the limit; NoAction: the limit is not in force. */
  readonly limitException?: string;
  /** URIs of what it feeds: a system, a chassis, processors. */
  readonly relatedItems: readonly string[];
}

/** The readings of a power supply. */
export type SupplyReading =
  | "inputWatts"
  | "outputWatts"
  | "inputVolts"
  | "inputAmperes"
  | "celsius"
  | "fanPercent"
  | "kilowattHours";

/** A power supply, of a Power or a PowerSubsystem resource. */
export interface PowerSupply extends PartFacts {
  readonly inputWatts?: number;
  readonly outputWatts?: number;
  readonly inputVolts?: number;
  readonly inputAmperes?: number;
  readonly celsius?: number;
  readonly fanPercent?: number;
  readonly kilowattHours?: number;
  /** Properties that are sensors of their own, too; absent: none. */
  readonly listedElsewhere?: ReadonlySet<SupplyReading>;
  readonly capacityWatts?: number;
  /** 0 to 1. */
  readonly efficiency?: number;
  /** Number of the bay, where the vendor gives it. */
  readonly bay?: string;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly serial?: string;
  readonly partNumber?: string;
  readonly firmware?: string;
}

/** One element of `Voltages`, in volts. */
export interface VoltageReading extends PartFacts {
  readonly reading?: number;
  readonly limits: Limits;
}

/** Power (DSP2046): consumption, supplies and voltages of a chassis in one resource. */
export interface Power {
  readonly controls: readonly PowerControl[];
  readonly supplies: readonly PowerSupply[];
  readonly voltages: readonly VoltageReading[];
  readonly redundancy: readonly RedundancyGroup[];
}

export function decodePower(resource: JsonObject): Power {
  return {
    controls: decodePowerControls(resource),
    supplies: decodePowerSupplies(resource),
    voltages: decodeVoltages(objectsAt(resource, "Voltages")),
    redundancy: redundancyGroups(resource, "Redundancy"),
  };
}

export const decodePowerControls = (resource: JsonObject): readonly PowerControl[] =>
  objectsAt(resource, "PowerControl").map(powerControl);

export const decodePowerSupplies = (resource: JsonObject): readonly PowerSupply[] =>
  objectsAt(resource, "PowerSupplies").map(powerSupply);

/** The elements of `Voltages`. */
export const decodeVoltages = (list: readonly JsonObject[]): readonly VoltageReading[] =>
  list.map((part, index) => ({
    ...partFacts(part, index),
    reading: numberAt(part, "ReadingVolts"),
    limits: flatLimits(part),
  }));

function powerControl(part: JsonObject, index: number): PowerControl {
  const minutes = numberAt(part, "PowerMetrics", "IntervalInMin");
  const facts = partFacts(part, index);
  return {
    // Named one by one: a spread takes ten times as long, and this is done in each poll.
    name: facts.name,
    memberId: facts.memberId,
    index: facts.index,
    sensorNumber: facts.sensorNumber,
    context: facts.context,
    status: facts.status,
    consumedWatts: numberAt(part, "PowerConsumedWatts"),
    capacityWatts: numberAt(part, "PowerCapacityWatts"),
    minimumWatts: numberAt(part, "PowerMetrics", "MinConsumedWatts"),
    maximumWatts: numberAt(part, "PowerMetrics", "MaxConsumedWatts"),
    averageWatts: numberAt(part, "PowerMetrics", "AverageConsumedWatts"),
    periodSeconds: minutes !== undefined && minutes > 0 ? minutes * 60 : undefined,
    limitWatts: numberAt(part, "PowerLimit", "LimitInWatts"),
    limitException: textAt(part, "PowerLimit", "LimitException"),
    relatedItems: linksAt(part, "RelatedItem"),
  };
}

/**
 * A supply. `PowerOutputWatts` comes before `LastPowerOutputWatts`, which Lenovo XCC keeps from an earlier time.
 */
export function powerSupply(part: JsonObject, index: number): PowerSupply {
  const percent = numberAt(part, "EfficiencyPercent");
  const facts = partFacts(part, index);
  return {
    name: facts.name,
    memberId: facts.memberId,
    index: facts.index,
    sensorNumber: facts.sensorNumber,
    context: facts.context,
    status: facts.status,
    inputWatts: numberAt(part, "PowerInputWatts") ?? numberAt(part, "Oem", "Huawei", "PowerInputWatts"),
    outputWatts:
      numberAt(part, "PowerOutputWatts") ??
      numberAt(part, "Oem", "Huawei", "PowerOutputWatts") ??
      numberAt(part, "LastPowerOutputWatts"),
    inputVolts: numberAt(part, "LineInputVoltage"),
    capacityWatts: numberAt(part, "PowerCapacityWatts"),
    // iDRAC 9 before 4.00 writes 0.91 for 91 percent
    efficiency: percent === undefined ? undefined : percent > 1 ? percent / 100 : percent,
    bay:
      textAt(part, "Oem", "Hpe", "BayNumber") ??
      textAt(part, "Oem", "Hp", "BayNumber") ??
      textAt(part, "Location", "PartLocation", "LocationOrdinalValue"),
    manufacturer: textAt(part, "Manufacturer"),
    model: textAt(part, "Model"),
    serial: textAt(part, "SerialNumber"),
    partNumber: textAt(part, "PartNumber") ?? textAt(part, "SparePartNumber"),
    firmware: textAt(part, "FirmwareVersion"),
  };
}
