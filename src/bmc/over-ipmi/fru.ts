import {
  type BmcMemory,
  type CommandRunner,
  CompletionCodeError,
  type FruDeviceLocatorRecord,
  type FruInventory,
  type RunOptions,
  readFru,
} from "../../ipmi/index.ts";
import type { Fru } from "../../model/index.ts";

const BMC = 0x20;
const BUILT_IN = 0;
/** Number of consecutive readings after which a device counts as absent: some empty sockets always report busy. */
const MOST_REFUSALS = 3;

export interface FrusReading {
  readonly frus: readonly Fru[];
  readonly failure?: unknown;
}

/**
 * The FRU devices of a host: number 0, which is the BMC's own and normally has no locator, and those in the repository.
 * Absent devices are omitted. A FRU behind another controller is read only if bridging is allowed. A device that cannot
 * be read does not affect the others; its error becomes the failure, and the next reading continues with the missing
 * devices. A device that is refused three times in a row is omitted if others can be read.
 */
export class FruReader {
  /** Results of an unfinished reading, by device. */
  readonly #read = new Map<string, Fru | undefined>();
  readonly #refusals = new Map<string, number>();

  async read(
    runner: CommandRunner,
    memory: BmcMemory,
    locators: readonly FruDeviceLocatorRecord[],
    options: { readonly bridge: boolean; readonly signal: AbortSignal },
  ): Promise<FrusReading> {
    let failure: unknown;
    try {
      for (const { key, name, id, route } of devicesOf(locators, options)) {
        if (this.#read.has(key)) continue;
        try {
          const inventory = await readFru(runner, memory, id, route);
          this.#read.set(key, inventory && fruOf(name, id, inventory));
          this.#refusals.delete(key);
        } catch (error) {
          // Silence and the timeout end the reading; a refusal concerns this device only.
          if (!(error instanceof CompletionCodeError)) throw error;
          this.#refusals.set(key, (this.#refusals.get(key) ?? 0) + 1);
          failure ??= error;
        }
      }
    } catch (error) {
      return { frus: this.#found(), failure: error };
    }
    const frus = this.#found();
    const isRefusedForGood = [...this.#refusals.values()].every((refusals) => refusals >= MOST_REFUSALS);
    if (frus.length > 0 && isRefusedForGood) failure = undefined;
    if (failure === undefined) this.#read.clear();
    if (failure === undefined) this.#refusals.clear();
    return { frus, failure };
  }

  #found(): readonly Fru[] {
    return [...this.#read.values()].filter((fru) => fru !== undefined);
  }
}

interface FruDevice {
  readonly key: string;
  readonly name: string;
  readonly id: number;
  readonly route: RunOptions;
}

/** Each device once, the BMC's own first. */
function devicesOf(
  locators: readonly FruDeviceLocatorRecord[],
  { bridge, signal }: { readonly bridge: boolean; readonly signal: AbortSignal },
): Iterable<FruDevice> {
  const isBuiltIn = (l: FruDeviceLocatorRecord): boolean => l.accessAddress === BMC && l.deviceId === BUILT_IN;
  const builtIn = { name: locators.find(isBuiltIn)?.name ?? "fru0", id: BUILT_IN, route: { signal } };
  const devices = new Map<string, FruDevice>([[`${BMC}/${BUILT_IN}`, { ...builtIn, key: `${BMC}/${BUILT_IN}` }]]);
  for (const locator of locators) {
    const key = `${locator.accessAddress}/${locator.deviceId}`;
    const route = routeTo(locator, bridge, signal);
    if (devices.has(key) || !route) continue;
    devices.set(key, { key, name: locator.name || `fru${locator.deviceId}`, id: locator.deviceId, route });
  }
  return devices.values();
}

function routeTo(locator: FruDeviceLocatorRecord, bridge: boolean, signal: AbortSignal): RunOptions | undefined {
  if (locator.accessAddress === BMC) return { signal, lun: locator.lun };
  if (!bridge) return undefined;
  return { signal, bridge: { channel: locator.channel, address: locator.accessAddress, lun: locator.lun } };
}

/** The serial number under which a device is known. */
export function serialOf({ product, board, chassis }: FruInventory): string | undefined {
  return product?.serial ?? board?.serial ?? chassis?.serial;
}

/** The values for labels: the product area, and the board or chassis area for missing values. */
function fruOf(name: string, id: number, inventory: FruInventory): Fru {
  const { product, board, chassis } = inventory;
  // Some parts have a second, empty record.
  const supplies = inventory.multiRecords.flatMap((r) => (r.type === "power_supply" ? [r.capacityWatts] : []));
  return {
    name,
    id,
    manufacturer: product?.manufacturer ?? board?.manufacturer,
    product: product?.product ?? board?.product,
    partNumber: product?.partNumber ?? board?.partNumber ?? chassis?.partNumber,
    serial: serialOf(inventory),
    assetTag: product?.assetTag,
    version: product?.version,
    capacityWatts: supplies.find((watts) => watts > 0),
    problems: inventory.problems,
  };
}
