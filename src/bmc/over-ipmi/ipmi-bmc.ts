import {
  BmcMemory,
  type CommandRunner,
  type DatagramTransport,
  type DeviceId,
  IpmiConnection,
  type IpmiObserver,
  type LoginOptions,
  type QuirkName,
  resolveAddress,
  type SessionInfo,
} from "../../ipmi/index.ts";
import type { Clock } from "../../lib/index.ts";
import type { HostChange, PartName, QuirkRule, Sensor } from "../../model/index.ts";
import type { Ask, Bmc, PartReading, SensorFilter, TraceLine } from "../bmc.ts";
import { quirksByRule } from "../quirk-rules.ts";
import type { Roles } from "../roles.ts";
import type { SdrCache } from "../sdr-cache.ts";
import type { Severities } from "../severities.ts";
import { readChassis } from "./chassis.ts";
import { optional, readController, readDeviceId, withLan } from "./controller.ts";
import { type EventContext, EventLogReader } from "./event-log.ts";
import { FruReader } from "./fru.ts";
import { LanReader } from "./lan.ts";
import type { SavedLimits } from "./limit-reader.ts";
import { PowerMeter } from "./power-meter.ts";
import { type RecordedCall, RecordingRunner } from "./recording-runner.ts";
import { RememberingRunner } from "./remembering-runner.ts";
import { Repository } from "./repository.ts";
import { Satellites } from "./satellites.ts";
import { restoreMemory, type SavedBmc, savedBmc, saveMemory } from "./saved-state.ts";
import { FINDINGS, securityFindings, told } from "./security.ts";
import type { SensorPlan } from "./sensor-plan.ts";
import { SensorReader } from "./sensors.ts";
import { readWatchdog } from "./watchdog.ts";
import { WholeLog } from "./whole-log.ts";

/** Age at which the identity of the BMC is asked again. */
const IDENTITY_AGE_MS = 3600_000;

export interface IpmiBmcOptions {
  readonly address: string;
  readonly port: number;
  readonly login: Omit<LoginOptions, "signal">;
  readonly transport: DatagramTransport;
  readonly clock: Clock;
  readonly cache: SdrCache;
  readonly observer?: IpmiObserver;
  readonly filter?: SensorFilter;
  /** Asked at each reading of the sensors, so that new rules count from the next poll on. */
  readonly roles?: () => Roles;
  readonly severities?: () => Severities;
  /** Reads sensors and FRUs of controllers behind the BMC. */
  readonly bridge?: boolean;
  /** Sensors that are read at most. */
  readonly sensorLimit?: number;
  /** Tries, with the other security findings, to log in without a password. */
  readonly probeCipherZero?: boolean;
  readonly quirks?: readonly QuirkName[];
  readonly quirkRules?: readonly QuirkRule[];
  readonly tries?: number;
  readonly packetsPerSecond?: number;
}

/** What a reading of the sensors told, and all that was said on the way. */
export interface SensorFindings {
  readonly device: DeviceId;
  readonly session?: SessionInfo;
  readonly hostOff: boolean;
  /** Absent where the repository could not be read. */
  readonly plan?: SensorPlan;
  /** Controllers behind the BMC whose sensors are not known, a sentence each. */
  readonly problems: readonly string[];
  readonly sensors: readonly Sensor[];
  readonly calls: readonly RecordedCall[];
  /** What ended the reading early. */
  readonly failure?: unknown;
}

/** "CPU1 Temp (20/0/01): 47 celsius, health 0" */
function inWords({ name, id, value, unit, noReading, health, states }: Sensor): string {
  const facts = [
    value === undefined ? noReading : `${value} ${unit}`,
    health === undefined ? undefined : `health ${health}`,
    ...states,
  ];
  return `${name} (${id}): ${facts.filter((fact) => fact !== undefined).join(", ")}`;
}

