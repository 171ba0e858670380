import { encodeCipherSuiteRecords, parseCipherSuiteRecords } from "../../../../src/ipmi/commands/index.ts";
import { decodePresencePing, decodePresencePong } from "../../../../src/ipmi/wire/asf.ts";
import {
  decodeRequestMessage,
  decodeResponseMessage,
  encodeRequestMessage,
  encodeResponseMessage,
} from "../../../../src/ipmi/wire/message.ts";
import {
  decodeOpenSessionRequest,
  decodeOpenSessionResponse,
  encodeOpenSessionRequest,
  encodeOpenSessionResponse,
} from "../../../../src/ipmi/wire/open-session.ts";
import {
  decodeRakp1,
  decodeRakp2,
  decodeRakp3,
  decodeRakp4,
  encodeRakp1,
  encodeRakp2,
  encodeRakp3,
  encodeRakp4,
} from "../../../../src/ipmi/wire/rakp.ts";
import { rmcpClassOf } from "../../../../src/ipmi/wire/rmcp.ts";
import { decodeRmcpPlus, encodeRmcpPlus, isRmcpPlus, PayloadType } from "../../../../src/ipmi/wire/rmcp-plus.ts";
import { decodeSessionPacket, encodeSessionPacket } from "../../../../src/ipmi/wire/session-header.ts";
import { hex } from "../../../support/hex.ts";
import { asfPackets, capturedPackets, messages, packets15, packets20, setupPayloads } from "../corpus.ts";
import { neverThrows, type Target } from "../target.ts";

const oemExplicit = hex("0600ff070602571200000100040302010900000003000102 03");

function setup<T>(
  name: string,
  payloadType: number,
  decode: (payload: Uint8Array) => T,
  encode: (value: T) => Buffer,
  refusal: string,
): Target {
  return {
    name,
    weight: 8,
    valid: [...setupPayloads(payloadType), hex(refusal)],
    run: (bytes) => {
      const value = decode(bytes);
      neverThrows(() => encode(value));
      return value;
    },
  };
}

const responses = messages.filter((m) => ((m[1] ?? 0) >> 2) % 2 === 1);

/** The layers of a packet, each by itself. */
export const wireTargets: readonly Target[] = [
  { name: "RMCP header", weight: 4, valid: capturedPackets, run: rmcpClassOf },
  {
    name: "ASF presence ping",
    weight: 2,
    valid: asfPackets.filter((p) => p[8] === 0x80),
    run: decodePresencePing,
  },
  {
    name: "ASF presence pong",
    weight: 2,
    valid: asfPackets.filter((p) => p[8] === 0x40),
    run: decodePresencePong,
  },
  {
    name: "IPMI 1.5 session header",
    weight: 16,
    valid: packets15,
    run: (bytes) => {
      neverThrows(() => isRmcpPlus(bytes));
      const value = decodeSessionPacket(bytes);
      neverThrows(() => encodeSessionPacket(value));
      return value;
    },
  },
  {
    name: "RMCP+ session header",
    weight: 24,
    valid: [...packets20, oemExplicit],
    run: (bytes) => {
      const value = decodeRmcpPlus(bytes);
      neverThrows(() => encodeRmcpPlus(value));
      return value;
    },
  },
  setup(
    "Open Session Request",
    PayloadType.OpenSessionRequest,
    decodeOpenSessionRequest,
    encodeOpenSessionRequest,
    "0004000001020304000000080100000001000008010000000200000801000000",
  ),
  setup(
    "Open Session Response",
    PayloadType.OpenSessionResponse,
    decodeOpenSessionResponse,
    encodeOpenSessionResponse,
    "0001",
  ),
  setup("RAKP message 1", PayloadType.Rakp1, decodeRakp1, encodeRakp1, `0000000001020304${"11".repeat(16)}14000000`),
  setup("RAKP message 2", PayloadType.Rakp2, decodeRakp2, encodeRakp2, "000d000001020304"),
  setup("RAKP message 3", PayloadType.Rakp3, decodeRakp3, encodeRakp3, "000f000001020304"),
  setup("RAKP message 4", PayloadType.Rakp4, decodeRakp4, encodeRakp4, "000f000001020304"),
  {
    name: "IPMI request message",
    weight: 8,
    valid: messages,
    run: (bytes) => {
      const value = decodeRequestMessage(bytes);
      neverThrows(() => encodeRequestMessage(value));
      return value;
    },
  },
  {
    name: "IPMI response message",
    weight: 8,
    valid: responses,
    run: (bytes) => {
      const value = decodeResponseMessage(bytes);
      neverThrows(() => encodeResponseMessage(value));
      return value;
    },
  },
  {
    name: "cipher suite records",
    weight: 8,
    valid: ["c00301 4181", "c0030141 81c011034481", "c0 01 01 c1 81 57 01 00 03 44 81"].map(hex),
    run: (bytes) =>
      neverThrows(() => {
        const records = parseCipherSuiteRecords(bytes);
        encodeCipherSuiteRecords(records);
        return records;
      }),
  },
];
