import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { systemClock } from "../../src/lib/index.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const DAY_MS = 86_400_000;

it("waits longer than Node.js can count, and not for a millisecond", () => {
  let calls = 0;
  systemClock.after(30 * DAY_MS, () => calls++);
  vi.advanceTimersByTime(30 * DAY_MS - 1);
  expect(calls).toBe(0);
  vi.advanceTimersByTime(1);
  expect(calls).toBe(1);
});

it("calls off a long wait in any part of it", () => {
  const timer = systemClock.after(60 * DAY_MS, () => expect.unreachable());
  vi.advanceTimersByTime(30 * DAY_MS);
  timer.cancel();
  expect(vi.getTimerCount()).toBe(0);
});
