import type { Clock } from "../../lib/index.ts";
import type { PartName, Sensor } from "../../model/index.ts";
import {
  type Chassis,
  type ComputerSystem,
  decodeAccount,
  decodeAccountService,
  decodeChassis,
  decodeComputerSystem,
  decodeManager,
  decodeNetworkProtocol,
  decodePowerSupplies,
  decodeServiceRoot,
  type Expand,
  expandOf,
  type Get,
  type JsonObject,
  memberBodies,
  type NetworkProtocol,
  optional,
  type PowerSupply,
  RedfishError,
  type RedfishLogin,
  type RedfishObserver,
  RedfishSession,
  readTopology,
  type ServiceRoot,
  type TlsSettings,
  type Topology,
  uriKey,
} from "../../redfish/index.ts";
import type { Ask, Bmc, IdentityChange, PartReading, SensorFilter, TraceLine } from "../bmc.ts";
import type { Roles } from "../roles.ts";
import type { Severities } from "../severities.ts";
import { uniqueSensors } from "../unique-sensors.ts";
import { chassisStateOf } from "./chassis.ts";
import { Components, componentSensor } from "./components.ts";
import { controllerOf, makerOf } from "./controller.ts";
import { EventLogPart } from "./event-log-part.ts";
import { componentFrus, frusOf } from "./fru.ts";
import { RedfishIdentity } from "./identity.ts";
import { ReadingLists } from "./kept-readings.ts";
import { KeptSensors } from "./kept-sensors.ts";
import { readConsumption } from "./power.ts";
import { ReadingPlans } from "./reading-plans.ts";
import { type SavedRedfish, savedRedfish } from "./saved-state.ts";
import { securityFindings } from "./security.ts";
import { chassisSensors } from "./sensors.ts";
import { subsystemSupplies } from "./subsystems.ts";
import { watchdogOf } from "./watchdog.ts";

/** Age after which the topology is read again. */
const TOPOLOGY_AGE_MS = 24 * 3600_000;
/** Maximum number of refused resources that are remembered. */
const MOST_REMEMBERED = 1024;
/** A broken link causes a new reading of the topology, but not more often than this. */
const TOPOLOGY_RETRY_MS = 10 * 60_000;

export interface RedfishBmcOptions {
  readonly address: string;
  readonly port: number;
  readonly login: RedfishLogin;
  readonly tls: TlsSettings;
  /** False: `$expand` is not used, even if the BMC offers it. */
  readonly expand?: boolean;
  /** True: the versions of all firmware are read with the components. */
  readonly firmware?: boolean;
  readonly clock: Clock;
  readonly observer?: RedfishObserver;
  /** While it returns false, nothing is sent. */
  readonly maySend?: (() => boolean) | undefined;
  readonly filter?: SensorFilter;
  readonly sensorLimit?: number;
  readonly roles?: () => Roles;
  /** Shared by all hosts, so that hosts of one model share their plans. */
  readonly plans?: ReadingPlans;
  readonly severities?: () => Severities;
  /** False: the event log is not read, so it is not searched. */
  readonly eventLog?: boolean;
  /** Called with each resource that is read, to explain sensors. */
  readonly onResource?: (uri: string, body: JsonObject) => void;
}

interface Walked {
  readonly topology: Topology;
  /** Monotonic. */
  readonly at: number;
}

/** The parts of a poll that Redfish supports. */
const PARTS: ReadonlySet<PartName> = new Set([
  "power",
  "sensors",
  "sel",
  "dcmi",
  "watchdog",
  "inventory",
  "security",
  "components",
]);
/** Accounts of one BMC that are read. */
const MOST_ACCOUNTS = 32;
/** The same for a BMC without an event log, e.g. of a power shelf. */
const PARTS_WITHOUT_LOG: ReadonlySet<PartName> = new Set([...PARTS].filter((part) => part !== "sel"));

type RoleSubject = Pick<Sensor, "name" | "kind" | "quantity" | "entity">;

