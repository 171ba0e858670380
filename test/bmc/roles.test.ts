import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { Roles } from "../../src/bmc/index.ts";
import { planWithRoles } from "../../src/bmc/over-ipmi/ruled-plan.ts";
import { compilePlan } from "../../src/bmc/over-ipmi/sensor-plan.ts";
import { sensorOf, unread } from "../../src/bmc/over-ipmi/sensor-reading.ts";
import { parseRoleRules, SHIPPED_ROLE_RULES } from "../../src/config/index.ts";
import type { Quantity } from "../../src/model/index.ts";

const shipped = new Roles(parseRoleRules(readFileSync(SHIPPED_ROLE_RULES, "utf8"), SHIPPED_ROLE_RULES));

const KINDS: Readonly<Partial<Record<Quantity, string>>> = {
  temperature: "temperature",
  fan_speed: "fan",
  voltage: "voltage",
  current: "current",
};

type Row = readonly [name: string, what: Quantity | { readonly kind: string }, entityId: number, role: string];

/** One name of each sort; `what` is a quantity of a sensor of the usual type, or the type of a discrete one. */
const VENDORS: Readonly<Record<string, readonly Row[]>> = {
  Dell: [
    ["Inlet Temp", "temperature", 7, "inlet"],
    ["Ambient Temp", "temperature", 7, "inlet"],
    ["System Board Inlet Temp", "temperature", 7, "inlet"],
    ["Exhaust Temp", "temperature", 7, "exhaust"],
    ["Temp", "temperature", 3, "cpu"],
    ["Planar Temp", "temperature", 7, "board"],
    ["Current 1", "current", 10, "psu"],
    ["Pwr Consumption", "power", 7, "none"],
    ["Fan1A", "fan_speed", 7, "fan"],
    ["Fan1A Status", { kind: "oem" }, 7, "fan"],
    ["A 1", { kind: "memory" }, 32, "dimm"],
    ["M23 VPP PG", { kind: "voltage" }, 3, "cpu"],
    ["Drive 00", { kind: "drive" }, 7, "drive"],
    ["BP1 5V PG", { kind: "voltage" }, 7, "backplane"],
    ["ROMB Battery", { kind: "battery" }, 11, "battery"],
    ["Cable SAS A0", { kind: "cable" }, 26, "none"],
    ["ECC Corr Err", { kind: "memory" }, 34, "none"],
  ],
  HPE: [
    ["01-Inlet Ambient", "temperature", 55, "inlet"],
    ["14-Board Inlet", "temperature", 7, "board"],
    ["02-CPU 1", "temperature", 3, "cpu"],
    ["04-P1 DIMM 1-6", "temperature", 32, "dimm"],
    ["05-HD Max", "temperature", 4, "drive"],
    ["15-VR P1 Mem-1", "temperature", 7, "vrm"],
    ["28-P/S 1 Inlet", "temperature", 10, "psu"],
    ["42-P/S Board", "temperature", 7, "psu"],
    ["20-HD Controller", "temperature", 7, "raid"],
    ["27-LOMCard Inlet", "temperature", 7, "nic"],
    ["23-Mezz 1 Inlet", "temperature", 7, "pcie"],
    ["51.2-XLR8R 14-Memory", "temperature", 7, "gpu"],
    ["19-Storage Batt", "temperature", 7, "battery"],
    ["12-BMC Zone", "temperature", 7, "bmc"],
    ["31-Sys Exhaust-1", "temperature", 7, "exhaust"],
  ],
  "Lenovo and IBM": [
    ["Ambient Temp", "temperature", 55, "inlet"],
    ["SysBrd Ambient", "temperature", 7, "board"],
    ["PIB Ambient Temp", "temperature", 7, "board"],
    ["Rear Ambient", "temperature", 7, "board"],
    ["CPU 1 Temp", "temperature", 3, "cpu"],
    ["CPU 1 DTS", "temperature", 3, "margin"],
    ["PSU1 AC In Pwr", "power", 10, "psu"],
    ["Raid Ctrl1", { kind: "microcontroller" }, 11, "raid"],
    ["SAS Backplane 1", { kind: "module" }, 15, "backplane"],
    ["PCIe 1 Temp", "temperature", 11, "pcie"],
    ["DASD Temp", "temperature", 4, "drive"],
    ["SysBrd 12V", "voltage", 7, "board"],
  ],
  "OpenBMC, Huawei and NVIDIA": [
    ["bmc_temp", "temperature", 46, "bmc"],
    ["BMC Boot", { kind: "system_boot" }, 46, "none"],
    ["Disks Temp", "temperature", 4, "drive"],
    ["Bay 3", { kind: "oem" }, 4, "drive"],
    ["NVSW_1_Temp", "temperature", 11, "gpu"],
  ],
  Supermicro: [
    ["CPU1 Temp", { kind: "oem" }, 3, "cpu"],
    ["PCH Temp", "temperature", 3, "pch"],
    ["System Temp", "temperature", 7, "board"],
    ["Peripheral", "temperature", 7, "board"],
    ["P1-DIMMA1 Temp", "temperature", 32, "dimm"],
    ["DIMMABCD Temp", "temperature", 32, "dimm"],
    ["P1_VRMABCD Temp", "temperature", 7, "vrm"],
    ["VDIMMABVRM Temp", "temperature", 7, "vrm"],
    ["10GLAN Temp", "temperature", 7, "nic"],
    ["M2_SSD1 Temp", "temperature", 4, "drive"],
    ["Inlet Temp", "temperature", 7, "inlet"],
    ["VBAT", "voltage", 7, "battery"],
  ],
  Fujitsu: [
    ["Ambient", "temperature", 55, "inlet"],
    ["Systemboard 1", "temperature", 7, "board"],
    ["DIMM-1A", "temperature", 32, "dimm"],
    ["MEM A", "temperature", 32, "dimm"],
    ["PSU1 Inlet", "temperature", 10, "psu"],
    ["FAN PSU1", "fan_speed", 29, "psu"],
    ["BATT 3.0V", "voltage", 40, "battery"],
    ["BBU", "temperature", 40, "battery"],
  ],
  "Intel and Quanta": [
    ["Front Panel Temp", "temperature", 12, "inlet"],
    ["BB Inlet Temp", "temperature", 7, "inlet"],
    ["Exit Air Temp", "temperature", 7, "exhaust"],
    ["LAN NIC Temp", "temperature", 7, "nic"],
    ["HSBP Temp", "temperature", 15, "backplane"],
    ["BB CPU1 VR Temp", "temperature", 7, "vrm"],
    ["SSB Temp", "temperature", 7, "pch"],
    ["I/O Mod Temp", "temperature", 44, "pcie"],
    ["P1 DTS Therm Mgn", "temperature", 3, "margin"],
    ["DIMM Thrm Mrgn 1", "temperature", 8, "margin"],
    ["P1 Status", { kind: "processor" }, 3, "cpu"],
    ["PS1 Fan1 Fail", { kind: "fan" }, 10, "psu"],
    ["Temp_Ambient_BP0", "temperature", 64, "inlet"],
    ["Temp_Inlet_MB", "temperature", 66, "board"],
    ["Temp_PCI_Inlet1", "temperature", 66, "pcie"],
    ["Temp_VR_DIMM_AB", "temperature", 66, "vrm"],
    ["Fan_SSD0", "fan_speed", 29, "fan"],
  ],
  "Huawei and Inspur": [
    ["Inlet_Temp", "temperature", 55, "inlet"],
    ["Outlet Temp", "temperature", 7, "exhaust"],
    ["CPU1 Core Rem", "temperature", 3, "cpu"],
    ["CPU1 DTS", "other", 3, "margin"],
    ["CPU1 MEM Temp", "temperature", 32, "dimm"],
    ["CPU1 VDDQ Temp", "temperature", 3, "vrm"],
    ["PS1 Inlet Temp", "temperature", 10, "psu"],
    ["HDD_MAX_Temp", "temperature", 4, "drive"],
    ["RAID_Temp", "temperature", 11, "raid"],
    ["DISK1", { kind: "drive" }, 4, "drive"],
  ],
  Oracle: [
    ["/SYS/T_AMB", "temperature", 23, "inlet"],
    ["MB/T_AMB0", "temperature", 7, "board"],
    ["MB/P0/D0/T_AMB", "temperature", 32, "dimm"],
    ["/SYS/DBP/T_AMB", "temperature", 15, "backplane"],
    ["/SYS/MB/T_OUT", "temperature", 7, "exhaust"],
    ["PS0/T_OUT", "temperature", 10, "psu"],
  ],
  OpenBMC: [
    ["ambient", "temperature", 0, "inlet"],
    ["p0_core0_temp", "temperature", 0, "cpu"],
    ["p0_vdd_temp", "temperature", 0, "vrm"],
    ["dimm0_temp", "temperature", 0, "dimm"],
    ["gpu0_core_temp", "temperature", 0, "gpu"],
    ["ps0_input_power", "power", 0, "psu"],
    ["HGX Chassis 0 Inlet 0 Temp 0", "temperature", 0, "gpu"],
    ["MB_OUTLET_TEMP", "temperature", 0, "exhaust"],
    ["TEMP PDB", "temperature", 0, "board"],
    ["Fan Bay #1 Exhaust Temperature", "temperature", 0, "exhaust"],
  ],
  Cisco: [
    ["TEMP_SENS_FRONT", "temperature", 7, "inlet"],
    ["TEMP_SENS_REAR", "temperature", 7, "exhaust"],
    ["FRONT_PANEL_TEMP", "temperature", 7, "inlet"],
    ["SIOC1_FRONT_TEMP", "temperature", 7, "inlet"],
    ["SIOC1_BACK_TEMP", "temperature", 7, "exhaust"],
    ["SIOC1_VIC_TEMP", "temperature", 7, "nic"],
    ["SIOC1_CMC_TEMP", "temperature", 7, "bmc"],
    ["MOBO_R_OUT_TEMP", "temperature", 7, "exhaust"],
    ["MOBO_L_IN_TEMP", "temperature", 7, "inlet"],
    ["MOBO_R_MID_TEMP", "temperature", 0, "board"],
    ["RISER1_INLET_TMP", "temperature", 7, "pcie"],
    ["DDR4_P1_A1_TMP", "temperature", 32, "dimm"],
    ["P1_TEMP_SENS", "temperature", 3, "cpu"],
    ["MLOM_TEMP", "temperature", 7, "nic"],
    ["FRONT_LED", { kind: "oem" }, 7, "none"],
    ["BACKUP_TEMP", "temperature", 0, "none"],
  ],
  "Meta's boards": [
    ["FIVRA SPS Temp", "temperature", 7, "vrm"],
    ["VCCIN SPS Temp", "temperature", 7, "vrm"],
    ["EHV SPS Temp", "temperature", 7, "vrm"],
    ["VCCD SPS Temp", "temperature", 7, "vrm"],
    ["FAON SPS Temp", "temperature", 7, "vrm"],
    ["SPS FW Health", { kind: "management_subsystem" }, 7, "none"],
    ["SOC Therm Margin", "temperature", 7, "margin"],
    ["CPU TjMax", "temperature", 7, "none"],
    ["MB_CPU0_TJMAX_C", "temperature", 0, "none"],
    ["HSC Temp", "temperature", 7, "board"],
    ["HSC2_TEMP", "temperature", 0, "board"],
    ["POWER_BRICK_1_TEMP", "temperature", 0, "board"],
    ["GT_MB_INLET_L_TEMP_C", "temperature", 0, "inlet"],
    ["GT_SWB_OUTLET_TEMP_R2_C", "temperature", 0, "exhaust"],
    ["GT_MB_CPU0_DIMM_A0_C0_TEMP_C", "temperature", 0, "dimm"],
    ["GT_MB_VR_CPU0_VCCIN_TEMP_C", "temperature", 0, "vrm"],
    ["GT_MB_CPU0_TEMP_C", "temperature", 0, "cpu"],
    ["GT_SWB_NIC0_TEMP_C", "temperature", 0, "nic"],
    ["GT_SWB_PEX0_TEMP_C", "temperature", 0, "pcie"],
    ["GT_SWB_PEX0_VR_TEMP_C", "temperature", 0, "vrm"],
    ["MB_PAX_3_TEMP", "temperature", 0, "pcie"],
    ["MB_RETIMER_TEMP_C", "temperature", 0, "pcie"],
    ["GT_MB_E1S_TEMP_C", "temperature", 0, "drive"],
    ["GT_SWB_SYSTEM_INLET_TEMP_C", "temperature", 0, "inlet"],
  ],
  "other boards of 2020 to 2026": [
    ["P1 Temperature", "temperature", 7, "cpu"],
    ["VCPU", "voltage", 7, "cpu"],
    ["Vcpu1", "voltage", 7, "cpu"],
    ["BB Rt Rear Temp", "temperature", 7, "board"],
    ["P1 Therm Margin", "temperature", 3, "margin"],
    ["IOB0_NIC0_TEMP_C", "temperature", 0, "nic"],
    ["CX7_0_Temp", "temperature", 0, "nic"],
    ["QSFP_1_TEMP", "temperature", 0, "nic"],
    ["NVLINK_0_Temp", "temperature", 0, "gpu"],
    ["UBB_Inlet_Temp", "temperature", 0, "gpu"],
    ["sys_air_inlet", "temperature", 7, "inlet"],
    ["mb_air_inlet", "temperature", 7, "inlet"],
    ["sys_air_outlet", "temperature", 7, "exhaust"],
    ["Air In", "temperature", 0, "inlet"],
    ["Air_Out_Temp", "temperature", 0, "exhaust"],
    ["EXH_TEMP", "temperature", 0, "exhaust"],
    ["mb_temp", "temperature", 0, "board"],
    ["cpufan0", "fan_speed", 3, "fan"],
    ["FCH_Temp", "temperature", 0, "pch"],
    ["MIDPLANE_TEMP", "temperature", 0, "backplane"],
    ["Expander1 Temp", "temperature", 7, "backplane"],
    ["AOC_NIC1_Temp", "temperature", 11, "nic"],
    ["NVMe_SSD Temp", "temperature", 4, "drive"],
    ["VRMCpu1 Temp", "temperature", 7, "vrm"],
    ["Proc 1 Temp", "temperature", 0, "cpu"],
    ["PWR_SUPPLY1_TEMP", "temperature", 0, "psu"],
    ["BOSS Temp", "temperature", 0, "raid"],
    ["CIMC_TEMP", "temperature", 0, "bmc"],
    ["DCSCM_INLET_T", "temperature", 17, "bmc"],
  ],
  // Words that only contain the name of a part.
  "no board": [
    ["Overdrive Temp", "temperature", 0, "none"],
    ["Braid Temp", "temperature", 0, "none"],
    ["Occupied", { kind: "oem" }, 0, "none"],
    ["Front Door", { kind: "physical_security" }, 0, "none"],
    ["Pex", { kind: "oem" }, 0, "pcie"],
    ["Apexes Temp", "temperature", 0, "none"],
    ["Etherium Temp", "temperature", 0, "none"],
    ["Procedure Temp", "temperature", 0, "none"],
    ["Feedback Temp", "temperature", 0, "none"],
    ["Confronted Temp", "temperature", 0, "none"],
    ["Scan Temp", "temperature", 0, "none"],
    ["Brickwork Temp", "temperature", 0, "none"],
    ["Sexes Temp", "temperature", 0, "none"],
    ["Victory Temp", "temperature", 0, "none"],
    ["Main Temp", "temperature", 0, "none"],
    ["Without_Temp", "temperature", 0, "none"],
  ],
  "Gigabyte and ASRock": [
    ["CPU0_TEMP", "temperature", 3, "cpu"],
    ["CPU0_DTS", "temperature", 3, "margin"],
    ["VR_DIMMG0_TEMP", "temperature", 8, "vrm"],
    ["M2_G0_AMB_TEMP", "temperature", 7, "drive"],
    ["MB_AIR_INLET", "temperature", 7, "inlet"],
    ["MB Temp", "temperature", 7, "board"],
    ["DDR4_A1 Temp", "temperature", 32, "dimm"],
    ["OCP20_TEMP", "temperature", 7, "nic"],
    ["TR1 Temp", "temperature", 0, "none"],
  ],
};

