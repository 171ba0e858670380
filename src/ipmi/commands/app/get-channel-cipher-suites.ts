import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bit, bits, flag } from "../../wire/bytes.ts";
import { type ChannelRequest, THIS_CHANNEL } from "../channel.ts";
import { command } from "../command.ts";

/**
 *   [0] 3:0 channel
 *   [1] payload type, 00h IPMI
 *   [2] 7 list by cipher suite (else algorithms), 5:0 list index
 */
export interface ChannelCipherSuitesRequest extends ChannelRequest {
  /** 0 (IPMI) if absent. */
  readonly payloadType?: number;
  /** True if absent: records by cipher suite; false: algorithms. */
  readonly bySuite?: boolean;
  /** 0-63; each index returns the next 16 bytes. */
  readonly index: number;
}

/** Bytes of record data a full page has; a shorter one is the last. */
export const CIPHER_SUITE_PAGE_BYTES = 16;

/**
 * Get Channel Cipher Suites - IPMI 2.0 section 22.15: one page. Sent before a session.
 *
 *   [0]  channel
 *   [1-] up to 16 bytes of record data, to be joined over the list indexes: see `parseCipherSuiteRecords`
 */
export interface ChannelCipherSuites {
  readonly channel: number;
  readonly data: Uint8Array;
}

export const getChannelCipherSuites = command<ChannelCipherSuitesRequest, ChannelCipherSuites>({
  name: "Get Channel Cipher Suites",
  netFn: NetFn.App,
  code: 0x54,
  privilege: PrivilegeLevel.Callback,
  request: {
    decode(from) {
      const channel = from.u8() & 0x0f;
      const payloadType = from.u8() & 0x3f;
      const list = from.u8();
      return { channel, payloadType, bySuite: bit(list, 7), index: bits(list, 5, 0) };
    },
    encode(to, q) {
      to.u8((q.channel ?? THIS_CHANNEL) & 0x0f);
      to.u8((q.payloadType ?? 0) & 0x3f);
      to.u8(flag(q.bySuite ?? true, 7) | (q.index & 0x3f));
    },
  },
  response: {
    decode: (from) => ({
      channel: from.u8() & 0x0f,
      data: from.bytes(Math.min(CIPHER_SUITE_PAGE_BYTES, from.remaining)),
    }),
    encode(to, r) {
      to.u8(r.channel & 0x0f).bytes(r.data.subarray(0, CIPHER_SUITE_PAGE_BYTES));
    },
  },
});