/** One host's BMC over Redfish: its session, and the state that is kept between polls. */
export class RedfishBmc implements Bmc {
  readonly protocol = "redfish";
  readonly quirks: readonly string[] = [];
  /** Sensors of Redfish have no IPMI codes. */
  coded = false;
  wholeLog = false;
  #revision = 0;
  readonly #options: RedfishBmcOptions;
  readonly #session: RedfishSession;
  readonly #get: Get;
  /** Resources that were read in this poll, so that two parts that need one read it once. */
  readonly #read = new Map<string, Promise<JsonObject>>();
  /** Linked resources that the service does not have: not requested again before the next reading of the topology. */
  readonly #refused = new Map<string, RedfishError>();
  /** Resources that were read since the last walk. */
  readonly #readable = new Set<string>();
  readonly #kept = new KeptSensors();
  readonly #keptComponents = new KeptSensors();
  readonly #components = new Components();
  /** Roll-up and summaries of the systems at the last poll. */
  #health: string | undefined;
  readonly #lists: ReadingLists;
  /** The rules that gave the sensors in `#lists` their roles. */
  #rules: Roles | undefined;
  /** Subsystems without content. */
  readonly #empty = new Set<string>();
  #trace: TraceLine | undefined;
  #root: ServiceRoot | undefined;
  #expand: Expand = { query: undefined };
  #walked: Walked | undefined;
  /** State of an earlier run, until the service root was read. */
  #savedTopology: Topology | undefined;
  #systems: readonly ComputerSystem[] = [];
  #firmware: string | undefined;
  #hostOff = false;
  readonly #eventLog: EventLogPart;
  readonly #identity = new RedfishIdentity();
  /** Sensors of the last reading by name, for events that name one. */
  #kinds: ReadonlyMap<string, string> = new Map();

  constructor(options: RedfishBmcOptions) {
    this.#options = options;
    const { address, port, login, tls, clock, observer, maySend } = options;
    this.#lists = new ReadingLists(options.plans ?? new ReadingPlans());
    this.#session = new RedfishSession({ host: address, port, login, tls, clock, observer, maySend });
    this.#get = (uri, signal) => this.#once(uri, signal);
    this.#eventLog = new EventLogPart(clock);
  }

  get offeredParts(): ReadonlySet<PartName> {
    return this.#eventLog.isOffered ? PARTS : PARTS_WITHOUT_LOG;
  }

  get trace(): TraceLine | undefined {
    return this.#trace;
  }

  set trace(trace: TraceLine | undefined) {
    this.#trace = trace;
    this.#session.trace = trace;
  }

