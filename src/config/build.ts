import { isAbsolute, resolve } from "node:path";
import { GoRegexp, parseDuration, type Secret } from "../lib/index.ts";
import { PLACE_LABELS, type Place } from "../model/index.ts";
import { mapping } from "./checks.ts";
import { type Cidr, parseCidr } from "./cidr.ts";
import type {
  AuthConfig,
  ClusterConfig,
  Config,
  EventsConfig,
  ModuleConfig,
  OperateAuthConfig,
  OperateConfig,
  SecretSource,
  ServerAuth,
  TargetConfig,
  TrapsConfig,
} from "./config.ts";
import { FACILITIES, parseServer, parseSize } from "./events-schema.ts";
import { listOf, manufacturersOf } from "./rule-file.ts";
import { type ConfigFile, moduleSchema } from "./schema.ts";
import { sensorRule } from "./sensor-rules.ts";
import type { ConfigSource } from "./source.ts";
import { parseListen } from "./traps-schema.ts";

/**
 * The configuration from the values of a file. Relative paths are relative to `folder`.
 *
 * @param raw the values as written, without defaults
 */
export function buildConfig(file: ConfigFile, source: ConfigSource, folder: string, raw: unknown): Config {
  const modules = { default: moduleSchema.parse({}), ...file.modules };
  const absolute = (path: string): string => (isAbsolute(path) ? path : resolve(folder, path));
  return {
    modules: new Map(
      Object.entries(modules).map(([name, module]) => {
        const isWritten = mapping(mapping(mapping(raw).modules)[name]).protocol !== undefined;
        const built = buildModule(name, module, absolute);
        return [name, isWritten ? { ...built, isProtocolWritten: true } : built] as const;
      }),
    ),
    auths: new Map(Object.entries(file.auths).map(([name, auth]) => [name, buildAuth(name, auth, absolute)])),
    targets: file.targets.map(buildTarget),
    fileSd: file.file_sd.map((sd) => ({ ...discovery(sd), files: sd.files.map(absolute) })),
    httpSd: file.http_sd.map((sd, index) => ({
      index,
      ...discovery(sd),
      url: sd.url,
      timeoutMs: ms(sd.timeout),
      authorization: serverAuth(sd, absolute),
    })),
    racks: file.racks.map(({ racks, site, room, row, power_budget_watts }, index) => ({
      index,
      racks: typeof racks === "string" ? [racks] : racks,
      place: { ...(site && { site }), ...(room && { room }), ...(row && { row }) },
      powerBudgetWatts: power_budget_watts,
    })),
    scheduler: {
      concurrency: file.scheduler.concurrency,
      groupConcurrency: file.scheduler.group_concurrency,
      groupBy: file.scheduler.group_by,
      packetsPerSecond: file.scheduler.packets_per_second,
      maxBackoffMs: ms(file.scheduler.max_backoff),
      staleAfterMs: file.scheduler.stale_after === undefined ? undefined : ms(file.scheduler.stale_after),
    },
    probe: {
      allow: file.probe.allow.map(parseCidr).filter((network): network is Cidr => network !== undefined),
      maxAgeMs: ms(file.probe.max_age),
      concurrency: file.probe.concurrency,
    },
    historyBytes: file.history.memory === "0" ? 0 : (parseSize(file.history.memory) ?? 0),
    links: file.links,
    groups: new Map(Object.entries(file.groups)),
    operate: buildOperate(file.operate, absolute),
    quirks: file.quirks.map(({ manufacturer, product, firmware_below, quirks }) => ({
      manufacturers: manufacturersOf(manufacturer),
      ...(product !== undefined && { products: listOf(product) }),
      ...(firmware_below !== undefined && { firmwareBelow: firmware_below }),
      quirks,
    })),
    roles: { files: file.roles.files.map(absolute), rules: [] },
    severities: { files: file.severities.files.map(absolute), rules: [] },
    events: buildEvents(file.events, absolute),
    traps: file.traps && buildTraps(file.traps, absolute),
    cluster: file.cluster && buildCluster(file.cluster, absolute),
    stateDir: file.state_dir === undefined ? undefined : absolute(file.state_dir),
    written: { ...file, modules },
    foreign: false,
    isEmpty: false,
    notes: [],
    source,
  };
}

