import { isIP, isIPv4, isIPv6 } from "node:net";
import type { ModuleConfig } from "../config/index.ts";
import { canonicalIp, hideAddressSecrets, ipBits } from "../lib/index.ts";

/** Address of a BMC: a name or an IP address, and a port if one is given. */
export interface Address {
  readonly address: string;
  readonly port?: number;
}

/** Longest text of an invalid address that an error quotes. */
const LONGEST_QUOTE = 100;

/**
 * `name`, `name:port`, `10.0.0.1:port`, `2001:db8::1`, `[2001:db8::1]:port`, and an IP address with a prefix length,
 * `10.0.0.1/24`, as IPAM systems write the address of an interface. The message of the thrown RangeError is a
 * sentence that starts with the text.
 */
export function parseAddress(text: string): Address {
  const prefixed = /^([^/]+)\/(\d{1,3})$/.exec(text);
  if (prefixed && isIP(prefixed[1] ?? "")) return { address: interfaceAddress(prefixed[1] ?? "", Number(prefixed[2])) };
  if (/[/?#@]/.test(text)) throw new RangeError(`${quoted(text)} is a URL or a path; give a name or an IP address`);
  if (isIPv6(text)) return { address: text };
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d*))?$/.exec(text);
  const address = match?.[1] ?? match?.[2] ?? "";
  const inBrackets = match?.[1] !== undefined;
  if (inBrackets ? !isIPv6(address) : !isNameOrIpv4(address)) {
    throw new RangeError(`${quoted(text)} is not a host name or an IP address`);
  }
  if (match?.[3] === undefined) return { address };
  const port = Number(match[3]);
  if (match[3] === "" || port < 1 || port > 65535)
    throw new RangeError(`${quoted(text)} has an invalid port; ports are 1 to 65535`);
  return { address, port };
}

/** The text in quotes, on one line, without what may be a secret. */
export function quoted(text: string): string {
  const visible = hideAddressSecrets(text);
  return JSON.stringify(visible.length > LONGEST_QUOTE ? `${visible.slice(0, LONGEST_QUOTE)}...` : visible);
}

/** The IP address of an interface; a network is refused, except for networks without a network address (/31, /32). */
function interfaceAddress(address: string, prefix: number): string {
  const length = isIPv4(address) ? 32 : 128;
  const text = `"${address}/${prefix}"`;
  if (prefix > length) throw new RangeError(`${text} has an invalid prefix length; the longest is ${length}`);
  const hostBits = length - prefix;
  const isNetwork = prefix === 0 || (hostBits > 1 && BigInt.asUintN(hostBits, ipBits(address)) === 0n);
  if (isNetwork) throw new RangeError(`${text} is a network; give the address of one BMC`);
  return address;
}

/**
 * The address under which a BMC is polled and compared: with the port of the module if it gives none, and an IPv6
 * address in its canonical form.
 */
export function effectiveAddress({ address, port }: Address, module: PortOf): Required<Address> {
  return { address: canonicalIp(address), port: port ?? modulePort(module) };
}

/** The port of BMCs of a module whose addresses have none. */
export function modulePort({ protocol, ipmi, redfish }: PortOf): number {
  return protocol === "redfish" ? redfish.port : ipmi.port;
}

/**
 * Why an address of this module must not have a port; undefined if it may. A port belongs to one protocol, and with
 * `auto` or `both` a BMC is polled over two. If the protocol is the default, a port means IPMI.
 */
export function portProblem(
  { address, port }: Address,
  { name, protocol, isProtocolWritten, ipmi, redfish }: PortOf & Pick<ModuleConfig, "name" | "isProtocolWritten">,
): string | undefined {
  if (port === undefined || !isProtocolWritten || (protocol !== "auto" && protocol !== "both")) return undefined;
  const text = quoted(formatAddress({ address, port }));
  return `${text} has a port, but module ${name} has protocol: ${protocol} and polls port ${ipmi.port} over IPMI and port ${redfish.port} over Redfish; remove the port from the address, or set ipmi.port and redfish.port of a module, or protocol: ipmi or redfish`;
}

type PortOf = Pick<ModuleConfig, "protocol" | "ipmi" | "redfish">;

/** The reverse of parseAddress. */
export function formatAddress({ address, port }: Address): string {
  if (port === undefined) return address;
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

function isNameOrIpv4(text: string): boolean {
  // Text of digits and dots must be an address: 10.0.0.300 is a mistake, not a name.
  if (/^[\d.]+$/.test(text)) return isIP(text) === 4;
  return text.length <= 253 && /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/.test(text);
}
