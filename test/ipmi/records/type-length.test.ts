import { describe, expect, it } from "vitest";
import { decodeText, encodeText, TextType } from "../../../src/ipmi/records/type-length.ts";
import { hex } from "../../support/hex.ts";

describe("text behind a type/length byte", () => {
  it.each([
    ["8-bit", TextType.EightBit, "435055312054656d70", "CPU1 Temp"],
    ["8-bit with trailing NUL, FFh and spaces", TextType.EightBit, "46616e20200000ffff", "Fan"],
    ["8-bit of FFh only", TextType.EightBit, "ffffffff", ""],
    ["8-bit with rubbish behind a NUL", TextType.EightBit, "46616e0041424344", "Fan"],
    ["8-bit Latin-1", TextType.EightBit, "4cfc66746572", "Lüfter"],
    ["8-bit UTF-8, as a web page stores it", TextType.EightBit, "5261756d2053c3bc64", "Raum Süd"],
    ["8-bit UTF-8 behind which is rubbish", TextType.EightBit, "53c3bc6400c3ff13", "Süd"],
    ["8-bit UTF-8 of three and four bytes", TextType.EightBit, "e6a99fe69eb6f09f94a5", "機架🔥"],
    ["8-bit UTF-8 whose last character is cut", TextType.EightBit, "53c3bc64e6a9", "Süd"],
    ["8-bit Latin-1 that ends like a cut character", TextType.EightBit, "436166e9", "Café"],
    ["8-bit Latin-1 with one sequence of UTF-8 in it", TextType.EightBit, "53c3bc64fc", "SÃ¼dü"],
    ["8-bit with an overlong form", TextType.EightBit, "41c0af", "AÀ¯"],
    ["8-bit with a character that turns the direction", TextType.EightBit, "41e280ae42", "A?B"],
    ["8-bit with an escape sequence", TextType.EightBit, "1b5b324a", "?[2J"],
    // Record 29 of a table that was served to ipmitool and FreeIPMI; packed by hand.
    ["6-bit with a space from the spare bits", TextType.SixBit, "738a8b29dda4247001", "SIXBIT-ID 7"],
    ["6-bit 'IPMI' of the FRU definition", TextType.SixBit, "29dca6", "IPMI"],
    ["BCD plus, record 30 of the same table", TextType.BcdPlus, "12b34c5a", "12-34.5"],
    ["BCD plus, every digit", TextType.BcdPlus, "0123456789abcdef", "0123456789 -.:,_"],
    ["UTF-8", TextType.Unicode, "4cc3bc66746572", "Lüfter"],
    ["UCS-2, least significant byte first", TextType.Unicode, "460061006e000000", "Fan"],
    ["UCS-2, most significant byte first", TextType.Unicode, "00460061006e", "Fan"],
    ["nothing", TextType.EightBit, "", ""],
  ])("decodes %s", (_, type, bytes, text) => {
    expect(decodeText(type, hex(bytes))).toBe(text);
  });

  it("reads 8-bit text of a foreign language as UCS-2, unless it is plain ASCII or UTF-8", () => {
    expect(decodeText(TextType.EightBit, hex("2d4e8765"), { english: false })).toBe("中文");
    expect(decodeText(TextType.EightBit, hex("44656c6c"), { english: false })).toBe("Dell");
    expect(decodeText(TextType.EightBit, hex("5261756d2053c3bc6420"), { english: false })).toBe("Raum Süd");
  });

  it("keeps trailing spaces on request", () => {
    expect(decodeText(TextType.EightBit, hex("44494d4d2000"), { trim: false })).toBe("DIMM ");
  });

  it.each([
    [TextType.EightBit, "CPU1 Temp", "435055312054656d70"],
    [TextType.SixBit, "SIXBIT-ID 7 ", "738a8b29dda4247001"],
    [TextType.SixBit, "ipmi", "29dca6"],
    [TextType.BcdPlus, "12-34.5 ", "12b34c5a"],
    [TextType.EightBit, "Süd", "53fc64"],
    [TextType.EightBit, "中", "e4b8ad"],
    [TextType.EightBit, "Ã¼", "c383c2bc"],
    [TextType.Unicode, "Lüfter", "4cc3bc66746572"],
  ])("encodes type %i %s", (type, text, bytes) => {
    expect(encodeText(type, text).toString("hex")).toBe(bytes);
  });

  it.each(["Raum Süd", "中文", "Ã¼", "🔥 °C", "é"])("reads back %s, cut between two characters", (text) => {
    for (let most = 1; most < 14; most++) {
      const bytes = encodeText(TextType.EightBit, text, most);
      expect(bytes.length).toBeLessThanOrEqual(most);
      expect(text.startsWith(decodeText(TextType.EightBit, bytes, { trim: false }))).toBe(true);
    }
    expect(decodeText(TextType.EightBit, encodeText(TextType.EightBit, text))).toBe(text);
  });

  it("reads 6-bit text of every length, where pyghmi 1.5.34 loops forever from 3 bytes on", () => {
    for (let length = 0; length <= 63; length++) {
      const text = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -./ABCDEFGHIJKLMNOPQRSTUVWXYZ".slice(0, length).trimEnd();
      expect(decodeText(TextType.SixBit, encodeText(TextType.SixBit, text))).toBe(text);
    }
  });

  it("accepts any bytes in any coding", () => {
    let seed = 20261122;
    const random = (): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return seed >>> 16;
    };
    for (let i = 0; i < 2000; i++) {
      const bytes = Uint8Array.from({ length: random() % 64 }, () => random() & 0xff);
      const text = decodeText((random() & 3) as TextType, bytes, { english: i % 2 === 0 });
      expect(typeof text).toBe("string");
      expect(text).not.toMatch(/\p{Cc}/u);
    }
  });
});
