import { describe, expect, it } from "vitest";
import { ReadingLists } from "../../../src/bmc/over-redfish/kept-readings.ts";
import { ReadingPlans } from "../../../src/bmc/over-redfish/reading-plans.ts";
import { chassisSensors } from "../../../src/bmc/over-redfish/sensors.ts";
import type { Sensor } from "../../../src/model/index.ts";
import type { JsonObject } from "../../../src/redfish/index.ts";
import { Random } from "../../ipmi/fuzz/random.ts";

const ok = { State: "Enabled", Health: "OK" };
const LINKS = {
  uri: "/redfish/v1/Chassis/1",
  hasSystem: true,
  isContained: false,
  thermal: "/redfish/v1/Chassis/1/Thermal",
  power: "/redfish/v1/Chassis/1/Power",
};

interface Machine {
  Temperatures: JsonObject[];
  Fans: JsonObject[];
  Voltages: JsonObject[];
  PowerSupplies: JsonObject[];
}

const machine = (): Machine => ({
  Temperatures: [
    { Name: "Inlet Temp", PhysicalContext: "Intake", ReadingCelsius: 24, UpperThresholdCritical: 47, Status: ok },
    { Name: "CPU1 Temp", PhysicalContext: "CPU", ReadingCelsius: 50, Status: ok },
    { Name: "CPU2 Temp", PhysicalContext: "CPU", ReadingCelsius: 0, Status: { State: "Absent" } },
  ],
  Fans: [
    { Name: "Fan 1", Reading: 5400, ReadingUnits: "RPM", LowerThresholdCritical: 600, Status: ok },
    { Name: "Fan 2", Reading: 40, ReadingUnits: "Percent", Status: ok },
  ],
  Voltages: [
    { Name: "12V", ReadingVolts: 12.1, UpperThresholdCritical: 13.2, Status: ok },
    { Name: "PS1 Voltage 1", PhysicalContext: "PowerSupply", ReadingVolts: 230, Status: ok },
    { Name: "System Board PG", ReadingVolts: 1, Status: ok },
  ],
  PowerSupplies: [{ Name: "PS1", LineInputVoltage: 230, PowerInputWatts: 200, Status: ok }],
});

const read = (body: object, lists: ReadingLists, roleOf?: () => string): Promise<readonly Sensor[]> =>
  chassisSensors(async () => JSON.parse(JSON.stringify(body)), LINKS, {
    hostOff: false,
    empty: new Set(),
    lists,
    roleOf,
    signal: new AbortController().signal,
  });

describe("the readings of the last poll", () => {
  it("are the same objects while nothing changes", async () => {
    const lists = new ReadingLists(new ReadingPlans());
    const first = await read(machine(), lists);
    const second = await read(machine(), lists);
    expect(second.filter(({ id }) => !id.includes("PowerSupplies")).length).toBe(7);
    for (const [i, sensor] of second.entries()) if (!sensor.id.includes("PowerSupplies")) expect(sensor).toBe(first[i]);
  });

  it("are compared with their limits anew when the reading changes", async () => {
    const lists = new ReadingLists(new ReadingPlans());
    const body = machine();
    await read(body, lists, () => "inlet");
    body.Temperatures[0] = { ...body.Temperatures[0], ReadingCelsius: 48 };
    const [inlet, cpu] = await read(body, lists, () => "other");
    expect(inlet).toMatchObject({ value: 48, health: 2, states: ["at_or_above_upper_critical"], role: "inlet" });
    expect(cpu).toMatchObject({ value: 50, role: "inlet" });
  });

  it("share names, limits and ids with hosts that have equal lists", async () => {
    const plans = new ReadingPlans();
    const [one, other] = [new ReadingLists(plans), new ReadingLists(plans)];
    const [first] = await read(machine(), one);
    const changed = machine();
    changed.Temperatures[0] = { ...changed.Temperatures[0], ReadingCelsius: 25 };
    const [second] = await read(changed, other);
    expect(second).toMatchObject({ value: 25 });
    expect(second?.thresholds).toBeDefined();
    expect(second?.thresholds).toBe(first?.thresholds);
  });

  /** What may change between two polls, in any list. */
  const CHANGES: readonly ((element: Record<string, unknown>, random: Random) => void)[] = [
    (e, random) => {
      for (const key of ["ReadingCelsius", "Reading", "ReadingVolts"]) if (key in e) e[key] = random.below(300) - 20;
    },
    (e, random) => {
      for (const key of ["ReadingCelsius", "Reading", "ReadingVolts"])
        if (key in e) e[key] = [null, "17", "x", 0, 1, -3, undefined][random.below(7)];
    },
    (e, random) => {
      const State = ["Enabled", "Absent", "Disabled", "StandbyOffline", undefined][random.below(5)];
      e.Status = [{ State, Health: "OK" }, { State, Health: "Critical" }, null, "OK", { State: 7 }][random.below(5)];
    },
    (e, random) => {
      e.UpperThresholdCritical = [0, 40, "41", null, -5][random.below(5)];
    },
    (e, random) => {
      e.LowerThresholdNonCritical = [0, 40, undefined, -50][random.below(4)];
    },
    (e, random) => {
      e.Name = ["Inlet Temp", "Fan 1", "Zone 1", undefined, "12V PG"][random.below(5)];
    },
    (e, random) => {
      e.MemberId = ["0", "Fan.Embedded.1", 3][random.below(3)];
    },
    (e, random) => {
      e.PhysicalContext = ["Intake", "PowerSupply", "CPU", null][random.below(4)];
    },
    (e, random) => {
      e.ReadingUnits = ["RPM", "Percent", "%", "x"][random.below(4)];
    },
    (e, random) => {
      e.CurrentReading = random.below(50);
      e.ReadingRPM = random.below(2) === 0 ? undefined : random.below(9000);
    },
    (e, random) => {
      e.FanName = ["Fan A", undefined][random.below(2)];
      e.MemberID = ["old-1", undefined][random.below(2)];
      e.Units = ["Percent", undefined][random.below(2)];
    },
  ];

  it("give what a first reading gives, whatever changed", async () => {
    const random = new Random(20261201);
    const lists = new ReadingLists(new ReadingPlans());
    let body: Machine = machine();
    for (let poll = 0; poll < 4000; poll++) {
      if (random.below(200) === 0) body = machine();
      const list = body[(["Temperatures", "Fans", "Voltages"] as const)[random.below(3)] ?? "Fans"];
      const place = random.below(list.length);
      const element = { ...list[place] };
      CHANGES[random.below(CHANGES.length)]?.(element, random);
      list[place] = element;
      const move = random.below(30);
      if (move === 0) list.reverse();
      if (move === 1) list.splice(place, 1);
      if (list.length === 0) body = machine();
      expect(await read(body, lists), `poll ${poll}`).toEqual(await read(body, new ReadingLists(new ReadingPlans())));
    }
  });
});
