import { describe, expect, it } from "vitest";
import { Writer } from "../../../src/ipmi/wire/bytes.ts";

describe("Writer", () => {
  // The byte that made the buffer grow used to land in the old buffer and read 00h.
  it.each([
    ["u8", 1, (to: Writer) => to.u8(0xff)],
    ["u16", 2, (to: Writer) => to.u16(0xffff)],
    ["u24", 3, (to: Writer) => to.u24(0xffffff)],
    ["u32", 4, (to: Writer) => to.u32(0xffffffff)],
    ["u16be", 2, (to: Writer) => to.u16be(0xffff)],
    ["u32be", 4, (to: Writer) => to.u32be(0xffffffff)],
    ["bytes", 3, (to: Writer) => to.bytes([0xff, 0xff, 0xff])],
    ["padded", 2, (to: Writer) => to.padded(Uint8Array.of(0xff, 0xff), 2)],
    ["fill", 5, (to: Writer) => to.fill(0xff, 5)],
  ] as const)("keeps every byte of %s while it grows", (_, width, write) => {
    const to = new Writer(1);
    for (let n = 0; n < 100; n++) write(to);
    expect(to.take().equals(Buffer.alloc(100 * width, 0xff))).toBe(true);
  });
});
