import type { Layout } from "./command.ts";

/** Channel number Eh: the channel the request comes in on. */
export const THIS_CHANNEL = 0x0e;

export interface ChannelRequest {
  /** 0-15; the present channel if absent. */
  readonly channel?: number;
}

/** Request data of commands about one channel: [0] 3:0 channel. */
export const channelRequest: Layout<ChannelRequest> = {
  decode: (from) => ({ channel: from.u8() & 0x0f }),
  encode(to, q) {
    to.u8((q.channel ?? THIS_CHANNEL) & 0x0f);
  },
};
