import type { LoginOptions, QuirkName } from "../ipmi/index.ts";
import type { HostLimits, PartName, QuirkRule } from "../model/index.ts";
import type { RedfishLogin, TlsSettings } from "../redfish/index.ts";
import type { SensorFilter } from "./bmc.ts";

/** How a host is polled: its module and auth, resolved. */
export interface PollSettings {
  /** `both`: sensors and everything else over IPMI, and what IPMI lacks over Redfish. */
  readonly protocol: "auto" | "ipmi" | "redfish" | "both";
  /** The account is too long for IPMI: with `auto`, only Redfish is used. */
  readonly beyondIpmi?: true;
  readonly login: Omit<LoginOptions, "signal">;
  readonly parts: readonly PartName[];
  readonly intervalMs: number;
  readonly slowIntervalMs: number;
  /** Longest time between two readings of a discrete sensor; absent or 0: they are read in every poll. */
  readonly discreteIntervalMs?: number;
  readonly filter?: SensorFilter;
  readonly bridge: boolean;
  /** Limits for the size of a host; absent: no limits. */
  readonly limits?: HostLimits;
  /** Also tries a login without a password when security findings are read. */
  readonly probeCipherZero?: boolean;
  readonly quirks: readonly QuirkName[];
  /** Quirks by manufacturer and product of the BMC. */
  readonly quirkRules?: readonly QuirkRule[];
  /** Transmissions of a request before the BMC counts as silent. */
  readonly tries?: number;
  /** Packets per second to this BMC. */
  readonly packetsPerSecond?: number;
  /** Rounds also fill in `Sensor.coded`; probes always do. */
  readonly coded?: boolean;
  /** All records of the event log are kept and exported. */
  readonly wholeLog?: boolean;
  /** Settings of the Redfish client. */
  readonly redfish?: {
    readonly login: RedfishLogin;
    readonly tls: TlsSettings;
    readonly port: number;
    /** Age after which the parts of a machine are read again. */
    readonly componentsIntervalMs?: number;
    /** False: `$expand` is not used, even if the BMC offers it. */
    readonly expand?: boolean;
    /** True: the versions of all firmware are read with the components. */
    readonly firmware?: boolean;
    /** IPMI port of hosts whose address has none: only for these does `auto` try Redfish. */
    readonly ipmiPort: number;
  };
}

/** Settings that cannot be loaded, e.g. because a password file cannot be read. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}
