import { describe, expect, it } from "vitest";
import { authCode } from "../../../src/ipmi/crypto/auth-code.ts";
import { cipherSuite, SUPPORTED_SUITES } from "../../../src/ipmi/crypto/cipher-suite.ts";
import { RandomPool } from "../../../src/ipmi/crypto/random-pool.ts";
import { FramingRmcpPlus } from "../../../src/ipmi/session/framing.ts";
import {
  decodePresencePing,
  decodePresencePong,
  encodePresencePing,
  encodePresencePong,
} from "../../../src/ipmi/wire/asf.ts";
import { decodeRequestMessage, decodeResponseMessage } from "../../../src/ipmi/wire/message.ts";
import {
  decodeOpenSessionRequest,
  decodeOpenSessionResponse,
  encodeOpenSessionRequest,
  encodeOpenSessionResponse,
} from "../../../src/ipmi/wire/open-session.ts";
import {
  decodeRakp1,
  decodeRakp2,
  decodeRakp3,
  decodeRakp4,
  encodeRakp1,
  encodeRakp2,
  encodeRakp3,
  encodeRakp4,
} from "../../../src/ipmi/wire/rakp.ts";
import { decodeRmcpPlus, encodeRmcpPlus, isRmcpPlus, PayloadType } from "../../../src/ipmi/wire/rmcp-plus.ts";
import { decodeSessionPacket, encodeSessionPacket } from "../../../src/ipmi/wire/session-header.ts";
import { hex } from "../../support/hex.ts";
import { HANDSHAKES, SESSIONS_15 } from "../../vectors/sessions.ts";

const suiteWith = (a: number, i: number, c: number) => {
  const suite = SUPPORTED_SUITES.map(cipherSuite).find(
    (s) => s?.authentication === a && s.integrity === i && s.confidentiality === c,
  );
  if (!suite) throw new Error("no such suite");
  return suite;
};

describe.each(HANDSHAKES.filter((h) => h.packets.length > 0).map((h) => [h.title, h] as const))(
  "packets captured in %s",
  (_, h) => {
    const suite = suiteWith(h.authentication, h.integrity, h.confidentiality);
    const keys = { sik: hex(h.sik), k1: hex(h.k1), k2: hex(h.k2) };
    const side = (consoleSessionId: string, bmcSessionId: string) =>
      new FramingRmcpPlus({
        suite,
        keys,
        password: Buffer.from(h.password),
        consoleSessionId: hex(consoleSessionId).readUInt32LE(),
        bmcSessionId: hex(bmcSessionId).readUInt32LE(),
      });
    const ids = [h.consoleSessionId, h.bmcSessionId] as const;
    const inside = h.packets
      .map(([d, p]) => [d, hex(p)] as const)
      .filter(([, p]) => isRmcpPlus(p) && decodeRmcpPlus(p).sessionId !== 0);

    it("verify and open on the side they were sent to", () => {
      const console_ = side(...ids);
      const bmc = side(ids[1], ids[0]);
      expect(inside.length).toBeGreaterThan(0);
      const opened = inside.map(([direction, packet]) =>
        (direction === "sent" ? bmc : console_).open(Buffer.from(packet)),
      );
      const expected = h.packets.flatMap(([, , message]) => (message ? [message] : []));
      const got = opened.map((o) => (typeof o === "string" ? o : Buffer.from(o).toString("hex")));
      if (expected.length > 0) expect(got).toEqual(expected);
      for (const message of opened) {
        if (typeof message === "string") throw new Error(`dropped: ${message}`);
        expect(decodeRequestMessage(message).checksumsOk).toBe(true);
      }
    });

    it("are refused with a flipped bit, as a repetition, or for another session", () => {
      const [direction, packet] = inside[0] ?? ["sent", Buffer.alloc(0)];
      const receiver = () => (direction === "sent" ? side(ids[1], ids[0]) : side(...ids));
      const flipped = Buffer.from(packet);
      flipped[20] = (flipped[20] ?? 0) ^ 1;
      expect(receiver().open(flipped)).toBe("bad_integrity");
      const once = receiver();
      once.open(Buffer.from(packet));
      expect(once.open(Buffer.from(packet))).toBe("replayed");
      const other = Buffer.from(packet);
      other.writeUInt32LE(0x12345678, 6);
      expect(receiver().open(other)).toBe("other_session");
      expect(receiver().open(packet.subarray(0, packet.length - 1))).toBe("bad_integrity");
      const naked = Buffer.from(packet);
      naked[5] = (naked[5] ?? 0) & ~0x40;
      expect(receiver().open(naked)).toBe("not_authenticated");
    });

    it("seal and open again between our own two sides", () => {
      const console_ = side(...ids);
      const bmc = side(ids[1], ids[0]);
      for (let length = 7; length < 60; length++) {
        const message = Buffer.alloc(length, length);
        expect(Buffer.from(bmc.open(console_.seal(message)) as Uint8Array)).toEqual(message);
        expect(Buffer.from(console_.open(bmc.seal(message)) as Uint8Array)).toEqual(message);
      }
    });

    it("carry setup payloads that decode and encode to the same bytes", () => {
      const codecs = new Map<number, (p: Uint8Array) => Buffer>([
        [PayloadType.OpenSessionRequest, (p) => encodeOpenSessionRequest(decodeOpenSessionRequest(p))],
        [PayloadType.OpenSessionResponse, (p) => encodeOpenSessionResponse(decodeOpenSessionResponse(p))],
        [PayloadType.Rakp1, (p) => encodeRakp1(decodeRakp1(p))],
        [PayloadType.Rakp2, (p) => encodeRakp2(decodeRakp2(p))],
        [PayloadType.Rakp3, (p) => encodeRakp3(decodeRakp3(p))],
        [PayloadType.Rakp4, (p) => encodeRakp4(decodeRakp4(p))],
      ]);
      let seen = 0;
      for (const [, text] of h.packets) {
        const packet = hex(text);
        if (!isRmcpPlus(packet)) continue;
        const decoded = decodeRmcpPlus(packet);
        const codec = codecs.get(decoded.payloadType);
        if (!codec) continue;
        seen++;
        expect(codec(decoded.payload)).toEqual(Buffer.from(decoded.payload));
        expect(encodeRmcpPlus(decoded)).toEqual(packet);
      }
      expect(seen).toBe(6);
    });
  },
);

