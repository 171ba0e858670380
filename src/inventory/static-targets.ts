import { type Config, ConfigError, type ConfigProblem, type TargetConfig } from "../config/index.ts";
import { bmcAddress, type Host, PLACE_LABELS, type Place } from "../model/index.ts";
import { formatAddress, parseAddress, portProblem, quoted } from "./address.ts";
import { type Candidate, hostOf } from "./candidate.ts";
import { expandHostList, MAX_HOSTS } from "./host-list.ts";
import { fillPattern, type Pattern, type PatternContext, parsePattern, repeats } from "./pattern.ts";

/** Errors that are reported: a pattern that is wrong for one host is mostly wrong for all. */
const MAX_PROBLEMS = 50;

/** The hosts of `targets`, in order. Throws a ConfigError with their errors. */
export function buildInventory(config: Config): Host[] {
  return [...staticHosts(config).values()];
}

/** The same with their origin, for merging with discovered hosts. */
export function staticCandidates(config: Config): Candidate[] {
  return [...staticHosts(config).keys()];
}

function staticHosts(config: Config): ReadonlyMap<Candidate, Host> {
  const problems: ConfigProblem[] = [];
  const all = new Map<Candidate, Host>();
  const names = new Map<string, Candidate>();
  const addresses = new Map<string, Candidate>();
  for (const target of config.targets) {
    const say = (key: string, message: string): void => {
      problems.push(config.source.problem(["targets", target.index, key], message));
    };
    for (const candidate of expandTarget(target, MAX_HOSTS - all.size, say)) {
      const module = config.modules.get(candidate.module);
      if (!module) {
        say("module", `no module is named "${candidate.module}"`);
        continue;
      }
      const port = portProblem(candidate, module);
      if (port !== undefined) say("address", port);
      const host = hostOf(candidate, module);
      const namesake = names.get(candidate.name);
      const neighbour = addresses.get(bmcAddress(host));
      if (namesake) say("hosts", `${candidate.name} is already in ${describe(namesake, candidate)}`);
      else if (neighbour) {
        const address = formatAddress(candidate);
        say("address", `${candidate.name} and ${neighbour.name} of ${neighbour.origin} have the same BMC, ${address}`);
      } else {
        names.set(candidate.name, candidate);
        addresses.set(bmcAddress(host), candidate);
        all.set(candidate, host);
      }
    }
  }
  if (problems.length > 0) throw new ConfigError(problems.slice(0, MAX_PROBLEMS));
  return all;
}

function describe(first: Candidate, second: Candidate): string {
  return first.origin === second.origin ? "this entry" : first.origin;
}

type Say = (key: string, message: string) => void;

function expandTarget(target: TargetConfig, room: number, say: Say): Candidate[] {
  const hosts = attempt(() => target.hosts.flatMap((list) => expandHostList(list, room)), "hosts", say) ?? [];
  if (hosts.length > room) {
    say("hosts", `more than ${MAX_HOSTS} hosts`);
    return [];
  }
  const parsed = (key: string, text: string | undefined): Pattern | undefined =>
    text === undefined ? undefined : attempt(() => parsePattern(text), key, say);

  const address = parsed("address", target.address);
  const place = PLACE_LABELS.map((key) => [key, parsed(key, target.place[key])] as const);
  const labels = Object.entries(target.labels).map(([key, text]) => [key, parsed("labels", text)] as const);
  if (address && repeats(address, hosts.length)) {
    say("address", `${quoted(target.address)} has fewer numbers than there are hosts (${hosts.length})`);
    return [];
  }
  const contexts = hosts.map((host, index) => ({ ...host, index, count: hosts.length }));
  const rack = place.find(([key]) => key === "rack")?.[1];
  const inRack = attempt(() => countWithinRacks(contexts, rack), "rack", say) ?? contexts;

  return contexts.flatMap((context, i) => {
    const fill = (key: string, pattern: Pattern | undefined): string | undefined =>
      pattern && attempt(() => fillPattern(pattern, (key === "position" && inRack[i]) || context), key, say);
    const filled = fill("address", address);
    const where = filled === undefined ? undefined : attempt(() => parseAddress(filled), "address", say);
    if (!where) return [];
    return [
      {
        name: context.name,
        ...where,
        module: target.module,
        auth: target.auth,
        place: present(place.map(([key, pattern]) => [key, fill(key, pattern)] as const)) as Place,
        labels: present(labels.map(([key, pattern]) => [key, fill("labels", pattern)] as const)),
        origin: `targets[${target.index}]`,
      },
    ];
  });
}

/** Position patterns count the hosts of each rack from the start. */
function countWithinRacks(contexts: readonly PatternContext[], rack: Pattern | undefined): readonly PatternContext[] {
  if (!rack) return contexts;
  const racks = contexts.map((context) => fillPattern(rack, context));
  const counts = new Map<string, number>();
  for (const name of racks) counts.set(name, (counts.get(name) ?? 0) + 1);
  const seen = new Map<string, number>();
  return contexts.map((context, i) => {
    const name = racks[i] ?? "";
    const index = seen.get(name) ?? 0;
    seen.set(name, index + 1);
    return { ...context, index, count: counts.get(name) ?? 0 };
  });
}

function present(entries: readonly (readonly [string, string | undefined])[]): Record<string, string> {
  return Object.fromEntries(entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
}

function attempt<T>(make: () => T, key: string, say: Say): T | undefined {
  try {
    return make();
  } catch (error) {
    say(key, error instanceof Error ? error.message : String(error));
    return undefined;
  }
}