/** Milliseconds of a text that the schema accepted as a duration. */
function ms(text: string): number {
  return parseDuration(text) ?? 0;
}

function buildModule(
  name: string,
  written: ConfigFile["modules"][string],
  absolute: Absolute,
): Omit<ModuleConfig, "isProtocolWritten"> {
  const { sensors, limits, ipmi, redfish, ipmi_exporter: dialect } = written;
  return {
    name,
    protocol: written.protocol,
    intervalMs: ms(written.interval),
    timeoutMs: ms(written.timeout),
    parts: [...new Set(written.parts)],
    sensors: {
      include: sensors.include.map(sensorRule),
      exclude: sensors.exclude.map(sensorRule),
      bridge: sensors.bridge,
      discreteIntervalMs: ms(sensors.discrete_interval),
    },
    limits: { sensors: limits.sensors, series: limits.series, textBytes: limits.text_bytes },
    ipmi: {
      port: ipmi.port,
      privilege: ipmi.privilege,
      cipherSuites: ipmi.cipher_suites,
      retries: ipmi.retries,
      allowIpmi15: ipmi.allow_ipmi_1_5,
      inventoryIntervalMs: ms(ipmi.inventory_interval),
      probeCipherZero: ipmi.probe_cipher_zero,
      quirks: ipmi.quirks,
    },
    redfish: {
      port: redfish.port,
      auth: redfish.auth,
      componentsIntervalMs: ms(redfish.components_interval),
      expand: redfish.expand,
      firmware: redfish.firmware,
      tls: {
        verify: redfish.tls.verify,
        caFile: redfish.tls.ca_file === undefined ? undefined : absolute(redfish.tls.ca_file),
        accept: redfish.tls.accept,
        minVersion: redfish.tls.min_version,
        ciphers: redfish.tls.ciphers,
      },
    },
    ipmiExporter: dialect && {
      auth: dialect.auth,
      collectors: dialect.collectors,
      excludeSensorIds: dialect.exclude_sensor_ids,
      nonCritical: dialect.non_critical,
      discreteReadings: dialect.discrete_readings,
      selEvents: dialect.sel_events.map(({ name, regex }) => ({ name, regexp: new GoRegexp(regex) })),
    },
  };
}

type Absolute = (path: string) => string;

function buildAuth(name: string, auth: ConfigFile["auths"][string], absolute: Absolute): AuthConfig {
  const kg = secretSource(auth.kg, auth.kg_file, auth.kg_env, absolute);
  return {
    name,
    username: auth.username,
    password: secretSource(auth.password, auth.password_file, auth.password_env, absolute) ?? { from: "env", name: "" },
    ...(kg !== undefined && { kg }),
    privilege: auth.privilege,
    ...(auth.operate !== undefined && { operate: buildOperateAuth(auth.operate, absolute) }),
  };
}

function buildOperateAuth(
  auth: NonNullable<ConfigFile["auths"][string]["operate"]>,
  absolute: Absolute,
): OperateAuthConfig {
  const kg = secretSource(auth.kg, auth.kg_file, auth.kg_env, absolute);
  return {
    username: auth.username,
    password: secretSource(auth.password, auth.password_file, auth.password_env, absolute),
    ...(kg !== undefined && { kg }),
    privilege: auth.privilege,
  };
}

function buildOperate(
  { fanout, wait, power_on, audit, protect }: ConfigFile["operate"],
  absolute: Absolute,
): OperateConfig {
  return {
    fanout,
    waitMs: ms(wait),
    powerOn: {
      batch: power_on.batch,
      gapMs: ms(power_on.gap),
      totalPerSecond: power_on.total,
      groupBy: power_on.group_by,
    },
    auditPath: audit.path === undefined ? undefined : absolute(audit.path),
    protect,
  };
}

function secretSource(
  secret: Secret | undefined,
  file: string | undefined,
  env: string | undefined,
  absolute: Absolute,
): SecretSource | undefined {
  if (secret !== undefined) return { from: "config", secret };
  if (file !== undefined) return { from: "file", path: absolute(file) };
  return env === undefined ? undefined : { from: "env", name: env };
}

