import { createHmac, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { HmacScratch, KeptHmac } from "../../../src/ipmi/crypto/kept-hmac.ts";
import { sha1, sha256 } from "../../../src/ipmi/crypto/sha.ts";

const ofByte = (byte: number, count: number): Buffer => Buffer.alloc(count, byte);

/** RFC 2202 section 3, RFC 4231 section 4: key, message, HMAC-SHA1, HMAC-SHA256 where the RFC has the case. */
const VECTORS = [
  [
    ofByte(0x0b, 20),
    Buffer.from("Hi There"),
    "b617318655057264e28bc0b6fb378c8ef146be00",
    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
  ],
  [
    Buffer.from("Jefe"),
    Buffer.from("what do ya want for nothing?"),
    "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  ],
  [
    ofByte(0xaa, 20),
    ofByte(0xdd, 50),
    "125d7342b9ac11cd91a39af48aa17b4f63f175d3",
    "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
  ],
  [
    Buffer.from(Array.from({ length: 25 }, (_, i) => i + 1)),
    ofByte(0xcd, 50),
    "4c9007f4026250c6bc8414f9bf50c86c2d7235da",
    "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
  ],
] as const;

describe("an HMAC with kept pad states", () => {
  it.each(VECTORS)("computes the codes of the RFCs", (key, message, code1, code256) => {
    expect(new KeptHmac(sha1, key).compute(message, 0, message.length).toString("hex")).toBe(code1);
    expect(new KeptHmac(sha256, key).compute(message, 0, message.length).toString("hex")).toBe(code256);
  });

  it.each([
    ["sha1", sha1],
    ["sha256", sha256],
  ] as const)("agrees with node:crypto on %s for every length, whatever came before", (name, hash) => {
    const bytes = randomBytes(300);
    for (const keyLength of [0, 16, 20, 32, 64]) {
      const key = randomBytes(keyLength);
      const hmac = new KeptHmac(hash, key);
      for (let end = 4; end <= 270; end++) {
        const wanted = createHmac(name, key).update(bytes.subarray(4, end)).digest("hex");
        expect(hmac.compute(bytes, 4, end).toString("hex"), `${end - 4} bytes`).toBe(wanted);
      }
    }
  });

  it("signs behind the bytes, and verifies every byte of the code and of what it is over", () => {
    const hmac = new KeptHmac(sha256, randomBytes(32));
    const packet = randomBytes(80);
    const signed = packet.subarray(4, 60);
    const code = hmac.compute(signed, 0, signed.length);
    hmac.sign(packet, 4, 60, 16);
    expect(packet.subarray(60, 76)).toEqual(code.subarray(0, 16));
    expect(hmac.verify(packet, 4, 60, 16)).toBe(true);
    for (let i = 4; i < 76; i++) {
      packet[i] = (packet[i] as number) ^ (1 << (i & 7));
      expect(hmac.verify(packet, 4, 60, 16), `byte ${i}`).toBe(false);
      packet[i] = (packet[i] as number) ^ (1 << (i & 7));
    }
    expect(hmac.verify(packet, 4, 60, 16)).toBe(true);
  });

  it("shares its scratch with codes of another key and another hash", () => {
    const scratch = new HmacScratch();
    const keys = [randomBytes(20), randomBytes(32)] as const;
    const shared = [new KeptHmac(sha1, keys[0], scratch), new KeptHmac(sha256, keys[1], scratch)];
    for (let length = 0; length < 150; length++) {
      const bytes = randomBytes(length);
      const codes = shared.map((hmac) => hmac.compute(bytes, 0, length).toString("hex"));
      expect(codes).toEqual([
        createHmac("sha1", keys[0]).update(bytes).digest("hex"),
        createHmac("sha256", keys[1]).update(bytes).digest("hex"),
      ]);
    }
  });

  it("returns codes that the next one does not change", () => {
    const hmac = new KeptHmac(sha1, Buffer.from("key"));
    const first = hmac.compute(Buffer.from("one"), 0, 3);
    const before = first.toString("hex");
    hmac.compute(Buffer.from("two"), 0, 3);
    expect(first.toString("hex")).toBe(before);
  });

  it("refuses keys that it would have to hash first", () => {
    expect(() => new KeptHmac(sha1, Buffer.alloc(65))).toThrow(RangeError);
  });
});
