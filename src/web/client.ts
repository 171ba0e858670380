import { isIPv4, isIPv6, type Socket } from "node:net";

/**
 * The client of a connection, for limits that clients share: its IPv4 address, or the /64 of its IPv6 address, because
 * one machine may use every address of a /64.
 */
export function clientOf({ remoteAddress = "" }: Pick<Socket, "remoteAddress">): string {
  const mapped = remoteAddress.replace(/^::ffff:/i, "");
  if (isIPv4(mapped) || !isIPv6(remoteAddress)) return mapped;
  const [address = ""] = remoteAddress.split("%");
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) while (groups.length < 8 - tail.split(":").length && groups.length < 4) groups.push("0");
  return `${groups.slice(0, 4).join(":")}::/64`;
}
