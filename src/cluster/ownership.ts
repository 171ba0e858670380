import { rendezvous } from "../inventory/index.ts";
import type { ClusterState } from "./records.ts";

/** The servers that share the hosts: alive and not drained. Sorted. */
export function targetView({ servers, drained }: ClusterState): readonly string[] {
  return [...servers.keys()].filter((name) => !drained.has(name)).sort();
}

export function isSameView(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}

/**
 * Which hosts a server may poll.
 *
 * A server publishes the view (the set of servers) among which it has distributed the hosts. Publishing a view is a
 * claim to each host that is its own in that view. A host may be polled by a server
 *
 * 1. that owns it in the target view,
 * 2. that has claimed it by its published view, and
 * 3. while no other living server claims it.
 *
 * Two servers that claim the same host both see the claim of the other, because each publishes first and reads
 * afterwards; so at most one of them polls it. A server publishes a new view only after it has given up the hosts that
 * are not its own in it, so the claims of the living end one after the other, and those of a dead server end with its
 * lease.
 *
 * @param claims the views that the server has published: the one in `state`, and those of writes whose answer was lost
 */
export function pollable(
  state: ClusterState,
  name: string,
  claims: readonly (readonly string[])[],
): (hostName: string) => boolean {
  const target = targetView(state);
  const owner = rendezvous(target);
  // In the target view every host has one owner, so its claims need no comparison with the owner.
  const own = claims.filter((view) => !isSameView(view, target)).map(rendezvous);
  const others: { readonly name: string; readonly claimant: (hostName: string) => string | undefined }[] = [];
  for (const [other, { view }] of state.servers)
    if (other !== name && !isSameView(view, target)) others.push({ name: other, claimant: rendezvous(view) });
  return (hostName) =>
    claims.length > 0 &&
    owner(hostName) === name &&
    own.every((claimant) => claimant(hostName) === name) &&
    others.every((other) => other.claimant(hostName) !== other.name);
}

/** The server that polls a host, or will poll it as soon as the previous owner has given it up. */
export function ownerIn(state: ClusterState): (hostName: string) => string | undefined {
  return rendezvous(targetView(state));
}
