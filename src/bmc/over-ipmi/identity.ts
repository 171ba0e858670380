import { type BmcMemory, type CommandRunner, type DeviceId, firmwareVersion, readFru } from "../../ipmi/index.ts";
import type { IdentityChange } from "../bmc.ts";
import { isOtherBoard, serialNumber } from "../change-watch.ts";
import { readDeviceId, readGuid } from "./controller.ts";
import { serialOf } from "./fru.ts";
import { optional } from "./refusals.ts";

/** State to save for a restart: the board at an address. */
export interface SavedIdentity {
  readonly guid?: string;
  readonly serial?: string;
  readonly firmware?: string;
  readonly manufacturerId?: number;
  readonly productId?: number;
}

/**
 * Identifies the board at the address. Checked after each login, because a board that was replaced or updated has no
 * session of ours, and at each inventory.
 */
export class Identity {
  readonly #memory: BmcMemory;
  #device: DeviceId | undefined;
  #known: SavedIdentity = {};
  #revision = 0;

  constructor(memory: BmcMemory) {
    this.#memory = memory;
  }

  /** Undefined if the BMC refuses Get Device ID. */
  get device(): DeviceId | undefined {
    return this.#device;
  }

  get guid(): string | undefined {
    return this.#known.guid;
  }

  /** Sets the serial number of the board, which the inventory reads. */
  noteSerial(serial: string | undefined): void {
    const known = serialNumber(serial);
    if (known !== undefined) this.#learn({ serial: known });
  }

  /** @throws what the runner throws, except refusals */
  async check(runner: CommandRunner, signal: AbortSignal): Promise<IdentityChange> {
    const device = await optional(readDeviceId(runner, signal));
    this.#device = device ?? this.#device;
    // During a firmware update a BMC may return anything.
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
    // Without spread: it exists per host, and a spread object has its own hidden class.
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

  /** Revision of the data to save. */
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

/**
 * Whether it is the same board, by product, GUID and serial number, as far as they are known. An equal serial number
 * outweighs another product.
 */
function isOther(before: SavedIdentity, now: SavedIdentity): boolean {
  const isOtherProduct = differ(before.manufacturerId, now.manufacturerId) || differ(before.productId, now.productId);
  const isSameSerial = before.serial !== undefined && before.serial === now.serial;
  return isOtherBoard(before, now) || (isOtherProduct && !isSameSerial);
}

const differ = (a: number | undefined, b: number | undefined): boolean => a !== undefined && b !== undefined && a !== b;
