import type { Config } from "../config/index.ts";
import { nearest } from "../lib/index.ts";
import { bmcAddress, type Host } from "../model/index.ts";
import { formatAddress, portProblem, quoted } from "./address.ts";
import { type Candidate, hostOf } from "./candidate.ts";
import type { Rejection, RejectionReason } from "./rejection.ts";

/**
 * Merges the candidates of all sources, in their order, into one host per name and per BMC. If sources disagree, the
 * earlier one wins; labels that only a later one has are added.
 */
export function mergeCandidates(
  candidates: Iterable<Candidate>,
  config: Pick<Config, "modules" | "auths">,
  reject: (rejection: Rejection) => void,
): Map<string, Host> {
  const first = new Map<string, Candidate>();
  const owners = new Map<string, Candidate>();
  const hosts = new Map<string, Host>();
  for (const candidate of candidates) {
    const rejected = (reason: RejectionReason, detail: string): void =>
      reject({ source: candidate.origin, entry: candidate.name, reason, detail });
    const known = first.get(candidate.name);
    const module = config.modules.get((known ?? candidate).module);
    if (!module) {
      rejected("unknown_module", unknown("module", candidate.module, config.modules));
      continue;
    }
    if (!known && !config.auths.has(candidate.auth)) {
      rejected("unknown_auth", unknown("auth", candidate.auth, config.auths));
      continue;
    }
    const port = portProblem(candidate, module);
    if (port !== undefined) {
      rejected("invalid_address", port);
      continue;
    }
    const host = hostOf(candidate, module);
    const owner = owners.get(bmcAddress(host));
    if (known && known !== owner) {
      rejected("duplicate_name", `at ${formatAddress(candidate)} here, at ${formatAddress(known)} in ${known.origin}`);
    } else if (owner && !known) {
      rejected("duplicate_bmc", `has the BMC of ${owner.name} of ${owner.origin}, ${formatAddress(candidate)}`);
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

function unknown(kind: string, name: string, known: ReadonlyMap<string, unknown>): string {
  const near = nearest(name, known.keys());
  return `no ${kind} is named ${quoted(name)}${near === undefined ? "" : `; did you mean "${near}"?`}`;
}
