import type { Host } from "../model/index.ts";
import type { HostData } from "../web/index.ts";
import { type ExporterAccess, requestExporter } from "./exporter-client.ts";

const TIMEOUT_MS = 60_000;

/**
 * The hosts of a running exporter, in the order of its inventory.
 *
 * @param parts see DATA_PARTS
 * @throws ExporterRequestError
 */
export async function hostsOfExporter(access: ExporterAccess, parts: readonly string[] = []): Promise<HostData[]> {
  const path = parts.length === 0 ? "/hosts" : `/hosts?parts=${parts.join(",")}`;
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const text = await requestExporter(access, path, { accept: "application/json", signal });
  return (JSON.parse(text) as { readonly hosts: HostData[] }).hosts;
}

/** The inventory entry of a host, for selectors. */
export const inventoryHost = ({ host, address, port, module, auth, place, labels }: HostData): Host => ({
  name: host,
  address,
  port,
  module,
  auth,
  place,
  labels,
});