/** One host's BMC over IPMI: its connection, and what is kept of it from poll to poll. */
export class IpmiBmc implements Bmc {
  readonly protocol = "ipmi";
  readonly #options: IpmiBmcOptions;
  readonly #memory: BmcMemory;
  readonly #repository: Repository;
  /** Absent where bridging is not allowed. */
  readonly #satellites: Satellites | undefined;
  readonly #eventLog: EventLogReader;
  readonly #lan: LanReader;
  readonly #meter: PowerMeter;
  readonly #frus = new FruReader();
  coded = false;
  wholeLog = false;
  readonly #wholeLog = new WholeLog();
  #connection: IpmiConnection | undefined;
  #trace: TraceLine | undefined;
  #device: { readonly id: DeviceId; readonly at: number } | undefined;
  #sensors: SensorReader | undefined;
  /** Of the sensors by earlier plans: a new repository must not look as if nothing had changed. */
  #revisionBefore = 0;
  /** Of an earlier run, until the sensors are read. */
  #savedLimits: SavedLimits | undefined;
  #hostOff = false;
  /** Satellites get all the time they need. */
  #patient = false;
  /** The findings were told once: from then on they are asked for. */
  #isSurveyed = false;

  constructor(options: IpmiBmcOptions) {
    this.#options = options;
    this.#memory = new BmcMemory(options.quirks);
    this.#repository = new Repository(options.cache, this.#memory, options.clock);
    this.#satellites = options.bridge ? new Satellites(options.cache, options.clock) : undefined;
    this.#eventLog = new EventLogReader(options.clock);
    this.#lan = new LanReader(this.#memory);
    this.#meter = new PowerMeter(this.#memory, { clock: options.clock, bridge: options.bridge ?? false });
  }

