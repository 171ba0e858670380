import { expect, it } from "vitest";
import type { Command } from "../../../src/ipmi/commands/command.ts";
import type { Parameter } from "../../../src/ipmi/commands/parameter.ts";
import { hex } from "../../support/hex.ts";
import { expectPrefixesRefused } from "../../support/layout.ts";

/**
 * Bytes in which neighbouring bits differ (AAh and 55h), with the whole value: a flag read from the wrong bit shows.
 * Written by hand after the tables of the specification; ipmitool and FreeIPMI read such bytes in
 * test/crossings/flags.test.ts.
 */
export interface BitVector<T> {
  readonly bytes: string;
  readonly value: T;
  /** What the value encodes to: `bytes` without their reserved bits; `bytes` where absent. */
  readonly encoded?: string;
}

export interface Vector<T> {
  /** Meaning of the bytes, for the title of the test. */
  readonly about: string;
  readonly bytes: string;
  /** Required bytes: shorter answers are truncated. All bytes if absent. */
  readonly required?: number;
  readonly value: Partial<T>;
}

/** The value with its bytes as hex text: a Buffer and a Uint8Array of the same bytes are equal. */
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

/** Response data with alternating bits: the whole value, both ways. */
export function eachBitOfResponse<Q, R>(command: Command<Q, R>, ...vectors: readonly BitVector<R>[]): void {
  it.each(vectors)(`${command.name} answer $bytes: each bit has its place`, ({ bytes, value, encoded }) => {
    expect(comparable(command.decodeResponse(hex(bytes)))).toEqual(comparable(value));
    expect(command.encodeResponse(value).toString("hex")).toBe(hex(encoded ?? bytes).toString("hex"));
  });
}

/** Request data with alternating bits: the whole value, both ways. */
export function eachBitOfRequest<Q, R>(command: Command<Q, R>, ...vectors: readonly BitVector<Q>[]): void {
  it.each(vectors)(`${command.name} request $bytes: each bit has its place`, ({ bytes, value, encoded }) => {
    expect(comparable(command.decodeRequest(hex(bytes)))).toEqual(comparable(value));
    expect(command.encodeRequest(value).toString("hex")).toBe(hex(encoded ?? bytes).toString("hex"));
  });
}

/** Data of a parameter with alternating bits: the whole value, both ways. */
export function eachBitOfParameter<T>(parameter: Parameter<T>, ...vectors: readonly BitVector<T>[]): void {
  it.each(vectors)(`${parameter.name} $bytes: each bit has its place`, ({ bytes, value, encoded }) => {
    expect(comparable(parameter.decode(hex(bytes)))).toEqual(comparable(value));
    expect(parameter.encode(value).toString("hex")).toBe(hex(encoded ?? bytes).toString("hex"));
  });
}
