import type { GoRegexp, Secret } from "../lib/index.ts";
import type {
  AlertSeverity,
  Collector,
  HostLimits,
  PartName,
  Place,
  QuirkRule,
  RoleRule,
  SeverityRule,
} from "../model/index.ts";
import type { Cidr } from "./cidr.ts";
import type { ConfigProblem } from "./problem.ts";
import type { ConfigFile, PRIVILEGES, PROTOCOLS } from "./schema.ts";
import type { SensorRule } from "./sensor-rules.ts";
import type { ConfigSource } from "./source.ts";

export type Protocol = (typeof PROTOCOLS)[number];
export type Privilege = (typeof PRIVILEGES)[number];

/** The configuration with every default in place. Immutable; a reload makes a new one. */
export interface Config {
  readonly modules: ReadonlyMap<string, ModuleConfig>;
  readonly auths: ReadonlyMap<string, AuthConfig>;
  readonly targets: readonly TargetConfig[];
  readonly fileSd: readonly FileSdConfig[];
  readonly httpSd: readonly HttpSdConfig[];
  readonly racks: readonly RacksConfig[];
  readonly scheduler: SchedulerConfig;
  readonly probe: ProbeConfig;
  readonly quirks: readonly QuirkRule[];
  readonly roles: RolesConfig;
  readonly severities: SeveritiesConfig;
  readonly events: EventsConfig;
  /** Absolute. */
  readonly stateDir?: string;
  /** As written, with defaults; for redactConfig(). */
  readonly written: ConfigFile;
  /** It was a configuration file of ipmi_exporter, and has no hosts. */
  readonly foreign: boolean;
  /** The file holds nothing at all. */
  readonly isEmpty: boolean;
  /** What the file asks for and does not get, with what happens instead. No reason not to start. */
  readonly notes: readonly ConfigProblem[];
  /** Says where a value stands, for problems that are found later. */
  readonly source: ConfigSource;
}

/** How to poll. */
export interface ModuleConfig {
  readonly name: string;
  readonly protocol: Protocol;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly parts: readonly PartName[];
  readonly sensors: {
    readonly include: readonly SensorRule[];
    readonly exclude: readonly SensorRule[];
    readonly bridge: boolean;
  };
  readonly limits: HostLimits;
  readonly ipmi: {
    readonly port: number;
    readonly privilege: Privilege;
    /** In the order to try; absent: the client's own order. */
    readonly cipherSuites?: readonly number[];
    readonly retries?: number;
    readonly allowIpmi15: "auto" | boolean;
    readonly inventoryIntervalMs: number;
    readonly probeCipherZero: boolean;
    readonly quirks: readonly string[];
  };
  readonly redfish: {
    readonly port: number;
    readonly auth: "session" | "basic";
    readonly tls: {
      readonly verify: "ca" | "pin" | "off";
      /** Absolute. */
      readonly caFile?: string;
      readonly accept: readonly string[];
      readonly minVersion?: "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";
      readonly ciphers?: string;
    };
  };
  /** Absent: as ipmi_exporter does where it is told nothing. */
  readonly ipmiExporter?: IpmiExporterConfig;
}

/** What /ipmi answers. */
export interface IpmiExporterConfig {
  /** For targets outside the inventory. */
  readonly auth?: string;
  readonly collectors: readonly Collector[];
  readonly excludeSensorIds: readonly number[];
  readonly nonCritical: "nominal" | "warning";
  readonly discreteReadings: boolean;
  /** Events that are counted by name. */
  readonly selEvents: readonly { readonly name: string; readonly regexp: GoRegexp }[];
}

/** Where a secret comes from. Files and variables are read when credentials are resolved. */
export type SecretSource =
  | { readonly from: "config"; readonly secret: Secret }
  | { readonly from: "file"; readonly path: string }
  | { readonly from: "env"; readonly name: string };

/** As whom; see resolveCredentials(). */
export interface AuthConfig {
  readonly name: string;
  readonly username: string;
  readonly password: SecretSource;
  readonly kg?: SecretSource;
  readonly privilege?: Privilege;
}

/** One entry of `targets`; patterns are not expanded yet. */
export interface TargetConfig {
  /** Its index in the file. */
  readonly index: number;
  readonly hosts: readonly string[];
  readonly address: string;
  readonly module: string;
  readonly auth: string;
  readonly place: Place;
  readonly labels: Readonly<Record<string, string>>;
}

/** One entry of `racks`; lists are not expanded yet. */
export interface RacksConfig {
  /** Its index in the file. */
  readonly index: number;
  readonly racks: readonly string[];
  /** Where the racks stand, as far as it is given: the others may stand anywhere. */
  readonly place: Pick<Place, "site" | "room" | "row">;
  readonly powerBudgetWatts: number;
}

/** What both kinds of service discovery have. */
export interface DiscoveryConfig {
  readonly refreshMs: number;
  /** For hosts that do not say. */
  readonly module: string;
  readonly auth: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Our label from theirs. */
  readonly map: Readonly<Record<string, string>>;
}

export interface FileSdConfig extends DiscoveryConfig {
  /** Absolute; the last part may be a pattern. */
  readonly files: readonly string[];
}

/** Who we are towards an HTTP server. */
export type ServerAuth =
  | { readonly type: "basic"; readonly username: string; readonly secret: SecretSource }
  | { readonly type: "header"; readonly scheme: string; readonly secret: SecretSource };

export interface HttpSdConfig extends DiscoveryConfig {
  /** Its index in the file. */
  readonly index: number;
  readonly url: string;
  readonly timeoutMs: number;
  readonly authorization?: ServerAuth;
}

/** Where events go. */
export interface EventsConfig {
  /** Also what logs held at first contact. */
  readonly historical: boolean;
  /** Without a path: standard output. */
  readonly log?: { readonly path?: string; readonly maxBytes: number; readonly maxFiles: number };
  readonly syslog?: {
    readonly host: string;
    readonly port: number;
    readonly transport: "udp" | "tcp";
    /** RFC 5424 table 1. */
    readonly facility: number;
    readonly appName: string;
  };
  readonly alertmanager?: {
    readonly urls: readonly string[];
    readonly minSeverity: AlertSeverity;
    readonly resolveAfterMs: number;
    readonly timeoutMs: number;
    readonly labels: Readonly<Record<string, string>>;
    readonly authorization?: ServerAuth;
  };
}

export interface SchedulerConfig {
  readonly concurrency: number;
  readonly groupConcurrency: number;
  readonly groupBy: "subnet" | "rack";
  /** To one BMC; absent: no limit. */
  readonly packetsPerSecond?: number;
  readonly maxBackoffMs: number;
  /** Absent: three intervals of the host's module; see staleAfterMs(). */
  readonly staleAfterMs?: number;
}

export interface ProbeConfig {
  readonly allow: readonly Cidr[];
  readonly maxAgeMs: number;
  readonly concurrency: number;
}

export interface RolesConfig {
  /** Absolute. */
  readonly files: readonly string[];
  /** What the files hold, and the shipped rules behind it. Empty until loadConfig() has read them. */
  readonly rules: readonly RoleRule[];
}

export interface SeveritiesConfig {
  /** Absolute. */
  readonly files: readonly string[];
  /** What the files hold, and the shipped rules behind it. Empty until loadConfig() has read them. */
  readonly rules: readonly SeverityRule[];
}

/** Age in ms at which the readings of a host polled with `module` are stale. */
export function staleAfterMs(scheduler: SchedulerConfig, module: ModuleConfig): number {
  return scheduler.staleAfterMs ?? 3 * module.intervalMs;
}
