import { describe, expect, it } from "vitest";
import { DecodeError } from "../../../src/ipmi/errors.ts";
import { readSystemText } from "../../../src/ipmi/procedures/system-text.ts";
import { ScriptedRunner } from "./scripted-runner.ts";

const { signal } = new AbortController();

/** A BMC that has these blocks, as bytes behind the completion code; others it refuses. */
const bmc = (blocks: readonly Buffer[]): ScriptedRunner =>
  new ScriptedRunner((_, request) => blocks[request.readUInt8(2)] ?? 0x80);

const first = (encoding: number, length: number, text: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0x11, 0, encoding, length]), text, Buffer.alloc(14)]).subarray(0, 18);
const next = (set: number, text: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0x11, set]), text, Buffer.alloc(16)]).subarray(0, 18);

describe("a text of the system's information", () => {
  it("is of one block where it is short: the padding behind it is not read", async () => {
    const runner = bmc([first(0, 5, Buffer.from("2.6.1~~~~"))]);
    expect(await readSystemText(runner, 1, signal)).toBe("2.6.1");
    expect(runner.asked).toHaveLength(1);
  });

  it("is joined from the number of blocks that its length needs", async () => {
    const text = Buffer.from("American Megatrends 5.19 of 2024-05-06");
    const runner = bmc([
      first(0, text.length, text.subarray(0, 14)),
      next(1, text.subarray(14, 30)),
      next(2, text.subarray(30)),
    ]);
    expect(await readSystemText(runner, 1, signal)).toBe(text.toString());
    expect(runner.asked).toHaveLength(3);
  });

  it("is decoded with its encoding, up to the end mark, without control characters", async () => {
    expect(await readSystemText(bmc([first(0, 5, Buffer.from("caf\xe9\n", "latin1"))]), 1, signal)).toBe("café");
    expect(await readSystemText(bmc([first(1, 5, Buffer.from("café"))]), 1, signal)).toBe("café");
    expect(await readSystemText(bmc([first(0, 5, Buffer.from("café"))]), 1, signal)).toBe("café");
    expect(await readSystemText(bmc([first(0xf2, 6, Buffer.from("1.2", "utf16le"))]), 1, signal)).toBe("1.2");
    expect(await readSystemText(bmc([first(1, 4, Buffer.from("café", "latin1"))]), 1, signal)).toBe("café");
    expect(await readSystemText(bmc([first(0x0a, 4, Buffer.from("1.2 "))]), 1, signal)).toBe("1.2");
    expect(await readSystemText(bmc([first(2, 6, Buffer.from("1.2", "utf16le"))]), 1, signal)).toBe("1.2");
    expect(await readSystemText(bmc([first(0, 14, Buffer.from("1.2\0rubbish"))]), 1, signal)).toBe("1.2");
  });

  it("is a truncated answer without its length", async () => {
    await expect(readSystemText(bmc([Buffer.from("1100", "hex")]), 1, signal)).rejects.toThrow(DecodeError);
  });

  it("fails with the completion code of a BMC that does not know it", async () => {
    await expect(readSystemText(bmc([]), 1, signal)).rejects.toMatchObject({ completionCode: 0x80 });
  });
});
