import { isIPv6, SocketAddress } from "node:net";

/**
 * An IPv6 address in its canonical form, `::1` for `0:0::01`, which is also how the kernel reports the sender of a
 * packet. A zone is kept; every other text is returned unchanged.
 */
export function canonicalIp(text: string): string {
  const [ip = "", zone] = text.split("%");
  if (!isIPv6(ip)) return text;
  const { address } = new SocketAddress({ address: ip, family: "ipv6" });
  return zone === undefined ? address : `${address}%${zone}`;
}
