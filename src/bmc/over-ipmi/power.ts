import {
  type BmcMemory,
  type CommandRunner,
  getPowerLimit,
  getPowerReading,
  type PowerReading,
} from "../../ipmi/index.ts";
import type { PowerConsumption } from "../../model/index.ts";
import { optionalUnlessBusy } from "./refusals.ts";

/** Value of a field of watts without a reading. */
const NO_WATTS = 0xffff;
/** A 16-bit number of seconds in a field of milliseconds: "65530" on Supermicro. */
const LARGEST_PERIOD_MS = 0xffffffff;

/** The watts of a field; undefined if it has no reading. */
export const wattsOf = (field: number): number | undefined => (field === NO_WATTS ? undefined : field);

/**
 * The DCMI power reading without the limit. Undefined if the BMC has no such command, whatever its capabilities report;
 * without watts if it has no meter; "unavailable" if the meter has no reading at present.
 *
 * @throws IpmiError if it does not answer, or the reason of the signal
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

/** The reading with the current limit. Without spread, because a spread object has its own hidden class per host. */
export function withLimit(reading: PowerConsumption, limitWatts: number | undefined): PowerConsumption {
  const { source, currentWatts, minimumWatts, maximumWatts, averageWatts, periodSeconds } = reading;
  return { source, currentWatts, minimumWatts, maximumWatts, averageWatts, periodSeconds, limitWatts };
}

/** The active limit in watts; undefined if none is active or the BMC does not support limits. */
export async function readPowerLimit(runner: CommandRunner, signal: AbortSignal): Promise<number | undefined> {
  const limit = await optionalUnlessBusy(runner.run(getPowerLimit, undefined, { signal }));
  return limit && limit.limitWatts > 0 ? wattsOf(limit.limitWatts) : undefined;
}

/** OpenBMC measures but reports that it does not. A board that reports this and reads 0 has no meter. */
function isMeasured(reading: PowerReading): boolean {
  return reading.active || reading.currentWatts > 0;
}
