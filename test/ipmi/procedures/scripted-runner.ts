import type { Command } from "../../../src/ipmi/commands/command.ts";
import { CompletionCodeError } from "../../../src/ipmi/errors.ts";
import type { CommandRunner } from "../../../src/ipmi/procedures/runner.ts";

/** Response data, or a completion code that is not 0, or an error of the session. */
export type Scripted = Buffer | number | Error;

/** Runs commands against functions instead of a BMC, through the real codecs in both directions. */
export class ScriptedRunner implements CommandRunner {
  readonly #answer: (command: Command<never, unknown>, request: Buffer) => Scripted;
  /** Names of the commands, in order. */
  readonly asked: string[] = [];

  constructor(answer: (command: Command<never, unknown>, request: Buffer) => Scripted) {
    this.#answer = answer;
  }

  async run<Q, R>(command: Command<Q, R>, request: Q): Promise<R> {
    this.asked.push(command.name);
    const answer = this.#answer(command as never, command.encodeRequest(request));
    if (answer instanceof Error) throw answer;
    if (typeof answer !== "number") return command.decodeResponse(answer);
    throw new CompletionCodeError(command.name, answer, command.refusalMeaning(answer));
  }
}
