import type { Config } from "../config/index.ts";
import { nearest } from "../lib/index.ts";
import { bmcAddress, type Host } from "../model/index.ts";
import { formatAddress } from "./address.ts";
import { type Candidate, hostOf } from "./candidate.ts";

/**
 * Joins what the sources tell, in their order, into one host per name and per BMC. The earlier source
 * wins where they disagree; what a later one adds is taken. What is left out is told to `warn`.
 */
export function mergeCandidates(
  candidates: Iterable<Candidate>,
  config: Pick<Config, "modules" | "auths">,
  warn: (message: string) => void,
): Map<string, Host> {
  const first = new Map<string, Candidate>();
  const owners = new Map<string, Candidate>();
  const hosts = new Map<string, Host>();
  for (const candidate of candidates) {
    const leaveOut = (why: string): void => warn(`${candidate.origin}: ${candidate.name} left out: ${why}`);
    const known = first.get(candidate.name);
    const module = config.modules.get((known ?? candidate).module);
    const unknown = known ? undefined : unknownName(candidate, config);
    if (!module || unknown !== undefined) {
      leaveOut(unknown ?? `no module is named "${candidate.module}"`);
      continue;
    }
    const host = hostOf(candidate, module);
    const owner = owners.get(bmcAddress(host));
    if (known && known !== owner) {
      leaveOut(`at ${formatAddress(candidate)} here, at ${formatAddress(known)} in ${known.origin}`);
    } else if (owner && !known) {
      leaveOut(`has the BMC of ${owner.name} of ${owner.origin}, ${formatAddress(candidate)}`);
    } else {
      const before = hosts.get(candidate.name) ?? host;
      hosts.set(candidate.name, {
        ...before,
        place: { ...host.place, ...before.place },
        labels: { ...host.labels, ...before.labels },
      });
      if (known) continue;
      first.set(candidate.name, candidate);
      owners.set(bmcAddress(host), candidate);
    }
  }
  return hosts;
}

function unknownName(candidate: Candidate, config: Pick<Config, "modules" | "auths">): string | undefined {
  const check = (kind: string, name: string, known: ReadonlyMap<string, unknown>): string | undefined => {
    if (known.has(name)) return undefined;
    const near = nearest(name, known.keys());
    return `no ${kind} is named "${name}"${near === undefined ? "" : `; did you mean "${near}"?`}`;
  };
  return check("module", candidate.module, config.modules) ?? check("auth", candidate.auth, config.auths);
}
