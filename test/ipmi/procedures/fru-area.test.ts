import { describe, expect, it } from "vitest";
import { IpmiError } from "../../../src/ipmi/errors.ts";
import { readFru } from "../../../src/ipmi/procedures/fru-area.ts";
import { decodeFru } from "../../../src/ipmi/records/fru/index.ts";
import { BmcMemory } from "../../../src/ipmi/session/memory.ts";
import { hex } from "../../support/hex.ts";
import { SERVER_FRU } from "../../vectors/fru.ts";
import { outcomeOf } from "../session/outcome.ts";
import { type Scripted, ScriptedRunner } from "./scripted-runner.ts";

const fru = hex(SERVER_FRU);
const whole = decodeFru(fru, { internalUse: false });

interface Device {
  readonly size?: number;
  readonly words?: boolean;
  readonly info?: Scripted;
  /** Decides before the device does; offset and count as they came. */
  readonly instead?: (offset: number, count: number, nth: number) => Scripted | undefined;
}

async function read(device: Device, memory = new BmcMemory()) {
  const reads: (readonly [offset: number, count: number])[] = [];
  const unit = device.words ? 2 : 1;
  const size = device.size ?? fru.length;
  const runner = new ScriptedRunner((command, request) => {
    if (command.name === "Get FRU Inventory Area Info")
      return device.info ?? Buffer.of(size & 0xff, size >> 8, device.words ? 1 : 0);
    const offset = request.readUInt16LE(1);
    const count = request[3] ?? 0;
    reads.push([offset, count]);
    const other = device.instead?.(offset, count, reads.length);
    if (other !== undefined) return other;
    const bytes = fru.subarray(offset * unit, (offset + count) * unit);
    return Buffer.concat([Buffer.of(bytes.length / unit), bytes]);
  });
  return { outcome: await outcomeOf(readFru(runner, memory, 0)), reads, memory };
}

describe("reading a FRU device", () => {
  it("finds in few reads what is in the whole", async () => {
    const { outcome, reads, memory } = await read({});
    expect(outcome).toEqual({ value: whole });
    expect(reads.length).toBeLessThanOrEqual(5);
    expect([memory.fruChunkBytes, memory.quirks.size]).toEqual([128, 0]);
  });

  // iDRAC 10 answers Get FRU Inventory Area Info with completion code 0 and no data.
  it.each(["", "00", "0001"])("uses the header if the info is cut to %j", async (info) => {
    expect((await read({ info: hex(info) })).outcome).toEqual({ value: whole });
  });

  it("is absent where neither info nor data come", async () => {
    const { outcome } = await read({ info: Buffer.alloc(0), instead: () => Buffer.alloc(0) });
    expect(outcome).toEqual({ value: undefined });
  });

  it("keeps what was read before an answer without data", async () => {
    const { outcome } = await read({ instead: (offset) => (offset >= 0x70 ? Buffer.alloc(0) : undefined) });
    expect(outcome).toMatchObject({ value: { board: whole.board } });
  });

  it("reads words from a device with word access", async () => {
    const { outcome, reads } = await read({ words: true });
    expect(outcome).toEqual({ value: whole });
    expect(reads.every(([offset, count]) => (offset + count) * 2 <= fru.length)).toBe(true);
  });

  it.each([0, 8192])("uses the header if the BMC reports a size of %i", async (size) => {
    expect((await read({ size })).outcome).toEqual({ value: whole });
  });

  it.each([0xca, 0xc7, 0xc8, 0xc9, 0xff])(
    "requests fewer bytes if 128 are refused with %i, and keeps that size",
    async (code) => {
      const { outcome, reads, memory } = await read({ instead: (_, count) => (count > 20 ? code : undefined) });
      expect(outcome).toEqual({ value: whole });
      expect([memory.fruChunkBytes, [...memory.quirks]]).toEqual([16, ["fru_small_reads"]]);
      expect(reads.filter(([, count]) => count > 20).length).toBe(1);
      const again = await read({ instead: (_, count) => (count > 20 ? code : undefined) }, memory);
      expect(again.reads.filter(([, count]) => count > 20).length).toBe(0);
    },
  );

  it("accepts fewer bytes than requested", async () => {
    const { outcome } = await read({
      instead: (offset, count) => {
        const bytes = fru.subarray(offset, offset + Math.min(count, 5));
        return Buffer.concat([Buffer.of(bytes.length), bytes]);
      },
    });
    expect(outcome).toEqual({ value: whole });
  });

  it.each([0x81, 0xc0, 0xd1, 0xd2])("fails while the device or the BMC is busy: %i", async (code) => {
    const busy = { error: { reason: "bmc_busy", transient: true } };
    expect((await read({ instead: () => code })).outcome).toMatchObject(busy);
    // Half an inventory would pass for another device.
    expect((await read({ instead: (offset) => (offset >= 32 ? code : undefined) })).outcome).toMatchObject(busy);
    if (code !== 0x81) expect((await read({ info: code })).outcome).toMatchObject(busy);
  });

  it.each([1, 2, 3, 5])("reads a device that returns at most %i bytes at once", async (most) => {
    const { outcome, memory } = await read({ instead: (_, count) => (count > most ? 0xca : undefined) });
    expect(outcome).toEqual({ value: whole });
    expect(memory.fruChunkBytes).toBeLessThanOrEqual(most);
    const words = await read({ words: true, instead: (_, count) => (count > most ? 0xca : undefined) });
    expect(words.outcome).toEqual({ value: whole });
  });

  it.each([0xca, 0xc8, 0xc7])("fails if a device does not return a single byte: %i", async (code) => {
    expect((await read({ instead: () => code })).outcome).toMatchObject({ error: { completionCode: code } });
  });

  it.each([0xcb, 0xc9, 0xcc, 0xc1, 0xd3, 0x82, 0x83, 0xc3, 0xce, 0xff])(
    "is undefined where the device is not there: %i",
    async (code) => {
      expect((await read({ info: code })).outcome).toEqual({ value: undefined });
      expect((await read({ instead: () => code })).outcome).toEqual({ value: undefined });
    },
  );

  it("learns no length from a device that returns nothing", async () => {
    const { memory } = await read({ instead: () => 0xc9 });
    expect([memory.fruChunkBytes, memory.quirks.size]).toEqual([128, 0]);
  });

  it("decodes what there is when reading ends early", async () => {
    const { outcome } = await read({ instead: (offset) => (offset >= 32 ? 0xcb : undefined) });
    expect(outcome).toMatchObject({ value: { chassis: { serial: "SN-CH-0001" } } });
    const nothing = await read({ instead: (offset) => (offset > 0 ? Buffer.of(0) : undefined) });
    expect(nothing.outcome).toMatchObject({ value: {} });
  });

  it.each([
    ["gives more bytes than it counts", () => Buffer.concat([Buffer.of(4), fru.subarray(0, 32)])],
    ["counts more bytes than it gives", () => Buffer.of(200, 1, 0)],
    ["gives nothing", () => Buffer.of(0)],
  ])("comes to an end with a device that %s", async (_, instead) => {
    const { reads } = await read({ size: 0, instead });
    expect(reads.length).toBeLessThanOrEqual(1024);
  });

  it("fails if the BMC does not answer or refuses the privilege", async () => {
    const silence = new IpmiError("timeout", "silence");
    expect((await read({ instead: () => silence })).outcome).toEqual({ error: silence });
    expect((await read({ info: 0xd4 })).outcome).toMatchObject({ error: { reason: "privilege_refused" } });
  });
});
