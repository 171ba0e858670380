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
import type { SdrCache } from "../sdr-cache.ts";
import { controllerText } from "./merged-plan.ts";
import type { PlannedSensor } from "./planned-sensor.ts";
import { Repository, type SavedRepository } from "./repository.ts";
import type { KeptPlan, SensorPlan } from "./sensor-plan.ts";
import { sensorSetChanges } from "./sensor-set.ts";

/** Age after which controllers are queried again, including those that failed. */
const SURVEY_AGE_MS = 3600_000;
/** Time in a poll for the survey, before the sensors are read; the survey continues in the next poll. */
const SURVEY_MS = 4000;
/** The same if there is no next poll. */
const UNHURRIED_SURVEY_MS = 10_000;
const MOST_SATELLITES = 32;
const BMC = 0x20;
/**
 * Bytes of a record per response: IPMB messages have 32 bytes, 8 of them around the data and 2 for the id of the next
 * record.
 */
const IPMB_CHUNK_BYTES = 22;
/** Completion code of Send Message: the target did not acknowledge. */
const NOT_ACKNOWLEDGED = 0x83;
/** Refusals of Get Device ID that mean that there is no such controller or channel; not every bay is equipped. */
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

/** State of a controller behind the BMC to save for a restart. */
export interface SavedSatellite {
  readonly channel: number;
  readonly address: number;
  readonly repository: SavedRepository;
}

interface Satellite {
  readonly channel: number;
  readonly address: number;
  readonly repository: Repository;
  /** It appeared while the host was known, so its sensors are news. */
  readonly isNew: boolean;
  /** The repository states that it has sensors. */
  isSensorDevice: boolean;
  /** It states that it has sensors and SDRs of them. */
  gives: boolean;
  /** Why its SDRs could not be read in the last attempt. */
  problem: string | undefined;
  /** The same if it has sensors: then the known sensors of the host are incomplete. */
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
 * The controllers behind one host's BMC that have SDRs of their own sensors - IPMI 2.0 sections 35.2 to 35.4. The BMC's
 * repository locates them. Once an hour each is queried for its identity and for changes of its SDRs. The cost per poll
 * is bounded: 4 seconds plus one command, whether it is answered or not.
 */
export class Satellites {
  readonly #cache: SdrCache;
  readonly #clock: Clock;
  readonly #known = new Map<string, Satellite>();
  /** Controllers to be queried, in this order. */
  #pending: Satellite[] = [];
  /** Keys of the controllers that the repository no longer locates, until that is reported. */
  readonly #gone: string[] = [];
  #locatedBy: SensorPlan | undefined;
  #surveyedAt = 0;
  /** A survey that was interrupted because the time of the poll was over. */
  #isCutShort = false;
  #merged: { readonly own: SensorPlan; readonly others: readonly SensorPlan[]; readonly plan: SensorPlan } | undefined;
  /** Result of the previous poll. */
  #before: { readonly own: SensorPlan; readonly plan: SensorPlan } | undefined;
  #changes: readonly HostChange[] = [];
  /** Revision that counts removed controllers and changes of the others. */
  #revision = 0;

  constructor(cache: SdrCache, clock: Clock) {
    this.#cache = cache;
    this.#clock = clock;
  }

  /**
   * The plan of the host with the sensors of its satellites, as far as they are known. Satellites that are due are
   * queried first.
   *
   * @param own the BMC's repository, whose plan is current
   * @param options.unhurried allows more time, also for several satellites that do not answer; for a command that polls
   * once
   * @throws what the runner throws if it is not caused by a satellite
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
    // The sensors of a controller at its first query are not news, unless it appeared while the host was known.
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

  /** The plan as far as it is known, without a query. */
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
    // Also kept here, so that a plan that drops out of the cache does not look like another plan.
    const plan = others.length === 0 ? own.plan : this.#cache.merged(own, others);
    this.#merged = { own: own.plan, others: others.map((other) => other.plan), plan };
    return plan;
  }

  /** Why the sensors of a controller are unknown; undefined if they are known. */
  get failure(): IpmiError | undefined {
    return [...this.#known.values()].find(({ failure }) => failure)?.failure;
  }

  /** What is unknown about the controllers, and why; one sentence each. */
  get problems(): readonly string[] {
    return [...this.#known.values()].flatMap((satellite) => {
      const { problem, address, channel } = satellite;
      const who = `controller ${controllerText({ ownerId: address, channel })}`;
      if (problem !== undefined) return [`${who}: ${problem}`];
      return this.#pending.includes(satellite) ? [`${who}: not read completely yet`] : [];
    });
  }

  /** Sensors that appeared or disappeared since the last call, including the BMC's own. */
  takeChanges(): readonly HostChange[] {
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }

  /** Revision of the data to save. */
  get revision(): number {
    return [...this.#known.values()].reduce((sum, { repository }) => sum + repository.revision, this.#revision);
  }

  save(): readonly SavedSatellite[] {
    return [...this.#known.values()].flatMap(({ channel, address, gives, repository }) => {
      const saved = gives ? repository.save() : undefined;
      return saved ? [{ channel, address, repository: saved }] : [];
    });
  }

  /** Restores saved state; the next poll checks whether the controllers still have these SDRs. */
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

  /** Finds the controllers that a plan locates, and drops others. */
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
      // A removed controller takes its own revision with it.
      this.#revision += repository.revision + 1;
    }
    const isNew = this.#locatedBy !== undefined;
    for (const [key, { channel, slaveAddress, capabilities }] of located) {
      const known = this.#known.get(key);
      const satellite = known ?? this.#made(channel, slaveAddress, isNew);
      satellite.isSensorDevice = (capabilities & SENSOR_DEVICE) !== 0;
      this.#known.set(key, satellite);
      // The first survey includes all controllers, also after a restart.
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
      // The BMC's own sensors are read first once.
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
      // A controller that does not answer does not mean that the BMC does not answer.
      const failure = silent ? new IpmiError("timeout", error.message) : error;
      satellite.failure = isMissed ? failure : undefined;
      return silent ? "silence" : "answered";
    }
  }
}

/** The records of sensors with the controller as owner, because some firmware names another owner or no channel. */
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
