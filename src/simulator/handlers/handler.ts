import type { Command } from "../../ipmi/commands/command.ts";
import { CompletionCode } from "../../ipmi/tables/completion-code.ts";
import type { Reply } from "../bmc/misbehaviour.ts";
import type { Context } from "./context.ts";

/** Answers one command. */
export interface Handler {
  readonly name: string;
  readonly netFn: number;
  readonly code: number;
  readonly prefix?: readonly number[];
  /** Privilege level that the session needs. */
  readonly privilege: number;
  /** Also answered outside sessions. */
  readonly sessionless: boolean;
  /** Also answered by controllers behind the BMC. */
  readonly satellites: boolean;
  /** @throws DecodeError for requests that do not match the layout */
  run(context: Context): Reply;
}

/** Refuses a request with a completion code; a few commands return data with it. */
export class Refusal {
  readonly completionCode: number;
  readonly data: Uint8Array | undefined;

  constructor(completionCode: number, data?: Uint8Array) {
    this.completionCode = completionCode;
    this.data = data;
  }
}

export function refuse(completionCode: number, data?: Uint8Array): Refusal {
  return new Refusal(completionCode, data);
}

const NO_DATA = new Uint8Array(0);

interface Exceptions {
  readonly sessionless?: boolean;
  readonly satellites?: boolean;
}

/** Makes a handler that decodes and encodes with the codec of the command. */
export function respond<Q, R>(
  command: Command<Q, R>,
  answer: (context: Context, request: Q) => R | Refusal,
  exceptions: Exceptions = {},
): Handler {
  const { name, netFn, code, prefix, privilege } = command;
  const refusedData = prefix ? Uint8Array.from(prefix) : NO_DATA;
  return {
    name,
    netFn,
    code,
    prefix,
    privilege,
    sessionless: exceptions.sessionless ?? false,
    satellites: exceptions.satellites ?? false,
    run(context) {
      const result = answer(context, command.decodeRequest(context.data));
      if (result instanceof Refusal) return { completionCode: result.completionCode, data: result.data ?? refusedData };
      return { completionCode: CompletionCode.Ok, data: command.encodeResponse(result) };
    },
  };
}
