import { createHash, type Hash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type PollSettings, Roles, SettingsError, Severities } from "../bmc/index.ts";
import {
  type Config,
  type ConfigPath,
  type Credentials,
  CredentialsError,
  type Environment,
  formatPath,
  formatProblem,
  ipmiLimitProblem,
  type ModuleConfig,
  resolveCredentials,
  wantsSensor,
} from "../config/index.ts";
import { isQuirkName, PrivilegeLevel } from "../ipmi/index.ts";
import { fileProblem } from "../lib/index.ts";
import type { Host } from "../model/index.ts";

const PRIVILEGES = {
  user: PrivilegeLevel.User,
  operator: PrivilegeLevel.Operator,
  administrator: PrivilegeLevel.Administrator,
} as const;

/** Credentials, and why they cannot be loaded; both are present if the previous ones are still used. */
interface Resolved {
  readonly credentials?: Credentials;
  readonly problem?: string;
  /** Where the configuration names them. */
  readonly path?: ConfigPath;
}

/** The trusted CAs of a module, or why their file cannot be read. */
interface Authorities {
  readonly pem?: string;
  readonly problem?: string;
  /** Where the configuration names the file. */
  readonly path?: ConfigPath;
}

/**
 * The settings of polls from one load of the configuration. Credentials are read once per load. Each module and auth
 * has a revision that changes with its contents.
 */
export class PollSettingsBook {
  readonly config: Config;
  /** The same object as before the load if the rules did not change. */
  readonly roles: Roles;
  /** The same object as before the load if the rules did not change. */
  readonly severities: Severities;
  readonly #resolved: ReadonlyMap<string, Resolved>;
  readonly #authorities: ReadonlyMap<string, Authorities>;
  /** Created once per module and auth, and shared by their hosts. */
  readonly #settings = new Map<string, PollSettings>();
  readonly #revisions = new Map<string, string>();
  /** Key of the digests, so that no password can be guessed from a revision. */
  readonly #salt: Buffer;

  private constructor(
    config: Config,
    rules: { readonly roles: Roles; readonly severities: Severities },
    secrets: {
      readonly resolved: ReadonlyMap<string, Resolved>;
      readonly authorities: ReadonlyMap<string, Authorities>;
      readonly salt: Buffer;
    },
  ) {
    this.config = config;
    this.roles = rules.roles;
    this.severities = rules.severities;
    this.#resolved = secrets.resolved;
    this.#authorities = secrets.authorities;
    this.#salt = secrets.salt;
  }

  /** @param before settings of the previous load: what did not change keeps its revision */
  static async read(config: Config, env: Environment, before?: PollSettingsBook): Promise<PollSettingsBook> {
    const resolved = new Map<string, Resolved>();
    for (const name of config.auths.keys()) {
      const now = await resolve(config, name, env);
      // If a file cannot be read for a moment, the fleet is polled with the previous password.
      const earlier = before ? before.#resolved.get(name) : undefined;
      resolved.set(name, { ...now, credentials: now.credentials ?? earlier?.credentials });
    }
    const rules = {
      roles: Roles.renewed(config.roles.rules, before?.roles),
      severities: Severities.renewed(config.severities.rules, before?.severities),
    };
    const authorities = await readAuthorities(config);
    const salt = before ? before.#salt : randomBytes(32);
    return new PollSettingsBook(config, rules, { resolved, authorities, salt });
  }