describe("the MD5-128 integrity code of cipher suite 12", () => {
  it("equals the one FreeIPMI made", () => {
    const packet = hex(
      "0600ff0706c0040200000100000020008ab5c7c93aa140e9050852cb3573dad0d1429d48eafb2f51f1b9a51c16ef578effff0207524ddb42b6418732864bf5e96cab2448",
    );
    const suite = cipherSuite(12);
    if (!suite) throw new Error("suite 12 is supported");
    const k = Buffer.alloc(16);
    const bmc = new FramingRmcpPlus({
      suite,
      keys: { sik: k, k1: k, k2: k },
      password: Buffer.from("test"),
      consoleSessionId: 0x00000204,
      bmcSessionId: 0,
    });
    // The encryption key was not recorded: what matters is that the code is not what it is dropped for.
    expect(bmc.open(packet)).not.toBe("bad_integrity");
  });
});

describe.each(SESSIONS_15.map((s) => [s.authType, s] as const))(
  "IPMI 1.5 packets, authentication type %i",
  (_, session) => {
    it("carry the code we compute", () => {
      let verified = 0;
      for (const [, text, hasCode] of session.packets) {
        const packet = hex(text);
        if (packet[3] !== 0x07) continue;
        const p = decodeSessionPacket(packet);
        expect(encodeSessionPacket(p)).toEqual(packet);
        if (!hasCode) continue;
        const code = authCode(p.authType, Buffer.from("test"), p.sessionId, p.message, p.sequence);
        expect(code).toEqual(Buffer.from(p.authCode ?? []));
        verified++;
      }
      expect(verified).toBe(session.packets.filter(([, , v]) => v).length);
    });

    it("hold messages whose checksums are right", () => {
      for (const [direction, text] of session.packets) {
        const packet = hex(text);
        if (packet[3] !== 0x07) continue;
        const { message } = decodeSessionPacket(packet);
        const decoded = direction === "sent" ? decodeRequestMessage(message) : decodeResponseMessage(message);
        expect(decoded.checksumsOk).toBe(true);
      }
    });
  },
);

describe("the ASF presence ping", () => {
  it("is the packet ipmitool sends, and its pong is read", () => {
    expect(encodePresencePing(0).toString("hex")).toBe("0600ff06000011be80000000");
    const pong = hex("0600ff06000011be40000010000011be000000008100000000000000");
    expect(decodePresencePong(pong)).toMatchObject({ tag: 0, iana: 4542, ipmi: true });
    expect(encodePresencePong(decodePresencePong(pong))).toEqual(pong);
    expect(decodePresencePing(encodePresencePing(7))).toBe(7);
  });
});

describe("failures on the wire", () => {
  it("are read from an Open Session Response of two bytes", () => {
    const packet = decodeRmcpPlus(hex("0600ff070611000000000000000002000004"));
    expect(decodeOpenSessionResponse(packet.payload)).toEqual({ tag: 0, status: 4 });
  });

  it("are read from a RAKP 2 that refuses the user name and has more bytes nevertheless", () => {
    const packet = decodeRmcpPlus(
      hex(
        "0600ff07061300000000000000003c00000d0000a4a3a2a025bef0b9261ec3124cab1f67f524b4fda123456789abcdefa123456789abcdef035b5c412f8709e009c0e3992dee761d3065d314",
      ),
    );
    expect(decodeRakp2(packet.payload)).toEqual({ tag: 0, status: 0x0d });
  });
});

describe("sessions that share a pool of random bytes", () => {
  it("draw their initialisation vectors from it", () => {
    const drawn: number[] = [];
    const random = new (class extends RandomPool {
      override fill(target: Uint8Array, start: number, count: number): void {
        drawn.push(count);
        target.fill(drawn.length, start, start + count);
      }
    })();
    const suite = suiteWith(1, 1, 1);
    const keys = { sik: Buffer.alloc(20), k1: Buffer.alloc(20, 1), k2: Buffer.alloc(20, 2) };
    const ids = { consoleSessionId: 1, bmcSessionId: 2 };
    const packets = [1, 2].map(() =>
      new FramingRmcpPlus({ suite, keys, password: Buffer.from("p"), ...ids, random }).seal(Buffer.from("message")),
    );
    expect(drawn).toEqual([16, 16]);
    expect(packets.map((p) => p.subarray(16, 32))).toEqual([Buffer.alloc(16, 1), Buffer.alloc(16, 2)]);
  });
});
