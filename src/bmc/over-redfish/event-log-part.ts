import type { Clock } from "../../lib/index.ts";
import {
  decodeManager,
  type Expand,
  endsConversation,
  type Get,
  optional,
  RedfishError,
  timeOf,
} from "../../redfish/index.ts";
import type { PartReading } from "../bmc.ts";
import { RedfishEventLog, type SavedRedfishLog } from "./event-log.ts";
import { type ChosenLog, findLog, type LogOwners } from "./event-log-choice.ts";
import type { EntryContext } from "./event-log-entry.ts";

/** State of the part to save for a restart. Plain JSON. */
export interface SavedLogPart {
  /** The log to count; `none` if the BMC has no event log. */
  readonly log?: ChosenLog | "none";
  readonly eventLog?: SavedRedfishLog;
}

export interface LogPartContext extends EntryContext {
  readonly get: Get;
  /** Reads a resource again that was already read in this poll. */
  readonly getAgain: Get;
  readonly expand: Expand;
  readonly managers: readonly string[];
}

/** The part `sel` of one host over Redfish: which log counts, its reader, and the clock of its times. */
export class EventLogPart {
  readonly #reader: RedfishEventLog;
  /** Undefined while it is unknown. */
  #log: ChosenLog | "none" | undefined;
  /** The account may not read the logs; not tried again before the next reading of the topology. */
  #forbidden: RedfishError | undefined;
  /** Offset of the BMC's clock from UTC, for times without one. */
  #zone: string | undefined;
  #revision = 0;

  constructor(clock: Clock) {
    this.#reader = new RedfishEventLog(clock);
  }

  /** False if the BMC has no event log, as a power shelf. */
  get isOffered(): boolean {
    return this.#log !== "none";
  }

  /**
   * Finds the log to count, unless it is known. A BMC that is too busy for that is searched again in the next poll.
   *
   * @throws what ends the conversation
   */
  async choose(get: Get, owners: LogOwners, signal: AbortSignal): Promise<void> {
    if (this.#log !== undefined || this.#forbidden) return;
    try {
      this.#log = (await findLog(get, owners, signal)) ?? "none";
      this.#revision++;
    } catch (error) {
      if (signal.aborted || !(error instanceof RedfishError) || endsConversation(error.reason)) throw error;
      if (error.reason === "privilege_refused") this.#forbidden = error;
    }
  }

  /** After a new reading of the topology, another log may be the one to count. */
  forgetChoice(): void {
    this.#log = undefined;
    this.#forbidden = undefined;
  }

  replaceBoard(): void {
    this.#reader.replaceBoard();
  }

  set zone(zone: string | undefined) {
    this.#zone = zone ?? this.#zone;
  }

  async read(context: LogPartContext, signal: AbortSignal): Promise<PartReading> {
    if (this.#forbidden) throw this.#forbidden;
    if (this.#log === undefined || this.#log === "none")
      throw new RedfishError("bmc_busy", "the BMC was too busy to list its logs; the next poll searches them");
    const readClock = (own: AbortSignal) => this.#readClock(context, own);
    const { log, failure } = await this.#reader.read(this.#log, { ...context, zone: this.#zone, readClock }, signal);
    return { data: { eventLog: log }, failure };
  }

  /** The time of the BMC's clock, which its manager reports. */
  async #readClock({ getAgain, managers }: LogPartContext, signal: AbortSignal): Promise<number | undefined> {
    for (const uri of managers) {
      const resource = await optional(() => getAgain(uri, signal));
      const { dateTime, zone } = resource ? decodeManager(resource) : {};
      this.zone = zone;
      const time = timeOf(dateTime, zone);
      if (time && "epochMs" in time) return time.epochMs;
    }
    return undefined;
  }

  /** Revision of the data to save. */
  get revision(): number {
    return this.#revision + this.#reader.revision;
  }

  save(): SavedLogPart {
    return { log: this.#log, eventLog: this.#reader.save() };
  }

  restore({ log, eventLog }: SavedLogPart): void {
    this.#log = log;
    if (eventLog) this.#reader.restore(eventLog);
  }
}
