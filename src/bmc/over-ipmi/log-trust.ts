import { type CommandRunner, getBmcGlobalEnables, type SelInfo } from "../../ipmi/index.ts";
import type { Clock } from "../../lib/index.ts";
import type { LogProblem } from "../../model/index.ts";

/** Timestamps have a resolution of one second: a record this young may share its timestamp with a later one. */
const YOUNG_SECONDS = 2;
/** A clock that shows the same time after this is stopped. */
const CLOCK_TEST_MS = 5000;

/** The part of the info that shows how entries are added. */
export type LogState = Partial<
  Pick<SelInfo, "entries" | "freeBytes" | "lastAdditionTimestamp" | "lastEraseTimestamp" | "overflow">
>;

/** The same with the time of the BMC's clock at the reading. */
interface DatedLog extends LogState {
  readonly readAtSeconds: number | undefined;
}

interface ClockReading {
  /** Seconds, as the BMC reports it. */
  readonly timestamp: number;
  /** Monotonic. */
  readonly atMs: number;
}

/**
 * Whether the event log of one BMC shows every event: it can be read, has space, events are logged, and its info
 * changes whenever an entry is added.
 */
export class LogTrust {
  readonly #clock: Clock;
  readonly #recheckMs: number;
  #log: DatedLog | undefined;
  #isAdditionStopped = false;
  #isReusing = false;
  #time: ClockReading | undefined;
  #isClockStopped = false;
  /** How often the clock was read, up to 2. */
  #clockReadings = 0;
  /** Undefined: the BMC does not report it. */
  #isLogging: boolean | undefined;
  /** The session in which the BMC did not report it, so that it is not queried again. */
  #refusedIn: unknown;
  #enablesReadAt = Number.NEGATIVE_INFINITY;

  /** @param recheckMs how often the BMC is queried whether it logs events */
  constructor(clock: Clock, recheckMs: number) {
    this.#clock = clock;
    this.#recheckMs = recheckMs;
  }

  /**
   * The info of the log as just read.
   *
   * @param bmcSeconds time of the BMC's clock; undefined if it is unknown
   */
  noteLog(log: LogState | undefined, bmcSeconds: number | undefined): void {
    const before = this.#log;
    this.#log = log && datedLog(log, bmcSeconds);
    if (!log || !before || log.entries === undefined || before.entries === undefined) return;
    if (log.lastEraseTimestamp !== before.lastEraseTimestamp) {
      this.#isReusing = false;
      return;
    }
    const isAdded = log.lastAdditionTimestamp !== before.lastAdditionTimestamp;
    const isGrown = log.entries > before.entries;
    if (isAdded) this.#isReusing = !isGrown;
    if (isGrown) this.#isAdditionStopped = !isAdded && !isYoung(before);
  }

  /** The clock of the log as just read. */
  noteTime(timestamp: number): void {
    const atMs = this.#clock.monotonicMs();
    const before = this.#time;
    this.#clockReadings = Math.min(2, this.#clockReadings + 1);
    if (before && atMs - before.atMs < CLOCK_TEST_MS) return;
    this.#isClockStopped = before?.timestamp === timestamp;
    this.#time = { timestamp, atMs };
  }

  /** True if the clock is to be read once more, because one reading does not show whether it advances. */
  get isClockDue(): boolean {
    return this.#clockReadings === 1 && this.#clock.monotonicMs() - (this.#time?.atMs ?? 0) >= CLOCK_TEST_MS;
  }

  /**
   * Queries whether the BMC logs events, if that is due. A BMC that does not report it is only queried again in another
   * session. Does not reject because of the BMC.
   */
  async checkLogging(runner: CommandRunner, session: unknown, signal: AbortSignal): Promise<void> {
    const now = this.#clock.monotonicMs();
    if (this.#refusedIn !== undefined && this.#refusedIn === session) return;
    if (now - this.#enablesReadAt < this.#recheckMs) return;
    this.#enablesReadAt = now;
    try {
      this.#isLogging = (await runner.run(getBmcGlobalEnables, undefined, { signal })).eventLogging;
      this.#refusedIn = undefined;
    } catch {
      // If the BMC is silent, the next commands show it.
      this.#isLogging = undefined;
      this.#refusedIn = session;
    }
  }

  /** Why the log does not show every event; undefined: it does, as far as is known. */
  get problem(): LogProblem | undefined {
    const log = this.#log;
    if (log?.entries === undefined) return "log_unread";
    if (this.#isLogging === false) return "logging_disabled";
    if (log.freeBytes === 0) return "log_full";
    if (log.overflow) return "log_overflowed";
    if (this.#isAdditionStopped) return "addition_time_stopped";
    if (this.#isClockStopped) return "clock_stopped";
    return this.#isReusing ? "entries_reused" : undefined;
  }
}

/** Without spread: each host's object would have its own hidden class, which takes more memory than the object. */
function datedLog(log: LogState, readAtSeconds: number | undefined): DatedLog {
  const { entries, freeBytes, lastAdditionTimestamp, lastEraseTimestamp, overflow } = log;
  return { entries, freeBytes, lastAdditionTimestamp, lastEraseTimestamp, overflow, readAtSeconds };
}

/** Another entry may have been added in the same second, after the info was read. */
function isYoung({ lastAdditionTimestamp = 0, readAtSeconds }: DatedLog): boolean {
  return readAtSeconds !== undefined && Math.abs(readAtSeconds - lastAdditionTimestamp) <= YOUNG_SECONDS;
}