describe("the shipped role rules", () => {
  for (const [vendor, rows] of Object.entries(VENDORS)) {
    it.each(rows)(`${vendor}: %s (%o, entity %i) is %s`, (name, what, entityId, role) => {
      const subject =
        typeof what === "string" ? { kind: KINDS[what] ?? "other_units", quantity: what } : { kind: what.kind };
      expect(shipped.roleOf({ name, entityId, ...subject }) ?? "none").toBe(role);
    });
  }

  it("assign no role to an unknown name", () => {
    expect(shipped.roleOf({ name: "Sensor 42", kind: "temperature", quantity: "temperature" })).toBeUndefined();
  });
});

describe("role rules", () => {
  const subject = { name: "Inlet Temp", kind: "temperature", quantity: "temperature", entityId: 7 } as const;

  it("apply in order: the first that matches decides", () => {
    const rules = [
      { role: "cold_aisle", name: "^inlet" },
      { role: "inlet", name: "inlet" },
    ];
    expect(new Roles(rules).roleOf(subject)).toBe("cold_aisle");
  });

  it("end at none", () => {
    expect(
      new Roles([
        { role: "none", name: "temp" },
        { role: "inlet", name: "inlet" },
      ]).roleOf(subject),
    ).toBeUndefined();
  });

  it.each([
    ["name", { name: "outlet" }],
    ["kind", { kinds: ["fan"] }],
    ["quantity", { quantities: ["voltage"] }],
    ["entity", { entities: [55] }],
    ["manufacturer", { manufacturers: ["dell"] }],
  ] as const)("do not match when only the %s differs", (_, other) => {
    const rule = { role: "inlet", name: "inlet", kinds: ["temperature"], entities: [7], manufacturers: [10876] };
    const asked = { ...subject, manufacturerId: 10876 };
    expect(new Roles([rule]).roleOf(asked)).toBe("inlet");
    expect(new Roles([{ ...rule, ...other }]).roleOf(asked)).toBeUndefined();
  });

  it("know a manufacturer by number, and by the name of any of its numbers", () => {
    const roles = new Roles([{ role: "mine", manufacturers: ["supermicro", 99999] }]);
    expect([10876, 47488, 99999, 674].map((manufacturerId) => roles.roleOf({ ...subject, manufacturerId }))).toEqual([
      "mine",
      "mine",
      "mine",
      undefined,
    ]);
  });

  it("with a quantity, an entity or a manufacturer do not match if it is unknown", () => {
    const bare = { name: "Inlet Temp", kind: "temperature" };
    for (const rule of [{ quantities: ["temperature"] }, { entities: [7] }, { manufacturers: [674] }] as const) {
      expect(new Roles([{ role: "x", ...rule }]).roleOf(bare)).toBeUndefined();
    }
  });

  it("stay the same object while they do not change, so that plans are kept", () => {
    const before = new Roles([{ role: "inlet", name: "inlet" }]);
    expect(Roles.renewed([{ role: "inlet", name: "inlet" }], before)).toBe(before);
    expect(Roles.renewed([{ role: "inlet", name: "intake" }], before)).not.toBe(before);
  });
});

