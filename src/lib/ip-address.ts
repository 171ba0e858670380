import { isIPv4, isIPv6, SocketAddress } from "node:net";

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

/** The bits of an IP address as a number; a zone is ignored. */
export function ipBits(address: string): bigint {
  if (isIPv4(address)) return joined(address.split(".").map(Number), 8);
  const [ip = ""] = address.split("%");
  const dotted = /\d+\.\d+\.\d+\.\d+$/.exec(ip)?.[0];
  if (dotted !== undefined) return ipBits(`${ip.slice(0, -dotted.length)}0:0`) | ipBits(dotted);
  const [left = [], right = []] = ip.split("::").map((half) => (half === "" ? [] : half.split(":")));
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => "0");
  return joined(
    [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16)),
    16,
  );
}

const joined = (numbers: readonly number[], width: number): bigint =>
  numbers.reduce((bits, number) => (bits << BigInt(width)) | BigInt(number), 0n);
