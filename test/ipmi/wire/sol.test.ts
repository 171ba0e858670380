import { describe, expect, it } from "vitest";
import {
  decodeBmcSolPacket,
  decodeConsoleSolPacket,
  encodeBmcSolPacket,
  encodeConsoleSolPacket,
  nextSolSequence,
  solCharacters,
} from "../../../src/ipmi/wire/sol.ts";
import { hex } from "../../support/hex.ts";
import { expectPrefixesRefused } from "../../support/layout.ts";

describe("an SOL packet", () => {
  it.each([
    [
      "aaaaaaaa6162",
      { nack: false, ring: true, break: false, pause: true, dropLines: false, flushInbound: true },
      0xa,
      false,
    ],
    [
      "555555556162",
      { nack: true, ring: false, break: true, pause: false, dropLines: true, flushInbound: false },
      0x5,
      true,
    ],
  ] as const)("of the console, %s: each bit has its place", (bytes, flags, sequence, flushOutbound) => {
    const value = {
      sequence,
      ackSequence: sequence,
      acceptedCount: hex(bytes)[2] as number,
      characters: Buffer.from("ab"),
      ...flags,
      flushOutbound,
    };
    expect(decodeConsoleSolPacket(hex(bytes))).toEqual(value);
    expect(decodeConsoleSolPacket(encodeConsoleSolPacket(value))).toEqual(value);
    expectPrefixesRefused(hex(bytes), 4, decodeConsoleSolPacket);
  });

  it.each([
    ["aaaaaaaa", { nack: false, unavailable: true, deactivating: false, overrun: true, breakReceived: false }, 0xa],
    ["55555555", { nack: true, unavailable: false, deactivating: true, overrun: false, breakReceived: true }, 0x5],
  ] as const)("of the BMC, %s: each bit has its place", (bytes, flags, sequence) => {
    const acceptedCount = hex(bytes)[2] as number;
    const value = { sequence, ackSequence: sequence, acceptedCount, characters: Buffer.alloc(0), ...flags };
    expect(decodeBmcSolPacket(hex(bytes))).toEqual(value);
    expect(decodeBmcSolPacket(encodeBmcSolPacket(value))).toEqual(value);
  });

  it("counts from 1 to 15 and begins again", () => {
    expect([0, 1, 14, 15].map(nextSolSequence)).toEqual([1, 2, 15, 1]);
  });

  it.each([
    [32, 28],
    [0x0020, 28],
    [0x2000, 28],
    [0x4000, 60],
    [259, 251],
    [1024, 251],
    [0, 28],
    [7, 28],
    [0xffff, 28],
    [0x0501, 257 - 6],
  ])("to a BMC that reports size %i has at most %i characters", (size, characters) => {
    expect(solCharacters(size)).toBe(characters);
  });
});
