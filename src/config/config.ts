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
import type { ProtectedAction } from "./operate-schema.ts";
import type { ConfigProblem } from "./problem.ts";
import type { ConfigFile, PRIVILEGES, PROTOCOLS } from "./schema.ts";
import type { SensorRule } from "./sensor-rules.ts";
import type { ConfigSource } from "./source.ts";

export type Protocol = (typeof PROTOCOLS)[number];
export type Privilege = (typeof PRIVILEGES)[number];

/** The configuration with all defaults. Immutable; a reload creates a new one. */
export interface Config {
  readonly modules: ReadonlyMap<string, ModuleConfig>;
  readonly auths: ReadonlyMap<string, AuthConfig>;
  readonly targets: readonly TargetConfig[];
  readonly fileSd: readonly FileSdConfig[];
  readonly httpSd: readonly HttpSdConfig[];
  readonly racks: readonly RacksConfig[];
  readonly scheduler: SchedulerConfig;
  readonly probe: ProbeConfig;
  /** Bytes for the readings of the last day, of all hosts together; 0: none. */
  readonly historyBytes: number;
  readonly links: LinksConfig;
  /** Selectors by name. */
  readonly groups: ReadonlyMap<string, string>;
  /** Settings of the commands that act on hosts. */
  readonly operate: OperateConfig;
  readonly quirks: readonly QuirkRule[];
  readonly roles: RolesConfig;
  readonly severities: SeveritiesConfig;
  readonly events: EventsConfig;
  /** Absent: no traps are received. */
  readonly traps?: TrapsConfig;
  /** Several servers share the hosts. */
  readonly cluster?: ClusterConfig;
  /** Absolute. */
  readonly stateDir?: string;
  /** Values of the file with all defaults, for redactConfig(). */
  readonly written: ConfigFile;
  /** The file is a configuration of ipmi_exporter, which has no hosts. */
  readonly foreign: boolean;
  /** The file has no text. */
  readonly isEmpty: boolean;
  /** Settings that are accepted but ignored, and what happens instead. */
  readonly notes: readonly ConfigProblem[];
  /** Positions of values in the file, for problems that are found later. */
  readonly source: ConfigSource;
}

/** Settings of polls. */
export interface ModuleConfig {
  readonly name: string;
  readonly protocol: Protocol;
  /** Absent: the protocol is the default. Then an address with a port means IPMI. */
  readonly isProtocolWritten?: true;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly parts: readonly PartName[];
  readonly sensors: {
    readonly include: readonly SensorRule[];
    readonly exclude: readonly SensorRule[];
    readonly bridge: boolean;
    /** Longest time between two readings of a discrete sensor; 0: every poll reads all. */
    readonly discreteIntervalMs: number;
  };
  readonly limits: HostLimits;
  readonly ipmi: {
    readonly port: number;
    readonly privilege: Privilege;
    /** In the order to try. If absent, the order of the client. */
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
    readonly componentsIntervalMs: number;
    readonly expand: boolean;
    readonly firmware: boolean;
    readonly tls: {
      readonly verify: "ca" | "pin" | "off";
      /** Absolute. */
      readonly caFile?: string;
      readonly accept: readonly string[];
      readonly minVersion?: "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";
      readonly ciphers?: string;
    };
  };
  /** If absent, the defaults of ipmi_exporter. */
  readonly ipmiExporter?: IpmiExporterConfig;
}

/** What /ipmi exports. */
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

/** How traps are received. */
export interface TrapsConfig {
  readonly address: string;
  readonly port: number;
  /** Absolute. */
  readonly communitiesFile?: string;
  readonly users: readonly {
    readonly name: string;
    readonly authProtocol: "md5" | "sha" | "sha224" | "sha256" | "sha384" | "sha512";
    readonly auth?: SecretSource;
    readonly privProtocol: "des" | "aes";
    readonly priv?: SecretSource;
  }[];
  readonly relays: readonly string[];
  readonly acknowledge: boolean;
  /** Per second. */
  readonly rate: number;
}

