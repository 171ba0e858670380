import { describe, expect, it } from "vitest";
import { mergedPlan } from "../../../src/bmc/over-ipmi/merged-plan.ts";
import { compilePlan, MOST_PLANNED, planSteps } from "../../../src/bmc/over-ipmi/sensor-plan.ts";
import { SensorReader } from "../../../src/bmc/over-ipmi/sensors.ts";
import { SdrCache } from "../../../src/bmc/sdr-cache.ts";
import { getSensorReading } from "../../../src/ipmi/index.ts";
import { fullRecord } from "../../rig/sdr.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { hex } from "../../support/hex.ts";
import { FakeRunner } from "../fake-runner.ts";
import { answered, numbered } from "../plans.ts";

/** As many records as a repository can have: their ids have 16 bits, two of which are reserved. */
const MOST_RECORDS = 65_534;
/** Records of one step: 8 ms of CPU. */
const MOST_IN_A_STEP = 256;
const CONTEXT = { manufacturerId: 343, productId: 0, hostOff: false, scanningDisabledIsValid: false };

const sensors = (count: number, number: (i: number) => number = (i) => i & 0xff): Buffer[] =>
  numbered(
    Array.from({ length: count }, (_, i) =>
      fullRecord({ number: number(i), name: `Zone ${i}`, entity: [3, 1], sensorType: 1, baseUnit: 1 }),
    ),
  );

/** How many steps the plan takes; between two of them the event loop runs. */
function stepsOf(records: readonly Uint8Array[]): number {
  const steps = planSteps(records);
  let count = 1;
  while (!steps.next().done) count++;
  return count;
}

describe("a repository of 65,534 sensors", () => {
  it("is planned up to the highest limit, including FRUs after the last sensor", () => {
    const records = [...sensors(MOST_RECORDS - 1), hex("feff511113200180000010000a0100c85053553120465255")];
    const plan = compilePlan(records);
    expect([plan.sensors.length, plan.omitted]).toEqual([MOST_PLANNED, MOST_RECORDS - 1 - MOST_PLANNED]);
    expect(plan.frus.map(({ name }) => name)).toEqual(["PSU1 FRU"]);
  });

  it("is planned in short steps, even if all sensors have one number or all are invalid", () => {
    const orders = [
      sensors(MOST_RECORDS),
      sensors(MOST_RECORDS, () => 1),
      sensors(MOST_RECORDS).map((r) => r.subarray(0, 20)),
    ];
    for (const records of orders) expect(stepsOf(records)).toBeGreaterThanOrEqual(MOST_RECORDS / MOST_IN_A_STEP);
  });

  it("is planned once for hosts that need it at the same time, without blocking the event loop", async () => {
    const cache = new SdrCache();
    const records = sensors(MOST_RECORDS);
    let turns = 0;
    const count = (): void => {
      turns++;
      immediate = setImmediate(count);
    };
    let immediate = setImmediate(count);
    const [a, b] = await Promise.all([cache.planOf(records), cache.planOf(records)]);
    clearImmediate(immediate);
    expect(a.plan).toBe(b.plan);
    expect(turns).toBeGreaterThan(10);
  });

  it("has a bounded list of problems", () => {
    const { problems } = compilePlan(sensors(500).map((record) => record.subarray(0, 20)));
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)).toBe("400 more");
  });
});

describe("the sensors of controllers behind a BMC", () => {
  const plan = compilePlan(sensors(3000));
  const others = Array.from({ length: 32 }, (_, i) => ({ ownerId: 0x82 + 2 * i, channel: 0, plan }));

  it("are merged up to the highest limit", () => {
    const own = compilePlan(sensors(2000, () => 1).map((record) => record.fill(0x30, 5, 6)));
    const merged = mergedPlan(own, others);
    expect(merged.sensors.length + merged.omitted).toBe(2000 + 32 * 3000);
    expect(merged.sensors).toHaveLength(MOST_PLANNED);
  });
});

describe("a host with more sensors than its limit", () => {
  const read = async (sensorLimit: number) => {
    const runner = new FakeRunner().on(getSensorReading, ({ sensorNumber }) => answered({ raw: sensorNumber }));
    const plan = compilePlan(sensors(40));
    const filter = ({ name }: { readonly name: string }): boolean => name !== "Zone 1";
    const reader = new SensorReader(plan, { filter, sensorLimit, bridge: false, clock: new FakeClock() });
    const reading = await reader.read(runner, CONTEXT, new AbortController().signal);
    return { names: reading.sensors.map(({ name }) => name), omitted: reader.omitted };
  };

  it("reads the first sensors that its module selects, and counts the others", async () => {
    expect(await read(3)).toEqual({ names: ["Zone 0", "Zone 2", "Zone 3"], omitted: 36 });
  });

  it("omits nothing at its limit", async () => {
    const { names, omitted } = await read(39);
    expect([names.length, omitted]).toEqual([39, undefined]);
  });
});
