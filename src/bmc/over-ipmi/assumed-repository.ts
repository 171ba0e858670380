import {
  type BmcMemory,
  type CommandRunner,
  CompletionCodeError,
  DecodeError,
  type SdrSource,
  SdrWalk,
} from "../../ipmi/index.ts";
import { isSample, type KnownRepository, sampleIndices } from "../known-repositories.ts";

/** Records that are compared in each poll until all are. */
const RECORDS_PER_POLL = 16;
const LAST_RECORD = 0xffff;

/**
 * The assumption that the repository of a BMC equals that of another BMC of the same manufacturer, product, firmware
 * and number of records. Some records are compared before it is used, the others over the next polls.
 */
export class AssumedRepository {
  readonly known: KnownRepository;
  readonly #reader: SdrWalk;
  /** Index of the next record to compare. */
  #next = 0;

  private constructor(known: KnownRepository, reader: SdrWalk) {
    this.known = known;
    this.#reader = reader;
  }

  /**
   * The first repository of which some records equal those of the BMC; undefined: none.
   *
   * @throws what the runner throws if the BMC does not answer
   */
  static async find(
    candidates: readonly KnownRepository[],
    runner: CommandRunner,
    options: { readonly source: SdrSource; readonly memory: BmcMemory },
    signal: AbortSignal,
  ): Promise<AssumedRepository | undefined> {
    for (const known of candidates) {
      const assumed = new AssumedRepository(known, new SdrWalk({ ...options, expectedRecords: known.records.length }));
      if (await assumed.#areEqual(sampleIndices(known.records.length), runner, signal)) return assumed;
    }
    return undefined;
  }

  /** All records were compared. */
  get isVerified(): boolean {
    return this.#next >= this.known.records.length;
  }

  /**
   * Compares the next few records. False: one differs, so the assumption is wrong.
   *
   * @throws what the runner throws if the BMC does not answer; the next call continues
   */
  async verify(runner: CommandRunner, signal: AbortSignal): Promise<boolean> {
    const count = this.known.records.length;
    const due: number[] = [];
    let end = this.#next;
    for (; end < count && due.length < RECORDS_PER_POLL; end++) if (!isSample(end, count)) due.push(end);
    if (!(await this.#areEqual(due, runner, signal))) return false;
    this.#next = end;
    return true;
  }

  async #areEqual(indices: readonly number[], runner: CommandRunner, signal: AbortSignal): Promise<boolean> {
    const { ids, records } = this.known;
    for (const index of indices) {
      const read = await this.#read(ids[index] as number, runner, signal);
      const isLast = index === ids.length - 1;
      const isSame = read?.next === (isLast ? LAST_RECORD : ids[index + 1]);
      if (!isSame || !read?.record?.equals(records[index] as Uint8Array)) return false;
    }
    return true;
  }

  /** Undefined if the BMC refuses the record. */
  async #read(id: number, runner: CommandRunner, signal: AbortSignal): ReturnType<SdrWalk["read"]> {
    try {
      return await this.#reader.read(runner, id, signal);
    } catch (error) {
      const isRefusal = error instanceof CompletionCodeError || error instanceof DecodeError;
      if (!isRefusal || (error instanceof CompletionCodeError && error.transient)) throw error;
      return undefined;
    }
  }
}
