/** The resources of a machine with 100 sensors, by path: 7 KB of System and 31 KB of Thermal and Power. */

const status = { State: "Enabled", Health: "OK" };
const link = (path) => ({ "@odata.id": path });

/** Every third reading varies. */
const varied = (value, n, variant, step) => (n % 3 === 0 ? value + (variant % 3) * step : value);

function temperature(n, variant) {
  return {
    "@odata.id": `/redfish/v1/Chassis/1/Thermal#/Temperatures/${n}`,
    MemberId: String(n),
    Name: n === 0 ? "Inlet Temp" : `Zone ${n} Temp`,
    SensorNumber: n + 1,
    PhysicalContext: n === 0 ? "Intake" : "SystemBoard",
    ReadingCelsius: varied(24 + (n % 30), n, variant, 1),
    UpperThresholdNonCritical: 80,
    UpperThresholdCritical: 90,
    UpperThresholdFatal: 95,
    LowerThresholdCritical: null,
    Status: status,
  };
}

const fan = (n, variant) => ({
  MemberId: String(n),
  Name: `Fan ${n + 1}`,
  Reading: varied(5400 + n, n, variant, 60),
  ReadingUnits: "RPM",
  LowerThresholdCritical: 600,
  LowerThresholdNonCritical: 900,
  Status: status,
});

const voltage = (n, variant) => ({
  "@odata.id": `/redfish/v1/Chassis/1/Power#/Voltages/${n}`,
  MemberId: String(n),
  Name: `Rail ${n + 1}`,
  SensorNumber: 100 + n,
  PhysicalContext: "VoltageRegulator",
  ReadingVolts: varied(1.2 + n / 100, n, variant, 0.01),
  UpperThresholdCritical: 13.2,
  LowerThresholdCritical: 0.6,
  Status: status,
});

const supply = (n, variant) => ({
  MemberId: String(n),
  Name: `PSU${n + 1}`,
  PowerInputWatts: 210 + n + variant,
  PowerOutputWatts: 195 + n,
  LineInputVoltage: 230,
  PowerCapacityWatts: 800,
  Model: "PWS-800",
  SerialNumber: `S${n}`,
  Status: status,
});

const many = (count, make) => Array.from({ length: count }, (_, n) => make(n));

/** @param variant number of a set of readings */
export function resources(variant = 0) {
  const some = (count, make) => many(count, (n) => make(n, variant));
  return {
    "/redfish/v1": {
      RedfishVersion: "1.15.0",
      Systems: link("/redfish/v1/Systems"),
      Chassis: link("/redfish/v1/Chassis"),
      Managers: link("/redfish/v1/Managers"),
      Links: { Sessions: link("/redfish/v1/SessionService/Sessions") },
    },
    "/redfish/v1/Systems": { Members: [link("/redfish/v1/Systems/1")] },
    "/redfish/v1/Managers": { Members: [link("/redfish/v1/Managers/1")] },
    "/redfish/v1/Managers/1": { ManagerType: "BMC", FirmwareVersion: "1.0" },
    "/redfish/v1/Chassis": { Members: [link("/redfish/v1/Chassis/1")] },
    "/redfish/v1/Chassis/1": {
      Thermal: link("/redfish/v1/Chassis/1/Thermal"),
      Power: link("/redfish/v1/Chassis/1/Power"),
      Links: { ComputerSystems: [link("/redfish/v1/Systems/1")] },
    },
    "/redfish/v1/Systems/1": {
      "@odata.type": "#ComputerSystem.v1_16_0.ComputerSystem",
      Manufacturer: "ACME",
      Model: "Bench",
      PowerState: "On",
      Status: { ...status, HealthRollup: "OK" },
      // What a system has besides: boot options, actions, links.
      Boot: { BootOrder: many(60, (n) => `Boot${String(n).padStart(4, "0")}`) },
      Links: { CooledBy: many(80, (n) => link(`/redfish/v1/Chassis/1/ThermalSubsystem/Fans/${n}`)) },
    },
    "/redfish/v1/Chassis/1/Thermal": {
      "@odata.type": "#Thermal.v1_7_1.Thermal",
      Temperatures: some(50, temperature),
      Fans: some(12, fan),
    },
    "/redfish/v1/Chassis/1/Power": {
      "@odata.type": "#Power.v1_7_1.Power",
      PowerControl: [{ PowerConsumedWatts: 421 + variant, PowerCapacityWatts: 1600 }],
      Voltages: some(30, voltage),
      PowerSupplies: some(2, supply),
    },
  };
}

/** What a poll of a known machine reads. */
export const POLLED = ["/redfish/v1/Systems/1", "/redfish/v1/Chassis/1/Thermal", "/redfish/v1/Chassis/1/Power"];
