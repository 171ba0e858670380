import type { Command } from "../commands/command.ts";
import { DecodeError } from "../errors.ts";
import { CompletionCode } from "../tables/completion-code.ts";
import { PendingExchange } from "./conversation.ts";
import type { Framing } from "./framing.ts";
import { type Answer, inWords, isAnswerTo, isBusy, type Requester, type RequestOptions } from "./requester.ts";

/** A request of a series. */
export interface SeriesRequest {
  /** As `command.encodeRequest` makes it. */
  readonly data: Uint8Array;
  readonly lun: number;
}

/** Requests of one command that are sent one after another, and the receiver of the answers. */
export interface Series<R> {
  /** The next request; the same until it is answered. Undefined at the end. */
  readonly next: SeriesRequest | undefined;
  /** Number of requests that were answered or refused. */
  readonly ended: number;
  answered(response: R): void;
  /** The BMC refused with this completion code, or answered what cannot be decoded. */
  refused(why: number | DecodeError): void;
}

/**
 * Sends the requests of a series: like `Requester.run` for each, without a promise for each. A hundred sensors are read
 * with one command, and promises and async functions cost as much as decoding. Ends early, without an error, if the BMC
 * reports that it is busy: the request is then still the next of the series.
 *
 * @throws IpmiError of Conversation.exchange, or the signal's reason; the request is then still the next of the series, too
 */
export function runSeries<Q, R>(
  requester: Requester,
  framing: Framing,
  command: Command<Q, R>,
  series: Series<R>,
  options: Pick<RequestOptions, "signal">,
): Promise<void> {
  const { conversation } = requester;
  return new Promise((resolve, reject) => {
    const request = requester.request(framing, command, isAnswerTo, options);
    const pending = new PendingExchange<Answer>(request, (answer) => take(answer), reject);
    const submit = (): void => {
      const { next } = series;
      if (!next) {
        resolve();
        return;
      }
      request.message = requester.message(command, next.data, next);
      conversation.submit(pending);
    };
    /** False: the BMC is busy; the caller waits and sends the request again. */
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
        if (isTaken(answer)) submit();
        else resolve();
      } catch (error) {
        reject(error);
      }
    };
    submit();
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
