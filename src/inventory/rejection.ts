/** Why an entry of a discovery source is not polled. */
export type RejectionReason =
  | "invalid_address"
  | "invalid_name"
  | "unknown_module"
  | "unknown_auth"
  | "duplicate_name"
  | "duplicate_bmc";

/** An entry of a discovery source that is not polled. */
export interface Rejection {
  /** The file, or the entry of `http_sd`. */
  readonly source: string;
  /** The host, or the target if it makes no valid host. */
  readonly entry: string;
  readonly reason: RejectionReason;
  /** What is wrong, for a person. */
  readonly detail: string;
}

export interface RejectionCount {
  readonly source: string;
  readonly reason: RejectionReason;
  readonly count: number;
}

/** Pairs of source and reason that are counted separately; those with the fewest entries are summed beyond this. */
const MAX_PAIRS = 100;
const OTHER_SOURCES = "other sources";

export function rejectionText({ source, entry, detail }: Rejection): string {
  return `${source}: ${entry} rejected: ${detail}`;
}

/** Rejections by source and reason, most first. */
export function countRejections(rejections: readonly Rejection[]): readonly RejectionCount[] {
  const counts = new Map<string, RejectionCount>();
  const add = ({ source, reason }: Pick<Rejection, "source" | "reason">, more: number): void => {
    const key = `${reason} ${source}`;
    counts.set(key, { source, reason, count: (counts.get(key)?.count ?? 0) + more });
  };
  for (const rejection of rejections) add(rejection, 1);
  const sorted = [...counts.values()].sort((a, b) => b.count - a.count);
  if (sorted.length <= MAX_PAIRS) return sorted;
  counts.clear();
  for (const { reason, count } of sorted.slice(MAX_PAIRS)) add({ source: OTHER_SOURCES, reason }, count);
  return [...sorted.slice(0, MAX_PAIRS), ...counts.values()];
}
