import type { Reader, Writer } from "../wire/bytes.ts";

/** IPv4 address, 4 bytes most significant first, as "10.1.2.3". */
export function readIpv4(from: Reader): string {
  return from.bytes(4).join(".");
}

/** The reverse of `readIpv4`; throws RangeError for a text that is not an IPv4 address. */
export function writeIpv4(to: Writer, address: string): void {
  const parts = address.split(".").map(Number);
  if (parts.length !== 4 || !parts.every((n) => Number.isInteger(n) && n >= 0 && n <= 255))
    throw new RangeError(`not an IPv4 address: ${address}`);
  to.bytes(parts);
}

/** MAC address, 6 bytes in order, as "02:00:5e:10:53:01". */
export function readMac(from: Reader): string {
  return Array.from(from.bytes(6), (byte) => byte.toString(16).padStart(2, "0")).join(":");
}

/** The reverse of `readMac`; throws RangeError for a text that is not a MAC address. */
export function writeMac(to: Writer, mac: string): void {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(mac)) throw new RangeError(`not a MAC address: ${mac}`);
  to.bytes(mac.split(":").map((digits) => Number.parseInt(digits, 16)));
}
