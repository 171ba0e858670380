/** Number of the only LAN channel. */
export const LAN_CHANNEL = 1;
const THIS_CHANNEL = 0x0e;

/** True for the number of the LAN channel, "this channel", and requests without a channel. */
export function isLanChannel(channel: number | undefined): boolean {
  return channel === undefined || channel === LAN_CHANNEL || channel === THIS_CHANNEL;
}
