import { lookup } from "node:dns/promises";
import { isIP, SocketAddress } from "node:net";
import { IpmiError } from "../errors.ts";

/** The kernel's spelling of an IPv6 address, in which answers arrive: "::1" for "0:0::01"; a zone is kept. */
function canonical(address: string): string {
  const [ip = "", zone] = address.split("%");
  const spelt = isIP(ip) === 6 ? new SocketAddress({ address: ip, family: "ipv6" }).address : ip;
  return zone === undefined ? spelt : `${spelt}%${zone}`;
}

/**
 * The IP address of a BMC: itself when it is one, else what the resolver says first.
 *
 * @throws IpmiError `name_not_resolved`, or the signal's reason when aborted
 */
export async function resolveAddress(nameOrAddress: string, signal?: AbortSignal): Promise<string> {
  if (isIP(nameOrAddress)) return canonical(nameOrAddress);
  signal?.throwIfAborted();
  const found = lookup(nameOrAddress).then(
    ({ address }) => canonical(address),
    (cause: NodeJS.ErrnoException) => {
      const message = `${nameOrAddress}: name not resolved (${cause.code ?? cause.message})`;
      throw new IpmiError("name_not_resolved", message, { stage: "resolve", cause });
    },
  );
  if (!signal) return found;
  // The resolver cannot be told to stop; its late answer is of no interest then.
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort);
    found.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
