import {
  BmcMemory,
  type CommandRunner,
  CompletionCodeError,
  type DatagramTransport,
  type DeviceId,
  IpmiConnection,
  IpmiError,
  type IpmiObserver,
  LOGIN_FLOORS,
  type LoginOptions,
  type QuirkName,
  resolveAddress,
  type SessionInfo,
} from "../../ipmi/index.ts";
import type { Clock } from "../../lib/index.ts";
import {
  type ChassisState,
  type DiscreteReading,
  type HostChange,
  type LogEntry,
  PART_NAMES,
  type PartName,
  type QuirkRule,
  type ReadingPolicyState,
  type Sensor,
} from "../../model/index.ts";
import type { Ask, Bmc, IdentityChange, PartReading, SensorFilter, TraceLine } from "../bmc.ts";
import { ownSerial } from "../change-watch.ts";
import { foundOrNot } from "../finding.ts";
import { quirksByRule } from "../quirk-rules.ts";
import { ReadingPolicy } from "../reading-policy.ts";
import type { Roles } from "../roles.ts";
import type { SdrCache } from "../sdr-cache.ts";
import type { Severities } from "../severities.ts";
import { readChassis } from "./chassis.ts";
import { readController, withLan } from "./controller.ts";
import { type EventContext, EventLogReader, type LogReading } from "./event-log.ts";
import { FruReader } from "./fru.ts";
import { HostSensors } from "./host-sensors.ts";
import { Identity } from "./identity.ts";
import { LanReader } from "./lan.ts";
import { decodeEvent } from "./log-entry.ts";
import { LogInspection } from "./log-inspection.ts";
import { PowerMeter } from "./power-meter.ts";
import { type RecordedCall, RecordingRunner } from "./recording-runner.ts";
import { optional, optionalCommand, optionalPart } from "./refusals.ts";
import { RememberingRunner } from "./remembering-runner.ts";
import { restoreMemory, type SavedBmc, savedBmc, saveMemory } from "./saved-state.ts";
import { FINDINGS, securityFindings } from "./security.ts";
import type { SensorPlan } from "./sensor-plan.ts";
import { readWatchdog } from "./watchdog.ts";
import { WholeLog } from "./whole-log.ts";

export interface IpmiBmcOptions {
  readonly address: string;
  readonly port: number;
  readonly login: Omit<LoginOptions, "signal">;
  readonly transport: DatagramTransport;
  readonly clock: Clock;
  readonly cache: SdrCache;
  readonly observer?: IpmiObserver;
  readonly filter?: SensorFilter;
  /** Called at each reading of the sensors, so that new rules apply from the next poll on. */
  readonly roles?: () => Roles;
  readonly severities?: () => Severities;
  /** Reads sensors and FRUs of controllers behind the BMC. */
  readonly bridge?: boolean;
  /** Maximum number of sensors that are read. */
  readonly sensorLimit?: number;
  /** Also tries a login without a password when security findings are read. */
  readonly probeCipherZero?: boolean;
  readonly quirks?: readonly QuirkName[];
  readonly quirkRules?: readonly QuirkRule[];
  readonly tries?: number;
  readonly packetsPerSecond?: number;
  /** Time between two polls. */
  readonly intervalMs?: number;
  /** Longest time between two readings of a discrete sensor; absent or 0: they are read in every poll. */
  readonly discreteIntervalMs?: number;
}

/** Result of a reading of the sensors, with all commands and responses. */
export interface SensorFindings {
  /** Absent if the BMC refuses Get Device ID. */
  readonly device?: DeviceId;
  readonly session?: SessionInfo;
  readonly hostOff: boolean;
  /** Absent if the repository could not be read. */
  readonly plan?: SensorPlan;
  /** Controllers behind the BMC whose sensors are unknown; one sentence each. */
  readonly problems: readonly string[];
  readonly sensors: readonly Sensor[];
  /** How polls read the discrete sensors, as far as one visit shows. */
  readonly discrete: ReadingPolicyState;
  readonly calls: readonly RecordedCall[];
  /** What ended the reading early. */
  readonly failure?: unknown;
}

/** The parts of a poll that IPMI supports. */
const PARTS: ReadonlySet<PartName> = new Set(PART_NAMES.filter((part) => part !== "components"));

