import { describe, expect, it } from "vitest";
import {
  assembleFru,
  decodeFru,
  encodeFru,
  type FruPiece,
  fruNextRange,
} from "../../../../src/ipmi/records/fru/index.ts";
import { hex } from "../../../support/hex.ts";
import { SERVER_FRU, SUPPLY_FRU } from "../../../vectors/fru.ts";
import { seededRandom } from "../sel/random.ts";
import { fruFixtures } from "./fixtures.ts";

/** Reads by the plan, `chunk` bytes at a time as a BMC may return them; checks each range. */
function readByPlan(
  fru: Uint8Array,
  chunk: number,
  size = fru.length,
): { readonly bytes: Buffer; readonly asked: number } {
  const pieces: FruPiece[] = [];
  let asked = 0;
  for (let range = fruNextRange(pieces, size); range !== undefined; range = fruNextRange(pieces, size)) {
    const { offset, length } = range;
    expect(length).toBeGreaterThan(0);
    const got = fru.subarray(offset, offset + Math.min(length, chunk));
    for (const piece of pieces) {
      expect(offset + got.length <= piece.offset || offset >= piece.offset + piece.bytes.length).toBe(true);
    }
    if (got.length === 0) break;
    asked += got.length;
    pieces.push({ offset, bytes: got });
  }
  return { bytes: assembleFru(pieces), asked };
}

const samples = [hex(SERVER_FRU), hex(SUPPLY_FRU), ...fruFixtures().map((fixture) => fixture.bytes)];

describe("fruNextRange", () => {
  it("begins with one read that holds the common header", () => {
    expect(fruNextRange([], 256)).toEqual({ offset: 0, length: 32 });
    expect(fruNextRange([], 16)).toEqual({ offset: 0, length: 16 });
    expect(fruNextRange([{ offset: 0, bytes: new Uint8Array(3) }], 256)).toEqual({ offset: 3, length: 29 });
  });

  it("reads the length of an area by a version of four bits", () => {
    const area = (version: number): FruPiece => ({
      offset: 0,
      bytes: Buffer.concat([hex("09000000010000f6"), Buffer.of(version, 1), Buffer.alloc(6)]),
    });
    expect(fruNextRange([{ ...area(0x01), bytes: area(0x01).bytes.subarray(0, 10) }], 64)).toEqual({
      offset: 10,
      length: 6,
    });
    expect(fruNextRange([{ ...area(0x09), bytes: area(0x09).bytes.subarray(0, 10) }], 64)).toBeUndefined();
  });

  it("is content with a device too small for a common header", () => {
    expect(fruNextRange([{ offset: 0, bytes: new Uint8Array(4) }], 4)).toBeUndefined();
  });

  it("fetches what decodeFru needs to find the same as in the whole, in whatever chunks", () => {
    for (const whole of samples) {
      const expected = decodeFru(whole, { internalUse: false });
      for (const chunk of [16, 224]) {
        expect(decodeFru(readByPlan(whole, chunk).bytes, { internalUse: false })).toEqual(expected);
      }
    }
  });

  it("skips internal use areas and unused space", () => {
    const board = { language: 0, serial: "S1", custom: [] };
    const fru = encodeFru({ internalUse: Buffer.alloc(1024), board, multiRecords: [] });
    const padded = Buffer.concat([fru, Buffer.alloc(4096, 0xff)]);
    expect(readByPlan(padded, 32).asked).toBeLessThan(128);
  });

  it("uses the header if the BMC returns no size, and ends with the available bytes", () => {
    const fru = hex(SERVER_FRU);
    expect(decodeFru(readByPlan(fru, 32, 0).bytes)).toEqual(decodeFru(fru));
    expect(decodeFru(readByPlan(fru, 32, 60_000).bytes)).toEqual(decodeFru(fru));
  });

  it("ends and stays inside the device for mutated and random bytes", () => {
    const { random, seed } = seededRandom();
    for (let round = 0; round < 300; round++) {
      const bytes = Buffer.from(hex(SERVER_FRU));
      const mutations = 1 + Math.floor(random() * 10);
      for (let i = 0; i < mutations; i++) bytes[Math.floor(random() * 256)] = Math.floor(random() * 256);
      if (round % 3 === 0) for (let i = 1; i < 256; i++) bytes[i] = Math.floor(random() * 256);
      const { asked, bytes: read } = readByPlan(bytes, 32);
      expect(asked, `seed ${seed}`).toBeLessThanOrEqual(256);
      expect(read.length).toBeLessThanOrEqual(256);
    }
  });
});
