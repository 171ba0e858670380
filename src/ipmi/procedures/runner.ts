import type { Command } from "../commands/command.ts";
import type { RunOptions } from "../session/session.ts";

/** Whatever runs commands: a Session, or an IpmiConnection that opens one when needed. */
export interface CommandRunner {
  run<Q, R>(command: Command<Q, R>, request: Q, options?: RunOptions): Promise<R>;
}
