import { type Case, host, type Series, sensor } from "../case.ts";

const of = (component: string, value: number): Series => ["bmc_health", { ...host(), component }, `${value}x40`];
const health = (name: string, kind: string, value: number): Series => [
  "bmc_sensor_health",
  sensor(name, "20/0/70", { kind }),
  `${value}x40`,
];
const drive = sensor("Drive 3", "20/0/83", { kind: "drive" });
const drivePhrase = (state: string): Series => ["bmc_sensor_state", { ...drive, state }, "1x40"];

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
    series: [drivePhrase("drive_present"), drivePhrase("predictive_failure"), ["bmc_sensor_health", drive, "1x40"]],
    at: "8m",
    fires: drive,
  },
  {
    alert: "DriveFault",
    story: "failed",
    series: [drivePhrase("drive_fault"), ["bmc_sensor_health", drive, "2x40"]],
    at: "8m",
    fires: drive,
  },
  {
    alert: "DriveFault",
    story: "an empty slot",
    series: [drivePhrase("device_absent"), ["bmc_sensor_health", drive, "1x40"]],
    at: "8m",
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
];
