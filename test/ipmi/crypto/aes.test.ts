import { createCipheriv, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { decryptCbc, encryptCbc, roundKeys } from "../../../src/ipmi/crypto/aes.ts";
import { hex } from "../../support/hex.ts";

/** SP 800-38A section F.2.1. */
const KEY = hex("2b7e151628aed2a6abf7158809cf4f3c");
const IV = hex("000102030405060708090a0b0c0d0e0f");
const PLAIN = hex(
  "6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51 30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710",
);
const SEALED = hex(
  "7649abac8119b246cee98e9b12e9197d 5086cb9b507219ee95db113a917678b2 73bed6b8e3c1743b7116e69e22229516 3ff1caa1681fac09120eca307586e1a7",
);

function encrypted(key: Uint8Array, iv: Uint8Array, plain: Uint8Array): Buffer {
  const bytes = Buffer.concat([iv, plain]);
  encryptCbc(roundKeys(key), bytes, 16, bytes.length);
  return bytes;
}

function decrypted(key: Uint8Array, sealed: Uint8Array): Buffer {
  const bytes = Buffer.from(sealed);
  decryptCbc(roundKeys(key), bytes, 16, bytes.length);
  return bytes.subarray(16);
}

describe("AES-128 in cipher block chaining", () => {
  it("encrypts and decrypts the example of the standard", () => {
    expect(encrypted(KEY, IV, PLAIN).subarray(16).toString("hex")).toBe(SEALED.toString("hex"));
    expect(decrypted(KEY, Buffer.concat([IV, SEALED])).toString("hex")).toBe(PLAIN.toString("hex"));
  });

  it("makes the round keys of the standard's example", () => {
    const words = [...roundKeys(KEY)].map((word) => (word >>> 0).toString(16).padStart(8, "0"));
    // FIPS 197 appendix A.1.
    expect(words.slice(4, 8)).toEqual(["a0fafe17", "88542cb1", "23a33939", "2a6c7605"]);
    expect(words.slice(40, 44)).toEqual(["d014f9a8", "c9ee2589", "e13f0cc8", "b6630ca6"]);
  });

  it("agrees with node:crypto for random keys and one to six blocks", () => {
    for (let i = 0; i < 600; i++) {
      const [key, iv, plain] = [randomBytes(16), randomBytes(16), randomBytes(16 * (1 + (i % 6)))];
      const cipher = createCipheriv("aes-128-cbc", key, iv).setAutoPadding(false);
      const wanted = Buffer.concat([iv, cipher.update(plain)]);
      const story = `key ${key.toString("hex")}, ${plain.length} bytes`;
      expect(encrypted(key, iv, plain).equals(wanted), story).toBe(true);
      expect(decrypted(key, wanted).equals(plain), story).toBe(true);
    }
  });
});
