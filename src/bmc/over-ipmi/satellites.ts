import {
  BmcMemory,
  type Command,
  type CommandRunner,
  CompletionCode,
  CompletionCodeError,
  DecodeError,
  getDeviceId,
  IpmiError,
  type ManagementControllerLocatorRecord,
  type RunOptions,
  SdrType,
} from "../../ipmi/index.ts";
import type { Clock } from "../../lib/index.ts";
import type { HostChange } from "../../model/index.ts";
import type { KeptPlan, SdrCache } from "../sdr-cache.ts";
import { controllerText } from "./merged-plan.ts";
import type { PlannedSensor } from "./planned-sensor.ts";
import { Repository, type SavedRepository } from "./repository.ts";
import type { SensorPlan } from "./sensor-plan.ts";
import { sensorSetChanges } from "./sensor-set.ts";

/** Age at which the controllers are queried again, those that failed among them. */
const SURVEY_AGE_MS = 3600_000;
/** What of one poll may go by before the sensors are read; the survey goes on in the next. */
const SURVEY_MS = 4000;
/** The same where there is no next poll. */
const UNHURRIED_SURVEY_MS = 10_000;
const MOST_SATELLITES = 32;
const BMC = 0x20;
/** Of a record in one answer: IPMB messages have 32 bytes, 8 around the data, and 2 are the id of the next record. */
const IPMB_CHUNK_BYTES = 22;
/** Of Send Message: the target did not acknowledge. */
const NOT_ACKNOWLEDGED = 0x83;
/** Refusals of Get Device ID that say that nobody is there, or no such channel: not every bay is fitted. */
const ABSENT: readonly number[] = [
  NOT_ACKNOWLEDGED,
  CompletionCode.DestinationUnavailable,
  CompletionCode.InvalidDataField,
  CompletionCode.ParameterOutOfRange,
];
/** Capability of a locator: it is a sensor device. */
const SENSOR_DEVICE = 0x01;
const SENSOR_RECORDS: readonly number[] = [SdrType.FullSensor, SdrType.CompactSensor, SdrType.EventOnlySensor];
const OWNER_AT = 5;
const CHANNEL_LUN_AT = 6;

/** What a restart should know of a controller behind the BMC. */
export interface SavedSatellite {
  readonly channel: number;
  readonly address: number;
  readonly repository: SavedRepository;
}

interface Satellite {
  readonly channel: number;
  readonly address: number;
  readonly repository: Repository;
  /** It came while the host was known: its sensors are news. */
  readonly isNew: boolean;
  /** The repository says that it has sensors. */
  isSensorDevice: boolean;
  /** It says that it has sensors, and SDRs of them. */
  gives: boolean;
  /** Why its SDRs could not be read the last time. */
  problem: string | undefined;
  /** The same where it has sensors: those of the host that are known are not all. */
  failure: IpmiError | undefined;
}

/** The time for the survey of this poll is over. */
class OutOfBudget extends Error {}

/** Runs commands on a controller behind the BMC. */
class BridgedRunner implements CommandRunner {
  readonly #runner: CommandRunner;
  readonly #target: NonNullable<RunOptions["bridge"]>;
  readonly #isOver: () => boolean;

  constructor(runner: CommandRunner, target: NonNullable<RunOptions["bridge"]>, isOver: () => boolean) {
    this.#runner = runner;
    this.#target = target;
    this.#isOver = isOver;
  }

  async run<Q, R>(command: Command<Q, R>, request: Q, options?: RunOptions): Promise<R> {
    if (this.#isOver()) throw new OutOfBudget();
    return this.#runner.run(command, request, { ...options, bridge: this.#target });
  }
}

/**
 * The controllers behind one host's BMC that keep SDRs of their sensors themselves - IPMI 2.0 sections 35.2
 * to 35.4. The BMC's repository locates them; once an hour each is queried for its identity and whether its SDRs changed.
 * What they cost in one poll is bounded: 4 seconds, and one command more, whether it is answered or not.
 */
export class Satellites {
  readonly #cache: SdrCache;
  readonly #clock: Clock;
  readonly #known = new Map<string, Satellite>();
  /** To be queried, in this order. */
  #pending: Satellite[] = [];
  /** Keys of those that the repository no longer locates, until that is reported. */
  readonly #gone: string[] = [];
  #locatedBy: SensorPlan | undefined;
  #surveyedAt = 0;
  /** A survey that did not end, as the time of the poll was over. */
  #isCutShort = false;
  #merged: { readonly own: SensorPlan; readonly others: readonly SensorPlan[]; readonly plan: SensorPlan } | undefined;
  /** At the poll before. */
  #before: { readonly own: SensorPlan; readonly plan: SensorPlan } | undefined;
  #changes: readonly HostChange[] = [];
  /** Of controllers that are gone, and of what the others say to have. */
  #revision = 0;

  constructor(cache: SdrCache, clock: Clock) {
    this.#cache = cache;
    this.#clock = clock;
  }

