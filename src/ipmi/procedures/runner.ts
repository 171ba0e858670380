import type { Command } from "../commands/command.ts";
import type { Series } from "../session/series.ts";
import type { RunOptions } from "../session/session.ts";

/** Runs commands: a Session, or an IpmiConnection that opens one if necessary. */
export interface CommandRunner {
  run<Q, R>(command: Command<Q, R>, request: Q, options?: RunOptions): Promise<R>;
  /** Runs one command many times at lower cost; absent in runners that need to see each call. */
  runSeries?<Q, R>(command: Command<Q, R>, series: Series<R>, options?: Pick<RunOptions, "signal">): Promise<void>;
}
