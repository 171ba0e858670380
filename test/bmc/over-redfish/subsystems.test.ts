import { describe, expect, it } from "vitest";
import { ReadingLists } from "../../../src/bmc/over-redfish/kept-readings.ts";
import { ReadingPlans } from "../../../src/bmc/over-redfish/reading-plans.ts";
import { chassisSensors } from "../../../src/bmc/over-redfish/sensors.ts";
import type { Sensor } from "../../../src/model/index.ts";
import type { ChassisLinks, JsonObject } from "../../../src/redfish/index.ts";
import { serviceOf, treeOf } from "../../support/redfish-tree.ts";

const link = (path: string) => ({ "@odata.id": `/redfish/v1${path}` });
const collection = (...paths: readonly string[]) => ({ Members: paths.map(link) });
const ok = { State: "Enabled", Health: "OK" };
const base: ChassisLinks = { uri: "/redfish/v1/Chassis/1", hasSystem: true, isContained: false };
const THERMAL = "/redfish/v1/Chassis/1/ThermalSubsystem";
const POWER = "/redfish/v1/Chassis/1/PowerSubsystem";
const SENSORS = "/redfish/v1/Chassis/1/Sensors";

/** The sensors of a chassis, and what a second poll requests. */
async function read(
  resources: Readonly<Record<string, JsonObject>>,
  links: Partial<ChassisLinks>,
): Promise<{ sensors: readonly Sensor[]; requested: readonly string[] }> {
  const { get, requested } = serviceOf(treeOf(resources));
  const signal = new AbortController().signal;
  const context = { hostOff: false, empty: new Set<string>(), lists: new ReadingLists(new ReadingPlans()), signal };
  const sensors = await chassisSensors(get, { ...base, ...links }, context);
  const first = requested.length;
  await chassisSensors(get, { ...base, ...links }, context);
  return { sensors, requested: requested.slice(first) };
}

describe("the leak detectors of a chassis", () => {
  const subsystem = {
    "/Chassis/1/ThermalSubsystem": { LeakDetection: link("/Chassis/1/ThermalSubsystem/LeakDetection") },
  };
  const detectors = {
    "/Chassis/1/ThermalSubsystem/LeakDetection": { LeakDetectors: link("/Chassis/1/ThermalSubsystem/LeakDetectors") },
    "/Chassis/1/ThermalSubsystem/LeakDetectors": collection("/LeakDetectors/1", "/LeakDetectors/2", "/LeakDetectors/3"),
    "/LeakDetectors/1": { Id: "1", Name: "Pump Leak", DetectorState: "OK", Status: ok },
    "/LeakDetectors/2": {
      Id: "2",
      Name: "Manifold Leak",
      DetectorState: "Critical",
      PhysicalContext: "Chassis",
      Status: ok,
    },
    "/LeakDetectors/3": { Id: "3", Name: "Spare", DetectorState: "Critical", Status: { State: "Absent" } },
  };

  it("have the health of what they detect, beside Thermal and Power, too", async () => {
    const thermal = { "/Chassis/1/Thermal": {}, "/Chassis/1/Power": {} };
    const links = {
      thermal: "/redfish/v1/Chassis/1/Thermal",
      power: "/redfish/v1/Chassis/1/Power",
      thermalSubsystem: THERMAL,
    };
    const { sensors } = await read({ ...subsystem, ...detectors, ...thermal }, links);
    expect(sensors).toMatchObject([
      { name: "Pump Leak", id: "LeakDetectors/1", kind: "leak_detector", health: 0, states: [] },
      { name: "Manifold Leak", kind: "leak_detector", entity: "23.1", health: 2, states: ["leak_detected"] },
    ]);
  });

  it("are read in one request where LeakDetection has their states", async () => {
    const Detectors = [{ DataSourceUri: "/redfish/v1/LeakDetectors/1", DeviceName: "Pump", DetectorState: "Warning" }];
    const detection = { "/Chassis/1/ThermalSubsystem/LeakDetection": { LeakDetectorGroups: [{ Detectors }] } };
    const { sensors, requested } = await read({ ...subsystem, ...detection }, { thermalSubsystem: THERMAL });
    expect(sensors).toMatchObject([{ name: "Pump", id: "LeakDetectors/1", health: 1, states: ["leak_detected"] }]);
    expect(requested).toContain("/redfish/v1/Chassis/1/ThermalSubsystem/LeakDetection");
  });

  it("are not looked for again in a chassis without them", async () => {
    const { requested } = await read({ "/Chassis/1/ThermalSubsystem": {} }, { thermalSubsystem: THERMAL });
    expect(requested).toEqual([]);
  });
});