function buildTarget(target: ConfigFile["targets"][number], index: number): TargetConfig {
  const place: { -readonly [K in keyof Place]: string } = {};
  const labels: Record<string, string> = { ...target.labels };
  for (const key of PLACE_LABELS) {
    const value = target[key] ?? labels[key];
    delete labels[key];
    if (value !== undefined) place[key] = value;
  }
  const hosts = typeof target.hosts === "string" ? [target.hosts] : target.hosts;
  return { index, hosts, address: target.address, module: target.module, auth: target.auth, place, labels };
}

function discovery(sd: Pick<ConfigFile["file_sd"][number], "refresh_interval" | "module" | "auth" | "labels" | "map">) {
  return { refreshMs: ms(sd.refresh_interval), module: sd.module, auth: sd.auth, labels: sd.labels, map: sd.map };
}

function buildEvents(
  { historical, log, syslog, alertmanager }: ConfigFile["events"],
  absolute: Absolute,
): EventsConfig {
  const path = log?.path;
  return {
    historical,
    log: log && {
      path: path === undefined ? undefined : absolute(path),
      maxBytes: parseSize(log.max_size) ?? 0,
      maxFiles: log.max_files,
    },
    syslog: syslog && {
      // The schema accepted it as an address.
      ...(parseServer(syslog.address) ?? { host: syslog.address, port: 0 }),
      transport: syslog.transport,
      facility: FACILITIES.indexOf(syslog.facility),
      appName: syslog.app_name,
    },
    alertmanager: alertmanager && {
      urls: [...new Set(typeof alertmanager.url === "string" ? [alertmanager.url] : alertmanager.url)],
      minSeverity: alertmanager.min_severity,
      resolveAfterMs: ms(alertmanager.resolve_after),
      timeoutMs: ms(alertmanager.timeout),
      labels: alertmanager.labels,
      grafana: alertmanager.grafana_url,
      runbooks: alertmanager.runbooks_url,
      authorization: serverAuth(alertmanager, absolute),
    },
  };
}

function buildTraps(traps: NonNullable<ConfigFile["traps"]>, absolute: Absolute): TrapsConfig {
  const { listen, communities_file, v3_users, relays, acknowledge, rate } = traps;
  return {
    // The schema accepted it as an address.
    ...(parseListen(listen) ?? { address: "0.0.0.0", port: 9162 }),
    ...(communities_file !== undefined && { communitiesFile: absolute(communities_file) }),
    users: v3_users.map((user) => {
      const auth = secretSource(user.auth_password, user.auth_password_file, user.auth_password_env, absolute);
      const priv = secretSource(user.priv_password, user.priv_password_file, user.priv_password_env, absolute);
      const { name, auth_protocol: authProtocol, priv_protocol: privProtocol } = user;
      return { name, authProtocol, privProtocol, ...(auth && { auth }), ...(priv && { priv }) };
    }),
    relays,
    acknowledge,
    rate,
  };
}

function buildCluster(cluster: NonNullable<ConfigFile["cluster"]>, absolute: Absolute): ClusterConfig {
  const { endpoints, ca_file, cert_file, key_file, basic_auth: basic, prefix } = cluster.etcd;
  const password = basic && secretSource(basic.password, basic.password_file, basic.password_env, absolute);
  return {
    endpoints,
    ...(ca_file !== undefined && { caFile: absolute(ca_file) }),
    ...(cert_file !== undefined && { certFile: absolute(cert_file) }),
    ...(key_file !== undefined && { keyFile: absolute(key_file) }),
    ...(basic && password && { user: { name: basic.username, password } }),
    prefix,
    name: cluster.name,
    url: cluster.url,
    leaseMs: ms(cluster.lease),
    withoutEtcd: cluster.without_etcd,
  };
}

type WithServerAuth = Pick<ConfigFile["http_sd"][number], "basic_auth" | "authorization">;

function serverAuth(sd: WithServerAuth, absolute: Absolute): ServerAuth | undefined {
  const { basic_auth: basic, authorization: header } = sd;
  if (basic) {
    const secret = secretSource(basic.password, basic.password_file, basic.password_env, absolute);
    return secret && { type: "basic", username: basic.username, secret };
  }
  if (!header) return undefined;
  const secret = secretSource(header.credentials, header.credentials_file, header.credentials_env, absolute);
  return secret && { type: "header", scheme: header.type, secret };
}
