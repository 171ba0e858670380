import type { Command, CommandRunner, RunOptions } from "../../ipmi/index.ts";

/** A command and its result. */
export interface RecordedCall {
  readonly command: string;
  readonly request: unknown;
  readonly options: RunOptions | undefined;
  /** Response data after the completion code; absent if the BMC refused or did not answer. */
  readonly data?: Uint8Array;
  readonly response?: unknown;
  readonly error?: unknown;
}

/**
 * Runs commands with another runner and records what was sent and received. For one poll only, because it is not
 * bounded.
 */
export class RecordingRunner implements CommandRunner {
  readonly calls: RecordedCall[] = [];
  readonly #runner: CommandRunner;

  constructor(runner: CommandRunner) {
    this.#runner = runner;
  }

  async run<Q, R>(command: Command<Q, R>, request: Q, options?: RunOptions): Promise<R> {
    let data: Uint8Array | undefined;
    const listening: Command<Q, R> = {
      ...command,
      decodeResponse(bytes) {
        data = Buffer.from(bytes);
        return command.decodeResponse(bytes);
      },
    };
    const call = { command: command.name, request, options };
    try {
      const response = await this.#runner.run(listening, request, options);
      this.calls.push({ ...call, data, response });
      return response;
    } catch (error) {
      this.calls.push({ ...call, data, error });
      throw error;
    }
  }
}
