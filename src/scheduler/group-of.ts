import { isIPv4, isIPv6 } from "node:net";
import type { Host } from "../model/index.ts";

/**
 * The group whose limit a host counts against: the /24 (IPv6: /64) of its BMC, or the rack if the address is a name. If
 * neither is known, the host is a group of its own.
 */
export function subnetGroup(host: Host): string {
  const address = host.address;
  if (isIPv4(address)) return `${address.slice(0, address.lastIndexOf("."))}.0/24`;
  if (isIPv6(address)) return `${firstFourGroups(address)}::/64`;
  const { site, room, row, rack } = host.place;
  return rack === undefined ? address.toLowerCase() : ["rack", site, room, row, rack].join("/");
}

function firstFourGroups(address: string): string {
  const [head = "", tail] = (address.split("%")[0] ?? "").toLowerCase().split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  // A dotted IPv4 address at the end is two groups.
  const groups = left.length + right.length + (address.includes(".") ? 1 : 0);
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups);
  const all = [...left, ...Array.from({ length: zeros }, () => "0"), ...right];
  return all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}
