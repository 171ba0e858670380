import {
  type BmcMemory,
  type CommandRunner,
  CompletionCodeError,
  DecodeError,
  getNodeManagerStatistics,
  INTEL_ME,
  SilenceError,
} from "../../ipmi/index.ts";
import type { Clock } from "../../lib/index.ts";
import type { PowerConsumption } from "../../model/index.ts";
import { readDcmiPower, readPowerLimit, wattsOf, withLimit } from "./power.ts";

/** Age after which a missing meter is searched for again. */
const KNOWN_AGE_MS = 3600_000;
/** A refusal through the bridge may come late or never. */
const ME_TRIES = 2;

/** Value of a field of seconds if there is no period. */
const NO_PERIOD = 0xffffffff;

interface Known {
  readonly meter: "dcmi" | "node_manager" | "none";
  /** The result while there is no meter. */
  readonly idle?: PowerConsumption;
  readonly limitWatts?: number;
  /** Monotonic time of the last search. */
  readonly at: number;
}

/** DCMI answers but does not measure. */
const IDLE: PowerConsumption = { source: "dcmi" };

/** The power meter of one host: DCMI, or the Intel Management Engine behind the bridge if DCMI is missing. */
export class PowerMeter {
  readonly #memory: BmcMemory;
  readonly #clock: Clock;
  readonly #bridge: boolean;
  #known: Known | undefined;

  constructor(memory: BmcMemory, options: { readonly clock: Clock; readonly bridge: boolean }) {
    this.#memory = memory;
    this.#clock = options.clock;
    this.#bridge = options.bridge;
  }

  /**
   * Undefined if the BMC has no meter; without watts if DCMI has a meter that does not measure.
   *
   * @throws IpmiError if it does not answer or is busy, or the reason of the signal
   */
  async read(runner: CommandRunner, hostOff: boolean, signal: AbortSignal): Promise<PowerConsumption | undefined> {
    const now = this.#clock.monotonicMs();
    const known = this.#known && now - this.#known.at < KNOWN_AGE_MS ? this.#known : undefined;
    if (known?.meter === "none") return known.idle;
    let idle: PowerConsumption | undefined;
    // A meter is only confirmed by a reading: it may begin to measure when the host is switched on.
    let isOpen = hostOff;
    if (known?.meter !== "node_manager") {
      const answer = await readDcmiPower(runner, this.#memory, signal);
      const reading = answer === "unavailable" ? undefined : plausible(answer, hostOff);
      isOpen ||= answer === "unavailable";
      idle = answer && IDLE;
      if (!known && reading) this.#known = { meter: "dcmi", limitWatts: await readPowerLimit(runner, signal), at: now };
      if (reading) return withLimit(reading, this.#known?.limitWatts);
      if (known) return idle;
    }
    const reading = this.#bridge ? plausible(await readNodeManager(runner, signal), hostOff) : undefined;
    if (!known && reading) this.#known = { meter: "node_manager", at: now };
    else if (!known && !isOpen) this.#known = { meter: "none", idle, at: now };
    return reading ?? idle;
  }
}

/** All zeros: boards with the command but without a meter report that. */
function plausible(reading: PowerConsumption | undefined, hostOff: boolean): PowerConsumption | undefined {
  const watts = reading?.currentWatts;
  return watts === undefined || (watts === 0 && !hostOff) ? undefined : reading;
}

/** The statistics of Intel Node Manager; undefined if there is no ME, or if it does not answer. */
async function readNodeManager(runner: CommandRunner, signal: AbortSignal): Promise<PowerConsumption | undefined> {
  try {
    const s = await runner.run(getNodeManagerStatistics, {}, { signal, bridge: INTEL_ME, tries: ME_TRIES });
    const hasStatistics = s.maximum > 0;
    return {
      source: "node_manager",
      currentWatts: wattsOf(s.current),
      minimumWatts: hasStatistics ? wattsOf(s.minimum) : undefined,
      maximumWatts: hasStatistics ? wattsOf(s.maximum) : undefined,
      averageWatts: hasStatistics ? wattsOf(s.average) : undefined,
      periodSeconds: s.periodSeconds > 0 && s.periodSeconds < NO_PERIOD ? s.periodSeconds : undefined,
    };
  } catch (error) {
    const isAbsent =
      error instanceof CompletionCodeError || error instanceof DecodeError || error instanceof SilenceError;
    if (isAbsent) return undefined;
    throw error;
  }
}
