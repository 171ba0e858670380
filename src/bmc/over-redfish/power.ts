import { Manufacturer } from "../../ipmi/index.ts";
import type { PowerConsumption } from "../../model/index.ts";
import {
  type ChassisLinks,
  decodeEnvironmentMetrics,
  decodeOemPower,
  decodePowerControls,
  type Get,
  type JsonObject,
  optional,
  type PowerControl,
} from "../../redfish/index.ts";

export interface PowerContext {
  readonly hostOff: boolean;
  readonly manufacturerId?: number;
  /** EnvironmentMetrics without power. Filled here; they are not read again while they are in this set. */
  readonly empty?: Set<string>;
}

/**
 * The power of the whole host: the PowerControl of the outermost chassis that has a system, or else the
 * EnvironmentMetrics of that chassis. Chassis and controls are not added up: several nodes in one chassis would count
 * for each other, and subsystems twice.
 */
export async function readConsumption(
  get: Get,
  chassis: readonly ChassisLinks[],
  context: PowerContext,
  signal: AbortSignal,
): Promise<PowerConsumption | undefined> {
  const { hostOff } = context;
  const order = chassis.filter(isWhole(chassis)).sort((a, b) => rank(a) - rank(b));
  for (const { power } of order) {
    const resource = power === undefined ? undefined : await optional(() => get(power, signal));
    const found =
      resource &&
      controlsOf(resource)
        .map((c) => consumptionOf(c, context))
        .find((c) => c !== undefined);
    if (found) return found;
  }
  for (const { environmentMetrics, isContained } of order) {
    if (environmentMetrics === undefined || isContained || context.empty?.has(environmentMetrics)) continue;
    const resource = await optional(() => get(environmentMetrics, signal));
    if (!resource) continue;
    const { powerWatts: watts, powerLimitWatts: limit = 0 } = decodeEnvironmentMetrics(resource);
    if (watts === undefined) context.empty?.add(environmentMetrics);
    else if (watts > 0 || hostOff)
      return { source: "redfish", currentWatts: watts, limitWatts: limit > watts ? limit : undefined };
  }
  return undefined;
}

/** What the power of a host is read from, best first: the vendor's own meter, then controls of a whole machine. */
function controlsOf(resource: JsonObject): readonly PowerControl[] {
  const oem = decodeOemPower(resource);
  const whole = decodePowerControls(resource).filter((control) => !isSubsystem(control));
  const ofChassis = (control: PowerControl): boolean => control.relatedItems.some((uri) => CHASSIS.test(uri));
  // Of a chassis with several nodes, the control of the chassis comes first.
  const sorted = [...whole.filter(ofChassis), ...whole.filter((control) => !ofChassis(control))];
  return oem ? [oem, ...sorted] : sorted;
}

const CHASSIS = /\/Chassis\/[^/]+\/?$/i;

/** Lenovo lists processors and memory beside the whole server. */
function isSubsystem({ context, name }: PowerControl): boolean {
  return SUBSYSTEM_CONTEXT.test(context ?? "") || SUBSYSTEM_NAME.test(name ?? "");
}

const SUBSYSTEM_CONTEXT =
  /^(cpu|gpu|memory|fan|fpga|accelerator|asic|storage|networking|cooling|voltageregulator|powersupply)/i;
const SUBSYSTEM_NAME = /\b(cpus?|processors?|memory|dimms?|gpus?|fans?|storage|drives?)\b/i;

/** Selects the chassis that are a whole machine: no parts, and no enclosure of several where a chassis has a system. */
function isWhole(chassis: readonly ChassisLinks[]): (links: ChassisLinks) => boolean {
  const isAnySystem = chassis.some(({ hasSystem }) => hasSystem);
  return ({ type = "", hasSystem }) => hasSystem || !(PART_OF_HOST.test(type) || (isAnySystem && ENCLOSURE.test(type)));
}

const ENCLOSURE = /^(enclosure|rack|rackgroup|row|pod|storageenclosure)$/i;

/** Chassis types that are a part of a machine, e.g. a GPU, whose power is not that of the host. */
const PART_OF_HOST = /^(component|module|card|zone|expansion|ipbaseddrive|cartridge)$/i;

/** Outermost chassis with a system first. */
const rank = ({ hasSystem, isContained }: ChassisLinks): number => (hasSystem ? 0 : 2) + (isContained ? 1 : 0);

/** Undefined without a reading: machines without a meter report 0 W while they are on. */
export function consumptionOf(
  control: PowerControl,
  { hostOff, manufacturerId }: PowerContext,
): PowerConsumption | undefined {
  const { consumedWatts, averageWatts, minimumWatts, maximumWatts, periodSeconds } = control;
  const watts = consumedWatts ?? averageWatts;
  if (watts === undefined || watts < 0 || (watts === 0 && !hostOff)) return undefined;
  const hasStatistics = (maximumWatts ?? 0) > 0;
  return {
    source: "redfish",
    currentWatts: watts,
    minimumWatts: hasStatistics ? minimumWatts : undefined,
    maximumWatts: hasStatistics ? maximumWatts : undefined,
    averageWatts: hasStatistics ? averageWatts : undefined,
    periodSeconds: hasStatistics ? periodSeconds : undefined,
    limitWatts: manufacturerId === Manufacturer.Dell ? undefined : limitOf(control, watts),
  };
}

/**
 * The active limit. NoAction means that it is not active. iDRACs do not report whether theirs is. A limit below the
 * current power is not active (Dell R640: 348 W at 429 W), nor is that of a meter without a capacity (Gigabyte: 500 W
 * with capacity 0).
 */
function limitOf({ limitWatts, limitException, capacityWatts }: PowerControl, watts: number): number | undefined {
  if (limitWatts === undefined || limitWatts <= 0 || limitWatts < watts) return undefined;
  if (limitException === undefined || /^noaction$/i.test(limitException) || capacityWatts === 0) return undefined;
  return limitWatts;
}
