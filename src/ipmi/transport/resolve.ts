import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { canonicalIp } from "../../lib/index.ts";
import { IpmiError } from "../errors.ts";

/**
 * The IP address of a BMC: the argument if it is an address, else the first result of the resolver.
 *
 * @throws IpmiError `name_not_resolved`, or the signal's reason when aborted
 */
export async function resolveAddress(nameOrAddress: string, signal?: AbortSignal): Promise<string> {
  if (isIP(nameOrAddress)) return canonicalIp(nameOrAddress);
  signal?.throwIfAborted();
  const found = lookup(nameOrAddress).then(
    ({ address }) => canonicalIp(address),
    (cause: NodeJS.ErrnoException) => {
      const message = `${nameOrAddress}: name not resolved (${cause.code ?? cause.message})`;
      throw new IpmiError("name_not_resolved", message, { stage: "resolve", cause });
    },
  );
  if (!signal) return found;
  // The resolver cannot be stopped; its late answer is ignored.
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort);
    found.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
