import { describe, expect, it } from "vitest";
import { DecodeError, TruncatedError } from "../../../src/ipmi/errors.ts";
import { decodePresencePing, decodePresencePong } from "../../../src/ipmi/wire/asf.ts";
import { decodeRequestMessage, decodeResponseMessage } from "../../../src/ipmi/wire/message.ts";
import { decodeOpenSessionRequest, decodeOpenSessionResponse } from "../../../src/ipmi/wire/open-session.ts";
import { decodeRakp1, decodeRakp2, decodeRakp3, decodeRakp4 } from "../../../src/ipmi/wire/rakp.ts";
import { rmcpClassOf } from "../../../src/ipmi/wire/rmcp.ts";
import { decodeRmcpPlus, PayloadType } from "../../../src/ipmi/wire/rmcp-plus.ts";
import { decodeSessionPacket } from "../../../src/ipmi/wire/session-header.ts";
import { expectPrefixesRefused } from "../../support/layout.ts";
import { asfPackets, messages, packets15, packets20, setupPayloads } from "./corpus.ts";
import { Random } from "./random.ts";
import { ALL_TARGETS } from "./targets/index.ts";

const all = (bytes: Uint8Array): number => bytes.length;
const statusIsZero = (payload: Uint8Array): boolean => payload[1] === 0;

/** Layout, captured bytes of it, the bytes it cannot do without, the decoder. */
const LAYOUTS: readonly (readonly [
  string,
  readonly Buffer[],
  number | ((bytes: Uint8Array) => number),
  (bytes: Uint8Array) => unknown,
])[] = [
  ["RMCP header", packets20, 4, rmcpClassOf],
  ["ASF presence ping", asfPackets.filter((p) => p[8] === 0x80), 10, decodePresencePing],
  ["ASF presence pong", asfPackets.filter((p) => p[8] === 0x40), 22, decodePresencePong],
  ["IPMI 1.5 packet", packets15, all, decodeSessionPacket],
  // The trailer is the integrity algorithm's business.
  ["RMCP+ packet", packets20, (p) => 16 + Buffer.from(p).readUInt16LE(14), decodeRmcpPlus],
  // The last three bytes are reserved, but the specification counts them.
  ["Open Session Request", setupPayloads(PayloadType.OpenSessionRequest), 32, decodeOpenSessionRequest],
  [
    "Open Session Response",
    setupPayloads(PayloadType.OpenSessionResponse).filter(statusIsZero),
    36,
    decodeOpenSessionResponse,
  ],
  ["RAKP message 1", setupPayloads(PayloadType.Rakp1), all, decodeRakp1],
  ["RAKP message 2", setupPayloads(PayloadType.Rakp2).filter(statusIsZero), 40, decodeRakp2],
  ["RAKP message 3", setupPayloads(PayloadType.Rakp3), 8, decodeRakp3],
  ["RAKP message 4", setupPayloads(PayloadType.Rakp4).filter(statusIsZero), 8, decodeRakp4],
  ["IPMI request message", messages, 7, decodeRequestMessage],
  ["IPMI response message", messages, 8, decodeResponseMessage],
];

describe("a packet that was cut", () => {
  it.each(LAYOUTS)(
    "is refused as truncated up to the last byte the layout needs: %s",
    (_, captured, required, decode) => {
      expect(captured.length).toBeGreaterThan(0);
      for (const bytes of captured)
        expectPrefixesRefused(bytes, typeof required === "number" ? required : required(bytes), decode);
    },
  );

  it.each(ALL_TARGETS.map((target) => [target.name, target] as const))(
    "is read as far as it goes or refused as truncated, not as something else: %s",
    (_, { valid, run, cutIsTruncated = true }) => {
      const refusal = cutIsTruncated ? TruncatedError : DecodeError;
      for (const bytes of valid) {
        run(bytes, new Random(1));
        for (let length = 0; length < bytes.length; length++) {
          try {
            run(bytes.subarray(0, length), new Random(1));
          } catch (error) {
            expect(error, `${length} of ${bytes.length} bytes, ${bytes.toString("hex")}`).toBeInstanceOf(refusal);
          }
        }
      }
    },
  );
});
