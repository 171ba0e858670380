import type { Host } from "../model/index.ts";

export interface StaggerOptions {
  /** Hosts of one group that start together. */
  readonly batch: number;
  /** Time between two batches of a group. */
  readonly gapMs: number;
  /** Hosts per second, of all groups together. */
  readonly totalPerSecond?: number;
  /** The group of a host, e.g. its rack. */
  readonly groupOf: (host: Host) => string;
}

/** When each host starts, so that the inrush currents of a group do not add up. */
export interface Stagger {
  /** Ms after the begin. */
  readonly startsAt: ReadonlyMap<Host, number>;
  readonly groups: number;
  /** Start of the last host. */
  readonly lastMs: number;
}

/** Plans staggered starts: batches in each group, and at most `totalPerSecond` hosts per second in total. */
export function stagger(hosts: readonly Host[], options: StaggerOptions): Stagger {
  const { batch, gapMs, totalPerSecond, groupOf } = options;
  const counts = new Map<string, number>();
  const planned = hosts.map((host) => {
    const group = groupOf(host);
    const n = counts.get(group) ?? 0;
    counts.set(group, n + 1);
    return { host, group, at: Math.floor(n / batch) * gapMs };
  });
  const startsAt = new Map<Host, number>();
  const stepMs = totalPerSecond === undefined ? 0 : 1000 / totalPerSecond;
  // A host that the total delays must not come closer to the next batch of its group.
  const delays = new Map<string, number>();
  let free = 0;
  for (const { host, group, at } of planned.sort((a, b) => a.at - b.at)) {
    const start = Math.max(at + (delays.get(group) ?? 0), free);
    if (start > at) delays.set(group, start - at);
    startsAt.set(host, Math.round(start));
    free = start + stepMs;
  }
  const lastMs = [...startsAt.values()].reduce((latest, at) => Math.max(latest, at), 0);
  return { startsAt, groups: counts.size, lastMs };
}
