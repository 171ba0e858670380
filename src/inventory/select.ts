import { matchesWildcard, nearest } from "../lib/index.ts";
import { type Host, PLACE_LABELS } from "../model/index.ts";
import { foldHosts } from "./fold.ts";
import { expandHosts, splitList } from "./host-list.ts";

/** A selector that is invalid or matches nothing. */
export class SelectorError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SelectorError";
  }
}

/** Named selectors of the configuration, for `@name`. */
export type HostGroups = ReadonlyMap<string, string>;

const NO_GROUPS: HostGroups = new Map();

/**
 * The hosts that a selector matches, in the order of the inventory. Terms are separated by commas:
 *
 *   node[001-040], login1   hosts by name; each must exist
 *   node*                   hosts by pattern
 *   @gpu                    hosts of a group
 *   rack=r12, rack=r[1-4]   value of a label; of several terms of one label any may match
 *   rack!=r12               not this value
 *   -login1, -@gpu, -rack=r3  not these hosts; beside terms that select
 *
 * Terms of different labels, and names with groups, must all match. An empty selector or `all` matches every host.
 *
 * @throws SelectorError for an unknown host, label or group, so that a typing error is not taken for "none", and for
 *   groups that contain each other
 */
export function selectHosts(hosts: Iterable<Host>, selector: string, groups: HostGroups = NO_GROUPS): Host[] {
  const all = [...hosts];
  if (selector.trim() === "" || selector.trim() === "all") return all;
  return selectTerms(all, selector, groups, []);
}

/** @param inside names of the groups that are being resolved */
function selectTerms(all: readonly Host[], selector: string, groups: HostGroups, inside: readonly string[]): Host[] {
  const tests = new Map<string, ((host: Host) => boolean)[]>();
  const names: string[] = [];
  const named = new Set<string>();
  const removed = new Set<string>();
  let hasNames = false;
  let selects = false;
  for (const term of attempt(() => splitList(selector))) {
    if (term.startsWith("-")) {
      for (const { name } of selectTerms(all, term.slice(1).trim(), groups, inside)) removed.add(name);
      continue;
    }
    selects = true;
    if (term.startsWith("@")) {
      hasNames = true;
      for (const { name } of hostsOfGroup(all, term.slice(1), groups, inside)) named.add(name);
      continue;
    }
    const match = /^([^=!]*)(!?=)(.*)$/.exec(term);
    if (!match) {
      hasNames = true;
      if (term === "all") for (const { name } of all) named.add(name);
      else names.push(term);
      continue;
    }
    const [, label = "", operator, value = ""] = match;
    knownLabel(label.trim(), all);
    const matches = valueTest(value.trim());
    // All exclusions must match, so each has its own group.
    const group = operator === "=" ? label.trim() : `${tests.size} ${term}`;
    const test = (host: Host): boolean => matches(labelOf(host, label.trim()) ?? "") === (operator === "=");
    tests.set(group, [...(tests.get(group) ?? []), test]);
  }
  if (!selects) throw new SelectorError(`"${selector.trim()}" only removes hosts; write all,${selector.trim()}`);
  if (names.length > 0) for (const name of namesOf(names, all)) named.add(name);
  return all.filter(
    (host) =>
      (!hasNames || named.has(host.name)) &&
      !removed.has(host.name) &&
      [...tests.values()].every((group) => group.some((test) => test(host))),
  );
}

function hostsOfGroup(all: readonly Host[], name: string, groups: HostGroups, inside: readonly string[]): Host[] {
  const selector = groups.get(name);
  if (selector === undefined) {
    const near = nearest(name, groups.keys());
    const known = groups.size === 0 ? "the configuration has no groups" : `known: ${[...groups.keys()].join(", ")}`;
    throw new SelectorError(`no group is named "${name}"; ${near ? `did you mean "@${near}"?` : known}`);
  }
  if (inside.includes(name))
    throw new SelectorError(`groups contain each other: ${[...inside, name].map((one) => `@${one}`).join(" -> ")}`);
  return selectTerms(all, selector, groups, [...inside, name]);
}

/** The value of a label of a host, as used by selectors and lists. */
function labelOf(host: Host, label: string): string | undefined {
  switch (label) {
    case "host":
      return host.name;
    case "address":
    case "module":
    case "auth":
      return host[label];
    default: {
      const place = PLACE_LABELS.find((key) => key === label);
      if (place) return host.place[place];
      return Object.hasOwn(host.labels, label) ? host.labels[label] : undefined;
    }
  }
}

function knownLabel(label: string, hosts: readonly Host[]): void {
  const known = new Set<string>(["host", "address", "module", "auth", ...PLACE_LABELS]);
  if (known.has(label)) return;
  for (const host of hosts) for (const key of Object.keys(host.labels)) known.add(key);
  if (known.has(label)) return;
  const near = nearest(label, known);
  throw new SelectorError(
    `no host has a label "${label}"; ${near ? `did you mean "${near}"?` : `known: ${[...known].join(", ")}`}`,
  );
}

function namesOf(terms: readonly string[], hosts: readonly Host[]): Set<string> {
  const known = new Set(hosts.map(({ name }) => name));
  const picked = new Set<string>();
  const missing: string[] = [];
  for (const term of terms) {
    if (/[*?]/.test(term)) {
      const matches = valueTest(term);
      const found = [...known].filter(matches);
      if (found.length === 0) missing.push(term);
      for (const name of found) picked.add(name);
    } else {
      for (const name of attempt(() => expandHosts(term))) {
        if (known.has(name)) picked.add(name);
        else missing.push(name);
      }
    }
  }
  if (missing.length > 0) throw new SelectorError(noSuchHost(missing, known));
  return picked;
}

function noSuchHost(missing: readonly string[], known: ReadonlySet<string>): string {
  const [only] = missing;
  const near = missing.length === 1 && only !== undefined ? nearest(only, known) : undefined;
  const names = missing.every((name) => !/[*?]/.test(name)) ? foldHosts(missing) : missing.join(",");
  return `no host in the inventory is named ${names}${near ? `; did you mean ${near}?` : ""}`;
}

/** Matches exact text, * and ?, or a folded list. */
function valueTest(value: string): (text: string) => boolean {
  if (/[*?]/.test(value)) return (text) => matchesWildcard(value, text);
  if (!value.includes("[")) return (text) => text === value;
  const values = new Set(attempt(() => expandHosts(value)));
  return (text) => values.has(text);
}

function attempt<T>(make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw new SelectorError(cause instanceof Error ? cause.message : String(cause));
  }
}
