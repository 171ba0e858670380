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
  /** Leaves it as it is: may be sent by the exporter, may be sent again when the answer is lost. */
  | "reads"
  /** Changes it: refused by read-only sessions and never retransmitted. */
  | "changes";

export interface CommandDefinition<Request, Response> {
  /** The spec's title: "Get Chassis Status". */
  readonly name: string;
  readonly netFn: number;
  readonly code: number;
  /** The privilege the specification asks for; firmware differs. */
  readonly privilege: PrivilegeLevel;
  readonly effect?: Effect;
  /** Bytes that lead request and response data: the group body (DCh for DCMI) or an OEM's IANA number. */
  readonly prefix?: readonly number[];
  readonly request: Layout<Request>;
  /** Starts after the completion code and, where there is one, the prefix. */
  readonly response: Layout<Response>;
  /** Names of the command-specific completion codes (80h-BEh). */
  readonly refusals?: Readonly<Record<number, string>>;
  /** Those of them that mean "not now" rather than "no". */
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
  /** What a completion code means for this command. */
  describeRefusal(completionCode: number): string;
  /** The same, and what to do about it. */
  refusalMeaning(completionCode: number): CompletionCodeMeaning;
}

/** No data at all. Bytes that come nevertheless are left alone. */
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
