import { isIP, isIPv6 } from "node:net";
import type { ModuleConfig } from "../config/index.ts";
import { canonicalIp } from "../lib/index.ts";

/** Where a BMC is: a name or an IP address, and a port where it is not the usual one. */
export interface Address {
  readonly address: string;
  readonly port?: number;
}

/**
 * `name`, `name:port`, `10.0.0.1:port`, `2001:db8::1`, `[2001:db8::1]:port`. The message of the
 * thrown RangeError completes "the address ...".
 */
export function parseAddress(text: string): Address {
  if (text.includes("/")) throw new RangeError(`"${text}" is a URL or a path; give a name or an IP address`);
  if (isIPv6(text)) return { address: text };
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d*))?$/.exec(text);
  const address = match?.[1] ?? match?.[2] ?? "";
  const inBrackets = match?.[1] !== undefined;
  if (inBrackets ? !isIPv6(address) : !isNameOrIpv4(address)) {
    throw new RangeError(`"${text}" is no name and no IP address`);
  }
  if (match?.[3] === undefined) return { address };
  const port = Number(match[3]);
  if (match[3] === "" || port < 1 || port > 65535) throw new RangeError(`"${text}" has no port from 1 to 65535`);
  return { address, port };
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

type PortOf = Pick<ModuleConfig, "protocol" | "ipmi" | "redfish">;

/** The reverse of parseAddress. */
export function formatAddress({ address, port }: Address): string {
  if (port === undefined) return address;
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

function isNameOrIpv4(text: string): boolean {
  // What is made of digits and dots alone must be an address: 10.0.0.300 is a mistake, not a name.
  if (/^[\d.]+$/.test(text)) return isIP(text) === 4;
  return text.length <= 253 && /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/.test(text);
}
