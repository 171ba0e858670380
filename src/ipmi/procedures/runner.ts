import type { Command } from "../commands/command.ts";
import type { Series } from "../session/series.ts";
import type { RunOptions } from "../session/session.ts";

/** Whatever runs commands: a Session, or an IpmiConnection that opens one when needed. */
export interface CommandRunner {
  run<Q, R>(command: Command<Q, R>, request: Q, options?: RunOptions): Promise<R>;
  /** Runs one command many times at less cost; who looks at each call alone cannot. */
  runSeries?<Q, R>(command: Command<Q, R>, series: Series<R>, options?: Pick<RunOptions, "signal">): Promise<void>;
}
