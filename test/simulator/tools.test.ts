import { afterAll, beforeAll, expect, it } from "vitest";
import { compileBoard, type Simulation, sampleBoard, startSimulation } from "../../src/simulator/index.ts";
import { freeIpmi } from "../rig/freeipmi.ts";
import { ipmitool } from "../rig/ipmitool.ts";
import { reservePort } from "../rig/ports.ts";
import { withPeers } from "../rig/requirements.ts";
import type { Login } from "../rig/run.ts";

const SUITES = [3, 17];
const ALL_SUITES = [17, 3, 1, 2, 6, 7, 8, 11, 12, 15, 16];
/** ipmitool 1.8.19 stops at an assertion where the integrity algorithm is MD5-128. */
const IPMITOOL_SUITES = ALL_SUITES.filter((id) => id !== 11 && id !== 12);
const SENSORS = 54;

let simulation: Simulation;
let release: () => void;

beforeAll(async () => {
  const reserved = await reservePort();
  release = reserved.release;
  const sample = sampleBoard();
  const channel = { cipherSuites: ALL_SUITES, authTypes15: ["md5", "straight"] } as const;
  const board = compileBoard({ ...sample, channel });
  simulation = await startSimulation({ bmcs: [{ board, address: "127.0.0.1", port: reserved.port }] });
  simulation.bmcs[0]?.bmc.state.setPower(344);
  simulation.bmcs[0]?.bmc.state.setSensor(0x03, { raw: 97 });
});

afterAll(async () => {
  await simulation.stop();
  release();
});

const login = (more: Partial<Login> = {}): Login => {
  const bmc = simulation.bmcs[0];
  if (!bmc) throw new Error("no BMC");
  return { address: bmc.address, port: bmc.port, user: "monitor", password: "sesame", privilege: "user", ...more };
};

withPeers(["ipmitool"], "ipmitool on a virtual BMC", () => {
  it.each(IPMITOOL_SUITES)("logs in with cipher suite %i", async (cipherSuite) => {
    const info = await ipmitool(login({ cipherSuite })).mcInfo();
    expect(info.get("Firmware Revision")).toBe("2.31");
  });

  it.each(["md5", "straight"] as const)("logs in over IPMI 1.5 with %s", async (authType) => {
    const status = await ipmitool(login({ protocol: "lan", authType })).chassisStatus();
    expect(status.get("System Power")).toBe("on");
  });

  it.each(SUITES)("reads every sensor over suite %i", async (cipherSuite) => {
    const sensors = await ipmitool(login({ cipherSuite })).sensors();
    expect(sensors.find((s) => s.name === "CPU1 Temp")).toMatchObject({ value: 97, status: "uc", unit: "degrees C" });
    expect(sensors.find((s) => s.name === "12V")).toMatchObject({ value: 12, status: "ok" });
    // behind the ME
    expect(sensors.find((s) => s.name === "ME Temp")).toMatchObject({ value: 48, status: "ok" });
    expect(sensors.find((s) => s.name === "PS1 Status")?.states).toEqual(["Presence detected"]);
    expect(sensors.filter((s) => s.class === "threshold" && s.value === undefined)).toEqual([]);
  });

  it("reads limits, events, FRUs and power without a warning", async () => {
    const tool = ipmitool(login({ cipherSuite: 17 }));
    for (const args of [
      ["sensor"],
      ["sdr", "elist", "all"],
      ["sel", "info"],
      ["sel", "elist"],
      ["fru"],
      ["mc", "guid"],
      ["mc", "selftest"],
      ["mc", "getenables"],
      ["mc", "watchdog", "get"],
      ["chassis", "status"],
      ["chassis", "restart_cause"],
      ["session", "info", "all"],
      ["channel", "info", "1"],
      ["dcmi", "power", "reading"],
      ["dcmi", "discover"],
      ["dcmi", "sensors"],
      ["dcmi", "get_temp_reading"],
    ]) {
      const result = await tool.raw(...args);
      expect({ args, code: result.code, stderr: result.stderr.trim() }).toEqual({ args, code: 0, stderr: "" });
    }
    expect((await tool.raw("dcmi", "power", "reading")).stdout).toMatch(/Instantaneous power reading:\s+344 Watts/);
    const events = await tool.sel();
    expect(events[0]?.columns).toContain("Fan Fan 3");
    expect((await tool.frus()).get(0)?.get("Board Serial")).toBe("SB0001");
  });

  it("as administrator reads the LAN configuration and switches the machine", async () => {
    const tool = ipmitool(login({ user: "admin", password: "open sesame", privilege: "admin" }));
    expect((await tool.raw("lan", "print", "1")).stdout).toContain("17,3,1,2,6,7,8,11,12,15,16");
    expect((await tool.raw("user", "list", "1")).stdout).toMatch(/monitor +true +true +true +USER/);
    await tool.raw("power", "off");
    expect((await tool.chassisStatus()).get("System Power")).toBe("off");
    await tool.raw("power", "on");
    expect((await tool.chassisStatus()).get("System Power")).toBe("on");
    expect((await tool.raw("chassis", "identify", "5")).code).toBe(0);
    expect(simulation.bmcs[0]?.bmc.state.chassis.identifyUntilMs).toBeGreaterThan(0);
  });
});

