import { type Case, host, type Labels, type Series, sensor } from "../case.ts";

const of = (component: string, value: number): Series => ["bmc_health", { ...host(), component }, `${value}x40`];
const health = (name: string, kind: string, value: number): Series => [
  "bmc_sensor_health",
  sensor(name, "20/0/70", { kind }),
  `${value}x40`,
];
const drive = sensor("Drive 3", "20/0/83", { kind: "drive" });
const psu = (number: number): Labels => sensor(`PS${number} Status`, `20/0/6${number}`, { kind: "power_supply" });
const fan = (number: number): Labels => sensor(`FAN${number}`, `20/0/4${number}`, { kind: "fan", role: "fan" });
const dimm = (number: number): Labels =>
  sensor(`DIMM A${number}`, `20/0/b${number}`, { kind: "temperature", role: "dimm" });
const parts = (part: Labels, reports: string): readonly Series[] => [["bmc_sensor_health", part, reports]];
const reached = (count: number): readonly Series[] => [
  ["bmc_up", host(), `1x${count}`],
  ["bmc_part_up", { ...host(), part: "sensors" }, `1x${count}`],
];
const driveState = (state: string): Series => ["bmc_sensor_state", { ...drive, state }, "1x40"];

export const healthCases: readonly Case[] = [
  {
    alert: "SystemHealthCritical",
    story: "a processor, which no other alert covers",
    series: [of("system", 2), of("processor", 2), of("fan", 0), health("CPU1 Status", "processor", 2)],
    at: "8m",
    fires: { ...host() },
  },
  {
    alert: "SystemHealthCritical",
    story: "a chassis fault that no sensor explains",
    series: [of("system", 2), of("power", 2), health("PS1 Status", "power_supply", 0)],
    at: "8m",
    fires: { ...host() },
  },
  ...["fan", "power_supply", "temperature", "drive", "entity_presence", "event_logging", "battery"].map(
    (kind): Case => ({
      alert: "SystemHealthCritical",
      story: `a critical sensor of kind ${kind}`,
      series: [of("system", 2), health("X", kind, 2)],
      at: "8m",
    }),
  ),
  {
    alert: "SystemHealthWarning",
    story: "a battery",
    series: [of("system", 1), of("power", 1), health("CMOS Battery", "battery", 1)],
    at: "25m",
    fires: host(),
  },
  {
    alert: "SystemHealthWarning",
    story: "the host is powered off",
    series: [of("system", 1), of("power", 1), ["bmc_power_on", host(), "0x40"]],
    at: "25m",
  },
  {
    alert: "SystemHealthWarning",
    story: "an intrusion bit that was set years ago",
    series: [of("system", 1), of("security", 1), of("power", 0)],
    at: "25m",
  },
  {
    alert: "DriveFault",
    story: "a prediction of warning health",
    series: [driveState("drive_present"), driveState("predictive_failure"), ["bmc_sensor_health", drive, "1x40"]],
    at: "8m",
    fires: drive,
  },
  {
    alert: "DriveFault",
    story: "failed",
    series: [driveState("drive_fault"), ["bmc_sensor_health", drive, "2x40"]],
    at: "8m",
    fires: drive,
  },
  {
    alert: "DriveFault",
    story: "an empty slot",
    series: [driveState("device_absent"), ["bmc_sensor_health", drive, "1x40"]],
    at: "8m",
  },
  {
    alert: "PartMissing",
    story: "a power supply whose sensor no longer reports",
    step: "5m",
    series: [...parts(psu(1), "0x150"), ...parts(psu(2), "0x36 stale"), ...reached(150)],
    at: "4h",
    fires: { ...host(), kind: "power_supply" },
  },
  {
    alert: "PartMissing",
    story: "a power supply that its sensor reports as absent",
    step: "5m",
    series: [
      ...parts(psu(1), "0x150"),
      ...parts(psu(2), "0x36 1x114"),
      ["bmc_sensor_state", { ...psu(2), state: "disappeared" }, "_x37 1x113"],
      ...reached(150),
      ["bmc_power_on", host(), "0x150"],
    ],
    at: "4h",
    fires: { ...host(), kind: "power_supply" },
  },
  {
    alert: "PartMissing",
    story: "an empty slot",
    step: "5m",
    series: [
      ...parts(psu(1), "0x150"),
      ...parts(psu(2), "0x150"),
      ["bmc_sensor_state", { ...psu(2), state: "device_absent" }, "1x150"],
      ...reached(150),
    ],
    at: "4h",
  },
  {
    alert: "PartMissing",
    story: "the only drive",
    step: "5m",
    series: [...parts({ ...drive, kind: "drive" }, "0x36 stale"), ...reached(150)],
    at: "4h",
    fires: { ...host(), kind: "drive" },
  },
  {
    alert: "PartMissing",
    story: "a DIMM with a temperature sensor only",
    step: "5m",
    series: [...parts(dimm(1), "0x150"), ...parts(dimm(2), "0x36 stale"), ...reached(150)],
    at: "4h",
    fires: { ...host(), kind: "memory" },
  },
  {
    alert: "PartMissing",
    story: "a fan",
    step: "5m",
    series: [
      ...parts(fan(1), "0x150"),
      ...parts(fan(2), "0x36 stale"),
      ...reached(150),
      ["bmc_power_on", host(), "1x150"],
    ],
    at: "4h",
    fires: { ...host(), kind: "fan" },
  },
  {
    alert: "PartMissing",
    story: "all fans of a host that is powered off",
    step: "5m",
    series: [
      ...parts(fan(1), "0x36 stale"),
      ...parts(fan(2), "0x36 stale"),
      ...reached(150),
      ["bmc_power_on", host(), "1x36 0x114"],
    ],
    at: "4h",
  },
  {
    alert: "PartMissing",
    story: "the fan of a power supply whose cord was pulled",
    step: "5m",
    series: [...parts({ ...fan(1), role: "psu" }, "0x36 stale"), ...parts(fan(2), "0x150"), ...reached(150)],
    at: "4h",
  },
  {
    alert: "PartMissing",
    story: "the BMC is unreachable",
    step: "5m",
    series: [...parts(psu(1), "0x36 stale"), ...parts(psu(2), "0x36 stale"), ["bmc_up", host(), "1x36 0x114"]],
    at: "4h",
  },
  {
    alert: "PartMissing",
    story: "reading sensors fails",
    step: "5m",
    series: [
      ...parts(psu(1), "0x36 stale"),
      ["bmc_up", host(), "1x150"],
      ["bmc_part_up", { ...host(), part: "sensors" }, "1x36 0x114"],
    ],
    at: "4h",
  },
  {
    alert: "PartMissing",
    story: "the host was renamed",
    step: "5m",
    series: [
      ...parts(psu(1), "0x36 stale"),
      ["bmc_up", host(), "1x36 stale"],
      ...parts({ ...psu(1), ...host("node2") }, "_x37 0x113"),
      ["bmc_up", host("node2"), "_x37 1x113"],
    ],
    at: "4h",
  },
  {
    alert: "PartMissing",
    story: "the host moved to another rack",
    step: "5m",
    series: [
      ...parts(psu(1), "0x36 stale"),
      ["bmc_up", host(), "1x36 stale"],
      ...parts({ ...psu(1), rack: "r2" }, "_x37 0x113"),
      ["bmc_up", { ...host(), rack: "r2" }, "_x37 1x113"],
    ],
    at: "4h",
  },
  {
    alert: "PartMissing",
    story: "a firmware update renamed and renumbered the sensors",
    step: "5m",
    series: [
      ...parts(psu(1), "0x36 stale"),
      ...parts({ ...psu(1), sensor: "PSU1", id: "20/0/a1" }, "_x37 0x113"),
      ...reached(150),
    ],
    at: "4h",
  },
  {
    alert: "PartMissing",
    story: "two targets exported the host, now one does",
    step: "5m",
    series: [
      ...parts({ ...psu(1), instance: "a" }, "0x36 stale"),
      ...parts({ ...psu(1), instance: "b" }, "0x150"),
      ...reached(150),
    ],
    at: "4h",
  },
  {
    alert: "PartMissing",
    story: "a sensor that reports from time to time",
    step: "5m",
    series: [
      ...parts(psu(1), "0x150"),
      ...parts(psu(2), "0x2 stale _x8 0x2 stale _x8 0x2 stale _x120"),
      ...reached(150),
    ],
    at: "4h",
  },
  {
    alert: "PartMissing",
    story: "the power supply was plugged in again",
    step: "5m",
    series: [...parts(psu(1), "0x150"), ...parts(psu(2), "0x36 stale _x6 0x106"), ...reached(150)],
    at: "6h",
  },
  {
    alert: "ChassisIntrusion",
    story: "asserted by a sensor, not by the chassis bit",
    series: [
      ["bmc_chassis_fault", { ...host(), fault: "intrusion" }, "0x40"],
      [
        "bmc_sensor_state",
        sensor("Intrusion", "20/0/90", { kind: "physical_security", state: "chassis_intrusion" }),
        "1x40",
      ],
    ],
    at: "2m",
    fires: host(),
  },
  {
    alert: "ChassisIntrusion",
    story: "another fault",
    series: [
      ["bmc_chassis_fault", { ...host(), fault: "intrusion" }, "0x40"],
      ["bmc_chassis_fault", { ...host(), fault: "cooling" }, "1x40"],
    ],
    at: "2m",
  },
  {
    alert: "BmcInsecure",
    story: "no password and cipher suite 0",
    series: [
      ["bmc_security_finding", { ...host(), finding: "anonymous_login" }, "1x90"],
      ["bmc_security_finding", { ...host(), finding: "cipher_suite_0_listed" }, "1x90"],
      ["bmc_security_finding", { ...host(), finding: "auth_type_none" }, "0x90"],
    ],
    at: "80m",
    fires: host(),
  },
  {
    alert: "BmcInsecure",
    story: "IPMI 1.5 alone",
    series: [["bmc_security_finding", { ...host(), finding: "ipmi_1_5_enabled" }, "1x90"]],
    at: "80m",
  },
  {
    alert: "BmcTlsCertificateExpiring",
    story: "in eleven days and a half",
    series: [["bmc_tls_certificate_expiry_timestamp_seconds", host(), "1000000x90"]],
    at: "80m",
    fires: host(),
  },
  {
    alert: "BmcTlsCertificateExpiring",
    story: "in a year",
    series: [["bmc_tls_certificate_expiry_timestamp_seconds", host(), "31536000x90"]],
    at: "80m",
  },
];
