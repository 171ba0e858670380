import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { systemClock } from "../../src/lib/index.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const DAY_MS = 86_400_000;

it("waits longer than the longest timer of Node.js, instead of firing at once", () => {
  let calls = 0;
  systemClock.after(30 * DAY_MS, () => calls++);
  vi.advanceTimersByTime(30 * DAY_MS - 1);
  expect(calls).toBe(0);
  vi.advanceTimersByTime(1);
  expect(calls).toBe(1);
});

it("cancels a long wait at any time", () => {
  const timer = systemClock.after(60 * DAY_MS, () => expect.unreachable());
  vi.advanceTimersByTime(30 * DAY_MS);
  timer.cancel();
  expect(vi.getTimerCount()).toBe(0);
});