  /**
   * The plan of the host with the sensors of its satellites, as far as they are known: those due are asked first.
   *
   * @param own the BMC's repository, whose plan is current
   * @param options.unhurried takes more time, also for several that keep silent: for somebody who asks once
   * @throws what the runner throws when it is not the fault of a satellite
   */
  async plan(
    runner: CommandRunner,
    own: Repository,
    signal: AbortSignal,
    options: { readonly unhurried?: boolean } = {},
  ): Promise<SensorPlan> {
    const { kept } = own;
    if (!kept) throw new Error("the BMC's own repository comes first");
    this.#locate(kept.plan);
    await this.#survey(runner, signal, options.unhurried ?? false);
    // What a controller has at the first query is no news, unless it came while the host was known.
    const news = new Set(this.#gone.splice(0));
    const before = this.#before;
    const now = this.known(kept);
    this.#before = { own: kept.plan, plan: now };
    const ownChanged = own.takeChanges().length > 0;
    for (const [key, { repository }] of this.#known) if (repository.takeChanges().length > 0) news.add(key);
    for (const [key, { isNew, repository }] of this.#known) {
      if (isNew && repository.known && before && !hasSensorsOf(before.plan, key)) news.add(key);
    }
    if (before && before.plan !== now) {
      const own = new Set([...before.own.sensors, ...kept.plan.sensors]);
      const isNews = (sensor: PlannedSensor): boolean =>
        own.has(sensor) ? ownChanged : news.has(keyOf(sensor.definition.channel, sensor.definition.ownerId));
      this.#changes = [...this.#changes, ...sensorSetChanges(before.plan, now, isNews)];
    }
    return now;
  }

  /** The plan as far as it is known, without asking. */
  known(own: KeptPlan): SensorPlan {
    const others = [...this.#known.values()].flatMap(({ address, channel, gives, repository: { kept } }) =>
      gives && kept ? [{ ownerId: address, channel, ...kept }] : [],
    );
    const last = this.#merged;
    const isSame =
      last?.own === own.plan &&
      last.others.length === others.length &&
      last.others.every((plan, i) => plan === others[i]?.plan);
    if (last && isSame) return last.plan;
    // Kept here, too: what falls out of the cache must not look like another plan.
    const plan = others.length === 0 ? own.plan : this.#cache.merged(own, others);
    this.#merged = { own: own.plan, others: others.map((other) => other.plan), plan };
    return plan;
  }

  /** What keeps a controller's sensors from being known; undefined where nothing does. */
  get failure(): IpmiError | undefined {
    return [...this.#known.values()].find(({ failure }) => failure)?.failure;
  }

  /** What is not known of the controllers, and why, a sentence each. */
  get problems(): readonly string[] {
    return [...this.#known.values()].flatMap((satellite) => {
      const { problem, address, channel } = satellite;
      const who = `controller ${controllerText({ ownerId: address, channel })}`;
      if (problem !== undefined) return [`${who}: ${problem}`];
      return this.#pending.includes(satellite) ? [`${who}: not read completely yet`] : [];
    });
  }

  /** Sensors that came or went since the last call, the BMC's own among them. */
  takeChanges(): readonly HostChange[] {
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }

  /** Counts what is worth saving. */
  get revision(): number {
    return [...this.#known.values()].reduce((sum, { repository }) => sum + repository.revision, this.#revision);
  }

  save(): readonly SavedSatellite[] {
    return [...this.#known.values()].flatMap(({ channel, address, gives, repository }) => {
      const saved = gives ? repository.save() : undefined;
      return saved ? [{ channel, address, repository: saved }] : [];
    });
  }

  /** Takes what was saved; the next poll finds out whether the controllers still have these SDRs. */
  async restore(saved: readonly SavedSatellite[], own: KeptPlan): Promise<void> {
    for (const { channel, address, repository } of saved.slice(0, MOST_SATELLITES)) {
      const satellite = this.#made(channel, address, false);
      await satellite.repository.restore(repository);
      satellite.gives = satellite.repository.kept !== undefined;
      this.#known.set(keyOf(channel, address), satellite);
    }
    this.#before = { own: own.plan, plan: this.known(own) };
  }

  #made(channel: number, address: number, isNew: boolean): Satellite {
    const memory = new BmcMemory();
    memory.wholeSdrReads = false;
    memory.sdrChunkBytes = IPMB_CHUNK_BYTES;
    const adopt = (records: readonly Buffer[]): readonly Buffer[] => owned(records, channel, address);
    const repository = new Repository(this.#cache, memory, this.#clock, { adopt });
    const known = { isSensorDevice: false, gives: false, problem: undefined, failure: undefined };
    return { channel, address, repository, isNew, ...known };
  }

  /** Finds the controllers that a plan locates, and forgets others. */
  #locate(plan: SensorPlan): void {
    if (plan === this.#locatedBy) return;
    const located = new Map<string, ManagementControllerLocatorRecord>();
    for (const locator of plan.controllers) {
      const { channel, slaveAddress } = locator;
      const isSoftware = (slaveAddress & 1) === 1;
      if (slaveAddress === BMC || slaveAddress === 0 || isSoftware || located.size >= MOST_SATELLITES) continue;
      located.set(keyOf(channel, slaveAddress), locator);
    }
    for (const [key, { repository }] of this.#known) {
      if (located.has(key)) continue;
      this.#known.delete(key);
      this.#gone.push(key);
      // It takes its own count along.
      this.#revision += repository.revision + 1;
    }
    const isNew = this.#locatedBy !== undefined;
    for (const [key, { channel, slaveAddress, capabilities }] of located) {
      const known = this.#known.get(key);
      const satellite = known ?? this.#made(channel, slaveAddress, isNew);
      satellite.isSensorDevice = (capabilities & SENSOR_DEVICE) !== 0;
      this.#known.set(key, satellite);
      // The first survey is of all, and so is the one after a restart.
      if (!known || !isNew) this.#pending.push(satellite);
    }
    this.#pending = this.#pending.filter((satellite) => [...this.#known.values()].includes(satellite));
    if (!isNew) this.#surveyedAt = this.#clock.monotonicMs();
    this.#locatedBy = plan;
  }

  async #survey(runner: CommandRunner, signal: AbortSignal, isUnhurried: boolean): Promise<void> {
    const begin = this.#clock.monotonicMs();
    if (begin - this.#surveyedAt >= SURVEY_AGE_MS) {
      this.#surveyedAt = begin;
      this.#pending = [...this.#known.values()];
    }
    if (this.#isCutShort) {
      // The BMC's own sensors come first once.
      this.#isCutShort = false;
      return;
    }
    const budgetMs = isUnhurried ? UNHURRIED_SURVEY_MS : SURVEY_MS;
    const isOver = (): boolean => this.#clock.monotonicMs() - begin >= budgetMs;
    this.#isCutShort = this.#pending.length > 0;
    for (let satellite = this.#pending[0]; satellite; satellite = this.#pending[0]) {
      const outcome = await this.#ask(satellite, runner, isOver, signal);
      if (outcome === "out_of_budget") break;
      this.#pending.shift();
      if (outcome === "silence" && !isUnhurried) break;
    }
    this.#isCutShort = false;
  }

  async #ask(
    satellite: Satellite,
    runner: CommandRunner,
    isOver: () => boolean,
    signal: AbortSignal,
  ): Promise<"answered" | "silence" | "out_of_budget"> {
    const { channel, address, repository } = satellite;
    const bridge = new BridgedRunner(runner, { channel, address, lun: 0 }, isOver);
    let isThere = false;
    try {
      const device = await bridge.run(getDeviceId, undefined, { signal });
      isThere = true;
      const gives = device.support.sensorDevice && device.providesDeviceSdrs;
      const support = { ...device.support, sdrRepository: false };
      if (gives) await repository.plan(bridge, { ...device, support }, signal);
      if (gives !== satellite.gives) this.#revision++;
      satellite.gives = gives;
      satellite.problem = undefined;
      satellite.failure = undefined;
      return "answered";
    } catch (error) {
      if (error instanceof OutOfBudget) return "out_of_budget";
      const silent = isSilence(error);
      if (!silent && !(error instanceof CompletionCodeError) && !(error instanceof DecodeError)) throw error;
      const absent = !isThere && error instanceof CompletionCodeError && ABSENT.includes(error.completionCode);
      const isMissed = isThere || satellite.gives || (satellite.isSensorDevice && !absent);
      satellite.problem = absent ? `not there: ${error.message}` : error.message;
      // A controller that keeps silent is no silence of the BMC.
      const failure = silent ? new IpmiError("timeout", error.message) : error;
      satellite.failure = isMissed ? failure : undefined;
      return silent ? "silence" : "answered";
    }
  }
}

/** The records of sensors, with the controller as their owner: some firmware names another, or no channel. */
function owned(records: readonly Buffer[], channel: number, address: number): readonly Buffer[] {
  return records.flatMap((record) => {
    if (!SENSOR_RECORDS.includes(record[3] ?? 0) || record.length <= CHANNEL_LUN_AT) return [];
    const bytes = Buffer.from(record);
    bytes[OWNER_AT] = address;
    bytes[CHANNEL_LUN_AT] = (channel << 4) | ((record[CHANNEL_LUN_AT] ?? 0) & 0x0f);
    return [bytes];
  });
}

const keyOf = (channel: number, address: number): string => `${channel}/${address}`;

function hasSensorsOf(plan: SensorPlan, key: string): boolean {
  return plan.sensors.some(({ definition }) => keyOf(definition.channel, definition.ownerId) === key);
}

function isSilence(error: unknown): error is IpmiError {
  return error instanceof IpmiError && (error.reason === "timeout" || error.reason === "no_answer");
}
