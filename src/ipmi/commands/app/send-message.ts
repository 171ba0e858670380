import { DecodeError } from "../../errors.ts";
import { NetFn } from "../../tables/net-fn.ts";
import { PrivilegeLevel } from "../../tables/privilege-level.ts";
import { bits } from "../../wire/bytes.ts";
import {
  BMC_ADDRESS,
  decodeRequestMessage,
  encodeRequestMessage,
  encodeResponseMessage,
  type RequestMessage,
  type ResponseMessage,
} from "../../wire/message.ts";
import { command } from "../command.ts";
import { decodeEmbeddedReply } from "./embedded-reply.ts";

/** How the BMC finds the requester of a reply; only "track" works over LAN. */
export const MESSAGE_TRACKING = ["none", "track", "raw", "reserved"] as const;
export type MessageTracking = (typeof MESSAGE_TRACKING)[number];

/** The inner request; the requester is the BMC (20h, LUN 0) if absent, which suits more BMCs than 81h. */
export type BridgedMessage = Omit<RequestMessage, "requesterAddress" | "requesterLun"> &
  Partial<Pick<RequestMessage, "requesterAddress" | "requesterLun">>;

/**
 *   [0]  7:6 tracking, 5 encrypt, 4 authenticate, 3:0 channel: 0 primary IPMB, 6 Intel ME
 *   [1-] the whole IPMB request, target address to second checksum
 */
export interface SendMessageRequest {
  readonly channel: number;
  /** "track" if absent. */
  readonly tracking?: MessageTracking;
  readonly message: BridgedMessage;
}

/**
 * Send Message - IPMI 2.0 section 22.7.
 *
 * The reply comes in one of two ways, and a client must be ready for both: inside this response, or (most BMCs) after
 * it as a message of its own, with the satellite as responder and the sequence number of the inner request.
 *
 * Effects of the inner command on the managed system are up to the caller: this command only carries it.
 */
export interface SendMessageResponse {
  /** Absent if the reply follows as a message of its own. */
  readonly reply?: ResponseMessage;
}

export const sendMessage = command<SendMessageRequest, SendMessageResponse>({
  name: "Send Message",
  netFn: NetFn.App,
  code: 0x34,
  privilege: PrivilegeLevel.User,
  request: {
    decode(from) {
      const first = from.u8();
      const message = decodeRequestMessage(from.rest());
      if (!message.checksumsOk) throw new DecodeError("Send Message: wrong checksum in the inner request");
      return {
        channel: bits(first, 3, 0),
        tracking: MESSAGE_TRACKING[bits(first, 7, 6)] as MessageTracking,
        message,
      };
    },
    encode(to, q) {
      to.u8((MESSAGE_TRACKING.indexOf(q.tracking ?? "track") << 6) | (q.channel & 0x0f));
      to.bytes(encodeRequestMessage({ requesterAddress: BMC_ADDRESS, requesterLun: 0, ...q.message }));
    },
  },
  response: {
    decode: (from) => (from.has() ? { reply: decodeEmbeddedReply(from.rest()) } : {}),
    encode(to, r) {
      if (r.reply) to.bytes(encodeResponseMessage(r.reply));
    },
  },
  refusals: {
    128: "invalid session handle",
    129: "lost arbitration",
    130: "bus error",
    131: "not acknowledged: the target is absent",
  },
});
