import type { BmcMemory, CommandRunner, DeviceId, FruDeviceLocatorRecord } from "../../ipmi/index.ts";
import { type Clock, turnAfter } from "../../lib/index.ts";
import type { HostChange, Sensor } from "../../model/index.ts";
import type { PartReading, SensorFilter, TraceLine } from "../bmc.ts";
import { type ReadingPolicy, whyText } from "../reading-policy.ts";
import type { Roles } from "../roles.ts";
import type { SdrCache } from "../sdr-cache.ts";
import type { Severities } from "../severities.ts";
import type { SavedLimits } from "./limit-reader.ts";
import { optionalPart } from "./refusals.ts";
import { Repository } from "./repository.ts";
import { planWithRoles, planWithSeverities } from "./ruled-plan.ts";
import { Satellites } from "./satellites.ts";
import type { SavedBmc } from "./saved-state.ts";
import type { SensorPlan } from "./sensor-plan.ts";
import { SensorReader } from "./sensors.ts";

/** A number that no manufacturer has, so no rule matches it. */
const NO_MANUFACTURER = 0;

export interface HostSensorsOptions {
  readonly clock: Clock;
  readonly cache: SdrCache;
  readonly filter?: SensorFilter;
  /** Called at each reading of the sensors, so that new rules apply from the next poll on. */
  readonly roles?: () => Roles;
  readonly severities?: () => Severities;
  /** Also reads sensors of controllers behind the BMC. */
  readonly bridge?: boolean;
  /** Maximum number of sensors that are read. */
  readonly sensorLimit?: number;
}

/** What one reading of the sensors depends on. */
export interface SensorsQuery {
  /** Absent if the BMC refuses Get Device ID. */
  readonly device: DeviceId | undefined;
  readonly hostOff: boolean;
  /** Adds the responses of the BMC to sensors. */
  readonly coded: boolean;
  /** True for explain: satellites may take as long as they need. */
  readonly unhurried: boolean;
  readonly trace: TraceLine | undefined;
  readonly signal: AbortSignal;
}

/** The parts of a saved state that belong to the sensors. */
type SavedSensors = Pick<SavedBmc, "repository" | "satellites" | "limits" | "present">;

/** The sensors of one host: which ones there are, according to its repositories and the rules, and their readings. */
export class HostSensors {
  readonly #options: HostSensorsOptions;
  readonly #memory: BmcMemory;
  readonly #policy: ReadingPolicy;
  readonly #repository: Repository;
  /** Absent if bridging is not allowed. */
  #satellites: Satellites | undefined;
  #reader: SensorReader | undefined;
  /** Revision of the sensors of earlier plans, so that a new repository counts as a change. */
  #revisionBefore = 0;
  /** Limits saved by an earlier run, until the sensors are read. */
  #savedLimits: SavedLimits | undefined;
  /** Present parts saved by an earlier run, until the sensors are read. */
  #savedPresent: readonly string[] | undefined;

  constructor(memory: BmcMemory, policy: ReadingPolicy, options: HostSensorsOptions) {
    this.#options = options;
    this.#memory = memory;
    this.#policy = policy;
    this.#repository = new Repository(options.cache, memory, options.clock);
    this.#satellites = this.#newSatellites();
  }

