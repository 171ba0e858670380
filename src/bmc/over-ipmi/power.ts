import {
  type BmcMemory,
  type CommandRunner,
  getPowerLimit,
  getPowerReading,
  type PowerReading,
} from "../../ipmi/index.ts";
import type { PowerConsumption } from "../../model/index.ts";
import { optionalUnlessBusy } from "./refusals.ts";

/** What a field of watts holds where there is no reading. */
const NO_WATTS = 0xffff;
/** What 16-bit seconds look like in a field of milliseconds: Supermicro's "65530". */
const LARGEST_PERIOD_MS = 0xffffffff;

/** The watts of a field; undefined where it says that there is no reading. */
export const wattsOf = (field: number): number | undefined => (field === NO_WATTS ? undefined : field);

/**
 * The DCMI power reading without the limit. Undefined where the BMC has no such command, whatever its capabilities
 * say; without watts where it has no meter; "unavailable" where the meter has no reading at the moment.
 *
 * @throws IpmiError when it keeps silent, or the signal's reason
 */
export async function readDcmiPower(
  runner: CommandRunner,
  memory: BmcMemory,
  signal: AbortSignal,
): Promise<PowerConsumption | "unavailable" | undefined> {
  const reading = await optionalUnlessBusy(runner.run(getPowerReading, {}, { signal }));
  if (!reading) return undefined;
  if (!isMeasured(reading)) return { source: "dcmi" };
  const currentWatts = wattsOf(reading.currentWatts);
  if (currentWatts === undefined) return "unavailable";
  if (!reading.active) memory.quirks.add("dcmi_inactive_is_valid");
  const hasStatistics = reading.maximumWatts > 0;
  return {
    source: "dcmi",
    currentWatts,
    minimumWatts: hasStatistics ? wattsOf(reading.minimumWatts) : undefined,
    maximumWatts: hasStatistics ? wattsOf(reading.maximumWatts) : undefined,
    averageWatts: hasStatistics ? wattsOf(reading.averageWatts) : undefined,
    periodSeconds: reading.periodMs > 0 && reading.periodMs < LARGEST_PERIOD_MS ? reading.periodMs / 1000 : undefined,
  };
}

/** The reading with the limit in effect. Written out: a spread object has a hidden class of its own in each host. */
export function withLimit(reading: PowerConsumption, limitWatts: number | undefined): PowerConsumption {
  const { source, currentWatts, minimumWatts, maximumWatts, averageWatts, periodSeconds } = reading;
  return { source, currentWatts, minimumWatts, maximumWatts, averageWatts, periodSeconds, limitWatts };
}

/** The active limit in watts; undefined where none is active or the BMC knows no limits. */
export async function readPowerLimit(runner: CommandRunner, signal: AbortSignal): Promise<number | undefined> {
  const limit = await optionalUnlessBusy(runner.run(getPowerLimit, undefined, { signal }));
  return limit && limit.limitWatts > 0 ? wattsOf(limit.limitWatts) : undefined;
}

/** OpenBMC measures and says that it does not; a board that says so and reads 0 has no meter. */
function isMeasured(reading: PowerReading): boolean {
  return reading.active || reading.currentWatts > 0;
}
