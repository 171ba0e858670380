import { isIP } from "node:net";
import { type Config, cidrMatcher, type ModuleConfig } from "../config/index.ts";
import {
  type Address,
  effectiveAddress,
  formatAddress,
  modulePort,
  parseAddress,
  portProblem,
  quoted,
} from "../inventory/index.ts";
import { IpmiError, resolveAddress } from "../ipmi/index.ts";
import { canonicalIp, nearest } from "../lib/index.ts";
import type { Host } from "../model/index.ts";
import { ProbeRefused } from "../web/index.ts";

export interface ProbeQuery {
  /** A host's name, or the address of a BMC. */
  readonly target: string;
  readonly module?: string;
  readonly auth?: string;
  readonly signal?: AbortSignal;
}

/**
 * The host that a probe polls: one of the inventory, by its name or by the address of its BMC, or else a BMC whose
 * address is in a network of `probe.allow`. A host of the inventory keeps its address whatever module the probe names.
 * A name is resolved once, so that the BMC that is polled is the one that was allowed.
 *
 * @throws ProbeRefused 400 for unknown names, 403 for targets that are not allowed
 */
export async function probeTarget(query: ProbeQuery, config: Config, hosts: ReadonlyMap<string, Host>): Promise<Host> {
  const { target, auth = "default" } = query;
  const module = configured("module", query.module ?? "default", config.modules);
  if (query.auth !== undefined) configured("auth", query.auth, config.auths);
  const address = parsed(target);
  const known = knownHost(query, config, hosts);
  if (known) return polledAs(known, query, config);
  const sharing = address ? hostsAt(address, hosts) : [];
  if (address && address.port === undefined && sharing.length > 1) {
    const names = sharing.slice(0, MAX_NAMED).map(({ name, port }) => `${name} (port ${port})`);
    if (sharing.length > MAX_NAMED) names.push("...");
    throw new ProbeRefused(
      400,
      `target ${quoted(target)} is the address of several hosts; give a name: ${names.join(", ")}`,
    );
  }
  const guess = guessOf(target, hosts);
  if (!address)
    throw new ProbeRefused(400, `target ${quoted(target)} is neither a host of the inventory nor an address${guess}`);
  // No address is allowed, so the name is not resolved: a slow name server would only block threads.
  if (config.probe.allow.length === 0 && !isIP(address.address)) {
    const remedy = config.foreign
      ? "start lightsout with --probe.allow and the network of your BMCs"
      : "add it to targets, or its network to probe.allow";
    throw new ProbeRefused(
      403,
      `target ${quoted(target)} is not in the inventory and probe.allow is empty; ${remedy}${guess}`,
    );
  }
  const ip = await resolved(address.address, query.signal, guess);
  const namesake = hostAt({ ...address, address: ip }, module, hosts);
  if (namesake) return polledAs(namesake, query, config);
  if (!cidrMatcher(config.probe.allow)(ip)) {
    const resolvedTo = ip === address.address ? "" : ` (${ip})`;
    const remedy = config.foreign
      ? `start lightsout with --probe.allow=${ip}/${isIP(ip) === 6 ? 128 : 32}, or with the network of your BMCs`
      : "add it to targets, or its network to probe.allow";
    const message = `target ${quoted(target)}${resolvedTo} is not in the inventory and not in a network of probe.allow; ${remedy}`;
    throw new ProbeRefused(403, message);
  }
  if (!config.auths.has(auth))
    throw new ProbeRefused(
      400,
      `no auth is named "${auth}"; give auth=, one of ${[...config.auths.keys()].join(", ")}`,
    );
  const port = portProblem(address, module);
  if (port !== undefined) throw new ProbeRefused(400, `target ${port}`);
  const where = effectiveAddress({ ...address, address: ip }, module);
  return { name: target, ...where, module: module.name, auth, place: {}, labels: {} };
}

/**
 * The host of the inventory that a target names: by its name, or by the address of its BMC. An address without a port
 * is the BMC at the port of the module, or else the only BMC at this address.
 */
export function knownHost(
  { target, module = "default" }: Pick<ProbeQuery, "target" | "module">,
  config: Pick<Config, "modules">,
  hosts: ReadonlyMap<string, Host>,
): Host | undefined {
  const address = parsed(target);
  return hosts.get(target) ?? (address && hostAt(address, config.modules.get(module), hosts));
}

function hostAt(wanted: Address, module: ModuleConfig | undefined, hosts: ReadonlyMap<string, Host>): Host | undefined {
  const there = hostsAt(wanted, hosts);
  const port = wanted.port ?? (module && modulePort(module));
  const only = wanted.port === undefined && there.length === 1 ? there[0] : undefined;
  return there.find((host) => host.port === port) ?? only;
}

/** Hosts whose BMCs share an address, whatever their ports are. */
function hostsAt({ address }: Address, hosts: ReadonlyMap<string, Host>): readonly Host[] {
  const wanted = canonicalIp(address).toLowerCase();
  return [...hosts.values()].filter((host) => host.address.toLowerCase() === wanted);
}

/** The host under the module and auth of a probe: the same BMC, except that a port fits one protocol only. */
function polledAs(
  host: Host,
  { module = host.module, auth = host.auth }: ProbeQuery,
  { modules }: Pick<Config, "modules">,
): Host {
  if (module === host.module && auth === host.auth) return host;
  const [from, to] = [modules.get(host.module), modules.get(module)];
  const otherProtocol = from && to && usesRedfish(from) !== usesRedfish(to);
  return { ...host, module, auth, ...(otherProtocol && { port: modulePort(to) }) };
}

const usesRedfish = ({ protocol }: ModuleConfig): boolean => protocol === "redfish";

/** Largest inventory in which a similar name is searched: each comparison takes microseconds, and polls wait. */
const MAX_GUESSED = 1000;
/** Hosts named in a refusal. */
const MAX_NAMED = 5;

function guessOf(target: string, hosts: ReadonlyMap<string, Host>): string {
  const near = hosts.size <= MAX_GUESSED ? nearest(target, hosts.keys()) : undefined;
  return near === undefined ? "" : `; did you mean "${near}"?`;
}

function configured<T>(what: string, name: string, known: ReadonlyMap<string, T>): T {
  const found = known.get(name);
  if (found !== undefined) return found;
  const names = [...known.keys()];
  const near = nearest(name, names);
  throw new ProbeRefused(
    400,
    `no ${what} is named "${name}"; ${near ? `did you mean "${near}"?` : `known: ${names.join(", ")}`}`,
  );
}

function parsed(target: string): Address | undefined {
  try {
    return parseAddress(target);
  } catch {
    return undefined;
  }
}

async function resolved(address: string, signal: AbortSignal | undefined, guess: string): Promise<string> {
  if (isIP(address)) return address;
  try {
    return await resolveAddress(address, signal);
  } catch (error) {
    // The same status as for an address that is not allowed: the exporter is no name server for strangers.
    if (error instanceof IpmiError)
      throw new ProbeRefused(
        403,
        `target ${quoted(formatAddress({ address }))} is not in the inventory, and its name does not resolve${guess}`,
      );
    throw error;
  }
}
