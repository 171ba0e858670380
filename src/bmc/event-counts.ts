import type { EventCounters, EventSeverity, LogEntry, MemoryErrorKind } from "../model/index.ts";

type Direction = LogEntry["direction"];

/**
 * Counters by kind, event and direction, and by DIMM and kind, that are kept of one host; boards have a few dozen. Events
 * of further combinations count by severity only.
 */
export const MOST_COUNTERS = 1000;

/** Counts events of one host; only ever grows. */
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

  /** @param memoryError set for events that say a memory error happened, not that it ended */
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

  /** Takes counts of an earlier run. */
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

  /** The counts now, a copy; the same one until something is counted. */
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

/** Takes the counts that have a name of ours: a file may hold others, or some of them. */
function take<K extends string>(counts: Record<K, number>, saved: Readonly<Partial<Record<K, number>>>): void {
  for (const name of Object.keys(counts) as K[]) counts[name] = saved[name] ?? counts[name];
}
