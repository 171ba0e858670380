import { DecodeError } from "../errors.ts";
import { type CompletionCodeMeaning, completionCodeMeaning } from "../tables/completion-code.ts";
import type { PrivilegeLevel } from "../tables/privilege-level.ts";
import { Reader, Writer } from "../wire/bytes.ts";

/** One layout in both directions. `decode` throws DecodeError and nothing else. */
export interface Layout<T> {
  encode(to: Writer, value: T): void;
  decode(from: Reader): T;
}

/** What a command does to the managed system. */
export type Effect =
  /** Changes nothing: may be sent by the exporter, and again if the answer is lost. */
  | "reads"
  /** Changes it: refused by read-only sessions and never retransmitted. */
  | "changes";

export interface CommandDefinition<Request, Response> {
  /** The spec's title: "Get Chassis Status". */
  readonly name: string;
  readonly netFn: number;
  readonly code: number;
  /** Required privilege of the specification; firmware differs. */
  readonly privilege: PrivilegeLevel;
  readonly effect?: Effect;
  /** The request holds a password: traces show its name and no data. */
  readonly confidential?: boolean;
  /** Bytes that lead request and response data: the group body (DCh for DCMI) or an OEM's IANA number. */
  readonly prefix?: readonly number[];
  readonly request: Layout<Request>;
  /** Starts after the completion code and, where there is one, the prefix. */
  readonly response: Layout<Response>;
  /** Names of the command-specific completion codes (80h-BEh). */
  readonly refusals?: Readonly<Record<number, string>>;
  /** Those of them that mean "not now". */
  readonly busyCodes?: readonly number[];
}

/** A command with its two layouts; made by `command()`, run by `session.run()`. */
export interface Command<Request, Response> extends CommandDefinition<Request, Response> {
  readonly effect: Effect;
  /** Request data: what follows the command byte. */
  encodeRequest(request: Request): Buffer;
  decodeRequest(data: Uint8Array): Request;
  /** Response data: what follows the completion code. */
  encodeResponse(response: Response): Buffer;
  decodeResponse(data: Uint8Array): Response;
  /** Meaning of a completion code for this command. */
  describeRefusal(completionCode: number): string;
  /** The same, with reason and whether it is transient. */
  refusalMeaning(completionCode: number): CompletionCodeMeaning;
}

/** No data. Bytes that are sent nevertheless are ignored. */
export const nothing: Layout<void> = { encode() {}, decode() {} };

export function command<Request, Response>(
  definition: CommandDefinition<Request, Response>,
): Command<Request, Response> {
  const { name, prefix, request, response, refusals, busyCodes } = definition;
  const write = <T>(layout: Layout<T>, value: T): Buffer => {
    const to = new Writer(32);
    if (prefix) to.bytes(prefix);
    layout.encode(to, value);
    return to.take();
  };
  const read = <T>(layout: Layout<T>, data: Uint8Array): T => {
    const from = new Reader(data, name);
    if (prefix) expectPrefix(from, prefix, name);
    return layout.decode(from);
  };
  const describeRefusal = (code: number): string => refusals?.[code] ?? completionCodeMeaning(code).text;
  return {
    ...definition,
    effect: definition.effect ?? "reads",
    encodeRequest: (value) => write(request, value),
    decodeRequest: (data) => read(request, data),
    encodeResponse: (value) => write(response, value),
    decodeResponse: (data) => read(response, data),
    describeRefusal,
    refusalMeaning(code) {
      const meaning = { ...completionCodeMeaning(code), text: describeRefusal(code) };
      return busyCodes?.includes(code) ? { ...meaning, transient: true, reason: "bmc_busy" } : meaning;
    },
  };
}

function expectPrefix(from: Reader, prefix: readonly number[], name: string): void {
  const got = from.bytes(prefix.length);
  prefix.forEach((byte, i) => {
    if (got[i] !== byte) throw new DecodeError(`${name}: wanted prefix byte ${byte}, got ${got[i]}`);
  });
}
