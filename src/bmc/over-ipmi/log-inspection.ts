import { type CommandRunner, getSelInfo, getSelTime } from "../../ipmi/index.ts";
import type { Clock } from "../../lib/index.ts";
import type { LogProblem } from "../../model/index.ts";
import { LogTrust } from "./log-trust.ts";

/**
 * What a single visit shows about the event log of a BMC, for explain. Problems that only show when an entry is added
 * are not found.
 */
export class LogInspection {
  readonly #trust: LogTrust;

  constructor(clock: Clock) {
    this.#trust = new LogTrust(clock, 0);
  }

  /**
   * Called at the beginning of the visit: the clock is compared with the one at its end. Does not reject because of the
   * BMC.
   */
  async begin(runner: CommandRunner, signal: AbortSignal): Promise<void> {
    const time = await unlessFailed(runner.run(getSelTime, undefined, { signal }));
    if (time) this.#trust.noteTime(time.timestamp);
  }

  /** Why the log does not show every event. Does not reject because of the BMC. */
  async end(runner: CommandRunner, signal: AbortSignal): Promise<LogProblem | undefined> {
    await this.begin(runner, signal);
    this.#trust.noteLog(await unlessFailed(runner.run(getSelInfo, undefined, { signal })), undefined);
    await this.#trust.checkLogging(runner, undefined, signal);
    return this.#trust.problem;
  }
}

/** Undefined after any failure: other commands of the visit report it. */
async function unlessFailed<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch {
    return undefined;
  }
}