/** One host's BMC over IPMI: its connection, and the state that is kept between polls. */
export class IpmiBmc implements Bmc {
  readonly protocol = "ipmi";
  readonly offeredParts = PARTS;
  readonly #options: IpmiBmcOptions;
  readonly #memory: BmcMemory;
  readonly #sensors: HostSensors;
  readonly #policy: ReadingPolicy;
  /** Chassis state of the previous poll, to notice changes. */
  #chassis: string | undefined;
  /** The session is closed after each poll, so that a new one does not mean that the BMC lost it. */
  #closesSessions = false;
  readonly #eventLog: EventLogReader;
  readonly #identity: Identity;
  #lan: LanReader;
  #meter: PowerMeter;
  #frus = new FruReader();
  coded = false;
  wholeLog = false;
  #wholeLog = new WholeLog();
  #connection: IpmiConnection | undefined;
  #trace: TraceLine | undefined;
  /** The session after whose login the identity was checked. */
  #identifiedSession: unknown;
  #identityChange: IdentityChange = "none";
  #hostOff = false;
  /** True for explain: satellites may take as long as they need. */
  #isUnhurried = false;
  /** The findings were read once; later readings send the commands again. */
  #isSurveyed = false;

  constructor(options: IpmiBmcOptions) {
    this.#options = options;
    this.#memory = new BmcMemory(options.quirks);
    const { intervalMs = 0, discreteIntervalMs = 0 } = options;
    this.#policy = new ReadingPolicy({ intervalMs, discreteIntervalMs });
    this.#sensors = new HostSensors(this.#memory, this.#policy, options);
    const recheckMs = this.#policy.isSaving ? discreteIntervalMs : undefined;
    this.#eventLog = new EventLogReader(options.clock, { recheckMs });
    this.#identity = new Identity(this.#memory);
    this.#lan = new LanReader(this.#memory);
    this.#meter = this.#newMeter();
  }

  #newMeter(): PowerMeter {
    const { bridge = false, clock } = this.#options;
    return new PowerMeter(this.#memory, { clock, bridge });
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
    this.#policy.noteLog("log_unread");
    try {
      const connection = await this.#connect(signal);
      await connection.open(signal);
      await this.#identifyAfterLogin(connection, signal);
    } catch (error) {
      this.#policy.note("incomplete_poll");
      throw error;
    }
  }

  async #identifyAfterLogin(connection: IpmiConnection, signal: AbortSignal): Promise<void> {
    if (connection.session === this.#identifiedSession) return;
    if (!this.#closesSessions) this.#policy.note("new_session");
    try {
      await this.#identify(connection, signal);
    } catch (error) {
      // If the BMC does not answer this command, reading the parts shows what it answers.
      if (!(error instanceof IpmiError)) throw error;
    }
    this.#identifiedSession = connection.session;
  }

  async #identify(runner: CommandRunner, signal: AbortSignal): Promise<void> {
    const change = await this.#identity.check(runner, signal);
    if (change !== "none") this.#policy.note("identity_changed");
    if (change === "replaced") this.#forgetBoard();
    for (const quirk of this.#givenQuirks()) this.#memory.quirks.add(quirk);
    if (change === "none" || this.#identityChange === "replaced") return;
    this.#identityChange = change;
  }

  /** Forgets what was learnt about a board that was replaced. */
  #forgetBoard(): void {
    const { quirks } = this.#options;
    this.#memory.forgetBoard(quirks);
    this.#sensors.replaceBoard();
    this.#eventLog.replaceBoard();
    this.#lan = new LanReader(this.#memory);
    this.#meter = this.#newMeter();
    this.#frus = new FruReader();
    this.#wholeLog = new WholeLog();
    this.#isSurveyed = false;
  }

  takeIdentityChange(): IdentityChange {
    const change = this.#identityChange;
    this.#identityChange = "none";
    return change;
  }

  /** Resolves the name for each new connection, because the addresses of BMCs may change. */
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

  async read(part: PartName, { signal, allSensors }: Ask): Promise<PartReading> {
    if (allSensors) this.#policy.note("request");
    try {
      return await this.#read(part, signal);
    } catch (error) {
      // A refusal is an answer, and often the same in every poll.
      const isRefusal = error instanceof CompletionCodeError;
      if (!isRefusal && (part === "power" || part === "sensors")) this.#policy.note("incomplete_poll");
      throw error;
    }
  }

  /** How the discrete sensors are read, according to the last poll. */
  get discrete(): DiscreteReading {
    const { state } = this.#policy;
    const { oldestAt } = this.#sensors;
    return oldestAt === undefined ? state : { policy: state.policy, reason: state.reason, oldestAt };
  }

  async #read(part: PartName, signal: AbortSignal): Promise<PartReading> {
    const connection = await this.#connect(signal);
    // The previous part may have lost the session.
    if (connection.session) await this.#identifyAfterLogin(connection, signal);
    switch (part) {
      case "power": {
        const chassis = await this.#readChassis(connection, signal);
        this.#hostOff = chassis?.powerOn === false;
        this.#noteChassis(chassis);
        return { data: { chassis } };
      }
      case "sensors":
        return this.#readSensors(connection, signal);
      case "sel":
        return this.#readEventLog(connection, signal);
      case "dcmi":
        return { data: { consumption: await this.#meter.read(connection, this.#hostOff, signal) } };
      case "watchdog":
        return { data: { watchdog: await readWatchdog(connection, signal) } };
      case "inventory":
        return this.#readInventory(connection, signal);
      case "security":
        return this.#readSecurity(connection, signal);
      case "components":
        throw new IpmiError("unsupported", "components: not available over IPMI");
    }
  }

  #noteChassis(chassis: ChassisState | undefined): void {
    const facts = chassis && JSON.stringify([chassis.powerOn, chassis.faults]);
    if (facts !== this.#chassis) this.#policy.note("chassis_changed");
    this.#chassis = facts;
  }

  #noteLog({ changed, failure }: LogReading): void {
    if (changed) this.#policy.note("log_changed");
    this.#policy.noteLog(failure === undefined ? this.#eventLog.trust?.problem : "log_unread");
  }

  /** Undefined if the BMC has no chassis commands. */
  async #readChassis(runner: CommandRunner, signal: AbortSignal): Promise<ChassisState | undefined> {
    const hasChassis = this.#identity.device?.support.chassis ?? true;
    const chassis = readChassis(runner, signal);
    return hasChassis ? optionalCommand(chassis) : optionalPart(chassis);
  }

