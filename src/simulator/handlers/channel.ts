/** The number of the one LAN channel a virtual BMC has. */
export const LAN_CHANNEL = 1;
const THIS_CHANNEL = 0x0e;

/** Whether a request means the LAN channel. */
export function isLanChannel(channel: number | undefined): boolean {
  return channel === undefined || channel === LAN_CHANNEL || channel === THIS_CHANNEL;
}
