import { describe, expect, it } from "vitest";
import { compilePlan } from "../../src/bmc/over-ipmi/sensor-plan.ts";
import { NetFn } from "../../src/ipmi/index.ts";
import { completionCodes, sampleBoard } from "../../src/simulator/index.ts";
import { pollerOf, TIMEOUT_MS } from "./polled-bmc.ts";

const GET_SENSOR_READING = 0x2d;
const BUSY = 0xc0;

describe("a BMC that is always busy for most of its sensors, e.g. for empty DIMM sockets", () => {
  const sensors = compilePlan(sampleBoard().sdr).wanted(undefined);
  const busy = sensors.slice(-48);
  const scenarios = busy.map(({ definition }) =>
    completionCodes({
      filter: { netFn: NetFn.SensorEvent, command: GET_SENSOR_READING, data: [definition.number] },
      code: BUSY,
    }),
  );

  it("is read completely within the timeout, including the other sensors and the event log", async () => {
    const poller = pollerOf({ scenarios });
    for (let poll = 0; poll < 4; poll++) {
      const snapshot = await poller.poll();
      expect(snapshot.parts.filter(({ ok }) => !ok)).toEqual([]);
      expect(snapshot.eventLog?.counters).toBeDefined();
      expect(snapshot.sensors?.length).toBe(sensors.length);
      expect(snapshot.sensors?.filter(({ noReading }) => noReading === undefined).length).toBeGreaterThan(5);
      expect(snapshot.durationMs).toBeLessThan(poll === 0 ? TIMEOUT_MS / 2 : 1000);
    }
    await poller.close();
  });
});
