import { describe, expect, it } from "vitest";
import { ReadingPolicy, TRIGGERS, type Trigger, whyText } from "../../src/bmc/reading-policy.ts";
import { LOG_PROBLEMS, type LogProblem } from "../../src/model/index.ts";

const MINUTE = 60_000;
const TIMES = { intervalMs: MINUTE, discreteIntervalMs: 5 * MINUTE };

/** A policy after a complete reading at time 0, whose event log shows all events. */
function settled(times = TIMES): ReadingPolicy {
  const policy = new ReadingPolicy(times);
  policy.noteLog(undefined);
  policy.noteReading(0, true);
  return policy;
}

describe("a reading policy", () => {
  it("reads a share when nothing happened", () => {
    const policy = settled();
    expect(policy.whyAll(MINUTE)).toBeUndefined();
    expect(policy.state).toEqual({ policy: "by_event" });
  });

  it("reads everything first", () => {
    expect(new ReadingPolicy(TIMES).whyAll(0)).toBe("first_reading");
  });

  it.each(Object.keys(TRIGGERS) as Trigger[])("reads everything once after %s alone", (trigger) => {
    const policy = settled();
    policy.note(trigger);
    expect(policy.whyAll(MINUTE)).toBe(trigger);
    expect(policy.state).toEqual({ policy: "by_event" });
    policy.noteReading(MINUTE, true);
    expect(policy.whyAll(2 * MINUTE)).toBeUndefined();
  });

  it("keeps a trigger until everything was read", () => {
    const policy = settled();
    policy.note("log_changed");
    policy.noteReading(MINUTE, false);
    expect(policy.whyAll(2 * MINUTE)).toBe("incomplete_poll");
    policy.noteReading(2 * MINUTE, true);
    expect(policy.whyAll(3 * MINUTE)).toBeUndefined();
  });

  it("reads everything after an incomplete reading of a share", () => {
    const policy = settled();
    policy.noteReading(MINUTE, false);
    expect(policy.whyAll(2 * MINUTE)).toBe("incomplete_poll");
  });

  it.each([
    [1.4, undefined],
    [1.6, "missed_poll"],
  ])("%f intervals after a reading: %s", (intervals, why) => {
    expect(settled().whyAll(intervals * MINUTE)).toBe(why);
  });

  it.each(Object.keys(LOG_PROBLEMS) as LogProblem[])("reads everything in every poll because of %s", (problem) => {
    const policy = settled();
    policy.noteLog(problem);
    for (let n = 1; n <= 10; n++) {
      expect(policy.whyAll(n * MINUTE)).toBe(problem);
      policy.noteReading(n * MINUTE, true);
    }
    expect(policy.state).toEqual({ policy: "every_poll", reason: problem });
    policy.noteLog(undefined);
    expect(policy.whyAll(11 * MINUTE)).toBeUndefined();
  });

  it.each([0, 30_000, MINUTE])("reads everything in every poll with %i ms, which is not above the interval", (ms) => {
    const policy = settled({ intervalMs: MINUTE, discreteIntervalMs: ms });
    expect(policy.isSaving).toBe(false);
    expect(policy.whyAll(MINUTE)).toBe("interval");
    expect(policy.state).toEqual({ policy: "every_poll", reason: "interval" });
  });

  it.each([...Object.keys(TRIGGERS), ...Object.keys(LOG_PROBLEMS), "interval"])("has a sentence for %s", (reason) => {
    expect(whyText(reason as Trigger)).toMatch(/^[a-z].* /);
  });
});
