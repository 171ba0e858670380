import type { Config, ModuleConfig } from "../config/index.ts";
import { type DialectOptions, partsOf } from "../dialect/index.ts";
import { quoted } from "../inventory/index.ts";
import { nearest } from "../lib/index.ts";
import { type Collector, DEFAULT_COLLECTORS, type Host } from "../model/index.ts";
import { ProbeRefused } from "../web/index.ts";
import { knownHost, type ProbeQuery, probeTarget } from "./probe-target.ts";

/**
 * The host that a scrape of /ipmi polls. As in ipmi_exporter, a scrape without a module uses "default". For a host of
 * the inventory that is its own module, so that the scrape shares the session of the rounds. A module may name its
 * account, as modules of ipmi_exporter do.
 *
 * @throws ProbeRefused as probeTarget does
 */
export async function dialectTarget(
  query: ProbeQuery,
  config: Config,
  hosts: ReadonlyMap<string, Host>,
): Promise<Host> {
  const { module = "default" } = query;
  const known = knownHost(query, config, hosts);
  if (known && module === "default") return probeTarget({ ...query, module: undefined }, config, hosts);
  if (config.foreign) refuseUnknownModule(module, config);
  const auth = query.auth ?? config.modules.get(module)?.ipmiExporter?.auth;
  return probeTarget({ ...query, auth }, config, hosts);
}

/** A configuration of ipmi_exporter has only the modules that it names, each with its account. */
function refuseUnknownModule(module: string, { auths }: Config): void {
  if (auths.has(module)) return;
  const near = nearest(module, auths.keys());
  const guess = near === undefined ? `known: ${[...auths.keys()].join(", ")}` : `did you mean "${near}"?`;
  throw new ProbeRefused(400, `no module is named "${module}"; ${guess}`);
}

/**
 * Refuses a host that is polled over Redfish: ipmi_exporter has no metrics for it.
 *
 * @param protocol of the module, or the one that the BMC answered
 * @throws ProbeRefused 400
 */
export function refuseRedfish({ name }: Pick<Host, "name">, protocol: string | undefined): void {
  if (protocol !== "redfish") return;
  throw new ProbeRefused(
    400,
    `${quoted(name)} is polled over Redfish, and /ipmi has the metrics of ipmi_exporter, which are those of IPMI; use /probe?target=${encodeURIComponent(name)} or /metrics`,
  );
}

/** What /ipmi reports for hosts of a module. */
export function dialectOf(module: ModuleConfig): DialectOptions & { readonly collectors: readonly Collector[] } {
  const { ipmiExporter: own, parts } = module;
  const isPolled = (collector: Collector): boolean => partsOf([collector]).every((part) => parts.includes(part));
  return {
    collectors: own?.collectors ?? DEFAULT_COLLECTORS.filter(isPolled),
    excludeIds: own?.excludeSensorIds,
    nonCritical: own?.nonCritical,
    discreteReadings: own?.discreteReadings,
    selEvents: own?.selEvents,
  };
}