/** A recorded machine whose processors are identified by their entity alone. */
const folder = resolve(import.meta.dirname, "../../../shared/fixtures/ipmi/dell-poweredge-r640");
const recorded = existsSync(folder);
if (!recorded) console.log("skipped: recorded machines are not at hand");

describe.skipIf(!recorded)("a plan with roles", () => {
  const records = (): Buffer[] =>
    readFileSync(resolve(folder, "sdr.hex"), "utf8")
      .split("\n")
      .filter((line) => /^[0-9a-f]/i.test(line))
      .map((line) => Buffer.from(line.replaceAll(/\s/g, ""), "hex"));
  const plan = recorded ? compilePlan(records()) : compilePlan([]);

  it("is made once per manufacturer", () => {
    expect(planWithRoles(shipped, plan, 674)).toBe(planWithRoles(shipped, plan, 674));
    expect(planWithRoles(shipped, plan, 674)).not.toBe(plan);
  });

  it("is another one for another manufacturer, whose rules may differ", () => {
    const roles = new Roles([{ role: "dells", manufacturers: ["dell"] }]);
    const rolesOf = (maker: number) => new Set(planWithRoles(roles, plan, maker).sensors.map(({ role }) => role));
    expect([rolesOf(674), rolesOf(11)]).toEqual([new Set(["dells"]), new Set([undefined])]);
  });

  it("has them also in the lists of sensors to read", () => {
    const made = planWithRoles(shipped, plan, 674);
    const isInlet = ({ name }: { readonly name: string }) => name === "Inlet Temp";
    expect(made.wanted(undefined).find(isInlet)?.role).toBe("inlet");
    expect(made.wanted(isInlet).map(({ role }) => role)).toEqual(["inlet"]);
  });

  it('assigns "Temp" to processor 1 by its entity', () => {
    const temps = planWithRoles(shipped, plan, 674).sensors.filter(({ name }) => name === "Temp");
    expect(temps.map(({ entity, role }) => [entity, role])).toEqual([
      ["3.1", "cpu"],
      ["3.2", "cpu"],
    ]);
  });

  it("has the role on sensors with and without a reading, so that all series of a sensor have it", () => {
    const sensor = planWithRoles(shipped, plan, 674).sensors.find(({ name }) => name === "Inlet Temp");
    if (!sensor) throw new Error("no Inlet Temp");
    const reading = { raw: 150, eventMessagesEnabled: true, scanningEnabled: true, unavailable: false };
    const context = { manufacturerId: 674, productId: 0, hostOff: false, scanningDisabledIsValid: false };
    const read = sensorOf(sensor, { ...reading, stateBytes: 0, comparison: 0, states: 0 }, {}, context);
    expect([read.role, unread(sensor, "unavailable").role]).toEqual(["inlet", "inlet"]);
  });
});
