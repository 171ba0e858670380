import { describe, expect, it } from "vitest";
import { DecodeError } from "../../../src/ipmi/errors.ts";
import { bit, bits, flag, Reader, signed, Writer } from "../../../src/ipmi/wire/bytes.ts";
import {
  decodeRequestMessage,
  decodeResponseMessage,
  encodeRequestMessage,
  encodeResponseMessage,
} from "../../../src/ipmi/wire/message.ts";
import {
  decodeOpenSessionRequest,
  decodeOpenSessionResponse,
  encodeOpenSessionRequest,
  encodeOpenSessionResponse,
} from "../../../src/ipmi/wire/open-session.ts";
import { rmcpClassOf } from "../../../src/ipmi/wire/rmcp.ts";
import { decodeRmcpPlus, encodeRmcpPlus, trailerMatches } from "../../../src/ipmi/wire/rmcp-plus.ts";
import { hex } from "../../support/hex.ts";

describe("bits of a number", () => {
  it.each(Array.from({ length: 32 }, (_, n) => n))("bit %i is itself and no other", (n) => {
    const value = (1 << n) >>> 0;
    for (let other = 0; other < 32; other++) expect(bit(value, other)).toBe(other === n);
    expect(flag(true, n) >>> 0).toBe(value);
    expect(flag(false, n)).toBe(0);
  });

  it.each([
    [0b1011_0000, 7, 4, 0b1011],
    [0xaa, 3, 0, 0x0a],
    [0x55, 3, 0, 0x05],
    [0xaaaa, 11, 0, 0xaaa],
    [0x5555, 14, 0, 0x5555],
    [0xff, 6, 6, 1],
  ])("of %i bits %i:%i are %i", (value, high, low, expected) => {
    expect(bits(value, high, low)).toBe(expected);
  });

  it.each([
    [0x07, 4, 7],
    [0x08, 4, -8],
    [0x0f, 4, -1],
    [0xf7, 4, 7],
    [0x1ff, 10, 511],
    [0x200, 10, -512],
    [0xffff, 10, -1],
    [0xfdff, 10, 511],
  ])("%i in %i bits is %i as two's complement", (value, width, expected) => {
    expect(signed(value, width)).toBe(expected);
  });
});

describe("numbers of several bytes", () => {
  const bytes = hex("a1b2c3d4");
  const read = (what: (from: Reader) => number): number => what(new Reader(bytes, "test"));
  const written = (what: (to: Writer) => Writer): string => what(new Writer(1)).take().toString("hex");

  it("are read least significant byte first", () => {
    expect(read((from) => from.u16())).toBe(0xb2a1);
    expect(read((from) => from.u24())).toBe(0xc3b2a1);
    expect(read((from) => from.u32())).toBe(0xd4c3b2a1);
    expect(read((from) => from.i16())).toBe(0xb2a1 - 0x10000);
  });

  it("are read most significant byte first by functions named be", () => {
    expect(read((from) => from.u16be())).toBe(0xa1b2);
    expect(read((from) => from.u32be())).toBe(0xa1b2c3d4);
  });

  it("are written in the same orders", () => {
    expect(written((to) => to.u16(0xb2a1))).toBe("a1b2");
    expect(written((to) => to.u24(0xc3b2a1))).toBe("a1b2c3");
    expect(written((to) => to.u32(0xd4c3b2a1))).toBe("a1b2c3d4");
    expect(written((to) => to.u16be(0xa1b2))).toBe("a1b2");
    expect(written((to) => to.u32be(0xa1b2c3d4))).toBe("a1b2c3d4");
  });
});