  /** Credentials and files that cannot be loaded, one sentence each, with the place in the configuration. */
  problems(): readonly string[] {
    const { source } = this.config;
    return [...this.#resolved.values(), ...this.#authorities.values()].flatMap(({ problem, path = [] }) => {
      if (problem === undefined) return [];
      return formatProblem({ file: source.file, ...source.at(path), path: "", message: problem });
    });
  }

  /** Digests of the contents of a host's module and auth. */
  revisionsOf({ module, auth }: Pick<Host, "module" | "auth">): { revision: string; authRevision: string } {
    return { revision: this.revision(module, auth), authRevision: this.#authRevision(auth) };
  }

  /** Changes when the contents of the module or the credentials of the auth change. */
  revision(moduleName: string, authName: string): string {
    const key = JSON.stringify([moduleName, authName]);
    return this.#remembered(key, (hash) => {
      hash.update(JSON.stringify(this.config.written.modules?.[moduleName] ?? null));
      hash.update(JSON.stringify([this.config.scheduler.packetsPerSecond ?? null, this.config.quirks]));
      hash.update(this.#authorities.get(moduleName)?.pem ?? "");
      this.#addAuth(hash, authName);
    });
  }

  /** Changes when the credentials change. */
  #authRevision(authName: string): string {
    return this.#remembered(JSON.stringify([authName]), (hash) => this.#addAuth(hash, authName));
  }

  #remembered(key: string, fill: (hash: Hash) => void): string {
    const known = this.#revisions.get(key);
    if (known !== undefined) return known;
    const hash = createHash("sha256").update(this.#salt);
    fill(hash);
    const revision = hash.digest("base64url");
    this.#revisions.set(key, revision);
    return revision;
  }

  #addAuth(hash: Hash, authName: string): void {
    hash.update(JSON.stringify(this.config.auths.get(authName)?.username ?? null));
    const resolved = this.#resolved.get(authName);
    if (resolved?.credentials) {
      hash.update(resolved.credentials.password.revealBytes());
      hash.update(resolved.credentials.kg?.revealBytes() ?? "");
    } else hash.update(resolved?.problem ?? "");
  }

  moduleOf(host: Host): ModuleConfig {
    const module = this.config.modules.get(host.module);
    if (!module) throw new SettingsError(`no module is named "${host.module}"`);
    return module;
  }

  /** @throws SettingsError if the module does not exist or the credentials cannot be loaded */
  settingsOf(host: Host): PollSettings {
    const module = this.moduleOf(host);
    const resolved = this.#resolved.get(host.auth);
    if (!resolved) throw new SettingsError(`no auth is named "${host.auth}"`);
    if (!resolved.credentials) throw new SettingsError(resolved.problem ?? "no credentials are loaded");
    const key = JSON.stringify([host.module, host.auth]);
    const settings = this.#settings.get(key) ?? this.#create(module, resolved.credentials);
    this.#settings.set(key, settings);
    return settings;
  }

  #create(module: ModuleConfig, credentials: Credentials): PollSettings {
    const { ipmi } = module;
    const problem = module.protocol === "redfish" ? undefined : beyondIpmi(module, credentials);
    const isRedfishOnly = problem !== undefined && module.protocol === "auto" && module.isProtocolWritten === true;
    if (problem !== undefined && !isRedfishOnly) throw new SettingsError(problem);
    return {
      protocol: module.protocol,
      ...(isRedfishOnly && { beyondIpmi: true as const }),
      parts: module.parts,
      intervalMs: module.intervalMs,
      slowIntervalMs: ipmi.inventoryIntervalMs,
      discreteIntervalMs: module.sensors.discreteIntervalMs,
      bridge: module.sensors.bridge,
      limits: module.limits,
      filter: (sensor) => wantsSensor(module.sensors, sensor),
      probeCipherZero: ipmi.probeCipherZero,
      quirks: ipmi.quirks.filter(isQuirkName),
      quirkRules: this.config.quirks,
      tries: ipmi.retries === undefined ? undefined : ipmi.retries + 1,
      coded: module.ipmiExporter !== undefined,
      wholeLog: module.ipmiExporter?.collectors.includes("sel-events") ?? false,
      packetsPerSecond: this.config.scheduler.packetsPerSecond,
      login: {
        credentials: {
          userName: Buffer.from(credentials.username),
          password: credentials.password.revealBytes(),
          kg: credentials.kg?.revealBytes(),
        },
        privilege: PRIVILEGES[credentials.privilege ?? ipmi.privilege],
        cipherSuites: ipmi.cipherSuites,
        ipmi15: ipmi.allowIpmi15 === "auto" ? "auto" : ipmi.allowIpmi15 ? "always" : "never",
      },
      redfish: module.protocol === "ipmi" ? undefined : this.#redfish(module, credentials),
    };
  }

  /** @throws SettingsError if the CA file cannot be read */
  #redfish({ name, ipmi, redfish }: ModuleConfig, { username, password }: Credentials): PollSettings["redfish"] {
    const { verify, accept, minVersion, ciphers } = redfish.tls;
    const { pem, problem } = this.#authorities.get(name) ?? {};
    if (problem !== undefined) throw new SettingsError(problem);
    return {
      login: { user: username, password, auth: redfish.auth },
      tls: { verify, ca: pem, accept, minVersion, ciphers },
      port: redfish.port,
      componentsIntervalMs: redfish.componentsIntervalMs,
      expand: redfish.expand,
      firmware: redfish.firmware,
      ipmiPort: ipmi.port,
    };
  }
}

/** Why IPMI cannot carry the user name or the password; undefined if it can. */
function beyondIpmi({ name }: ModuleConfig, { username, password }: Credentials): string | undefined {
  const problems = {
    username: ipmiLimitProblem("username", Buffer.byteLength(username)),
    password: ipmiLimitProblem("password", password.byteLength),
  };
  for (const [what, problem] of Object.entries(problems))
    if (problem !== undefined) return `module ${name} uses IPMI, but the ${what} ${problem}`;
  return undefined;
}

/** The CA files of modules that use Redfish: they are read with the configuration. */
async function readAuthorities(config: Config): Promise<ReadonlyMap<string, Authorities>> {
  const read = new Map<string, Authorities>();
  for (const { name, protocol, redfish } of config.modules.values()) {
    const { caFile } = redfish.tls;
    if (protocol === "ipmi" || caFile === undefined) continue;
    try {
      read.set(name, { pem: await readFile(caFile, "utf8") });
    } catch (error) {
      const path = ["modules", name, "redfish", "tls", "ca_file"];
      read.set(name, { path, problem: `${formatPath(path)}: cannot read ${caFile}: ${fileProblem(error)}` });
    }
  }
  return read;
}

async function resolve(config: Config, name: string, env: Environment): Promise<Resolved> {
  try {
    return { credentials: await resolveCredentials(config, name, env) };
  } catch (error) {
    if (error instanceof CredentialsError) return { problem: error.message, path: error.path };
    throw error;
  }
}
