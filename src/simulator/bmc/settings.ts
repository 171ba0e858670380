import type { ChannelAccess, PowerLimit } from "../../ipmi/commands/index.ts";
import { PrivilegeLevel } from "../../ipmi/tables/privilege-level.ts";
import type { BoardUser, SensorModel } from "../boards/board.ts";
import { BootOptions } from "./boot-options.ts";
import { UserTable } from "./user-table.ts";

const ALWAYS_AVAILABLE = 2;

/** Both settings of a channel that no console has changed. */
export const CHANNEL_ACCESS: ChannelAccess = {
  alertingDisabled: true,
  perMessageAuthenticationDisabled: false,
  userLevelAuthenticationDisabled: false,
  accessMode: ALWAYS_AVAILABLE,
  privilegeLimit: PrivilegeLevel.Administrator,
};

/** What consoles have set on one BMC; created with the first change, because most BMCs are only read. */
export class BmcSettings {
  readonly boot = new BootOptions();
  readonly users: UserTable;
  readonly channelAccess: Record<"non-volatile" | "volatile", ChannelAccess> = {
    "non-volatile": CHANNEL_ACCESS,
    volatile: CHANNEL_ACCESS,
  };
  powerLimit: { readonly limit: PowerLimit; readonly active: boolean } | undefined;
  assetTag: Buffer | undefined;
  /** Changed thresholds, raw, by index of the sensor. */
  readonly thresholds = new Map<number, NonNullable<SensorModel["limits"]>>();

  constructor(users: readonly BoardUser[]) {
    this.users = new UserTable(users);
  }
}
