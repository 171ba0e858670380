import { foldHosts, type HostGroups, SelectorError, selectHosts } from "../inventory/index.ts";
import type { Host } from "../model/index.ts";

/** One entry of `operate.protect`. */
export interface Protection {
  readonly hosts: string;
  readonly actions: readonly string[];
}

/**
 * Why an action on hosts is refused; undefined if no protection forbids it.
 *
 * @param all the inventory
 * @throws SelectorError for an invalid selector of a protection: then it is not known what it protects
 */
export function protectionProblem(
  action: string,
  selected: readonly Host[],
  all: readonly Host[],
  protections: readonly Protection[],
  groups: HostGroups,
): string | undefined {
  const chosen = new Set(selected.map(({ name }) => name));
  for (const { hosts, actions } of protections) {
    if (!actions.includes(action)) continue;
    const forbidden = protectedHosts(all, hosts, groups).filter(({ name }) => chosen.has(name));
    if (forbidden.length > 0)
      return `operate.protect forbids ${action} for ${foldHosts(forbidden.map(({ name }) => name))} (${hosts}); exclude them, or give --override-protection REASON`;
  }
  return undefined;
}

function protectedHosts(all: readonly Host[], selector: string, groups: HostGroups): readonly Host[] {
  try {
    return selectHosts(all, selector, groups);
  } catch (error) {
    if (error instanceof SelectorError) throw new SelectorError(`operate.protect: "${selector}": ${error.message}`);
    throw error;
  }
}
