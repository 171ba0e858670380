import { describe, expect, it } from "vitest";
import { ReadingLists } from "../../../src/bmc/over-redfish/kept-readings.ts";
import { readConsumption } from "../../../src/bmc/over-redfish/power.ts";
import { ReadingPlans } from "../../../src/bmc/over-redfish/reading-plans.ts";
import { chassisSensors } from "../../../src/bmc/over-redfish/sensors.ts";
import { Manufacturer } from "../../../src/ipmi/index.ts";
import type { ChassisLinks, JsonObject } from "../../../src/redfish/index.ts";
import { serviceOf, treeOf } from "../../support/redfish-tree.ts";

const signal = new AbortController().signal;

const chassis = (name: string, more: Partial<ChassisLinks> = {}): ChassisLinks => ({
  uri: `/redfish/v1/Chassis/${name}`,
  type: "RackMount",
  hasSystem: true,
  isContained: false,
  power: `/redfish/v1/Chassis/${name}/Power`,
  ...more,
});

/** The power of a host whose chassis have these resources, by path below /redfish/v1/Chassis. */
function power(
  resources: Readonly<Record<string, JsonObject>>,
  list: readonly ChassisLinks[] = [chassis("1")],
  context: Partial<Parameters<typeof readConsumption>[2]> = {},
) {
  const paths = Object.entries(resources).map(([path, body]) => [`/Chassis/${path}`, body]);
  const { get } = serviceOf(treeOf(Object.fromEntries(paths)));
  return readConsumption(get, list, { hostOff: false, ...context }, signal);
}

const control = (watts: number | null, more: JsonObject = {}): JsonObject => ({
  PowerControl: [{ PowerConsumedWatts: watts, ...more }],
});
const item = (path: string) => [{ "@odata.id": `/redfish/v1${path}` }];

