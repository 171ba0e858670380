import { describe, expect, it } from "vitest";
import type { StateKeeper } from "../../src/bmc/index.ts";
import { NetFn } from "../../src/ipmi/index.ts";
import type { HostSnapshot } from "../../src/model/index.ts";
import { replacedBmc, type Scenario } from "../../src/simulator/index.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { Poller as Exporter, INTERVAL_MS, type Poller, pollerOf } from "./polled-bmc.ts";

const RECORDS = 20;
const HOUR = 3_600_000;
const replaced = () => replacedBmc({ afterMs: 10 * INTERVAL_MS, forMs: INTERVAL_MS, records: RECORDS });

/** Polls each interval until the BMC is back. */
async function pollsUntilBack(poller: Poller): Promise<HostSnapshot> {
  await poller.clock.advance(11 * INTERVAL_MS);
  for (let poll = 0; poll < 5; poll++) {
    const snapshot = await poller.tryPoll();
    if (snapshot?.up) return snapshot;
    await poller.clock.advance(INTERVAL_MS);
  }
  throw new Error("it did not come back");
}

const criticals = (snapshot: HostSnapshot) => snapshot.eventLog?.counters?.bySeverity.critical;

describe("a BMC that was replaced by one with an old event log", () => {
  // Inventories are due once in a hundred hours: what is new shows all the same.
  const settings = { slowIntervalMs: 100 * HOUR };

  it("has its log reported as history, and the counters do not jump", async () => {
    const poller = pollerOf({ scenarios: [replaced()], settings });
    const before = await poller.poll();
    poller.news.length = 0;
    const after = await pollsUntilBack(poller);
    expect(after.eventLog?.entries).toBe(RECORDS);
    expect(after.eventLog?.counters).toEqual(before.eventLog?.counters);
    expect(criticals(after)).toBeDefined();
    expect(poller.news.map(({ entries, historical }) => [entries.length, historical])).toEqual([[RECORDS, RECORDS]]);
    expect(poller.news[0]?.changes.map(({ change }) => change)).toContain("board_replaced");
    // What comes from now on is news and counts.
    poller.bmc.state.addEvent({ sensor: 1, sensorType: 0x0c, eventType: 0x6f, offset: 1 });
    const next = await poller.poll();
    expect(next.eventLog?.fresh).toHaveLength(1);
    expect(next.eventLog?.historical ?? 0).toBe(0);
    expect(criticals(next)).toBe((criticals(before) ?? 0) + 1);
    await poller.close();
  });

  it("has nothing of the old one beside it in the first poll", async () => {
    const poller = pollerOf({ scenarios: [replaced()], settings });
    const before = await poller.poll();
    const after = await pollsUntilBack(poller);
    expect(after.parts.every(({ ok, readAt }) => ok && readAt >= after.startedAt)).toBe(true);
    expect(after.controller?.guid).not.toBe(before.controller?.guid);
    expect(after.controller?.firmware).not.toBe(before.controller?.firmware);
    expect(after.frus?.map(({ serial }) => serial)).not.toEqual(before.frus?.map(({ serial }) => serial));
    expect(after.changes).toMatchObject({ board_replaced: 1, firmware_changed: 1 });
    await poller.close();
  });

  it("is known as another one after a restart of the exporter, too", async () => {
    const clock = new FakeClock();
    const states: unknown[] = [];
    const keeper: StateKeeper = {
      loadRecords: async () => undefined,
      saveRecords: async () => {},
      loadHost: async () => JSON.parse(JSON.stringify(states.at(-1) ?? null)),
      saveHost: async (_, state) => states.push(state) > 0,
      forgetHost: async () => {},
    };
    const first = pollerOf({ clock, scenarios: [replaced()], settings, keeper });
    const before = await first.poll();
    await first.close();
    const second = new Exporter(first.bmc, clock, { settings, keeper });
    const after = await pollsUntilBack(second);
    expect(second.news.map(({ entries, historical }) => [entries.length, historical])).toEqual([[RECORDS, RECORDS]]);
    expect(after.eventLog?.counters).toEqual(before.eventLog?.counters);
    await second.close();
  });
});

describe("a BMC whose firmware was updated", () => {
  const GET_DEVICE_ID = 0x01;
  const FIRMWARE_MAJOR_AT = 2;

  it("has the new version in the first poll after its restart, whatever the inventory interval", async () => {
    let isUpdated = false;
    const update: Scenario = () => ({
      name: "update",
      amend({ netFn, command }, reply) {
        if (!isUpdated || netFn !== NetFn.App || command !== GET_DEVICE_ID) return reply;
        const data = Uint8Array.from(reply.data);
        data[FIRMWARE_MAJOR_AT] = 9;
        return { ...reply, data };
      },
    });
    const poller = pollerOf({ scenarios: [update], settings: { slowIntervalMs: 100 * HOUR } });
    const before = await poller.poll();
    isUpdated = true;
    poller.bmc.dropSessions();
    const after = await poller.poll();
    expect(before.controller?.firmware).not.toMatch(/^9/);
    expect(after.controller?.firmware).toMatch(/^9/);
    expect(after.changes).toMatchObject({ board_replaced: 0, firmware_changed: 1 });
    expect(after.eventLog?.counters).toEqual(before.eventLog?.counters);
    await poller.close();
  });

  it("has the new version at the next inventory where it keeps its sessions", async () => {
    let version = 1;
    const update: Scenario = () => ({
      name: "update",
      amend({ netFn, command }, reply) {
        if (netFn !== NetFn.App || command !== GET_DEVICE_ID) return reply;
        const data = Uint8Array.from(reply.data);
        data[FIRMWARE_MAJOR_AT] = version;
        return { ...reply, data };
      },
    });
    const poller = pollerOf({ scenarios: [update], settings: { slowIntervalMs: 2 * INTERVAL_MS } });
    expect((await poller.poll()).controller?.firmware).toMatch(/^1/);
    version = 9;
    await poller.clock.advance(2 * INTERVAL_MS);
    expect((await poller.poll()).controller?.firmware).toMatch(/^9/);
    await poller.close();
  });
});
