import { describe, expect, it } from "vitest";
import { Agenda, type Due } from "../../src/scheduler/agenda.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { seeded } from "./fleet.ts";

const due = (fire: () => void = () => {}): Due => ({ dueMs: 0, heapIndex: -1, fire });

describe("the agenda", () => {
  it("needs one timer of the clock for any number of entries", async () => {
    const clock = new FakeClock({ monotonicMs: 0 });
    const agenda = new Agenda(clock);
    for (let i = 0; i < 10_000; i++) agenda.at(due(), (i * 7919) % 60_000);
    expect(agenda.size).toBe(10_000);
    expect(clock.pending).toBe(1);
    await clock.advance(60_000);
    expect(agenda.size).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it("fires what is on it at its time and in order, whatever was moved or cancelled (seed 42)", async () => {
    const clock = new FakeClock({ monotonicMs: 0 });
    const agenda = new Agenda(clock);
    const random = seeded(42);
    const fired: Due[] = [];
    const all = Array.from({ length: 500 }, () => {
      const entry: Due = due(() => {
        expect(entry.dueMs).toBeLessThanOrEqual(clock.monotonicMs());
        expect(clock.monotonicMs() - entry.dueMs).toBeLessThan(1e-6);
        fired.push(entry);
      });
      return entry;
    });
    const cancelled = new Set<Due>();
    for (let i = 0; i < 3_000; i++) {
      const entry = all[Math.floor(random() * all.length)];
      if (!entry) continue;
      if (random() < 0.2) {
        agenda.cancel(entry);
        cancelled.add(entry);
      } else {
        agenda.at(entry, 1 + random() * 10_000);
        cancelled.delete(entry);
      }
    }
    const waiting = all.filter((entry) => agenda.has(entry));
    expect(waiting.some((entry) => cancelled.has(entry))).toBe(false);
    await clock.advance(20_000);
    expect(new Set(fired)).toEqual(new Set(waiting));
    expect(fired.map((entry) => entry.dueMs)).toEqual(waiting.map((entry) => entry.dueMs).sort((a, b) => a - b));
  });

  it("goes on with the rest when one of them throws", async () => {
    const clock = new FakeClock({ monotonicMs: 0 });
    const agenda = new Agenda(clock);
    const fired: string[] = [];
    agenda.at(
      due(() => {
        throw new Error("bug");
      }),
      10,
    );
    agenda.at(
      due(() => void fired.push("second")),
      10,
    );
    await expect(clock.advance(10)).rejects.toThrow("bug");
    await clock.advance(10);
    expect(fired).toEqual(["second"]);
  });
});
