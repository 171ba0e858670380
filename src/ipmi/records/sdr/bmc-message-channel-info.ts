import { bit, bits, flag, type Reader, type Writer } from "../../wire/bytes.ts";
import type { SdrIdentity } from "./header.ts";

/** One channel: 7 transmit supported, 6:4 receive LUN, 3:0 protocol. */
export interface MessageChannel {
  readonly transmit: boolean;
  readonly lun: number;
  readonly protocol: number;
}

/**
 * BMC message channel info record, type 14h - IPMI 2.0 section 43.11.
 *
 *   [5-12] channels 0-7  [13] messaging interrupt  [14] event message buffer interrupt  [15] reserved
 */
export interface BmcMessageChannelInfoRecord extends SdrIdentity {
  readonly type: "bmc_message_channel_info";
  /** Channels 0 to 7. */
  readonly channels: readonly MessageChannel[];
  readonly messagingInterrupt: number;
  readonly eventBufferInterrupt: number;
  readonly reserved: number;
}

const CHANNELS = 8;

export function decodeBmcMessageChannelInfo(from: Reader, identity: SdrIdentity): BmcMessageChannelInfoRecord {
  return {
    type: "bmc_message_channel_info",
    ...identity,
    channels: Array.from({ length: CHANNELS }, () => {
      const channel = from.u8();
      return { transmit: bit(channel, 7), lun: bits(channel, 6, 4), protocol: bits(channel, 3, 0) };
    }),
    messagingInterrupt: from.u8(),
    eventBufferInterrupt: from.u8(),
    reserved: from.u8(),
  };
}

export function encodeBmcMessageChannelInfo(to: Writer, s: BmcMessageChannelInfoRecord): void {
  for (let i = 0; i < CHANNELS; i++) {
    const channel = s.channels[i];
    to.u8(channel ? flag(channel.transmit, 7) | (channel.lun << 4) | channel.protocol : 0);
  }
  to.u8(s.messagingInterrupt).u8(s.eventBufferInterrupt).u8(s.reserved);
}
