import {
  type BmcMemory,
  type CommandRunner,
  CompletionCodeError,
  DecodeError,
  type DeviceId,
  getDeviceSdrInfo,
  getSdrRepositoryInfo,
  type SdrSource,
  SdrWalk,
} from "../../ipmi/index.ts";
import type { Clock } from "../../lib/index.ts";
import type { HostChange } from "../../model/index.ts";
import type { KeptPlan, SdrCache } from "../sdr-cache.ts";
import { isUnknownCommand } from "./refusals.ts";
import type { SensorPlan } from "./sensor-plan.ts";
import { sensorSetChanges } from "./sensor-set.ts";

/** Age after which a repository is read again if it does not report changes. */
const UNDATED_AGE_MS = 24 * 3600_000;
const UNSPECIFIED = 0xffffffff;

interface Edition {
  /** Changes when the repository does. */
  readonly key: string;
  readonly records: number;
  /** False: the key does not show all changes, so the age decides. */
  readonly dated: boolean;
}

/** State of a repository to save for a restart. */
export interface SavedRepository extends Edition {
  readonly digest: string;
  /** Epoch ms. */
  readonly walkedAt: number;
  /** Records that the walk could not read. */
  readonly skipped?: number;
}

/** Maps the records that were read to those that are kept. */
type Adopt = (records: readonly Buffer[]) => readonly Buffer[];

/**
 * The SDR repository of one host or of a controller behind its BMC. It is read once, and again when it changes. A
 * reading that runs out of time continues in the next poll.
 */
export class Repository {
  readonly #cache: SdrCache;
  readonly #memory: BmcMemory;
  readonly #clock: Clock;
  readonly #adopt: Adopt;
  #plan: SensorPlan | undefined;
  #edition: Edition | undefined;
  #digest: string | undefined;
  /** Wall clock, because it is kept over restarts. */
  #walkedAt = 0;
  #skipped = 0;
  #changes: readonly HostChange[] = [];
  #revision = 0;
  #walk: { readonly walk: SdrWalk; readonly edition: Edition } | undefined;

  constructor(cache: SdrCache, memory: BmcMemory, clock: Clock, options: { readonly adopt?: Adopt } = {}) {
    this.#cache = cache;
    this.#memory = memory;
    this.#clock = clock;
    this.#adopt = options.adopt ?? ((records) => records);
  }

  /** The plan of the last complete reading; undefined if that was of another board. */
  get known(): SensorPlan | undefined {
    return this.#edition && this.#plan;
  }

  /** The same with its digest. */
  get kept(): KeptPlan | undefined {
    const plan = this.known;
    return plan && this.#digest !== undefined ? { plan, digest: this.#digest } : undefined;
  }

  /**
   * The plan, after checking with one command that the repository did not change.
   *
   * @param device undefined if the BMC refuses Get Device ID: then both sources are tried
   */
  async plan(runner: CommandRunner, device: DeviceId | undefined, signal: AbortSignal): Promise<SensorPlan> {
    const [source = "repository", ...others] = sourcesOf(device);
    try {
      return await this.#planFrom(source, runner, device, signal);
    } catch (error) {
      const [other] = others;
      if (other === undefined || !isUnknownCommand(error)) throw error;
      return this.#planFrom(other, runner, device, signal);
    }
  }

  /** Another board answers: its repository is read even if it reports no change. */
  expire(): void {
    this.#edition = undefined;
    this.#walk = undefined;
  }

  async #planFrom(
    source: SdrSource,
    runner: CommandRunner,
    device: DeviceId | undefined,
    signal: AbortSignal,
  ): Promise<SensorPlan> {
    const edition = await this.#ask(runner, source, device, signal);
    if (this.#plan && this.#isCurrent(edition)) return this.#plan;
    if (this.#walk?.edition.key !== edition.key) {
      const walk = new SdrWalk({ source, memory: this.#memory, expectedRecords: edition.records });
      this.#walk = { walk, edition };
    }
    const { walk } = this.#walk;
    await walk.run(runner, signal);
    this.#walk = undefined;
    const { plan, digest } = await this.#cache.planOf(this.#adopt(walk.records));
    const skipped = walk.problems.length;
    // A record that could not be read this time does not mean that its sensor disappeared.
    if (this.#plan && digest !== this.#digest && skipped === this.#skipped) {
      this.#changes = [...this.#changes, ...sensorSetChanges(this.#plan, plan)];
    }
    this.#skipped = skipped;
    this.#plan = plan;
    this.#digest = digest;
    this.#edition = edition;
    this.#walkedAt = this.#clock.wallMs();
    this.#revision++;
    return plan;
  }

  /** Sensors that appeared or disappeared since the last call. */
  takeChanges(): readonly HostChange[] {
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }

  /** Revision of the data to save. */
  get revision(): number {
    return this.#revision;
  }

  /** Identifies the repository, and where its records are cached. Undefined before the first reading. */
  save(): SavedRepository | undefined {
    if (!this.#edition || this.#digest === undefined) return undefined;
    return { ...this.#edition, digest: this.#digest, walkedAt: this.#walkedAt, skipped: this.#skipped };
  }

  /** Restores saved state; the next poll checks whether the BMC still has that repository. */
  async restore(saved: SavedRepository): Promise<void> {
    const plan = await this.#cache.find(saved.digest);
    if (!plan) return;
    const { key, records, dated, digest, walkedAt } = saved;
    this.#plan = plan;
    this.#digest = digest;
    this.#edition = { key, records, dated };
    this.#skipped = saved.skipped ?? 0;
    this.#walkedAt = Math.min(walkedAt, this.#clock.wallMs());
  }

  #isCurrent(edition: Edition): boolean {
    if (edition.key !== this.#edition?.key) return false;
    return edition.dated || this.#clock.wallMs() - this.#walkedAt < UNDATED_AGE_MS;
  }

  async #ask(
    runner: CommandRunner,
    source: SdrSource,
    device: DeviceId | undefined,
    signal: AbortSignal,
  ): Promise<Edition> {
    const firmware = device
      ? `${device.manufacturerId}/${device.productId}/${device.firmwareMajor}.${device.firmwareMinor}`
      : "unknown";
    try {
      if (source === "device") {
        const info = await runner.run(getDeviceSdrInfo, { count: "records" }, { signal });
        const change = info.populationChange;
        return { key: `${firmware}/${info.count}/${change}`, records: info.count, dated: change !== undefined };
      }
      const info = await runner.run(getSdrRepositoryInfo, undefined, { signal });
      const times = [info.lastAdditionTimestamp, info.lastEraseTimestamp];
      return {
        key: `${firmware}/${info.records}/${times.join("/")}`,
        records: info.records,
        dated: times.some((t) => t !== 0 && t !== UNSPECIFIED),
      };
    } catch (error) {
      // Intel Windmill and similar boards refuse the info but return the records; iDRAC 10 returns an empty response.
      const isRefusal = error instanceof CompletionCodeError && !error.transient;
      if (!isRefusal && !(error instanceof DecodeError)) throw error;
      return { key: `${firmware}/${source}/unknown`, records: 0, dated: false };
    }
  }
}

/**
 * Where a BMC has its records: the repository or the device SDRs; if unknown both, in the order in which they are
 * tried.
 */
function sourcesOf(device: DeviceId | undefined): readonly SdrSource[] {
  if (!device) return ["repository", "device"];
  return device.support.sdrRepository || !device.providesDeviceSdrs ? ["repository"] : ["device"];
}
