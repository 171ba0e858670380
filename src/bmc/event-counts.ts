import type { EventCounters, EventSeverity, LogEntry, MemoryErrorKind } from "../model/index.ts";

type Direction = LogEntry["direction"];

/**
 * Maximum number of counters of one host, by kind, event and direction, and by DIMM and kind. Boards have a few dozen.
 * Further combinations are counted by severity only.
 */
export const MOST_COUNTERS = 1000;

/** Counts the events of one host. Counts never decrease. */
export class EventCounts {
  readonly #severity: Record<EventSeverity, number> = {
    ok: 0,
    warning: 0,
    critical: 0,
    non_recoverable: 0,
    unknown: 0,
  };
  /** Absent while nothing was counted. */
  #records: Map<string, { kind: string; event: string; direction: Direction; count: number }> | undefined;
  readonly #memory: Record<MemoryErrorKind, number> = { correctable: 0, uncorrectable: 0, logging_limit: 0 };
  /** Absent on most hosts, which have no errors. */
  #dimms: Map<string, { dimm: string; kind: MemoryErrorKind; count: number }> | undefined;

  #snapshot: EventCounters | undefined;

  /** @param memoryError set if the event reports that a memory error happened, not that it ended */
  add(entry: LogEntry, memoryError?: MemoryErrorKind): void {
    const { kind, event, direction, severity, dimm } = entry;
    this.#snapshot = undefined;
    if (direction === "asserted") this.#severity[severity]++;
    const key = `${kind}|${event}|${direction}`;
    this.#records ??= new Map();
    const record = this.#records.get(key);
    if (record) record.count++;
    else if (this.#records.size < MOST_COUNTERS) this.#records.set(key, { kind, event, direction, count: 1 });
    if (!memoryError || direction !== "asserted") return;
    this.#memory[memoryError]++;
    if (dimm === undefined) return;
    const dimmKey = `${dimm}|${memoryError}`;
    this.#dimms ??= new Map();
    const errors = this.#dimms.get(dimmKey);
    if (errors) errors.count++;
    else if (this.#dimms.size < MOST_COUNTERS) this.#dimms.set(dimmKey, { dimm, kind: memoryError, count: 1 });
  }

  /** Restores the counts of an earlier run. */
  restore(counts: EventCounters): void {
    this.#snapshot = undefined;
    take(this.#severity, counts.bySeverity);
    take(this.#memory, counts.memoryErrors);
    for (const { kind, event, direction, count } of counts.records) {
      const way = direction === "deasserted" ? direction : "asserted";
      this.#records ??= new Map();
      this.#records.set(`${kind}|${event}|${way}`, { kind, event, direction: way, count });
    }
    for (const { dimm, kind, count } of counts.dimmErrors) {
      this.#dimms ??= new Map();
      this.#dimms.set(`${dimm}|${kind}`, { dimm, kind, count });
    }
  }

  /** A copy of the current counts; the same object until something is counted. */
  snapshot(): EventCounters {
    this.#snapshot ??= {
      bySeverity: { ...this.#severity },
      records: [...(this.#records?.values() ?? [])].map((r) => ({ ...r })),
      memoryErrors: { ...this.#memory },
      dimmErrors: [...(this.#dimms?.values() ?? [])].map((d) => ({ ...d })),
    };
    return this.#snapshot;
  }
}

/** Restores the counts with known names: a file may have others, or only some of them. */
function take<K extends string>(counts: Record<K, number>, saved: Readonly<Partial<Record<K, number>>>): void {
  for (const name of Object.keys(counts) as K[]) counts[name] = saved[name] ?? counts[name];
}

/**
 * True for counts as an earlier run saved them. They are exported unchanged, and a wrong counter would stay wrong.
 */
export function isSavedCounts(value: unknown): value is EventCounters {
  return (
    isObject(value) &&
    isCounts(value.bySeverity) &&
    isCounts(value.memoryErrors) &&
    isRows(value.records, ["kind", "event"]) &&
    isRows(value.dimmErrors, ["dimm", "kind"])
  );
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

export const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isCounts = (group: unknown): boolean => isObject(group) && Object.values(group).every(isCount);

function isRows(list: unknown, words: readonly string[]): boolean {
  const isRow = (row: unknown): boolean =>
    isObject(row) && isCount(row.count) && words.every((word) => typeof row[word] === "string");
  return Array.isArray(list) && list.every(isRow);
}
