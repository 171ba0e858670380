import type { Command, CommandRunner, RunOptions, Series } from "../../src/ipmi/index.ts";
import { CompletionCodeError, DecodeError, IpmiError } from "../../src/ipmi/index.ts";
import { hex } from "../support/hex.ts";

/** What a fake BMC does with a command: answers, or throws. */
export type Answerer = (request: unknown, options: RunOptions | undefined) => unknown;

/** A command runner that answers from a table by the command's name, and remembers what it was asked. */
export class FakeRunner implements CommandRunner {
  readonly asked: { readonly name: string; readonly request: unknown; readonly options?: RunOptions }[] = [];
  readonly #answers = new Map<string, Answerer>();

  /** Answers a command; a value, or what the function gives for the request. */
  on<Q, R>(command: Command<Q, R>, answer: R | ((request: Q, options?: RunOptions) => R)): this {
    const fixed = typeof answer === "function" ? undefined : answer;
    const answerer = typeof answer === "function" ? (answer as Answerer) : () => fixed;
    this.#answers.set(command.name, answerer);
    return this;
  }

  /** What answers a command now, to be wrapped. */
  answerOf<Q, R>(command: Command<Q, R>): (request: Q) => R {
    const answer = this.#answers.get(command.name);
    return (request) => answer?.(request, undefined) as R;
  }

  /** Answers a command with response data as it comes over the wire. */
  onBytes<Q, R>(command: Command<Q, R>, data: string): this {
    return this.on(command, () => command.decodeResponse(hex(data)));
  }

  /** Refuses a command. */
  refuses<Q, R>(command: Command<Q, R>, completionCode: number): this {
    return this.on(command, (): R => {
      throw refused(command.name, completionCode);
    });
  }

  async run<Q, R>(command: Command<Q, R>, request: Q, options?: RunOptions): Promise<R> {
    options?.signal?.throwIfAborted();
    this.asked.push({ name: command.name, request, options });
    const answer = this.#answers.get(command.name);
    if (!answer) throw refused(command.name, 0xc1);
    return answer(request, options) as R;
  }

  /** As a session does it: ends early where the BMC is busy. */
  async runSeries<Q, R>(command: Command<Q, R>, series: Series<R>, options?: RunOptions): Promise<void> {
    for (let { next } = series; next; { next } = series) {
      try {
        series.answered(await this.run(command, command.decodeRequest(next.data), { ...options, lun: next.lun }));
      } catch (error) {
        if (error instanceof CompletionCodeError) {
          if (error.transient && error.completionCode !== 0xc3) return;
          series.refused(error.completionCode);
        } else if (error instanceof DecodeError) series.refused(error);
        else throw error;
      }
    }
  }

  /** Names of the commands asked since the last call. */
  take(): string[] {
    return this.asked.splice(0).map(({ name }) => name);
  }
}

/** The error of a refusal. */
export function refused(name: string, completionCode: number, transient = false): CompletionCodeError {
  const reason = completionCode === 0xd4 ? "privilege_refused" : completionCode === 0xc0 ? "bmc_busy" : "unsupported";
  return new CompletionCodeError(name, completionCode, { text: "test", transient, reason });
}

/** The error of a BMC that answered before and keeps silent now. */
export const silence = (): IpmiError => new IpmiError("timeout", "Test: timed out after 4 tries", { stage: "command" });
