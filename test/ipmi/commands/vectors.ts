import { expect, it } from "vitest";
import type { Command } from "../../../src/ipmi/commands/command.ts";
import { hex } from "../../support/hex.ts";
import { expectPrefixesRefused } from "../../support/layout.ts";

export interface Vector<T> {
  /** What these bytes say, for the test's title. */
  readonly about: string;
  readonly bytes: string;
  /** Without these many bytes the layout is truncated; all of them where absent. */
  readonly required?: number;
  readonly value: Partial<T>;
}

/** The value with its bytes as hex text: a Buffer and a Uint8Array of the same bytes are the same to us. */
function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, comparable(member)]));
}

function expectValue(decoded: unknown, expected: unknown): void {
  if (expected === undefined) expect(decoded).toBeUndefined();
  else expect(comparable(decoded)).toMatchObject(comparable(expected) as object);
}

/** Known response data: decoded, encoded back, and each of its prefixes. */
export function knownResponse<Q, R>(command: Command<Q, R>, vector: Vector<R>): void {
  const bytes = hex(vector.bytes);
  it(`${command.name} answer: ${vector.about}`, () => {
    expectValue(command.decodeResponse(bytes), vector.value);
    expect(command.encodeResponse(command.decodeResponse(bytes)).toString("hex")).toBe(bytes.toString("hex"));
    expectPrefixesRefused(bytes, vector.required ?? bytes.length, (prefix) => command.decodeResponse(prefix));
  });
}

/** Known request data, as another client sent it: encoded, decoded, and each of its prefixes. */
export function knownRequest<Q, R>(command: Command<Q, R>, vector: Vector<Q> & { readonly value: Q }): void {
  const bytes = hex(vector.bytes);
  it(`${command.name} request: ${vector.about}`, () => {
    expect(command.encodeRequest(vector.value).toString("hex")).toBe(bytes.toString("hex"));
    expectValue(command.decodeRequest(bytes), vector.value);
    expectPrefixesRefused(bytes, vector.required ?? bytes.length, (prefix) => command.decodeRequest(prefix));
  });
}
