import { describe, expect, it } from "vitest";
import { lostSessions, type Scenario } from "../../src/simulator/index.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { INTERVAL_MS, pollerOf } from "./polled-bmc.ts";

const NO_RESOURCES = 0x01;
const TAKEN_MS = 90_000;

/** One login succeeds; after it all sessions are in use for a while. */
const lastFreeSession: Scenario = ({ clock }) => {
  let logins = 0;
  const freeAgainAt = clock.monotonicMs() + TAKEN_MS;
  return {
    name: "last free session",
    refuseLogin(step) {
      if (step !== "open_session" || clock.monotonicMs() >= freeAgainAt) return undefined;
      return logins++ === 0 ? undefined : NO_RESOURCES;
    },
  };
};

describe("a BMC that loses its session during a poll and has no other", () => {
  it("is down with no_free_session, and up when a session is free again", async () => {
    const clock = new FakeClock();
    const poller = pollerOf({ clock, scenarios: [lostSessions({ everyRequests: 10 }), lastFreeSession] });
    const lost = await poller.poll();
    expect(lost).toMatchObject({ up: false, failure: { stage: "open_session", reason: "no_free_session" } });
    // The first parts were read, the next one got the refusal, and no part after it was asked.
    expect(lost.parts.map(({ ok }) => ok).lastIndexOf(true)).toBeGreaterThanOrEqual(0);
    expect(lost.parts.filter(({ ok }) => !ok)).toHaveLength(1);
    expect(lost.parts.at(-1)).toMatchObject({ ok: false, failure: { reason: "no_free_session" } });
    expect([lost.chassis, lost.sensors]).toEqual([undefined, undefined]);

    await clock.advance(INTERVAL_MS);
    expect((await poller.poll()).failure?.reason).toBe("no_free_session");
    await clock.advance(INTERVAL_MS);
    const again = await poller.poll();
    expect([again.up, again.chassis?.powerOn]).toEqual([true, true]);
    await poller.close();
  });
});
