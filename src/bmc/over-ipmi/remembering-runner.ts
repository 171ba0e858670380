import { type Command, type CommandRunner, getSelEntry, type RunOptions } from "../../ipmi/index.ts";

/**
 * Runs commands with another runner and remembers the event log records that were read, so that a second reader does
 * not request them again. For one poll only, because records change.
 */
export class RememberingRunner implements CommandRunner {
  readonly #runner: CommandRunner;
  /** Response data by record id. */
  readonly #entries = new Map<number, Uint8Array>();

  constructor(runner: CommandRunner) {
    this.#runner = runner;
  }

  async run<Q, R>(command: Command<Q, R>, request: Q, options?: RunOptions): Promise<R> {
    const id = command.name === getSelEntry.name ? recordIdOf(request) : undefined;
    if (id === undefined) return this.#runner.run(command, request, options);
    const known = this.#entries.get(id);
    if (known) return command.decodeResponse(known);
    const listening: Command<Q, R> = {
      ...command,
      decodeResponse: (bytes) => {
        this.#entries.set(id, Buffer.from(bytes));
        return command.decodeResponse(bytes);
      },
    };
    return this.#runner.run(listening, request, options);
  }
}

function recordIdOf(request: unknown): number | undefined {
  return typeof request === "object" && request !== null && "recordId" in request
    ? Number(request.recordId)
    : undefined;
}
