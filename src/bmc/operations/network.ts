import type { Acceptance } from "./power.ts";
import type { AccessLevel } from "./users.ts";

/** Addresses and settings of a LAN channel; what the BMC does not report is absent. Never written. */
export interface LanReport {
  readonly channel: number;
  readonly addressSource?: "static" | "dhcp" | "bios" | "other";
  readonly address?: string;
  readonly mac?: string;
  readonly subnetMask?: string;
  readonly gateway?: string;
  readonly vlan?: number;
  readonly vlanPriority?: number;
  /** Of traps. */
  readonly community?: string;
  /** Highest privilege level of each cipher suite. */
  readonly cipherSuites?: readonly { readonly suite: number; readonly privilege: AccessLevel }[];
}

export interface ChannelReport {
  readonly channel: number;
  /** "lan", "ipmb", "serial", "system_interface", or "medium N". */
  readonly medium: string;
  readonly sessionSupport: string;
  readonly activeSessions: number;
}

export const CHANNEL_MODES = ["disabled", "pre-boot", "always", "shared"] as const;
export type ChannelMode = (typeof CHANNEL_MODES)[number];

export interface ChannelAccessReport {
  /** Absent for a number that is reserved. */
  readonly mode?: ChannelMode;
  readonly privilege: AccessLevel;
  /** False: no traps are sent over this channel. */
  readonly alerting: boolean;
  readonly perMessageAuthentication: boolean;
  readonly userLevelAuthentication: boolean;
}

export type ChannelAccessChange = Partial<
  Pick<ChannelAccessReport, "mode" | "privilege" | "alerting" | "perMessageAuthentication" | "userLevelAuthentication">
>;

/** The stored setting applies after a restart of the BMC, the active one now. */
export type ChannelStore = "stored" | "active";

export interface BmcSession {
  readonly handle: number;
  readonly userId: number;
  readonly userName?: string;
  readonly privilege: AccessLevel;
  readonly protocol: "ipmi-1.5" | "rmcp+" | "other";
  readonly channel: number;
  readonly address?: string;
  readonly port?: number;
  /** The session with which this list was read. */
  readonly own: boolean;
}

export interface SessionsReport {
  readonly possible: number;
  readonly active: number;
  readonly sessions: readonly BmcSession[];
}

export interface NetworkOperations {
  /** @param channel the channel in use if absent */
  lan(channel?: number): Promise<LanReport>;
  channelInfo(channel?: number): Promise<ChannelReport>;
  channelAccess(store: ChannelStore, channel?: number): Promise<ChannelAccessReport>;
  /** Changes both the stored and the active setting, and reads the active one back. */
  setChannelAccess(change: ChannelAccessChange, channel?: number): Promise<ChannelAccessReport>;
  /** Cipher suite ids that the BMC offers. */
  cipherSuites(channel?: number): Promise<readonly number[]>;
  sessions(): Promise<SessionsReport>;
  /** Ends the session of another console by its handle. */
  closeSession(handle: number): Promise<Acceptance>;
}
