import { describe, expect, it } from "vitest";
import {
  encodeCipherSuiteRecords,
  getChannelCipherSuites,
  parseCipherSuiteRecords,
} from "../../../../src/ipmi/commands/index.ts";
import { hex } from "../../../support/hex.ts";
import { eachBitOfRequest, eachBitOfResponse, knownRequest, knownResponse } from "../vectors.ts";

describe("Get Channel Cipher Suites", () => {
  knownRequest(getChannelCipherSuites, {
    about: "the first page of the list by suite",
    bytes: "010080",
    value: { channel: 1, payloadType: 0, bySuite: true, index: 0 },
  });
  knownResponse(getChannelCipherSuites, {
    about: "a full page that ends within a record",
    bytes: "01c003014181c011034481c008024281c0",
    required: 1,
    value: { channel: 1, data: hex("c003014181c011034481c008024281c0") },
  });

  eachBitOfRequest(
    getChannelCipherSuites,
    { bytes: "aaaaaa", value: { channel: 0x0a, payloadType: 0x2a, bySuite: true, index: 0x2a }, encoded: "0a2aaa" },
    { bytes: "555555", value: { channel: 0x05, payloadType: 0x15, bySuite: false, index: 0x15 }, encoded: "051515" },
  );
  eachBitOfResponse(
    getChannelCipherSuites,
    { bytes: "aaaa", value: { channel: 0x0a, data: hex("aa") }, encoded: "0aaa" },
    { bytes: "5555", value: { channel: 0x05, data: hex("55") }, encoded: "0555" },
  );

  it("lists by suite for IPMI on the present channel by default", () => {
    expect(getChannelCipherSuites.encodeRequest({ index: 3 })).toEqual(hex("0e0083"));
  });
});

describe("cipher suite records", () => {
  it("are read across pages", () => {
    const records = parseCipherSuiteRecords(hex("c003014181 c011034481 c008024281 c0" + "00004080"));
    expect(records).toEqual([
      { id: 3, authentication: [1], integrity: [1], confidentiality: [1] },
      { id: 17, authentication: [3], integrity: [4], confidentiality: [1] },
      { id: 8, authentication: [2], integrity: [2], confidentiality: [1] },
      { id: 0, authentication: [0], integrity: [0], confidentiality: [0] },
    ]);
    expect(encodeCipherSuiteRecords(records)).toEqual(hex("c003014181c011034481c008024281c000004080"));
  });

  it("have kind and algorithm in one byte", () => {
    const bytes = hex("c0552a6aaa c0aa155595");
    const records = [
      { id: 0x55, authentication: [0x2a], integrity: [0x2a], confidentiality: [0x2a] },
      { id: 0xaa, authentication: [0x15], integrity: [0x15], confidentiality: [0x15] },
    ];
    expect(parseCipherSuiteRecords(bytes)).toEqual(records);
    expect(encodeCipherSuiteRecords(records)).toEqual(bytes);
  });

  it("may omit algorithms, which means none, and may have several of a kind", () => {
    expect(parseCipherSuiteRecords(hex("c00101 c00301414281"))).toEqual([
      { id: 1, authentication: [1], integrity: [], confidentiality: [] },
      { id: 3, authentication: [1], integrity: [1, 2], confidentiality: [1] },
    ]);
  });

  it("may be an OEM's", () => {
    const bytes = hex("c180570100024281");
    expect(parseCipherSuiteRecords(bytes)).toEqual([
      { id: 0x80, oemId: 343, authentication: [2], integrity: [2], confidentiality: [1] },
    ]);
    expect(encodeCipherSuiteRecords(parseCipherSuiteRecords(bytes))).toEqual(bytes);
  });

  it("have the number of an OEM in 24 bits", () => {
    const bytes = hex("c180563412024281");
    expect(parseCipherSuiteRecords(bytes)).toMatchObject([{ oemId: 0x123456 }]);
    expect(encodeCipherSuiteRecords(parseCipherSuiteRecords(bytes))).toEqual(bytes);
  });

  it("keep their ids where the tags are wrong, as on the ILOM of a Sun Fire 4100", () => {
    expect(parseCipherSuiteRecords(hex("c003010101 c002c101")).map((record) => record.id)).toEqual([3, 2]);
  });

  it("are dropped where the list ends before their id, and junk before the first is skipped", () => {
    expect(parseCipherSuiteRecords(hex("0102 c003014181 c0"))).toHaveLength(1);
    expect(parseCipherSuiteRecords(hex("c18057"))).toEqual([]);
    expect(parseCipherSuiteRecords(hex(""))).toEqual([]);
  });
});
