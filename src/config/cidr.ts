import { BlockList, isIP, isIPv4 } from "node:net";

/** A network: `10.20.0.0/16`, `2001:db8::/48`; or one address without a prefix length. */
export interface Cidr {
  readonly address: string;
  readonly prefix: number;
  readonly family: "ipv4" | "ipv6";
}

/** Undefined if the text is not a network. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text);
  const address = match?.[1] ?? "";
  if (isIP(address) === 0) return undefined;
  const family = isIPv4(address) ? "ipv4" : "ipv6";
  const longest = family === "ipv4" ? 32 : 128;
  const prefix = Number(match?.[2] ?? longest);
  return prefix <= longest ? { address, prefix, family } : undefined;
}

/** Tests whether an IP address is in one of the networks; false for names and other text. */
export function cidrMatcher(networks: readonly Cidr[]): (address: string) => boolean {
  const list = new BlockList();
  for (const { address, prefix, family } of networks) list.addSubnet(address, prefix, family);
  return (address) => {
    const plain = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address.replace(/%.*$/, "");
    const version = isIP(plain);
    return version !== 0 && list.check(plain, version === 4 ? "ipv4" : "ipv6");
  };
}