  get quirks(): readonly string[] {
    return [...this.#memory.quirks];
  }

  isSilentSince(monotonicMs: number): boolean {
    return this.#connection?.isSilentSince(monotonicMs) ?? false;
  }

  set trace(trace: TraceLine | undefined) {
    this.#trace = trace;
    if (this.#connection) this.#connection.trace = trace;
  }

  get trace(): TraceLine | undefined {
    return this.#trace;
  }

  async ping({ signal }: Ask): Promise<void> {
    await (await this.#connect(signal)).ping(signal);
  }

  async open({ signal }: Ask): Promise<void> {
    await (await this.#connect(signal)).open(signal);
  }

  /** The name is resolved for each new connection: BMCs get new addresses. */
  async #connect(signal: AbortSignal): Promise<IpmiConnection> {
    if (this.#connection?.session) return this.#connection;
    const { address, port, login, transport, clock, observer, tries, packetsPerSecond } = this.#options;
    const ip = await resolveAddress(address, signal);
    if (this.#connection && this.#connection.remote.address !== ip) {
      await this.#connection.close();
      this.#connection = undefined;
    }
    if (!this.#connection) {
      const remote = { address: ip, port };
      const memory = this.#memory;
      const common = { transport, remote, login, clock, observer, memory, tries, packetsPerSecond };
      this.#connection = new IpmiConnection(common);
      this.#connection.trace = this.#trace;
    }
    return this.#connection;
  }

  async read(part: PartName, { signal }: Ask): Promise<PartReading> {
    const connection = await this.#connect(signal);
    switch (part) {
      case "power": {
        const chassis = await readChassis(connection, signal);
        this.#hostOff = !chassis.powerOn;
        return { data: { chassis } };
      }
      case "sensors":
        return this.#readSensors(connection, signal);
      case "sel": {
        const device = await this.#identity(connection, signal);
        const context = { plan: this.#knownPlan(), device, severities: this.#options.severities?.() };
        if (this.wholeLog) return this.#readWholeLog(connection, device, context, signal);
        const { log, failure } = await this.#eventLog.read(connection, context, signal);
        return { data: { eventLog: log }, failure };
      }
      case "dcmi":
        return { data: { consumption: await this.#meter.read(connection, this.#hostOff, signal) } };
      case "watchdog":
        return { data: { watchdog: await readWatchdog(connection, signal) } };
      case "inventory":
        return this.#readInventory(connection, signal);
      case "security":
        return this.#readSecurity(connection, signal);
    }
  }

  /** What is new, and all there is: records that both want are asked for once. */
  async #readWholeLog(
    connection: CommandRunner,
    device: DeviceId,
    context: EventContext,
    signal: AbortSignal,
  ): Promise<PartReading> {
    // Reads what sensors there are where nobody did yet: events tell values. A repository that cannot be read is
    // the matter of another part.
    const plan = context.plan ?? (await optional(this.#plan(connection, device, signal)));
    const runner = new RememberingRunner(connection);
    const { log, failure } = await this.#eventLog.read(runner, { ...context, plan }, signal);
    if (failure !== undefined) return { data: { eventLog: log }, failure };
    try {
      const coded = await this.#wholeLog.read(runner, log.entries, plan, signal);
      return { data: { eventLog: { ...log, coded } } };
    } catch (error) {
      return { data: { eventLog: log }, failure: error };
    }
  }

  /** What a login has told is good for the first time; a login that went the known way tells nothing. */
  async #readSecurity(connection: IpmiConnection, signal: AbortSignal): Promise<PartReading> {
    const { capabilities, cipherSuites } = this.#memory;
    if (this.#isSurveyed || !capabilities || !cipherSuites) await connection.survey(signal);
    this.#isSurveyed = true;
    const findings = [...securityFindings(this.#memory)];
    try {
      findings.push(...(await this.#lan.findings(connection, signal)));
      const isRmcpPlus = connection.session?.info.protocol === "2.0";
      const open = this.#options.probeCipherZero && isRmcpPlus ? await connection.acceptsCipherZero(signal) : undefined;
      if (open !== undefined) findings.push(told(FINDINGS.cipherZero, open));
      return { data: { findings } };
    } catch (failure) {
      return { data: { findings }, failure };
    }
  }

  /** Reads the sensors and keeps all that was asked and answered: for somebody who wants to know why. */
  async explain({ signal }: Ask): Promise<SensorFindings> {
    const connection = await this.#connect(signal);
    const runner = new RecordingRunner(connection);
    const device = await this.#identity(runner, signal);
    const session = connection.session?.info;
    let sensors: readonly Sensor[] = [];
    let failure: unknown;
    try {
      // Whether it is off decides what a fan that stands still means; some BMCs refuse to tell.
      const chassis = await optional(readChassis(runner, signal));
      this.#hostOff = chassis?.powerOn === false;
      this.#patient = true;
      const reading = await this.#readSensors(runner, signal);
      sensors = reading.data.sensors ?? [];
      failure = reading.failure;
    } catch (error) {
      failure = error;
    }
    return {
      device,
      session,
      hostOff: this.#hostOff,
      plan: this.#sensors?.plan,
      problems: this.#behind?.problems ?? [],
      sensors,
      calls: runner.calls,
      failure,
    };
  }

  async #readSensors(connection: CommandRunner, signal: AbortSignal): Promise<PartReading> {
    const device = await this.#identity(connection, signal);
    const unnamed = await this.#plan(connection, device, signal);
    const plan = this.#ruled(unnamed, device);
    if (this.#sensors?.plan !== plan) {
      const { filter, bridge = false, sensorLimit, clock } = this.#options;
      const isRestored = this.#savedLimits !== undefined && this.#repository.revision === 0;
      const assumeBmcOwner = this.#memory.quirks.has("assume_bmc_owner");
      this.#revisionBefore += this.#sensors?.revision ?? 0;
      const before = this.#sensors;
      this.#sensors = new SensorReader(plan, { filter, sensorLimit, bridge, assumeBmcOwner, clock, before });
      if (this.#sensors.hasDiscreteReadings) this.#memory.quirks.add("discrete_reading");
      if (isRestored && this.#savedLimits) this.#sensors.restore(this.#savedLimits);
      this.#savedLimits = undefined;
    }
    const { quirks } = this.#memory;
    const context = {
      manufacturerId: device.manufacturerId,
      productId: device.productId,
      hostOff: this.#hostOff,
      scanningDisabledIsValid: quirks.has("scanning_disabled_is_valid"),
    };
    this.#sensors.coded = this.coded;
    const { sensors, failure } = await this.#sensors.read(connection, context, signal);
    if (this.#trace) for (const sensor of sensors) this.#trace("note", inWords(sensor));
    const unknown = this.#behind?.failure;
    const data = { sensors, omittedSensors: this.#sensors.omitted };
    if (failure !== undefined || unknown === undefined) return { data, failure };
    return { data, failure: unknown, whole: true };
  }

  /** The sensors of the BMC's repository, and those of the satellites. */
  async #plan(connection: CommandRunner, device: DeviceId, signal: AbortSignal): Promise<SensorPlan> {
    const own = await this.#repository.plan(connection, device, signal);
    return this.#behind?.plan(connection, this.#repository, signal, { patient: this.#patient }) ?? own;
  }

  /** The same as far as it is known. */
  #knownPlan(): SensorPlan | undefined {
    const { kept } = this.#repository;
    return kept && (this.#behind?.known(kept) ?? kept.plan);
  }

  /** Undefined, too, where the BMC answers for them. */
  get #behind(): Satellites | undefined {
    return this.#memory.quirks.has("assume_bmc_owner") ? undefined : this.#satellites;
  }

  /** The plan with what the rules in force make of it: the same object from poll to poll while they do not change. */
  #ruled(plan: SensorPlan, { manufacturerId, productId }: DeviceId): SensorPlan {
    const named = this.#options.roles?.().applied(plan, manufacturerId) ?? plan;
    return this.#options.severities?.().applied(named, manufacturerId, productId) ?? named;
  }

  /** What decides how everything else is read; asked once an hour. */
  async #identity(connection: CommandRunner, signal: AbortSignal): Promise<DeviceId> {
    const now = this.#options.clock.monotonicMs();
    if (this.#device && now - this.#device.at < IDENTITY_AGE_MS) return this.#device.id;
    const id = await readDeviceId(connection, signal);
    this.#device = { id, at: now };
    for (const quirk of this.#givenQuirks(id)) this.#memory.quirks.add(quirk);
    return id;
  }

  /** Those that need not be learnt from this BMC. */
  #givenQuirks(id: DeviceId | undefined): readonly QuirkName[] {
    const { quirks = [], quirkRules = [] } = this.#options;
    return id ? [...quirks, ...quirksByRule(quirkRules, id)] : quirks;
  }

  async #readInventory(connection: IpmiConnection, signal: AbortSignal): Promise<PartReading> {
    const device = await this.#identity(connection, signal);
    let controller = await readController(connection, device, signal);
    try {
      controller = withLan(controller, await this.#lan.info(connection, signal));
      const locators = this.#repository.known?.frus ?? [];
      const { frus, failure } = await this.#frus.read(connection, this.#memory, locators, {
        bridge: this.#options.bridge ?? false,
        signal,
      });
      return { data: { controller, frus }, failure };
    } catch (failure) {
      return { data: { controller }, failure };
    }
  }

  takeChanges(): readonly HostChange[] {
    return (this.#behind ?? this.#repository).takeChanges();
  }

  /** Changes when something worth saving does. */
  get revision(): number {
    const { login, quirks } = this.#memory;
    const known = (login ? 1 : 0) + quirks.size;
    const sensors = this.#revisionBefore + (this.#sensors?.revision ?? 0);
    const satellites = this.#satellites?.revision ?? 0;
    return known + this.#repository.revision + satellites + this.#eventLog.revision + sensors;
  }

  save(): SavedBmc {
    return {
      memory: saveMemory(this.#memory, this.#givenQuirks(this.#device?.id)),
      repository: this.#repository.save(),
      satellites: this.#satellites?.save(),
      limits: this.#sensors?.save() ?? this.#savedLimits,
      eventLog: this.#eventLog.save(),
    };
  }

  /** Takes what an earlier run saved; what has not its form is left out. */
  async restore(file: unknown): Promise<void> {
    const saved = savedBmc(file);
    if (!saved) return;
    restoreMemory(this.#memory, saved.memory);
    if (saved.eventLog) this.#eventLog.restore(saved.eventLog);
    if (saved.repository) await this.#repository.restore(saved.repository);
    const { kept } = this.#repository;
    if (kept && saved.satellites) await this.#satellites?.restore(saved.satellites, kept);
    // They are of the sensors of this repository, and of no other.
    if (this.#repository.known) this.#savedLimits = saved.limits;
  }

  async hold(durationMs: number): Promise<void> {
    if (durationMs > 0) this.#connection?.hold(durationMs);
    else await this.#connection?.closeSession();
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }
}
