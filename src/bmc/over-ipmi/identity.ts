import { type BmcMemory, type CommandRunner, type DeviceId, firmwareVersion, readFru } from "../../ipmi/index.ts";
import type { IdentityChange } from "../bmc.ts";
import { isOtherBoard, serialNumber } from "../change-watch.ts";
import { readDeviceId, readGuid } from "./controller.ts";
import { serialOf } from "./fru.ts";
import { optional } from "./refusals.ts";

/** What a restart should know of the board behind an address. */
export interface SavedIdentity {
  readonly guid?: string;
  readonly serial?: string;
  readonly firmware?: string;
  readonly manufacturerId?: number;
  readonly productId?: number;
}

/**
 * Which board answers at the address. It is checked after each login, since a board that was replaced or updated has
 * no session of ours, and at each inventory.
 */
export class Identity {
  readonly #memory: BmcMemory;
  #device: DeviceId | undefined;
  #known: SavedIdentity = {};
  #revision = 0;

  constructor(memory: BmcMemory) {
    this.#memory = memory;
  }

  /** Undefined where the BMC refuses Get Device ID. */
  get device(): DeviceId | undefined {
    return this.#device;
  }

  get guid(): string | undefined {
    return this.#known.guid;
  }

  /** The serial number of the board, as the inventory found it. */
  noteSerial(serial: string | undefined): void {
    const known = serialNumber(serial);
    if (known !== undefined) this.#learn({ serial: known });
  }

  /** @throws what the runner throws but refusals */
  async check(runner: CommandRunner, signal: AbortSignal): Promise<IdentityChange> {
    const device = await optional(readDeviceId(runner, signal));
    this.#device = device ?? this.#device;
    // A BMC in the middle of an update may answer anything.
    if (device?.updateInProgress) return "none";
    const before = this.#known;
    const read: SavedIdentity = {
      guid: await readGuid(runner, signal),
      firmware: device && firmwareVersion(device),
      manufacturerId: device?.manufacturerId,
      productId: device?.productId,
    };
    if (isOther(before, read)) {
      const serial = await this.#readSerial(runner, signal);
      if (isOther(before, { ...read, serial })) {
        this.#known = {};
        this.#learn({ ...read, serial });
        this.#revision++;
        return "replaced";
      }
    }
    this.#learn(read);
    return before.firmware !== undefined && before.firmware !== this.#known.firmware ? "changed" : "none";
  }

  async #readSerial(runner: CommandRunner, signal: AbortSignal): Promise<string | undefined> {
    const inventory = await optional(readFru(runner, this.#memory, 0, { signal }));
    return inventory && inventory.problems.length === 0 ? serialNumber(serialOf(inventory)) : undefined;
  }

  #learn(read: SavedIdentity): void {
    const before = this.#known;
    // Written out: it is kept for each host, and a spread object has a hidden class of its own in each.
    const known = {
      guid: read.guid ?? before.guid,
      serial: read.serial ?? before.serial,
      firmware: read.firmware ?? before.firmware,
      manufacturerId: read.manufacturerId ?? before.manufacturerId,
      productId: read.productId ?? before.productId,
    };
    if (isSame(known, before)) return;
    this.#known = known;
    this.#revision++;
  }

  /** Counts what is worth saving. */
  get revision(): number {
    return this.#revision;
  }

  save(): SavedIdentity {
    return this.#known;
  }

  restore(saved: SavedIdentity): void {
    this.#known = saved;
  }
}

function isSame(a: SavedIdentity, b: SavedIdentity): boolean {
  const isSameBoard = a.guid === b.guid && a.serial === b.serial;
  return (
    isSameBoard && a.firmware === b.firmware && a.manufacturerId === b.manufacturerId && a.productId === b.productId
  );
}

/** By product, GUID and serial number, as far as they are known. The same serial number outweighs another product. */
function isOther(before: SavedIdentity, now: SavedIdentity): boolean {
  const isOtherProduct = differ(before.manufacturerId, now.manufacturerId) || differ(before.productId, now.productId);
  const isSameSerial = before.serial !== undefined && before.serial === now.serial;
  return isOtherBoard(before, now) || (isOtherProduct && !isSameSerial);
}

const differ = (a: number | undefined, b: number | undefined): boolean => a !== undefined && b !== undefined && a !== b;
