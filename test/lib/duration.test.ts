import { describe, expect, it } from "vitest";
import { formatDuration, parseDuration } from "../../src/lib/index.ts";

describe("a duration", () => {
  it.each([
    ["0", 0],
    ["0s", 0],
    ["500ms", 500],
    ["60s", 60_000],
    ["1m30s", 90_000],
    ["1h", 3_600_000],
    ["1d", 86_400_000],
    ["1w2d", 777_600_000],
    ["1y", 31_536_000_000],
    ["1d12h5m1s3ms", 129_901_003],
  ])("%s is %d ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(["", "60", "1.5h", "-5s", "s", "30s1m", "5 s", "60sec", "1m1m", "99999999999999999y"])(
    "refuses %j",
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it.each([
    [0, "0s"],
    [500, "500ms"],
    [60_000, "1m"],
    [90_000, "1m30s"],
    [86_400_000, "1d"],
    [90_000_000, "25h"],
    [604_800_000, "1w"],
    [1001, "1s1ms"],
  ])("%d ms is printed as Prometheus does: %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
    expect(parseDuration(text)).toBe(ms);
  });
});
