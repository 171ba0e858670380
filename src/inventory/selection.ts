import type { Host } from "../model/index.ts";
import { expandHosts, splitList } from "./host-list.ts";
import { type HostGroups, SelectorError, selectHosts } from "./select.ts";

/** What a person selects on the command line; the parts must all match. */
export interface SelectionRequest {
  /** Selectors, e.g. the argument, the lines of standard input, or those of a file. Hosts of any of them are selected. */
  readonly selectors: readonly string[];
  /** Further terms that must match, e.g. `rack=r12` of a shortcut. */
  readonly terms?: readonly string[];
  /** Selectors of hosts that are removed. */
  readonly exclude?: readonly string[];
}

/**
 * The hosts of a selection on which something is done. Stricter than `selectHosts`: an empty selection is never "all".
 *
 * @throws SelectorError for an empty selector, an unknown name, a name in two spellings, and a selection of no hosts
 */
export function selectForAction(
  hosts: Iterable<Host>,
  { selectors, terms = [], exclude = [] }: SelectionRequest,
  groups?: HostGroups,
): Host[] {
  const all = [...hosts];
  const given = selectors.map((selector) => selector.trim());
  if (given.length + terms.length === 0 || given.includes(""))
    throw new SelectorError('no hosts are selected; give e.g. node[001-040], rack=r12, @group, or "all"');
  for (const selector of given) refuseTwoSpellings(selector);
  const named = given.length === 0 ? all : unionOf(all, given, groups);
  const fitting = terms.length === 0 ? named : selectHosts(all, terms.join(","), groups).filter(among(named));
  const removed = exclude.length === 0 ? [] : unionOf(all, exclude, groups);
  const isRemoved = among(removed);
  const selected = fitting.filter((host) => !isRemoved(host));
  if (selected.length === 0) {
    const what = [...given, ...terms, ...exclude.map((one) => `-${one}`)].join(",");
    throw new SelectorError(`no host matches ${what}; lightsout hosts lists them`);
  }
  return selected;
}

/** The hosts of any of the selectors, in the order of the inventory. */
function unionOf(all: readonly Host[], selectors: readonly string[], groups: HostGroups | undefined): readonly Host[] {
  const [only, ...others] = selectors;
  if (only !== undefined && others.length === 0) return selectHosts(all, only, groups);
  // Plain names, e.g. 10,000 lines of a file, are one list.
  const plain = selectors.filter((selector) => /^[^=@*?-]/.test(selector) && !/[=@*?]|,\s*-/.test(selector));
  const rest = selectors.filter((selector) => !plain.includes(selector));
  const joined = plain.length === 0 ? rest : [plain.join(","), ...rest];
  const found = new Set(joined.flatMap((selector) => selectHosts(all, selector, groups)));
  return all.filter((host) => found.has(host));
}

const among = (hosts: readonly Host[]): ((host: Host) => boolean) => {
  const set = new Set(hosts);
  return (host) => set.has(host);
};

/** n1 and n01 in one selector are a typing error: one of them is another host. */
function refuseTwoSpellings(selector: string): void {
  const spellings = new Map<string, string>();
  for (const term of splitTerms(selector)) {
    if (/^[-@]|[=*?]/.test(term) || term === "all") continue;
    for (const name of expanded(term)) {
      const plain = name.replaceAll(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, ""));
      const other = spellings.get(plain);
      if (other !== undefined && other !== name)
        throw new SelectorError(`${other} and ${name} differ only in leading zeros; write the one of the inventory`);
      spellings.set(plain, name);
    }
  }
}

/** Errors of the list are reported by `selectHosts`. */
function splitTerms(selector: string): readonly string[] {
  try {
    return splitList(selector);
  } catch {
    return [];
  }
}

function expanded(term: string): readonly string[] {
  try {
    return expandHosts(term);
  } catch {
    return [];
  }
}
