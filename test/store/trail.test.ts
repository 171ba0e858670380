import { describe, expect, it } from "vitest";
import type { HostSnapshot, LogEntry, PartName } from "../../src/model/index.ts";
import { FAILURE_REASONS, PART_NAMES } from "../../src/model/index.ts";
import { TRAIL_EVENTS, TRAIL_POLLS, Trail } from "../../src/store/trail.ts";

const poll = (startedAt: number, more: Partial<HostSnapshot> = {}): HostSnapshot => ({
  host: "a1",
  startedAt,
  durationMs: startedAt / 8,
  up: true,
  parts: [],
  quirks: [],
  ...more,
});

const failedParts = (...failed: readonly PartName[]): HostSnapshot["parts"] =>
  PART_NAMES.map((part) => ({ part, ok: !failed.includes(part), durationMs: 1, readAt: 0 }));

const entry = (id: number): LogEntry => ({
  id: String(id),
  time: id * 1000,
  relativeTime: false,
  kind: "fan",
  sensor: "Fan 1",
  event: "lower_critical_going_low",
  direction: "asserted",
  severity: "critical",
  text: `record ${id}`,
  raw: "00",
});

const log = (...ids: readonly number[]): HostSnapshot["eventLog"] => ({
  entries: ids.length,
  overflow: false,
  fresh: ids.map(entry),
});

describe("the trail of a host", () => {
  it("has the outcomes of the last polls, newest first, up to its size", () => {
    const trail = new Trail();
    expect(trail.read()).toEqual({ polls: [], events: [] });
    for (let index = 1; index <= TRAIL_POLLS + 5; index++) trail.add(poll(index));
    const { polls } = trail.read();
    expect(polls.map(({ startedAt }) => startedAt)).toEqual(
      Array.from({ length: TRAIL_POLLS }, (_, index) => TRAIL_POLLS + 5 - index),
    );
    expect(polls[0]).toEqual({ startedAt: 17, durationMs: 2.125, failedParts: [] });
  });

  it("distinguishes every failure reason and every set of failed parts", () => {
    for (const reason of FAILURE_REASONS) {
      const trail = new Trail();
      trail.add(poll(8, { up: false, failure: { stage: "rakp", reason, message: "no" } }));
      expect(trail.read().polls).toEqual([{ startedAt: 8, durationMs: 1, failure: reason, failedParts: [] }]);
    }
    for (const parts of [["power"], ["sel", "security"], [...PART_NAMES]] as const) {
      const trail = new Trail();
      trail.add(poll(8, { parts: failedParts(...parts) }));
      expect(trail.read().polls).toEqual([{ startedAt: 8, durationMs: 1, failedParts: parts }]);
    }
  });

  it("keeps the newest log records over polls without new records", () => {
    const trail = new Trail();
    trail.add(poll(1, { eventLog: log(1, 2, 3, 4) }));
    trail.add(poll(2, { eventLog: log() }));
    trail.add(poll(3, { eventLog: log(5, 6, 7, 8) }));
    trail.add(poll(4));
    const { events } = trail.read();
    expect(events).toHaveLength(TRAIL_EVENTS);
    expect(events.map(({ text }) => text).slice(0, 2)).toEqual(["record 8", "record 7"]);
    expect(events[0]).not.toHaveProperty("raw");
  });
});
