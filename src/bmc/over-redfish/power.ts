import { Manufacturer } from "../../ipmi/index.ts";
import type { PowerConsumption } from "../../model/index.ts";
import {
  type ChassisLinks,
  decodeEnvironmentMetrics,
  decodePowerControls,
  type Get,
  optional,
  type PowerControl,
} from "../../redfish/index.ts";

export interface PowerContext {
  readonly hostOff: boolean;
  readonly manufacturerId?: number;
}

/**
 * The power of the whole host: the first PowerControl with a reading of the outermost chassis that has a system, or
 * else the EnvironmentMetrics of that chassis. Chassis are not added up, because several nodes in one chassis would
 * count twice.
 */
export async function readConsumption(
  get: Get,
  chassis: readonly ChassisLinks[],
  context: PowerContext,
  signal: AbortSignal,
): Promise<PowerConsumption | undefined> {
  const { hostOff } = context;
  const order = [...chassis].sort((a, b) => rank(a) - rank(b));
  for (const { power } of order) {
    const resource = power === undefined ? undefined : await optional(() => get(power, signal));
    const found =
      resource &&
      decodePowerControls(resource)
        .map((c) => consumptionOf(c, context))
        .find((c) => c !== undefined);
    if (found) return found;
  }
  for (const { environmentMetrics, type, isContained } of order) {
    if (environmentMetrics === undefined || isContained || PART_OF_HOST.test(type ?? "")) continue;
    const resource = await optional(() => get(environmentMetrics, signal));
    const watts = resource && decodeEnvironmentMetrics(resource).powerWatts;
    if (watts !== undefined && (watts > 0 || hostOff)) return { source: "redfish", currentWatts: watts };
  }
  return undefined;
}

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
