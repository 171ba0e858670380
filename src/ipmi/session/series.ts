import type { Command } from "../commands/command.ts";
import { DecodeError } from "../errors.ts";
import { CompletionCode } from "../tables/completion-code.ts";
import { Asked } from "./conversation.ts";
import type { Framing } from "./framing.ts";
import { type Answer, type AskOptions, inWords, isAnswerTo, isBusy, type Requester } from "./requester.ts";

/** A request of a series. */
export interface SeriesRequest {
  /** As `command.encodeRequest` makes it. */
  readonly data: Uint8Array;
  readonly lun: number;
}

/** Requests of one command that are asked one after another, and who takes the answers. */
export interface Series<R> {
  /** What is to be asked next, the same until it is answered; undefined: no more. */
  readonly next: SeriesRequest | undefined;
  /** How many were answered, in whatever way. */
  readonly ended: number;
  answered(response: R): void;
  /** The BMC refused with this completion code, or answered what cannot be decoded. */
  refused(why: number | DecodeError): void;
}

/**
 * Asks the requests of a series: what `Requester.run` does for one, without a promise for each. A hundred
 * sensors are read by one command, and promises and the functions that wait for them cost as much as decoding.
 * Ends early, and without an error, where the BMC says that it is busy: the request is the series' next then.
 *
 * @throws IpmiError of Conversation.exchange, or the signal's reason; the request is the series' next then, too
 */
export function runSeries<Q, R>(
  requester: Requester,
  framing: Framing,
  command: Command<Q, R>,
  series: Series<R>,
  options: Pick<AskOptions, "signal">,
): Promise<void> {
  const { conversation } = requester;
  return new Promise((resolve, reject) => {
    const request = requester.request(framing, command, isAnswerTo, options);
    const asked = new Asked<Answer>(request, (answer) => take(answer), reject);
    const ask = (): void => {
      const { next } = series;
      if (!next) {
        resolve();
        return;
      }
      request.message = requester.message(command, next.data, next);
      conversation.ask(asked);
    };
    /** False: it is to be asked again, by somebody who waits before he does. */
    const isTaken = ({ completionCode, data }: Answer): boolean => {
      if (completionCode !== CompletionCode.Ok) {
        if (isBusy(command, completionCode)) return false;
        series.refused(completionCode);
        return true;
      }
      const response = decoded(command, data);
      if (response instanceof DecodeError) {
        series.refused(response);
        return true;
      }
      conversation.trace?.("note", inWords(response));
      series.answered(response);
      return true;
    };
    const take = (answer: Answer): void => {
      try {
        if (isTaken(answer)) ask();
        else resolve();
      } catch (error) {
        reject(error);
      }
    };
    ask();
  });
}

function decoded<Q, R>(command: Command<Q, R>, data: Uint8Array): R | DecodeError {
  try {
    return command.decodeResponse(data);
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
}
