import { describe, expect, it } from "vitest";
import { EventCounts, MOST_COUNTERS } from "../../src/bmc/event-counts.ts";
import type { LogEntry } from "../../src/model/index.ts";

const entry = (fields: Partial<LogEntry>): LogEntry => ({
  id: "1",
  relativeTime: false,
  kind: "memory",
  sensor: "DIMM A1",
  event: "correctable_ecc",
  direction: "asserted",
  severity: "warning",
  text: "",
  raw: "",
  ...fields,
});

describe("event counters", () => {
  it("begin with every severity and kind of memory error at 0", () => {
    expect(new EventCounts().snapshot()).toEqual({
      bySeverity: { ok: 0, warning: 0, critical: 0, non_recoverable: 0, unknown: 0 },
      records: [],
      memoryErrors: { correctable: 0, uncorrectable: 0, logging_limit: 0 },
      dimmErrors: [],
    });
  });

  it("are bounded: events of further kinds and DIMMs count by severity only", () => {
    const counts = new EventCounts();
    for (let n = 0; n < MOST_COUNTERS + 50; n++) counts.add(entry({ event: `e${n}`, dimm: `D${n}` }), "correctable");
    counts.add(entry({ event: "e0", dimm: "D0" }), "correctable");
    const { bySeverity, records, memoryErrors, dimmErrors } = counts.snapshot();
    expect([bySeverity.warning, memoryErrors.correctable]).toEqual([MOST_COUNTERS + 51, MOST_COUNTERS + 51]);
    expect([records.length, dimmErrors.length]).toEqual([MOST_COUNTERS, MOST_COUNTERS]);
    expect([records[0]?.count, dimmErrors[0]?.count]).toEqual([2, 2]);
  });

  it("count severities of asserted events, and records of asserted and deasserted events separately", () => {
    const counts = new EventCounts();
    counts.add(entry({}));
    counts.add(entry({}));
    counts.add(entry({ direction: "deasserted", severity: "ok" }));
    const { bySeverity, records } = counts.snapshot();
    expect(bySeverity).toMatchObject({ warning: 2, ok: 0 });
    expect(records).toEqual([
      { kind: "memory", event: "correctable_ecc", direction: "asserted", count: 2 },
      { kind: "memory", event: "correctable_ecc", direction: "deasserted", count: 1 },
    ]);
  });

  it("count memory errors by kind, and by DIMM if it is known", () => {
    const counts = new EventCounts();
    counts.add(entry({ dimm: "A1" }), "correctable");
    counts.add(entry({ dimm: "A1" }), "correctable");
    counts.add(entry({ dimm: "B2" }), "uncorrectable");
    counts.add(entry({}), "correctable");
    counts.add(entry({ direction: "deasserted", dimm: "A1" }), "correctable");
    const { memoryErrors, dimmErrors } = counts.snapshot();
    expect(memoryErrors).toEqual({ correctable: 3, uncorrectable: 1, logging_limit: 0 });
    expect(dimmErrors).toEqual([
      { dimm: "A1", kind: "correctable", count: 2 },
      { dimm: "B2", kind: "uncorrectable", count: 1 },
    ]);
  });

  it("return copies, and continue from the counts of an earlier run", () => {
    const counts = new EventCounts();
    counts.add(entry({ dimm: "A1" }), "correctable");
    const before = counts.snapshot();
    counts.add(entry({ dimm: "A1" }), "correctable");
    expect(before.memoryErrors.correctable).toBe(1);
    const next = new EventCounts();
    next.restore(counts.snapshot());
    next.add(entry({ dimm: "A1" }), "correctable");
    expect(next.snapshot()).toMatchObject({
      bySeverity: { warning: 3 },
      records: [{ count: 3 }],
      dimmErrors: [{ dimm: "A1", count: 3 }],
    });
  });
});
