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

export interface FrusReading {
  readonly frus: readonly Fru[];
  readonly failure?: unknown;
}

/**
 * The FRU devices of a host: number 0, which is the BMC's own and normally has no locator, and those the
 * repository names. Devices that are not there are left out; a FRU behind another controller is read
 * only when bridging is allowed. One that cannot be read does not hide the others: what kept it from
 * being read is the failure.
 */
export async function readFrus(
  runner: CommandRunner,
  memory: BmcMemory,
  locators: readonly FruDeviceLocatorRecord[],
  options: { readonly bridge: boolean; readonly signal: AbortSignal },
): Promise<FrusReading> {
  const { signal } = options;
  const frus: Fru[] = [];
  let failure: unknown;
  const read = async (name: string, id: number, way: RunOptions): Promise<void> => {
    try {
      const inventory = await readFru(runner, memory, id, way);
      if (inventory) frus.push(fruOf(name, id, inventory));
    } catch (error) {
      // Silence and the end of the time end the reading; a refusal is of this device alone.
      if (!(error instanceof CompletionCodeError)) throw error;
      failure ??= error;
    }
  };
  const isBuiltIn = (l: FruDeviceLocatorRecord): boolean => l.accessAddress === BMC && l.deviceId === BUILT_IN;
  const builtInName = locators.find(isBuiltIn)?.name;
  await read(builtInName ?? "fru0", BUILT_IN, { signal });
  const seen = new Set<string>([`${BMC}/${BUILT_IN}`]);
  for (const locator of locators) {
    const key = `${locator.accessAddress}/${locator.deviceId}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const way = wayTo(locator, options.bridge, signal);
    if (way) await read(locator.name || `fru${locator.deviceId}`, locator.deviceId, way);
  }
  return { frus, failure };
}

function wayTo(locator: FruDeviceLocatorRecord, bridge: boolean, signal: AbortSignal): RunOptions | undefined {
  if (locator.accessAddress === BMC) return { signal, lun: locator.lun };
  if (!bridge) return undefined;
  return { signal, bridge: { channel: locator.channel, address: locator.accessAddress, lun: locator.lun } };
}

/** What is worth a label: the product area, and the board or chassis where it says nothing. */
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
    serial: product?.serial ?? board?.serial ?? chassis?.serial,
    assetTag: product?.assetTag,
    version: product?.version,
    capacityWatts: supplies.find((watts) => watts > 0),
    problems: inventory.problems,
  };
}
