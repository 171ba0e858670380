import type { Command } from "../../ipmi/commands/command.ts";
import { CompletionCode } from "../../ipmi/tables/completion-code.ts";
import type { Reply } from "../bmc/misbehaviour.ts";
import type { Context } from "./context.ts";

/** What answers one command. */
export interface Handler {
  readonly name: string;
  readonly netFn: number;
  readonly code: number;
  readonly prefix?: readonly number[];
  /** Privilege level the session must stand at. */
  readonly privilege: number;
  /** Answered before a session too. */
  readonly sessionless: boolean;
  /** Controllers behind the BMC answer it as well. */
  readonly satellites: boolean;
  /** @throws DecodeError for requests that have not the layout */
  run(context: Context): Reply;
}

/** A refusal with a completion code, in place of a response; a few commands add data all the same. */
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

/** Answers a command by way of its own codec. */
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