  #newSatellites(): Satellites | undefined {
    const { bridge, cache, clock } = this.#options;
    return bridge ? new Satellites(cache, clock) : undefined;
  }

  /** Forgets what was learnt about a board that was replaced. */
  replaceBoard(): void {
    this.#revisionBefore += (this.#reader?.revision ?? 0) + (this.#satellites?.revision ?? 0) + 1;
    this.#repository.expire();
    this.#satellites = this.#newSatellites();
    this.#reader = undefined;
    this.#savedLimits = undefined;
    this.#savedPresent = undefined;
  }

  async read(runner: CommandRunner, query: SensorsQuery): Promise<PartReading> {
    const { device, signal, trace } = query;
    const repositoryBefore = this.#repositories;
    const hasNone = device && !device.support.sdrRepository && !device.providesDeviceSdrs;
    const reading = this.plan(runner, device, signal, query);
    const unnamed = hasNone ? await optionalPart(reading) : await reading;
    if (!unnamed) return { data: {} };
    const plan = this.#ruled(unnamed, device);
    const reader = this.#reader?.plan === plan ? this.#reader : await this.#newReader(plan);
    if (this.#repositories !== repositoryBefore) this.#policy.note("sensors_changed");
    const { quirks } = this.#memory;
    const context = {
      manufacturerId: device?.manufacturerId ?? NO_MANUFACTURER,
      productId: device?.productId ?? 0,
      hostOff: query.hostOff,
      scanningDisabledIsValid: quirks.has("scanning_disabled_is_valid"),
    };
    reader.coded = query.coded;
    const nowMs = this.#options.clock.monotonicMs();
    const why = this.#policy.whyAll(nowMs);
    trace?.(
      "note",
      why === undefined ? "reading a share of the discrete sensors" : `reading all sensors: ${whyText(why)}`,
    );
    const { sensors, failure } = await reader.read(runner, context, signal, { isAll: why !== undefined });
    this.#policy.noteReading(nowMs, failure === undefined);
    if (trace) for (const sensor of sensors) trace("note", inWords(sensor));
    const unknown = this.#behind?.failure;
    const data = { sensors, omittedSensors: reader.omitted };
    if (failure !== undefined || unknown === undefined) return { data, failure };
    return { data, failure: unknown, whole: true };
  }

  async #newReader(plan: SensorPlan): Promise<SensorReader> {
    await turnAfter(plan.sensors.length);
    this.#policy.note("sensors_changed");
    const { filter, bridge = false, sensorLimit, clock } = this.#options;
    const { quirks } = this.#memory;
    const isRestored = this.#savedLimits !== undefined && this.#repository.revision === 0;
    const assumeBmcOwner = quirks.has("assume_bmc_owner");
    this.#revisionBefore += this.#reader?.revision ?? 0;
    const before = this.#reader;
    const reader = new SensorReader(plan, {
      filter,
      sensorLimit,
      bridge,
      assumeBmcOwner,
      clock,
      policy: this.#policy,
      before,
    });
    if (reader.hasDiscreteReadings) quirks.add("discrete_reading");
    if (isRestored && this.#savedLimits) reader.restore(this.#savedLimits);
    if (this.#savedPresent) reader.restorePresent(this.#savedPresent);
    this.#savedLimits = undefined;
    this.#savedPresent = undefined;
    this.#reader = reader;
    return reader;
  }

  /** The sensors of the BMC's repository, and those of the satellites; read where they are not known. */
  async plan(
    runner: CommandRunner,
    device: DeviceId | undefined,
    signal: AbortSignal,
    { unhurried = false }: { readonly unhurried?: boolean } = {},
  ): Promise<SensorPlan> {
    const own = await this.#repository.plan(runner, device, signal);
    return this.#behind?.plan(runner, this.#repository, signal, { unhurried }) ?? own;
  }

  /** The same, as far as it is known. */
  get knownPlan(): SensorPlan | undefined {
    const { kept } = this.#repository;
    return kept && (this.#behind?.known(kept) ?? kept.plan);
  }

  /** The plan of the sensors that were read last, with the rules applied. */
  get readPlan(): SensorPlan | undefined {
    return this.#reader?.plan;
  }

  /** FRU devices that the repository describes. */
  get frus(): readonly FruDeviceLocatorRecord[] {
    return this.#repository.known?.frus ?? [];
  }

  /** Controllers behind the BMC whose sensors are unknown; one sentence each. */
  get problems(): readonly string[] {
    return this.#behind?.problems ?? [];
  }

  /** Undefined also if the BMC answers for its satellites. */
  get #behind(): Satellites | undefined {
    return this.#memory.quirks.has("assume_bmc_owner") ? undefined : this.#satellites;
  }

  /** The plan with the current rules applied; the same object in every poll while the rules do not change. */
  #ruled(plan: SensorPlan, device: DeviceId | undefined): SensorPlan {
    const { manufacturerId = NO_MANUFACTURER, productId = 0 } = device ?? {};
    const roles = this.#options.roles?.();
    const severities = this.#options.severities?.();
    const named = roles ? planWithRoles(roles, plan, manufacturerId) : plan;
    return severities ? planWithSeverities(severities, named, manufacturerId, productId) : named;
  }

  acknowledgeRemovals(): void {
    this.#reader?.acknowledgeRemovals();
    this.#savedPresent = undefined;
  }

  /** Sensors that appeared or disappeared since the last call. */
  takeChanges(): readonly HostChange[] {
    return (this.#behind ?? this.#repository).takeChanges();
  }

  /** When the oldest state was read, epoch ms; undefined: the last reading was not complete, or every poll reads all. */
  get oldestAt(): number | undefined {
    const { clock } = this.#options;
    const oldestMs = this.#reader?.oldestStateMs;
    return oldestMs === undefined ? undefined : Math.round(clock.wallMs() - (clock.monotonicMs() - oldestMs));
  }

  /** Changes when a repository was read. */
  get #repositories(): number {
    return this.#repository.revision + (this.#satellites?.revision ?? 0);
  }

  /** Revision of the data to save. */
  get revision(): number {
    return this.#repositories + this.#revisionBefore + (this.#reader?.revision ?? 0);
  }

  save(): SavedSensors {
    return {
      repository: this.#repository.save(),
      satellites: this.#satellites?.save(),
      limits: this.#reader?.save() ?? this.#savedLimits,
      present: this.#reader?.savePresent() ?? this.#savedPresent,
    };
  }

  async restore(saved: SavedSensors): Promise<void> {
    if (saved.repository) await this.#repository.restore(saved.repository);
    const { kept } = this.#repository;
    if (kept && saved.satellites) await this.#satellites?.restore(saved.satellites, kept);
    // Saved limits and parts only apply to the sensors of this repository.
    if (this.#repository.known) this.#savedLimits = saved.limits;
    this.#savedPresent = saved.present;
  }
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