  /** Without the field `eventLog` if the BMC has no event log. */
  async #readEventLog(connection: IpmiConnection, signal: AbortSignal): Promise<PartReading> {
    const { device } = this.#identity;
    const context = this.#recordContext();
    if (this.wholeLog) return this.#readWholeLog(connection, context, signal);
    const reading = this.#eventLog.read(connection, context, signal);
    const hasLog = device?.support.sel ?? true;
    const read = await (hasLog ? optionalCommand(reading) : optionalPart(reading));
    await this.#eventLog.trust?.checkLogging(connection, connection.session, signal);
    if (read) this.#noteLog(read);
    return read ? { data: { eventLog: read.log }, failure: read.failure } : { data: {} };
  }

  /** Reads new records and all records; a record that both need is read once. */
  async #readWholeLog(connection: IpmiConnection, context: EventContext, signal: AbortSignal): Promise<PartReading> {
    // Reads the repository if no part has read it yet, because events contain values of sensors. An unreadable
    // repository is a failure of another part.
    const plan = context.plan ?? (await optional(this.#sensors.plan(connection, this.#identity.device, signal)));
    const runner = new RememberingRunner(connection);
    const read = await optionalCommand(this.#eventLog.read(runner, { ...context, plan }, signal));
    if (!read) return { data: {} };
    await this.#eventLog.trust?.checkLogging(connection, connection.session, signal);
    this.#noteLog(read);
    const { log, failure } = read;
    if (failure !== undefined) return { data: { eventLog: log }, failure };
    try {
      const coded = await this.#wholeLog.read(runner, log.entries, plan, signal);
      return { data: { eventLog: { ...log, coded } } };
    } catch (error) {
      return { data: { eventLog: log }, failure: error };
    }
  }

  /**
   * The first reading uses what the login has learnt. A login with remembered settings learns nothing, so the commands
   * are sent.
   */
  async #readSecurity(connection: IpmiConnection, signal: AbortSignal): Promise<PartReading> {
    const { capabilities, cipherSuites } = this.#memory;
    if (this.#isSurveyed || !capabilities || !cipherSuites) await connection.survey(signal);
    this.#isSurveyed = true;
    const findings = [...securityFindings(this.#memory)];
    try {
      findings.push(...(await this.#lan.findings(connection, signal)));
      const isRmcpPlus = connection.session?.info.protocol === "2.0";
      const open = this.#options.probeCipherZero && isRmcpPlus ? await connection.acceptsCipherZero(signal) : undefined;
      if (open !== undefined) findings.push(foundOrNot(FINDINGS.cipherZero, open));
      return { data: { findings } };
    } catch (failure) {
      return { data: { findings }, failure };
    }
  }

  /** Reads the sensors and keeps all commands and responses, for lightsout explain. */
  async explain({ signal }: Ask): Promise<SensorFindings> {
    const connection = await this.#connect(signal);
    const runner = new RecordingRunner(connection);
    await this.open({ signal });
    const session = connection.session?.info;
    let sensors: readonly Sensor[] = [];
    let failure: unknown;
    const log = new LogInspection(this.#options.clock);
    try {
      await log.begin(connection, signal);
      // The power state decides what a stopped fan means. Some BMCs refuse to report it.
      const chassis = await optional(readChassis(runner, signal));
      this.#hostOff = chassis?.powerOn === false;
      this.#isUnhurried = true;
      const reading = await this.#readSensors(runner, signal);
      sensors = reading.data.sensors ?? [];
      failure = reading.failure;
      const hasLog = this.#identity.device?.support.sel ?? true;
      this.#policy.noteLog(hasLog ? await log.end(connection, signal) : "log_unread");
    } catch (error) {
      failure = error;
    }
    return {
      device: this.#identity.device,
      session,
      hostOff: this.#hostOff,
      plan: this.#sensors.readPlan,
      problems: this.#sensors.problems,
      sensors,
      discrete: this.#policy.state,
      calls: runner.calls,
      failure,
    };
  }

  #readSensors(runner: CommandRunner, signal: AbortSignal): Promise<PartReading> {
    return this.#sensors.read(runner, {
      device: this.#identity.device,
      hostOff: this.#hostOff,
      coded: this.coded,
      unhurried: this.#isUnhurried,
      trace: this.#trace,
      signal,
    });
  }

  /** Quirks that are known without learning them from this BMC. */
  #givenQuirks(): readonly QuirkName[] {
    const { quirks = [], quirkRules = [] } = this.#options;
    const { device } = this.#identity;
    return device ? [...quirks, ...quirksByRule(quirkRules, device)] : quirks;
  }

  async #readInventory(connection: IpmiConnection, signal: AbortSignal): Promise<PartReading> {
    await this.#identify(connection, signal);
    const { device, guid } = this.#identity;
    let controller = await readController(connection, { device, guid }, signal);
    try {
      controller = withLan(controller, await this.#lan.info(connection, signal));
      const { frus, failure } = await this.#frus.read(connection, this.#memory, this.#sensors.frus, {
        bridge: this.#options.bridge ?? false,
        signal,
      });
      this.#identity.noteSerial(ownSerial({ frus }));
      return { data: { controller, frus }, failure };
    } catch (failure) {
      return { data: { controller }, failure };
    }
  }

  acknowledgeRemovals(): void {
    this.#sensors.acknowledgeRemovals();
  }

  describeRecord(record: Buffer): LogEntry {
    return decodeEvent(record, this.#recordContext()).entry;
  }

  #recordContext(): EventContext {
    const { device } = this.#identity;
    return { plan: this.#sensors.knownPlan, device, severities: this.#options.severities?.() };
  }

  takeChanges(): readonly HostChange[] {
    return this.#sensors.takeChanges();
  }

  /** Changes when there is something new to save. */
  get revision(): number {
    const { login, floor, quirks } = this.#memory;
    const known = (login ? 1 : 0) + (floor ? 1 + LOGIN_FLOORS.indexOf(floor) : 0) + quirks.size;
    return known + this.#sensors.revision + this.#eventLog.revision + this.#identity.revision;
  }

  save(): SavedBmc {
    return {
      identity: this.#identity.save(),
      memory: saveMemory(this.#memory, this.#givenQuirks()),
      ...this.#sensors.save(),
      eventLog: this.#eventLog.save(),
    };
  }

  /** Restores the state of an earlier run; malformed data is ignored. */
  async restore(file: unknown): Promise<void> {
    const saved = savedBmc(file);
    if (!saved) return;
    restoreMemory(this.#memory, saved.memory);
    if (saved.identity) this.#identity.restore(saved.identity);
    if (saved.eventLog) this.#eventLog.restore(saved.eventLog);
    await this.#sensors.restore(saved);
  }

  async hold(durationMs: number): Promise<void> {
    this.#closesSessions = durationMs === 0;
    if (durationMs > 0) this.#connection?.hold(durationMs);
    else await this.#connection?.closeSession();
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }
}
