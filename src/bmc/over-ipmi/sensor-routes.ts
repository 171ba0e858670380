import { IpmiError, type RunOptions } from "../../ipmi/index.ts";
import type { PlannedSensor } from "./planned-sensor.ts";

const BMC = 0x20;

type Owned = Pick<PlannedSensor, "definition">;

/**
 * How the owners of one host's sensors are reached: the BMC itself, or controllers behind it. A controller that does
 * not answer costs one timeout per poll, not one per sensor.
 */
export class SensorRoutes {
  readonly #bridge: boolean;
  readonly #assumeBmcOwner: boolean;
  /** Controllers that did not answer in this poll. */
  #silent: Set<string> | undefined;

  /** @param options.assumeBmcOwner the quirk: all sensors belong to the BMC, even if records name another owner */
  constructor(options: { readonly bridge: boolean; readonly assumeBmcOwner?: boolean }) {
    this.#bridge = options.bridge;
    this.#assumeBmcOwner = options.assumeBmcOwner ?? false;
  }

  /** Called once at the beginning of each poll. */
  begin(): void {
    this.#silent = undefined;
  }

  isBehindBmc({ definition }: Owned): boolean {
    return definition.ownerId !== BMC && !this.#assumeBmcOwner;
  }

  /** The options for a command about a sensor; undefined: its owner is behind the BMC, and bridging is off. */
  to(sensor: Owned, signal: AbortSignal): RunOptions | undefined {
    const { ownerId, ownerLun, channel } = sensor.definition;
    if (!this.isBehindBmc(sensor)) return { signal, lun: ownerLun };
    if (!this.#bridge) return undefined;
    return { signal, bridge: { channel, address: ownerId, lun: ownerLun } };
  }

  isSilent(sensor: Owned): boolean {
    return this.#silent?.has(controllerOf(sensor)) === true && this.isBehindBmc(sensor);
  }

  /** Records that a controller behind the BMC did not answer. Returns false for other errors. */
  noteSilence(sensor: Owned, error: unknown): boolean {
    if (!this.isBehindBmc(sensor) || !isSilence(error)) return false;
    this.#silent ??= new Set();
    this.#silent.add(controllerOf(sensor));
    return true;
  }
}

const controllerOf = ({ definition: { channel, ownerId } }: Owned): string => `${channel}/${ownerId}`;

export function isSilence(error: unknown): boolean {
  return error instanceof IpmiError && (error.reason === "timeout" || error.reason === "no_answer");
}
