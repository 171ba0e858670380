import { describe, expect, it } from "vitest";
import { BYTES_PER_SERIES, Histories, History } from "../../src/store/history.ts";
import { seeded } from "../scheduler/fleet.ts";

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 1);

describe("the history of a host", () => {
  it("has the last hour in steps of two minutes, the newest value of each", () => {
    const history = new History();
    for (let minute = 0; minute < 90; minute++) history.add(START + minute * MINUTE, [{ id: "a", value: minute }]);
    const series = history.series("a", "1h");
    expect(series?.values).toHaveLength(30);
    expect(series?.values.map((value) => Math.round(value ?? -1))).toEqual(
      Array.from({ length: 30 }, (_, i) => 31 + 2 * i),
    );
    expect(series?.endsAt).toBe(START + 90 * MINUTE);
    expect([Math.round(series?.min ?? 0), Math.round(series?.max ?? 0)]).toEqual([31, 89]);
  });

  it("knows the extremes of a day, also those between two steps", () => {
    const history = new History();
    for (let minute = 0; minute < 26 * 60; minute++)
      history.add(START + minute * MINUTE, [{ id: "a", value: minute === 1000 ? 95 : minute === 1400 ? 3 : 40 }]);
    const day = history.series("a", "24h");
    expect(day?.values).toHaveLength(72);
    expect([day?.min, day?.max].map((value) => Math.round(value ?? 0))).toEqual([3, 95]);
    // Minute 1000 is more than six hours ago.
    expect(Math.round(history.series("a", "6h")?.max ?? 0)).toBe(40);
  });

  it("has no values where nothing was read, and forgets after a day", () => {
    const history = new History();
    history.add(START, [{ id: "a", value: 1 }]);
    history.add(START + 10 * MINUTE, [
      { id: "a", value: 2 },
      { id: "b", value: 7 },
    ]);
    expect(
      history
        .series("a", "1h")
        ?.values.slice(-6)
        .map((value) => value !== undefined),
    ).toEqual([true, false, false, false, false, true]);
    history.add(START + 30 * 60 * MINUTE, [{ id: "b", value: 8 }]);
    expect(history.series("a", "24h")).toBeUndefined();
    expect(history.series("b", "24h")?.values.filter((value) => value !== undefined)).toHaveLength(1);
    expect(history.series("none", "1h")).toBeUndefined();
  });

  it("keeps values of any size to a few parts in a thousand, in every order of sensors", () => {
    const random = seeded(4);
    const history = new History();
    const sizes = Array.from({ length: 40 }, () => 10 ** (random() * 12 - 3) * (random() < 0.2 ? -1 : 1));
    let last: number[] = [];
    for (let minute = 0; minute < 50; minute++) {
      last = sizes.map((size) => size * (0.5 + random()));
      const values = last.map((value, i) => ({ id: `s${i}`, value }));
      if (random() < 0.5) values.reverse();
      history.add(START + minute * MINUTE, random() < 0.3 ? values.slice(5) : values);
    }
    history.add(
      START + 50 * MINUTE,
      last.map((value, i) => ({ id: `s${i}`, value })),
    );
    for (const [i, value] of last.entries()) {
      const read = history.series(`s${i}`, "1h")?.values.at(-1) ?? 0;
      expect(Math.abs(read - value) / Math.abs(value)).toBeLessThan(0.002);
    }
  });

  it("stays as it is while the wall clock is set back", () => {
    const history = new History();
    history.add(START + 60 * MINUTE, [{ id: "a", value: 5 }]);
    history.add(START, [{ id: "a", value: 6 }]);
    expect(history.series("a", "1h")?.values.filter((value) => value !== undefined)).toHaveLength(1);
    expect(history.series("a", "1h")?.endsAt).toBe(START + 62 * MINUTE);
  });

  it("replaces series that have no value left", () => {
    const history = new History();
    history.add(START, [{ id: "old", value: 1 }]);
    history.add(START + 26 * 60 * MINUTE, [{ id: "new", value: 1 }], BYTES_PER_SERIES);
    expect(history.bytes).toBe(BYTES_PER_SERIES);
    expect(history.series("new", "1h")).toBeDefined();
    expect(history.series("old", "24h")).toBeUndefined();
  });
});

describe("the histories of a fleet", () => {
  it("have a bound in bytes, whatever hosts come and go", () => {
    const random = seeded(5);
    const limit = 40 * BYTES_PER_SERIES;
    const histories = new Histories(limit);
    for (let poll = 0; poll < 3000; poll++) {
      const host = `n${Math.floor(random() * 20)}`;
      const sensors = Math.floor(random() * 8);
      histories.add(
        host,
        START + poll * MINUTE * 3,
        Array.from({ length: sensors }, (_, i) => ({ id: `s${i}`, value: random() })),
      );
      if (random() < 0.02) histories.retain(() => random() < 0.5);
      expect(histories.bytes).toBeLessThanOrEqual(limit);
      expect(histories.bytes).toBeGreaterThanOrEqual(0);
    }
    histories.retain(() => false);
    expect(histories.bytes).toBe(0);
  });

  it("keep nothing with a limit of 0", () => {
    const histories = new Histories(0);
    histories.add("n1", START, [{ id: "a", value: 1 }]);
    expect(histories.get("n1")).toBeUndefined();
  });
});