/** A cluster of servers that share the hosts of one inventory. */
export interface ClusterConfig {
  readonly endpoints: readonly string[];
  /** Absolute. */
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly user?: { readonly name: string; readonly password: SecretSource };
  /** Of all keys in etcd; ends with a slash. */
  readonly prefix: string;
  /** By default the host name. */
  readonly name?: string;
  readonly url?: string;
  readonly leaseMs: number;
  readonly withoutEtcd: "stop" | "keep";
}

/** Addresses that pages link to. */
export interface LinksConfig {
  /** Root URL of Grafana. */
  readonly grafana?: string;
  /** See `runbookUrl`; by default the runbooks of the exporter itself. */
  readonly runbooks?: string;
  /** URL of a BMC's own page, with {address}. */
  readonly bmc: string;
}

/** Source of a secret. Files and variables are read when credentials are resolved. */
export type SecretSource =
  | { readonly from: "config"; readonly secret: Secret }
  | { readonly from: "file"; readonly path: string }
  | { readonly from: "env"; readonly name: string };

/** Account on BMCs; see resolveCredentials(). */
export interface AuthConfig {
  readonly name: string;
  readonly username: string;
  readonly password: SecretSource;
  readonly kg?: SecretSource;
  readonly privilege?: Privilege;
  /** Account for changes; read by the command line alone. */
  readonly operate?: OperateAuthConfig;
}

/** Account of the commands that change something. */
export interface OperateAuthConfig {
  readonly username: string;
  /** Absent: entered on the terminal. */
  readonly password?: SecretSource;
  readonly kg?: SecretSource;
  /** By default the level that the command needs. */
  readonly privilege?: Privilege;
}

export interface OperateConfig {
  /** BMCs in work at once. */
  readonly fanout: number;
  /** Longest wait until a BMC reports the state that a change leads to. */
  readonly waitMs: number;
  readonly powerOn: {
    /** Hosts of one group that are switched on at once. */
    readonly batch: number;
    /** Time between two batches of a group. */
    readonly gapMs: number;
    /** Hosts per second, of all groups together. */
    readonly totalPerSecond?: number;
    /** Label whose values are the groups. */
    readonly groupBy: string;
  };
  /** Absolute. */
  readonly auditPath?: string;
  readonly protect: readonly { readonly hosts: string; readonly actions: readonly ProtectedAction[] }[];
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
  /** Place of the racks. If a label is absent, racks with any value of it are meant. */
  readonly place: Pick<Place, "site" | "room" | "row">;
  readonly powerBudgetWatts: number;
}

/** Settings of both kinds of service discovery. */
export interface DiscoveryConfig {
  readonly refreshMs: number;
  /** For hosts without the label. */
  readonly module: string;
  readonly auth: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Labels of lightsout, and the labels of the source they are taken from. */
  readonly map: Readonly<Record<string, string>>;
}

export interface FileSdConfig extends DiscoveryConfig {
  /** Absolute; the last part may be a pattern. */
  readonly files: readonly string[];
}

/** Credentials for an HTTP server. */
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

/** Outputs of events. */
export interface EventsConfig {
  /** Also send records that were in the log when it was first read. */
  readonly historical: boolean;
  /** Without a path, standard output. */
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
    /** Root URL of Grafana and URL of the runbooks, for links in alerts. */
    readonly grafana?: string;
    readonly runbooks?: string;
    readonly authorization?: ServerAuth;
  };
}

export interface SchedulerConfig {
  readonly concurrency: number;
  readonly groupConcurrency: number;
  readonly groupBy: "subnet" | "rack";
  /** To one BMC. If absent, no limit. */
  readonly packetsPerSecond?: number;
  readonly maxBackoffMs: number;
  /** If absent, three intervals of the module; see staleAfterMs(). */
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
  /** Rules of the files, then the shipped ones. Empty until loadConfig() has read them. */
  readonly rules: readonly RoleRule[];
}

export interface SeveritiesConfig {
  /** Absolute. */
  readonly files: readonly string[];
  /** Rules of the files, then the shipped ones. Empty until loadConfig() has read them. */
  readonly rules: readonly SeverityRule[];
}

/** Age in ms at which readings of a host in the module are stale. */
export function staleAfterMs(scheduler: SchedulerConfig, module: ModuleConfig): number {
  return scheduler.staleAfterMs ?? 3 * module.intervalMs;
}
