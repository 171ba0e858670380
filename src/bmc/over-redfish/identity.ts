import type { ComputerSystem } from "../../redfish/index.ts";
import type { IdentityChange } from "../bmc.ts";
import { isOtherBoard, serialNumber } from "../change-watch.ts";

/** What identifies a board. Plain JSON. */
export interface SavedRedfishIdentity {
  readonly serial?: string;
  /** UUID of its system without dashes. */
  readonly guid?: string;
  readonly firmware?: string;
}

/** Notices that another board answers at the address, by serial number and UUID of its first system that has them. */
export class RedfishIdentity {
  #known: SavedRedfishIdentity = {};
  #change: IdentityChange = "none";
  #revision = 0;

  /** @param firmware version of the BMC, where it was read */
  observe(systems: readonly Pick<ComputerSystem, "serial" | "uuid">[], firmware?: string): IdentityChange {
    const before = this.#known;
    const serials = systems.map(({ serial }) => serialNumber(serial));
    const guids = systems.map(({ uuid }) => uuid?.replaceAll("-", "").toLowerCase());
    const read = {
      serial: serials.find((serial) => serial !== undefined),
      guid: guids.find((guid) => guid !== undefined && /^[0-9a-f]{32}$/.test(guid) && !/^(.)\1*$/.test(guid)),
      firmware,
    };
    const isReplaced = isOtherBoard(before, read);
    const kept = isReplaced ? {} : before;
    this.#known = {
      serial: read.serial ?? kept.serial,
      guid: read.guid ?? kept.guid,
      firmware: firmware ?? kept.firmware,
    };
    const { serial, guid } = this.#known;
    if (serial !== before.serial || guid !== before.guid || this.#known.firmware !== before.firmware) this.#revision++;
    if (!isReplaced) return "none";
    this.#change = "replaced";
    return "replaced";
  }

  /** What was found since the last call. */
  takeChange(): IdentityChange {
    const change = this.#change;
    this.#change = "none";
    return change;
  }

  /** Revision of the data to save. */
  get revision(): number {
    return this.#revision;
  }

  save(): SavedRedfishIdentity {
    return this.#known;
  }

  restore(saved: SavedRedfishIdentity): void {
    this.#known = saved;
  }
}