describe("the power of a Redfish host", () => {
  it("is the one of PowerControl, with statistics and their period", async () => {
    const PowerMetrics = { MinConsumedWatts: 95, MaxConsumedWatts: 130, AverageConsumedWatts: 97, IntervalInMin: 20 };
    expect(await power({ "1/Power": control(101, { PowerMetrics }) })).toEqual({
      source: "redfish",
      currentWatts: 101,
      minimumWatts: 95,
      maximumWatts: 130,
      averageWatts: 97,
      periodSeconds: 1200,
      limitWatts: undefined,
    });
  });

  it.each<[string, JsonObject, number | undefined, number?]>([
    ["in force", { LimitInWatts: 400, LimitException: "LogEventOnly" }, 400],
    ["without action", { LimitInWatts: 400, LimitException: "NoAction" }, undefined],
    ["without exception", { LimitInWatts: 400 }, undefined],
    ["below the power", { LimitInWatts: 300, LimitException: "HardPowerOff" }, undefined],
    ["of an iDRAC", { LimitInWatts: 400, LimitException: "HardPowerOff" }, undefined, Manufacturer.Dell],
  ])("has a limit %s", async (_, PowerLimit, limit, manufacturerId) => {
    const read = await power({ "1/Power": control(344, { PowerLimit }) }, undefined, { manufacturerId });
    expect(read?.limitWatts).toBe(limit);
  });

  it("is 0 of a host that is off only", async () => {
    expect(await power({ "1/Power": control(0) })).toBeUndefined();
    expect(await power({ "1/Power": control(0) }, undefined, { hostOff: true })).toMatchObject({ currentWatts: 0 });
  });

  it("is not the one of a subsystem", async () => {
    const PowerControl = [
      { Name: "CPU Sub-system Power", PhysicalContext: "CPUSubsystem", PowerConsumedWatts: 111 },
      { Name: "Memory Sub-system Power", PowerConsumedWatts: 12 },
      { Name: "Server Power Control", PhysicalContext: "Chassis", PowerConsumedWatts: 416 },
    ];
    expect(await power({ "1/Power": { PowerControl } })).toMatchObject({ currentWatts: 416 });
    expect(await power({ "1/Power": { PowerControl: PowerControl.slice(0, 2) } })).toBeUndefined();
  });

  it("is never a sum: of several nodes it is the one of the chassis, or else of the first node", async () => {
    const nodes = [
      { PowerConsumedWatts: 200, RelatedItem: item("/Systems/Node0") },
      { PowerConsumedWatts: 210, RelatedItem: item("/Systems/Node1") },
    ];
    const whole = { PowerConsumedWatts: 450, RelatedItem: item("/Chassis/1") };
    expect(await power({ "1/Power": { PowerControl: [...nodes, whole] } })).toMatchObject({ currentWatts: 450 });
    expect(await power({ "1/Power": { PowerControl: nodes } })).toMatchObject({ currentWatts: 200 });
  });

  it("is the one of the chassis with the system, not of its enclosure or of a part", async () => {
    const list = [
      chassis("Enclosure", { type: "Enclosure", hasSystem: false }),
      chassis("GPU", { type: "Module", hasSystem: false, isContained: true }),
      chassis("Blade", { type: "Blade", isContained: true }),
    ];
    const resources = { "Enclosure/Power": control(4000), "GPU/Power": control(300), "Blade/Power": control(350) };
    expect(await power(resources, list)).toMatchObject({ currentWatts: 350 });
    expect(await power({ ...resources, "Blade/Power": control(null) }, list)).toBeUndefined();
  });

  it("is the one of a power shelf, which has no system", async () => {
    const shelf = chassis("Shelf", { type: "Enclosure", hasSystem: false });
    expect(await power({ "Shelf/Power": control(9000) }, [shelf])).toMatchObject({ currentWatts: 9000 });
  });

  it("is the one of Fujitsu's own meter", async () => {
    const ChassisPowerConsumption = {
      CurrentPowerConsumptionW: 196,
      MinimumPowerW: 60,
      PeakPowerW: 410,
      AveragePowerW: 190,
    };
    const Oem = { ts_fujitsu: { ChassisPowerConsumption } };
    expect(await power({ "1/Power": { ...control(0), Oem } })).toMatchObject({
      currentWatts: 196,
      minimumWatts: 60,
      maximumWatts: 410,
      averageWatts: 190,
    });
  });

  it("is Inspur's total, whose PowerControl is empty", async () => {
    const body = { PowerControl: [], Oem: { Public: { TotalPower: "287" } } };
    expect(await power({ "1/Power": body })).toMatchObject({ currentWatts: 287 });
  });

  it("is the one of EnvironmentMetrics without Power, which is not read again where it has no power", async () => {
    const links = chassis("1", { power: undefined, environmentMetrics: "/redfish/v1/Chassis/1/EnvironmentMetrics" });
    const metrics = (body: JsonObject) => ({ "1/EnvironmentMetrics": body });
    const watts = { PowerWatts: { Reading: 374 } };
    const limit = (ControlMode: string) => ({ PowerLimitWatts: { SetPoint: 500, ControlMode } });
    expect(await power(metrics({ ...watts, ...limit("Automatic") }), [links])).toMatchObject({
      currentWatts: 374,
      limitWatts: 500,
    });
    const disabled = await power(metrics({ ...watts, ...limit("Disabled") }), [links]);
    expect(disabled?.limitWatts).toBeUndefined();
    const empty = new Set<string>();
    expect(await power(metrics({}), [links], { empty })).toBeUndefined();
    expect([...empty]).toEqual([links.environmentMetrics]);
  });
});

it("the input power of Fujitsu's supplies is in a list of its own", async () => {
  const body = {
    PowerSupplies: [
      { Name: "PSU1", Status: { State: "Enabled", Health: "OK" } },
      { Name: "PSU10", Status: {} },
    ],
    Oem: {
      ts_fujitsu: {
        ChassisPowerSensors: [
          { EntityID: "Power Supply", Designation: "PSU10 Power", CurrentPowerConsumptionW: 90 },
          { EntityID: "Power Supply", Designation: "PSU1 Power", CurrentPowerConsumptionW: 88 },
          { EntityID: "Processor", Designation: "PSU1 CPU", CurrentPowerConsumptionW: 40 },
        ],
      },
    },
  };
  const { get } = serviceOf(treeOf({ "/Chassis/1/Power": body }));
  const context = { hostOff: false, empty: new Set<string>(), lists: new ReadingLists(new ReadingPlans()), signal };
  const sensors = await chassisSensors(get, chassis("1"), context);
  const inputs = sensors.filter(({ quantity }) => quantity === "power").map(({ name, value }) => [name, value]);
  expect(inputs).toEqual([
    ["PSU1 Input Power", 88],
    ["PSU10 Input Power", 90],
  ]);
});
