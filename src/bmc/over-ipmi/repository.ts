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
import type { SdrCache } from "../sdr-cache.ts";
import { AssumedRepository } from "./assumed-repository.ts";
import { isUnknownCommand } from "./refusals.ts";
import type { KeptPlan, SensorPlan } from "./sensor-plan.ts";
import { sensorSetChanges } from "./sensor-set.ts";

/** Age after which a repository is read again if it does not report changes. */
const UNDATED_AGE_MS = 24 * 3600_000;
const UNSPECIFIED = 0xffffffff;
const LAST_RECORD = 0xffff;
/** How often a BMC waits for the walk of another one of its kind, which may fail. */
const MOST_WAITS = 3;

interface Edition {
  /** Changes when the repository does. */
  readonly key: string;
  readonly records: number;
  /** False: the key does not show all changes, so the age decides. */
  readonly dated: boolean;
  /** BMCs of one kind are likely to have the same records; absent if that cannot be assumed. */
  readonly kind?: string | undefined;
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
  readonly #isAdopting: boolean;
  #plan: SensorPlan | undefined;
  #edition: Edition | undefined;
  #digest: string | undefined;
  /** Wall clock, because it is kept over restarts. */
  #walkedAt = 0;
  #skipped = 0;
  #changes: readonly HostChange[] = [];
  #revision = 0;
  /** The repository is not read yet, but assumed to equal that of another BMC. */
  #assumed: AssumedRepository | undefined;
  /** An assumption was wrong: this BMC is read, whatever others of its kind have. */
  #isMisjudged = false;
  #walk: { readonly walk: SdrWalk; readonly edition: Edition } | undefined;

  constructor(cache: SdrCache, memory: BmcMemory, clock: Clock, options: { readonly adopt?: Adopt } = {}) {
    this.#cache = cache;
    this.#memory = memory;
    this.#clock = clock;
    this.#isAdopting = options.adopt !== undefined;
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
    if (this.#assumed) this.#drop();
    this.#isMisjudged = false;
  }

  /** The assumption was wrong: forgets what follows from it. */
  #drop(): void {
    this.#assumed = undefined;
    this.#isMisjudged = true;
    this.#plan = undefined;
    this.#digest = undefined;
    this.#edition = undefined;
  }

  async #planFrom(
    source: SdrSource,
    runner: CommandRunner,
    device: DeviceId | undefined,
    signal: AbortSignal,
  ): Promise<SensorPlan> {
    const edition = await this.#ask(runner, source, device, signal);
    if (this.#assumed) await this.#verify(this.#assumed, edition, runner, signal);
    if (this.#plan && this.#isCurrent(edition)) return this.#plan;
    const { kind } = edition;
    const isFirst = this.#plan === undefined && this.#walk === undefined && !this.#isMisjudged;
    if (kind === undefined || !isFirst) return this.#walked(edition, source, runner, signal);
    const { known } = this.#cache;
    let endWalk: (() => void) | undefined;
    // If many BMCs of one kind are new, one is walked and the others wait for it.
    for (let waits = 0; endWalk === undefined && waits < MOST_WAITS; waits++) {
      const isEnded = await known.waitForWalk(kind, this.#clock, signal);
      const assumed = await this.#assume(edition, source, runner, signal);
      if (assumed) return assumed;
      if (!isEnded) break;
      endWalk = known.beginWalk(kind);
    }
    try {
      return await this.#walked(edition, source, runner, signal);
    } finally {
      endWalk?.();
    }
  }

  /** The plan of another BMC of this kind, if some of its records equal those of this BMC. */
  async #assume(
    edition: Edition,
    source: SdrSource,
    runner: CommandRunner,
    signal: AbortSignal,
  ): Promise<SensorPlan | undefined> {
    const candidates = this.#cache.known.ofKind(edition.kind ?? "");
    this.#assumed = await AssumedRepository.find(candidates, runner, { source, memory: this.#memory }, signal);
    if (!this.#assumed) return undefined;
    this.#cache.noteHit();
    const { plan, digest } = this.#assumed.known;
    this.#adoptPlan({ plan, digest }, edition);
    return plan;
  }

  /** Compares a few more records; drops the assumption if one differs, or if the repository changed meanwhile. */
  async #verify(
    assumed: AssumedRepository,
    edition: Edition,
    runner: CommandRunner,
    signal: AbortSignal,
  ): Promise<void> {
    if (edition.key !== this.#edition?.key || !(await assumed.verify(runner, signal))) this.#drop();
    else if (assumed.isVerified) {
      this.#assumed = undefined;
      this.#revision++;
    }
  }

  async #walked(edition: Edition, source: SdrSource, runner: CommandRunner, signal: AbortSignal): Promise<SensorPlan> {
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
    this.#adoptPlan({ plan, digest }, edition);
    this.#revision++;
    const isSound = skipped === 0 && walk.nextId === LAST_RECORD && walk.records.length === walk.ids.length;
    if (edition.kind !== undefined && isSound)
      this.#cache.known.add(edition.kind, { plan, digest, records: walk.records, ids: walk.ids });
    return plan;
  }

  #adoptPlan({ plan, digest }: KeptPlan, { key, records, dated }: Edition): void {
    this.#plan = plan;
    this.#digest = digest;
    this.#edition = { key, records, dated };
    this.#walkedAt = this.#clock.wallMs();
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

  /** Identifies the repository, and where its records are cached. Undefined before all records were read. */
  save(): SavedRepository | undefined {
    if (!this.#edition || this.#digest === undefined || this.#assumed) return undefined;
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

  /** Undefined for a BMC of unknown make, for an empty repository, and for a controller behind a BMC. */
  #kindOf(device: DeviceId | undefined, source: SdrSource, records: number): string | undefined {
    return device && records > 0 && !this.#isAdopting ? kindOf(device, source, records) : undefined;
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
        const kind = this.#kindOf(device, source, info.count);
        return { key: `${firmware}/${info.count}/${change}`, records: info.count, dated: change !== undefined, kind };
      }
      const info = await runner.run(getSdrRepositoryInfo, undefined, { signal });
      const times = [info.lastAdditionTimestamp, info.lastEraseTimestamp];
      return {
        key: `${firmware}/${info.records}/${times.join("/")}`,
        records: info.records,
        dated: times.some((t) => t !== 0 && t !== UNSPECIFIED),
        kind: this.#kindOf(device, source, info.records),
      };
    } catch (error) {
      // Intel Windmill and similar boards refuse the info but return the records; iDRAC 10 returns an empty response.
      const isRefusal = error instanceof CompletionCodeError && !error.transient;
      if (!isRefusal && !(error instanceof DecodeError)) throw error;
      return { key: `${firmware}/${source}/unknown`, records: 0, dated: false };
    }
  }
}

/** Firmware versions may differ in the last four bytes only. */
function kindOf(device: DeviceId, source: SdrSource, records: number): string {
  const { manufacturerId, productId, firmwareMajor, firmwareMinor, auxiliaryFirmware = [] } = device;
  return [manufacturerId, productId, firmwareMajor, firmwareMinor, ...auxiliaryFirmware, source, records].join("/");
}

/**
 * Where a BMC has its records: the repository or the device SDRs; if unknown both, in the order in which they are
 * tried.
 */
function sourcesOf(device: DeviceId | undefined): readonly SdrSource[] {
  if (!device) return ["repository", "device"];
  return device.support.sdrRepository || !device.providesDeviceSdrs ? ["repository"] : ["device"];
}
