import { expect } from "vitest";
import { TruncatedError } from "../../src/ipmi/errors.ts";

/**
 * Every prefix of `bytes` shorter than `required` must be refused as truncated and as nothing else,
 * and every prefix from there on must be accepted.
 */
export function expectPrefixesRefused(
  bytes: Uint8Array,
  required: number,
  decode: (bytes: Uint8Array) => unknown,
): void {
  for (let length = 0; length < required; length++) {
    expect(() => decode(bytes.subarray(0, length)), `${length} of ${required} required bytes`).toThrow(TruncatedError);
  }
  for (let length = required; length <= bytes.length; length++) {
    expect(() => decode(bytes.subarray(0, length)), `${length} bytes, ${required} required`).not.toThrow();
  }
}