  #once(uri: string, signal: AbortSignal): Promise<JsonObject> {
    const key = uriKey(uri);
    const refusal = this.#refused.get(key);
    if (refusal) return Promise.reject(refusal);
    const known = this.#read.get(key);
    if (known) return known;
    const reading = this.#session.get(uri, signal).catch((error: unknown) => {
      if (error instanceof RedfishError && error.reason === "unsupported") this.#refusedResource(key, error);
      throw error;
    });
    reading.then(
      (body) => this.#options.onResource?.(uri, body),
      () => {},
    );
    reading.then(
      () => this.#readable.size < MOST_REMEMBERED && this.#readable.add(key),
      () => {},
    );
    this.#read.set(key, reading);
    return reading;
  }

  isSilentSince(atMs: number): boolean {
    return this.#session.heardAtMs < atMs;
  }

  /** A resource that was read since the last walk is requested again: a BMC that starts refuses it for a while. */
  #refusedResource(key: string, refusal: RedfishError): void {
    if (this.#readable.has(key)) this.#walkAgain();
    else if (this.#refused.size < MOST_REMEMBERED) this.#refused.set(key, refusal);
  }

  async ping({ signal }: Ask): Promise<void> {
    await this.#session.root(signal);
  }

  async open({ signal }: Ask): Promise<void> {
    this.#read.clear();
    const saved = this.#savedSession();
    await this.#serviceRoot(signal);
    await this.#session.open(signal);
    await this.#walk(signal);
    const { systems, managers, chassis } = this.#topology;
    if (this.#options.eventLog !== false)
      await this.#eventLog.choose(this.#get, { systems, managers, chassis: chassis.map(({ uri }) => uri) }, signal);
    if (saved !== this.#savedSession()) this.#revision += 1;
  }

  async #serviceRoot(signal: AbortSignal): Promise<ServiceRoot> {
    if (this.#root) return this.#root;
    const root = decodeServiceRoot(await this.#session.root(signal));
    this.#root = root;
    this.#expand = this.#options.expand === false ? { query: undefined } : expandOf(root);
    return root;
  }

  #savedSession(): string {
    return JSON.stringify(this.#session.save());
  }

  async #walk(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const root = await this.#serviceRoot(signal);
    const now = clock.monotonicMs();
    if (this.#savedTopology) {
      this.#walked = { topology: this.#savedTopology, at: now };
      this.#savedTopology = undefined;
    }
    if (this.#walked && now - this.#walked.at < TOPOLOGY_AGE_MS) return;
    this.#refused.clear();
    this.#readable.clear();
    this.#empty.clear();
    this.#eventLog.forgetChoice();
    this.#lists.clear();
    const topology = await readTopology(this.#get, root, signal);
    // A system or chassis that appeared has parts.
    if (this.#walked && JSON.stringify(topology) !== JSON.stringify(this.#topology)) this.#components.noteChange();
    this.#walked = { topology, at: now };
    this.#revision += 1;
  }

  get #topology(): Topology {
    return this.#walked?.topology ?? { systems: [], managers: [], chassis: [] };
  }

  /** After a firmware change, or if a known link is broken: the next poll reads the topology again. */
  #walkAgain(): void {
    if (!this.#walked) return;
    const age = this.#options.clock.monotonicMs() - this.#walked.at;
    if (age >= TOPOLOGY_RETRY_MS) this.#walked = { ...this.#walked, at: Number.NEGATIVE_INFINITY };
  }

  async read(part: PartName, { signal }: Ask): Promise<PartReading> {
    switch (part) {
      case "power":
        return this.#readPower(signal);
      case "sensors":
        return this.#readSensors(signal);
      case "sel":
        return this.#readEventLog(signal);
      case "dcmi": {
        const context = { hostOff: this.#hostOff, manufacturerId: this.#makerId, empty: this.#empty };
        return { data: { consumption: await readConsumption(this.#get, this.#topology.chassis, context, signal) } };
      }
      case "watchdog":
        return { data: { watchdog: watchdogOf(await this.#readSystems(signal)) } };
      case "inventory":
        return this.#readInventory(signal);
      case "security":
        return this.#readSecurity(signal);
      case "components":
        return this.#readComponents(signal);
      default:
        throw new RedfishError("unsupported", `${part}: not available over Redfish`);
    }
  }

  get #makerId(): number | undefined {
    return this.#root && makerOf(this.#root, this.#systems);
  }

  /** Bodies of resources. Resources that cannot be read are omitted; if none can be read, throws the first failure. */
  async #resources(uris: readonly string[], signal: AbortSignal): Promise<readonly JsonObject[]> {
    const bodies: JsonObject[] = [];
    let failure: unknown;
    for (const uri of uris) {
      try {
        const body = await optional(() =>
          this.#get(uri, signal).catch((error: unknown) => {
            failure ??= error;
            throw error;
          }),
        );
        if (body) bodies.push(body);
        else this.#walkAgain();
      } catch (error) {
        if (bodies.length === 0) throw error;
        break;
      }
    }
    if (bodies.length === 0 && failure !== undefined) throw failure;
    return bodies;
  }

  async #readPower(signal: AbortSignal): Promise<PartReading> {
    this.#systems = await this.#readSystems(signal);
    this.#noteBoard(this.#systems);
    const state = chassisStateOf(this.#systems, this.#chassis);
    this.#hostOff = state?.powerOn === false;
    this.#noteHealth();
    return { data: { chassis: state } };
  }

  async #readSystems(signal: AbortSignal): Promise<readonly ComputerSystem[]> {
    return (await this.#resources(this.#topology.systems, signal)).map(decodeComputerSystem);
  }

  /** A change of a roll-up or summary makes the components due. */
  #noteHealth(): void {
    const health = JSON.stringify(
      this.#systems.map(({ status, memoryHealth, processorHealth, storageHealth }) => [
        status.healthRollup ?? status.health,
        memoryHealth,
        processorHealth,
        storageHealth,
      ]),
    );
    if (this.#health !== undefined && this.#health !== health) this.#components.noteChange();
    this.#health = health;
  }

  isDue(part: PartName): boolean {
    return part === "components" && this.#components.isDue;
  }

  async #readComponents(signal: AbortSignal): Promise<PartReading> {
    const { clock } = this.#options;
    const updateService = this.#options.firmware ? this.#root?.updateService : undefined;
    const context = { get: this.#get, topology: this.#topology, expand: this.#expand, updateService, signal, clock };
    let failure: unknown;
    try {
      await this.#components.read(context);
    } catch (error) {
      failure = error;
    }
    const found = this.#components.all;
    if (failure !== undefined && found.length === 0) throw failure;
    const components = this.#named(found.map(componentSensor), this.#keptComponents);
    const firmware = this.#options.firmware ? this.#components.firmware : undefined;
    return { data: { components, componentFrus: componentFrus(found), firmware }, failure };
  }

  /** Another board has other resources, and its log is not the one that was counted. */
  #noteBoard(systems: readonly ComputerSystem[], firmware?: string): void {
    if (this.#identity.observe(systems, firmware) !== "replaced") return;
    this.#eventLog.replaceBoard();
    this.#components.forget();
    if (this.#walked) this.#walked = { ...this.#walked, at: Number.NEGATIVE_INFINITY };
  }

  takeIdentityChange(): IdentityChange {
    return this.#identity.takeChange();
  }

  async #readEventLog(signal: AbortSignal): Promise<PartReading> {
    const { severities } = this.#options;
    const context = {
      get: this.#get,
      getAgain: (uri: string, own: AbortSignal) => this.#session.get(uri, own),
      expand: this.#expand,
      managers: this.#topology.managers,
      manufacturerId: this.#makerId,
      severities: severities?.(),
      kindOf: (name: string) => this.#kinds.get(name),
    };
    try {
      return await this.#eventLog.read(context, signal);
    } catch (error) {
      if (error instanceof RedfishError && error.reason === "unsupported") this.#walkAgain();
      throw error;
    }
  }

  /** Chassis from the inventory; their intrusion state is as old as the inventory. */
  #chassis: readonly Chassis[] = [];

  async #readSensors(signal: AbortSignal): Promise<PartReading> {
    const sensors: Sensor[] = [];
    const rules = this.#options.roles?.();
    // Kept sensors have the roles of the rules of their time.
    if (rules !== this.#rules) this.#lists.clear();
    this.#rules = rules;
    const context = {
      hostOff: this.#hostOff,
      expand: this.#expand,
      empty: this.#empty,
      lists: this.#lists,
      roleOf: rules && ((subject: RoleSubject) => this.#roleOf(rules, subject)),
      signal,
    };
    let failure: unknown;
    for (const links of this.#topology.chassis) {
      try {
        sensors.push(...(await chassisSensors(this.#get, links, context)));
      } catch (error) {
        failure = error;
        break;
      }
    }
    const wanted = this.#named(uniqueSensors(sensors), this.#kept);
    this.#kinds = new Map(sensors.map(({ name, kind }) => [name, kind]));
    const { sensorLimit = wanted.length } = this.#options;
    const omittedSensors = wanted.length > sensorLimit ? wanted.length - sensorLimit : undefined;
    const kept = omittedSensors === undefined ? wanted : wanted.slice(0, sensorLimit);
    return { data: { sensors: kept, omittedSensors }, failure };
  }

  /** The selected sensors with their roles. */
  #named(sensors: readonly Sensor[], kept: KeptSensors): readonly Sensor[] {
    const { filter, roles } = this.#options;
    const rules = roles?.();
    const wanted = filter ? sensors.filter(filter) : sensors;
    return kept.with(wanted, rules, (sensor) => rules && this.#roleOf(rules, sensor));
  }

  #roleOf(rules: Roles, { name, kind, quantity, entity }: RoleSubject): string | undefined {
    const manufacturerId = this.#makerId ?? 0;
    return rules.roleOf({ name, kind, quantity, entityId: Number.parseInt(entity, 10), manufacturerId });
  }

  async #readInventory(signal: AbortSignal): Promise<PartReading> {
    const root = await this.#serviceRoot(signal);
    const { systems: known, managers, chassis } = this.#topology;
    const systems = await this.#readSystems(signal);
    const bmcs = (await this.#resources(managers, signal)).map(decodeManager);
    this.#eventLog.zone = bmcs.find(({ zone }) => zone !== undefined)?.zone;
    const housing = await this.#resources(
      chassis.map(({ uri }) => uri),
      signal,
    );
    this.#chassis = housing.map(decodeChassis);
    const controller = controllerOf(root, systems, bmcs, this.#session.certificate);
    this.#noteBoard(systems, controller.firmware);
    if (this.#firmware !== undefined && controller.firmware !== this.#firmware) this.#walkAgain();
    this.#firmware = controller.firmware;
    const supplies = await this.#supplies(signal);
    const hasAllSystems = systems.length === known.length;
    const frus = frusOf({ systems, chassis: this.#chassis, managers: bmcs, supplies, hasAllSystems });
    return { data: { controller, frus } };
  }

  async #supplies(signal: AbortSignal): Promise<readonly PowerSupply[]> {
    const supplies: PowerSupply[] = [];
    for (const { power, powerSubsystem } of this.#topology.chassis) {
      const resource = power === undefined ? undefined : await optional(() => this.#get(power, signal));
      if (resource) supplies.push(...decodePowerSupplies(resource));
      else if (powerSubsystem !== undefined && !this.#empty.has(powerSubsystem))
        supplies.push(...(await subsystemSupplies(this.#get, powerSubsystem, signal, this.#expand)));
    }
    return supplies;
  }

  async #readSecurity(signal: AbortSignal): Promise<PartReading> {
    const root = await this.#serviceRoot(signal);
    const managers = (await this.#resources(this.#topology.managers, signal)).map(decodeManager);
    const read = (uri: string | undefined) => (uri === undefined ? undefined : optional(() => this.#get(uri, signal)));
    const protocols: NetworkProtocol[] = [];
    for (const { networkProtocol } of managers) {
      const resource = await read(networkProtocol);
      if (resource) protocols.push(decodeNetworkProtocol(resource));
    }
    const service = await read(root.accountService);
    const accountService = service && decodeAccountService(service);
    const list = accountService?.accounts;
    const accounts =
      list === undefined
        ? undefined
        : await optional(() => memberBodies(this.#get, list, signal, this.#expand, MOST_ACCOUNTS));
    const findings = securityFindings({
      protocols,
      certificate: this.#session.certificate,
      now: this.#options.clock.wallMs(),
      accountService,
      accounts: accounts?.map(({ body }) => decodeAccount(body)),
    });
    return { data: { findings } };
  }

  get revision(): number {
    return this.#revision + this.#identity.revision + this.#eventLog.revision;
  }

  save(): SavedRedfish {
    return {
      session: this.#session.save(),
      topology: this.#walked?.topology ?? this.#savedTopology,
      identity: this.#identity.save(),
      ...this.#eventLog.save(),
    };
  }

  async restore(file: unknown): Promise<void> {
    const saved = savedRedfish(file);
    if (!saved) return;
    this.#session.restore(saved.session);
    this.#savedTopology = saved.topology;
    if (saved.identity) this.#identity.restore(saved.identity);
    this.#eventLog.restore(saved);
  }

  async hold(durationMs: number): Promise<void> {
    this.#read.clear();
    if (durationMs === 0) await this.#session.close();
  }

  async close(): Promise<void> {
    this.#read.clear();
    await this.#session.close();
  }
}