describe("the power supplies of a PowerSubsystem", () => {
  const supplies = (supply: JsonObject, metrics: JsonObject) => ({
    "/Chassis/1/PowerSubsystem": { PowerSupplies: link("/Chassis/1/PowerSubsystem/PowerSupplies") },
    "/Chassis/1/PowerSubsystem/PowerSupplies": collection("/Chassis/1/PowerSubsystem/PowerSupplies/1"),
    "/Chassis/1/PowerSubsystem/PowerSupplies/1": {
      Id: "1",
      Name: "PSU 1",
      Status: ok,
      Metrics: link("/Metrics"),
      ...supply,
    },
    "/Metrics": metrics,
  });
  const reading = (Reading: number, sensor?: string) => ({ Reading, DataSourceUri: sensor && `${SENSORS}/${sensor}` });

  it("have all readings of their metrics, with the entity of the supply", async () => {
    const metrics = {
      InputPowerWatts: reading(200),
      OutputPowerWatts: reading(190),
      InputVoltage: reading(231),
      InputCurrentAmps: reading(0.9),
      TemperatureCelsius: reading(33),
      FanSpeedPercent: reading(40),
      EnergykWh: reading(2),
    };
    const { sensors } = await read(supplies({}, metrics), { powerSubsystem: POWER });
    const values = sensors
      .filter(({ quantity }) => quantity)
      .map(({ name, quantity, value }) => [name, quantity, value]);
    expect(values).toEqual([
      ["PSU 1 Input Power", "power", 200],
      ["PSU 1 Output Power", "power", 190],
      ["PSU 1 Input Voltage", "voltage", 231],
      ["PSU 1 Input Current", "current", 0.9],
      ["PSU 1 Temperature", "temperature", 33],
      ["PSU 1 Fan", "fan_ratio", 0.4],
      ["PSU 1 Energy", "energy", 7_200_000],
    ]);
    expect(new Set(sensors.map(({ entity }) => entity))).toEqual(new Set(["10.1"]));
  });

  const listed = {
    "/Chassis/1/Sensors": collection("/Chassis/1/Sensors/ps1_pin"),
    "/Chassis/1/Sensors/ps1_pin": {
      Id: "ps1_pin",
      Name: "PS1 Input Power",
      ReadingType: "Power",
      Reading: 200,
      PhysicalContext: "PowerSupply",
      Status: ok,
    },
  };

  it("do not repeat a reading that is a Sensor resource", async () => {
    const metrics = { InputPowerWatts: reading(200, "ps1_pin"), InputVoltage: reading(231, "ps1_vin") };
    const { sensors } = await read(
      { ...supplies({}, metrics), ...listed },
      { powerSubsystem: POWER, sensors: SENSORS },
    );
    expect(sensors.filter(({ quantity }) => quantity === "power").map(({ id }) => id)).toEqual([
      "Chassis/1/Sensors/ps1_pin",
    ]);
    expect(sensors.filter(({ quantity }) => quantity === "voltage")).toHaveLength(1);
  });

  it("have not lost their input while a Sensor resource reports it", async () => {
    const critical = { Status: { State: "Enabled", Health: "Critical" } };
    const metrics = { InputPowerWatts: reading(200, "ps1_pin") };
    const links = { powerSubsystem: POWER, sensors: SENSORS };
    const { sensors } = await read({ ...supplies(critical, metrics), ...listed }, links);
    expect(sensors.find(({ kind }) => kind === "power_supply")?.states).toEqual([
      "presence_detected",
      "failure_detected",
    ]);
  });

  it.each([
    ["OK", "fully_redundant"],
    ["Warning", "redundancy_degraded"],
    ["Critical", "redundancy_lost"],
  ])("are a redundancy group with health %s", async (Health, state) => {
    const group = { PowerSupplyRedundancy: [{ RedundancyType: "NPlusM", Status: { State: "Enabled", Health } }] };
    const { sensors } = await read({ "/Chassis/1/PowerSubsystem": group }, { powerSubsystem: POWER });
    expect(sensors).toMatchObject([{ kind: "power_unit", states: [state] }]);
  });
});

it("Dell's supply whose input voltage is listed among the voltages has not lost its input", async () => {
  const body = {
    Voltages: [{ Name: "PS1 Voltage 1", PhysicalContext: "PowerSupply", ReadingVolts: 230, Status: ok }],
    PowerSupplies: [{ Name: "PS1", LineInputVoltage: 230, Status: { State: "Enabled", Health: "Critical" } }],
  };
  const { sensors } = await read({ "/Chassis/1/Power": body }, { power: "/redfish/v1/Chassis/1/Power" });
  expect(sensors.filter(({ value }) => value === 230)).toHaveLength(1);
  expect(sensors.find(({ kind }) => kind === "power_supply")?.states).toEqual([
    "presence_detected",
    "failure_detected",
  ]);
});

describe("a Sensor resource", () => {
  it.each<[string, string | undefined, number, string, number, string]>([
    ["Temperature", "Cel", 24, "temperature", 24, "celsius"],
    ["Humidity", "%", 45, "humidity", 0.45, "ratio"],
    ["AirFlow", "[ft_i]3/min", 100, "airflow", 0.0471947443, "cubic_meters_per_second"],
    ["AirFlowCMM", undefined, 3, "airflow", 0.05, "cubic_meters_per_second"],
    ["EnergyJoules", "J", 12, "energy", 12, "joules"],
    ["EnergykWh", "kW.h", 2, "energy", 7_200_000, "joules"],
    ["EnergyWh", "W.h", 2, "energy", 7200, "joules"],
    ["Power", "W", 84.7, "power", 84.7, "watts"],
    ["Current", "A", 1.5, "current", 1.5, "amperes"],
    ["Rotational", "RPM", 5400, "fan_speed", 5400, "rpm"],
    ["LiquidFlowLPM", "L/min", 7, "other", 7, "L/min"],
  ])("of type %s in %s", async (ReadingType, ReadingUnits, Reading, quantity, value, unit) => {
    const sensor = { Id: "s", Name: "S", ReadingType, ReadingUnits, Reading, Status: ok };
    const resources = { "/Chassis/1/Sensors": collection("/Chassis/1/Sensors/s"), "/Chassis/1/Sensors/s": sensor };
    const { sensors } = await read(resources, { sensors: SENSORS });
    expect(sensors).toMatchObject([{ id: "Chassis/1/Sensors/s", quantity, unit }]);
    expect(sensors[0]?.value).toBeCloseTo(value, 8);
  });
});
