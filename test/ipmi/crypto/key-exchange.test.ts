import { describe, expect, it } from "vitest";
import { cipherSuite, SUPPORTED_SUITES, suitesToTry } from "../../../src/ipmi/crypto/cipher-suite.ts";
import {
  type KeyExchange,
  rakp2Code,
  rakp3Code,
  rakp4CheckValue,
  sessionKeys,
} from "../../../src/ipmi/crypto/key-exchange.ts";
import { hex } from "../../support/hex.ts";
import { type CapturedHandshake, HANDSHAKES } from "../../vectors/sessions.ts";

const suiteOf = (h: CapturedHandshake) => {
  const found = SUPPORTED_SUITES.map(cipherSuite).find(
    (s) =>
      s?.authentication === h.authentication && s.integrity === h.integrity && s.confidentiality === h.confidentiality,
  );
  if (!found) throw new Error(`no suite for ${h.title}`);
  return found;
};

const exchangeOf = (h: CapturedHandshake): KeyExchange => ({
  consoleSessionId: hex(h.consoleSessionId).readUInt32LE(),
  bmcSessionId: hex(h.bmcSessionId).readUInt32LE(),
  consoleRandom: hex(h.consoleRandom),
  bmcRandom: hex(h.bmcRandom),
  guid: hex(h.guid),
  role: h.role,
  userName: hex(h.userName),
});

describe.each(HANDSHAKES.map((h) => [h.title, h] as const))("key exchange captured in %s", (_, h) => {
  const suite = suiteOf(h);
  const exchange = exchangeOf(h);
  const key = Buffer.from(h.password);
  const keys = sessionKeys(suite, key, exchange, h.kg === undefined ? undefined : hex(h.kg));

  it("computes the codes of the capture", () => {
    expect(rakp2Code(suite, key, exchange).toString("hex")).toBe(h.rakp2);
    expect(rakp3Code(suite, key, exchange).toString("hex")).toBe(h.rakp3);
    expect(rakp4CheckValue(suite, keys, exchange).toString("hex")).toBe(h.checkValue);
  });

  it("computes the session keys of the capture", () => {
    expect(keys.sik.toString("hex")).toBe(h.sik);
    expect(keys.k1.toString("hex")).toBe(h.k1);
    expect(keys.k2.toString("hex")).toBe(h.k2);
  });
});

describe("the order of cipher suites", () => {
  const ids = (...args: Parameters<typeof suitesToTry>) => suitesToTry(...args).map((s) => s.id);

  it("tries the best offered suite first", () => {
    expect(ids([1, 2, 3, 17, 8])).toEqual([17, 3, 8, 2, 1]);
  });

  it("never chooses suite 0 or an RC4 suite automatically", () => {
    expect(ids([0, 4, 3])).toEqual([3]);
  });

  it("tries 17 and 3 if the list of the BMC has nothing usable", () => {
    expect(ids(undefined)).toEqual([17, 3]);
    expect(ids([0])).toEqual([17, 3]);
  });

  it("obeys the configuration to the letter, suite 0 included", () => {
    expect(ids([17, 3], [2, 0])).toEqual([2, 0]);
  });
});
