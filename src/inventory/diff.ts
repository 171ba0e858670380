import type { Host } from "../model/index.ts";

/** Difference between two inventories. */
export interface InventoryDiff {
  readonly added: readonly Host[];
  readonly removed: readonly Host[];
  readonly changed: readonly { readonly before: Host; readonly after: Host }[];
}

type Hosts = ReadonlyMap<string, Host>;

export function diffInventories(before: Hosts, after: Hosts): InventoryDiff {
  const added: Host[] = [];
  const changed: { before: Host; after: Host }[] = [];
  for (const host of after.values()) {
    const old = before.get(host.name);
    if (!old) added.push(host);
    else if (!sameHost(old, host)) changed.push({ before: old, after: host });
  }
  const removed = [...before.values()].filter(({ name }) => !after.has(name));
  return { added, removed, changed };
}

export function isEmptyDiff(diff: InventoryDiff): boolean {
  return diff.added.length === 0 && diff.removed.length === 0 && diff.changed.length === 0;
}

/** Whether two hosts are equal; the order of labels is ignored. */
function sameHost(a: Host, b: Host): boolean {
  return (
    a.name === b.name &&
    a.address === b.address &&
    a.port === b.port &&
    a.module === b.module &&
    a.auth === b.auth &&
    sameRecord(a.place, b.place) &&
    sameRecord(a.labels, b.labels)
  );
}

function sameRecord(a: object, b: object): boolean {
  const left = Object.entries(a).filter(([, value]) => value !== undefined);
  const right = new Map(Object.entries(b).filter(([, value]) => value !== undefined));
  return left.length === right.size && left.every(([key, value]) => right.get(key) === value);
}
