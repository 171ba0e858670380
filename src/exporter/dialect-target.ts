import type { Config, ModuleConfig } from "../config/index.ts";
import { type DialectOptions, partsOf } from "../dialect/index.ts";
import { nearest } from "../lib/index.ts";
import { type Collector, DEFAULT_COLLECTORS, type Host } from "../model/index.ts";
import { ProbeRefused } from "../web/index.ts";
import { knownHost, type ProbeQuestion, probeTarget } from "./probe-target.ts";

/**
 * The host a scrape of /ipmi is about. As with ipmi_exporter, a scrape that names no module means "default": of a
 * host of the inventory that is its own module, so that the scrape shares the session of its rounds. A module may
 * bring its account, as modules there do.
 *
 * @throws ProbeRefused as probeTarget does
 */
export async function dialectTarget(
  question: ProbeQuestion,
  config: Config,
  hosts: ReadonlyMap<string, Host>,
): Promise<Host> {
  const { module = "default" } = question;
  const known = knownHost(question, config, hosts);
  if (known && module === "default") return probeTarget({ ...question, module: undefined }, config, hosts);
  if (config.foreign) refuseUnknownModule(module, config);
  const auth = question.auth ?? config.modules.get(module)?.ipmiExporter?.auth;
  return probeTarget({ ...question, auth }, config, hosts);
}

/** A file of ipmi_exporter has the modules it names, each with its account, and no default besides. */
function refuseUnknownModule(module: string, { auths }: Config): void {
  if (auths.has(module)) return;
  const near = nearest(module, auths.keys());
  const guess = near === undefined ? `known: ${[...auths.keys()].join(", ")}` : `did you mean "${near}"?`;
  throw new ProbeRefused(400, `no module is named "${module}"; ${guess}`);
}

/** What a module lets /ipmi tell. */
export function dialectOf(module: ModuleConfig): DialectOptions & { readonly collectors: readonly Collector[] } {
  const { ipmiExporter: own, parts } = module;
  const asked = (collector: Collector): boolean => partsOf([collector]).every((part) => parts.includes(part));
  return {
    collectors: own?.collectors ?? DEFAULT_COLLECTORS.filter(asked),
    excludeIds: own?.excludeSensorIds,
    nonCritical: own?.nonCritical,
    discreteReadings: own?.discreteReadings,
    selEvents: own?.selEvents,
  };
}