describe("each bit of a packet has its place:", () => {
  it.each([
    ["06000007", 0x07],
    ["06000046", 0x06],
    ["06000057", 0x17],
    ["06000028", 0x08],
  ])("RMCP class of %s", (packet, rmcpClass) => {
    expect(rmcpClassOf(hex(packet))).toBe(rmcpClass);
  });

  it("an RMCP acknowledge", () => {
    expect(() => rmcpClassOf(hex("06000086"))).toThrow(DecodeError);
  });

  it.each([
    ["aa", 0x2a, true, false],
    ["55", 0x15, false, true],
    ["15", 0x15, false, false],
    ["c0", 0x00, true, true],
  ])("RMCP+ payload type byte %s", (byte, payloadType, encrypted, authenticated) => {
    const packet = hex(`0600ff0706${byte}a1b2c3d4e5f6a7b80100ee`);
    expect(decodeRmcpPlus(packet)).toMatchObject({
      payloadType,
      encrypted,
      authenticated,
      sessionId: 0xd4c3b2a1,
      sequence: 0xb8a7f6e5,
      payloadStart: 16,
      payloadEnd: 17,
    });
  });

  it.each([true, false])("RMCP+ packet with a trailer, encrypted: %s", (encrypted) => {
    const code = {
      length: 12,
      sign: (packet: Uint8Array, _: number, end: number) => void packet.fill(0x5a, end, end + 12),
      verify: (packet: Uint8Array, _: number, end: number) => packet.subarray(end).every((byte) => byte === 0x5a),
    };
    for (const length of [0, 1, 2, 3, 4, 255, 256, 0x1234]) {
      const payload = Buffer.alloc(length, 0xee);
      const fields = { payloadType: 0x15, encrypted, sessionId: 0xd4c3b2a1, sequence: 0xb8a7f6e5, payload };
      const packet = encodeRmcpPlus(fields, code);
      const decoded = decodeRmcpPlus(packet);
      expect(decoded).toMatchObject({ ...fields, authenticated: true, payload });
      expect(trailerMatches(packet, decoded.payloadEnd, code)).toBe(true);
      // Pad length, next header; what is signed is a multiple of four bytes from the authentication type on.
      const signedEnd = packet.length - 12;
      expect((signedEnd - 4) % 4).toBe(0);
      const pad = packet[signedEnd - 2] ?? 0;
      expect(packet[signedEnd - 1]).toBe(0x07);
      expect(pad).toBeLessThan(4);
      expect(signedEnd - 2 - pad).toBe(decoded.payloadEnd);
      expect(packet.subarray(decoded.payloadEnd, signedEnd - 2).every((byte) => byte === 0xff)).toBe(true);
      expect(encodeRmcpPlus(fields)[5]).toBe(encrypted ? 0x95 : 0x15);
    }
  });

  it.each([
    ["aa", 0x2a, 2],
    ["55", 0x15, 1],
  ])("network function, sequence number and LUNs of messages, bytes %s", (byte, six, two) => {
    const request = hex(`20${byte}00 81${byte}01 00`);
    expect(decodeRequestMessage(request)).toMatchObject({
      netFn: six,
      responderLun: two,
      sequence: six,
      requesterLun: two,
    });
    const encodedRequest = encodeRequestMessage(decodeRequestMessage(request));
    expect([encodedRequest[1], encodedRequest[4]]).toEqual([...hex(byte + byte)]);
    const response = hex(`81${byte}00 20${byte}01 00 00`);
    expect(decodeResponseMessage(response)).toMatchObject({
      netFn: six,
      requesterLun: two,
      sequence: six,
      responderLun: two,
    });
    const encodedResponse = encodeResponseMessage(decodeResponseMessage(response));
    expect([encodedResponse[1], encodedResponse[4]]).toEqual([...hex(byte + byte)]);
  });

  it.each([
    ["aa", 0x0a, 0x2a],
    ["55", 0x05, 0x15],
  ])("privilege and algorithms of Open Session, bytes %s", (byte, privilege, algorithm) => {
    const algorithms = ["00", "01", "02"].map((kind) => `${kind}000008${byte}000000`).join("");
    const chosen = { authentication: algorithm, integrity: algorithm, confidentiality: algorithm };
    const request = decodeOpenSessionRequest(hex(`07${byte}0000a1b2c3d4${algorithms}`));
    expect(request).toEqual({ tag: 7, privilege, consoleSessionId: 0xd4c3b2a1, ...chosen });
    expect(decodeOpenSessionRequest(encodeOpenSessionRequest(request))).toEqual(request);
    const response = decodeOpenSessionResponse(hex(`0700${byte}00a1b2c3d4e5f6a7b8${algorithms}`));
    expect(response.accepted).toEqual({
      privilege,
      consoleSessionId: 0xd4c3b2a1,
      bmcSessionId: 0xb8a7f6e5,
      ...chosen,
    });
    expect(decodeOpenSessionResponse(encodeOpenSessionResponse(response))).toEqual(response);
  });
});