withPeers(["ipmi-sensors"], "FreeIPMI on a virtual BMC", () => {
  it.each(ALL_SUITES)("logs in with cipher suite %i", async (cipherSuite) => {
    const tool = freeIpmi(login({ cipherSuite }));
    try {
      expect((await tool.bmcInfo()).get("Firmware Revision")).toBe("2.31");
    } finally {
      tool.close();
    }
  });

  it.each(SUITES)("reads sensors, log, inventory and power over suite %i", async (cipherSuite) => {
    const tool = freeIpmi(login({ cipherSuite }));
    try {
      const sensors = await tool.sensors({ thresholds: true });
      expect(sensors).toHaveLength(SENSORS);
      expect(sensors.find((s) => s.name === "CPU1 Temp")).toMatchObject({
        value: 97,
        state: "Critical",
        thresholds: { unc: 90, uc: 95, unr: 100 },
      });
      expect(sensors.find((s) => s.name === "DIMM ECC  8")?.events).toEqual(["Presence detected"]);
      const events = await tool.sel();
      expect(events).toHaveLength(5);
      expect(events[0]).toMatchObject({ name: "Fan 3", date: "Jan-01-2026" });
      expect((await tool.frus()).get(0)?.get("FRU Product Serial Number")).toBe("SS0001");
      for (const [program, ...args] of [
        ["bmc-info"],
        ["ipmi-sel", "--info"],
        ["ipmi-chassis", "--get-chassis-status"],
        ["ipmi-dcmi", "--get-dcmi-capability-info"],
        ["ipmi-dcmi", "--get-dcmi-sensor-info"],
        ["ipmi-dcmi", "--get-asset-tag"],
        ["ipmi-dcmi", "--get-management-controller-identifier-string"],
        ["ipmi-dcmi", "--get-enhanced-system-power-statistics"],
      ] as const) {
        const result = await tool.raw(program, ...args);
        expect({ program, args, code: result.code, stderr: result.stderr }).toEqual({
          program,
          args,
          code: 0,
          stderr: "",
        });
      }
      const power = await tool.raw("ipmi-dcmi", "--get-system-power-statistics");
      expect(power.stdout).toMatch(/Current Power\s+: 344 Watts/);
    } finally {
      tool.close();
    }
  });

  it("reads the sensor of the ME with bridging", async () => {
    const tool = freeIpmi(login());
    try {
      const result = await tool.raw("ipmi-sensors", "--bridge-sensors");
      expect(result.stdout).toMatch(/ME Temp\s+\| Temperature\s+\| 48.00/);
    } finally {
      tool.close();
    }
  });
});
