import { isIP } from "node:net";
import { type Config, cidrMatcher } from "../config/index.ts";
import { formatAddress, parseAddress } from "../inventory/index.ts";
import { IpmiError, resolveAddress } from "../ipmi/index.ts";
import { nearest } from "../lib/index.ts";
import type { Host } from "../model/index.ts";
import { ProbeRefused } from "../web/index.ts";

export interface ProbeQuestion {
  /** A host's name, or the address of a BMC. */
  readonly target: string;
  readonly module?: string;
  readonly auth?: string;
  readonly signal?: AbortSignal;
}

/**
 * The host a probe is about: one of the inventory, by its name or its BMC's address, or else a BMC whose
 * address `probe.allow` lists. A name is resolved once, so that the address that was allowed is the one
 * that is asked.
 *
 * @throws ProbeRefused 400 for names nobody has, 403 for targets that are not allowed
 */
export async function probeTarget(
  question: ProbeQuestion,
  config: Config,
  hosts: ReadonlyMap<string, Host>,
): Promise<Host> {
  const { target } = question;
  if (question.module !== undefined) refuseUnknown("module", question.module, config.modules.keys());
  if (question.auth !== undefined) refuseUnknown("auth", question.auth, config.auths.keys());
  const address = parsed(target);
  const known = knownHost(target, hosts);
  if (known) {
    const { module = known.module, auth = known.auth } = question;
    return module === known.module && auth === known.auth ? known : { ...known, module, auth };
  }
  const guess = guessOf(target, hosts);
  if (!address)
    throw new ProbeRefused(400, `target "${target}" is neither a host of the inventory nor an address${guess}`);
  // Nothing would be allowed, whatever the name means: a name server that is slow would only hold up threads.
  if (config.probe.allow.length === 0 && !isIP(address.address)) {
    const remedy = config.foreign
      ? "start lightsout with --probe.allow and the network of your BMCs"
      : "add it to targets, or its network to probe.allow";
    throw new ProbeRefused(
      403,
      `target "${target}" is not in the inventory and probe.allow is empty; ${remedy}${guess}`,
    );
  }
  const ip = await resolved(address.address, question.signal, guess);
  if (!cidrMatcher(config.probe.allow)(ip)) {
    const resolvedTo = ip === address.address ? "" : ` (${ip})`;
    const remedy = config.foreign
      ? `start lightsout with --probe.allow=${ip}/${isIP(ip) === 6 ? 128 : 32}, or with the network of your BMCs`
      : "add it to targets, or its network to probe.allow";
    const message = `target "${target}"${resolvedTo} is not in the inventory and no network of probe.allow holds it; ${remedy}`;
    throw new ProbeRefused(403, message);
  }
  const { module = "default", auth = "default" } = question;
  if (!config.auths.has(auth))
    throw new ProbeRefused(
      400,
      `no auth is named "${auth}"; give auth=, one of: ${[...config.auths.keys()].join(", ")}`,
    );
  return { name: target, address: ip, port: address.port, module, auth, place: {}, labels: {} };
}

/** The host of the inventory that a target means: by its name, or by the address of its BMC. */
export function knownHost(target: string, hosts: ReadonlyMap<string, Host>): Host | undefined {
  const address = parsed(target);
  return hosts.get(target) ?? (address && findByAddress(hosts, address));
}

/** Names compared with a misspelt one: comparing takes microseconds each, and polls wait meanwhile. */
const MAX_GUESSED = 1000;

function guessOf(target: string, hosts: ReadonlyMap<string, Host>): string {
  const near = hosts.size <= MAX_GUESSED ? nearest(target, hosts.keys()) : undefined;
  return near === undefined ? "" : `; did you mean "${near}"?`;
}

function refuseUnknown(what: string, name: string, known: Iterable<string>): void {
  const names = [...known];
  if (names.includes(name)) return;
  const near = nearest(name, names);
  throw new ProbeRefused(
    400,
    `no ${what} is named "${name}"; ${near ? `did you mean "${near}"?` : `known: ${names.join(", ")}`}`,
  );
}

type Address = { readonly address: string; readonly port?: number };

function parsed(target: string): Address | undefined {
  try {
    return parseAddress(target);
  } catch {
    return undefined;
  }
}

function findByAddress(hosts: ReadonlyMap<string, Host>, wanted: Address): Host | undefined {
  for (const host of hosts.values()) {
    if (host.address === wanted.address && (wanted.port === undefined || wanted.port === (host.port ?? 623)))
      return host;
  }
  return undefined;
}

async function resolved(address: string, signal: AbortSignal | undefined, guess: string): Promise<string> {
  if (isIP(address)) return address;
  try {
    return await resolveAddress(address, signal);
  } catch (error) {
    // Not told apart from a target that is not allowed: the exporter is not a name server for strangers.
    if (error instanceof IpmiError)
      throw new ProbeRefused(
        403,
        `target "${formatAddress({ address })}" is not in the inventory, and its name is not resolved${guess}`,
      );
    throw error;
  }
}
