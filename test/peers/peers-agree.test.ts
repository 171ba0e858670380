import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Board, recordThresholds, sensorCount } from "../rig/board.ts";
import { fullBoard } from "../rig/boards/full-board.ts";
import { vectorEvents } from "../rig/boards/vector-events.ts";
import { vectorFruFields } from "../rig/boards/vector-frus.ts";
import { type FreeIpmiSensor, freeIpmi } from "../rig/freeipmi.ts";
import { type IpmiSim, simUser, startIpmiSim } from "../rig/ipmi-sim.ts";
import { ipmitool, type ToolSensor } from "../rig/ipmitool.ts";
import { withPeers } from "../rig/requirements.ts";
import type { Login } from "../rig/run.ts";

/**
 * The peers read our board on ipmi_sim and agree with what we think it holds. Before anything of ours
 * is compared with them, this says that the board, its records and the parsers of the rig are right.
 */

const readable = fullBoard.sensors.filter((s) => s.availability !== "event-only");

/** 6-bit and BCD plus names: neither tool decodes them, so they are identified by number. */
const UNDECODED_NAMES = new Set(["SIXBIT-ID 7", "12-34.5"]);

/** FreeIPMI 1.6.10 is wrong here or has no value: cube root, non-linear. */
const NOT_IN_FREEIPMI = new Set(["Lin cubert"]);

/** Records without a value for a reason of their own: reading factors ipmi_sim does not have. */
const login = (sim: IpmiSim, name: string, more: Partial<Login> = {}): Login => {
  const { password } = simUser(sim, name);
  return { address: sim.address, port: sim.port, user: name, password, ...more };
};

/** As printed by ipmitool: three decimals. */
const three = (value: number): number => Number(value.toFixed(3));

function expectIpmitoolSensors(rows: readonly ToolSensor[]): void {
  expect(rows.map((r) => r.number)).toEqual(readable.map((s) => s.number));
  readable.forEach((sensor, i) => {
    const row = rows[i];
    if (!UNDECODED_NAMES.has(sensor.name)) expect(row?.name).toBe(sensor.name);
    expect(row?.class, sensor.name).toBe(sensor.kind);
    expect(row?.sensorType, sensor.name).toBe(sensor.sensorType);
    expect(row?.entity, sensor.name).toBe(`${sensor.record[8]}.${sensor.record[9]}`);
    const value = sensor.kind === "threshold" && sensor.value !== undefined ? three(sensor.value) : undefined;
    expect(row?.value, sensor.name).toBe(value);
    const readableThresholds = recordThresholds(sensor.record)?.readable ?? 0;
    const count = [0, 1, 2, 3, 4, 5].filter((bit) => (readableThresholds >> bit) & 1).length;
    expect(Object.keys(row?.thresholds ?? {}), sensor.name).toHaveLength(count);
  });
}

const byName = <T extends { readonly name: string }>(rows: readonly T[], name: string): T => {
  const found = rows.find((r) => r.name === name);
  if (found === undefined) throw new Error(`no sensor ${name}`);
  return found;
};

withPeers(["ipmi_sim", "ipmitool", "ipmi-sensors"], "the board of the rig, read by ipmitool and FreeIPMI,", () => {
  let sim: IpmiSim;
  beforeAll(async () => {
    sim = await startIpmiSim();
  });
  afterAll(() => sim.stop());

  it("has more than 60 sensors", () => {
    expect(sensorCount(fullBoard)).toBeGreaterThan(60);
  });

  it.each<[string, Partial<Login>]>([
    ["suite 3", { cipherSuite: 3 }],
    ["suite 2", { cipherSuite: 2 }],
    ["suite 1", { cipherSuite: 1 }],
    ["IPMI 1.5 with MD5", { protocol: "lan" }],
    ["IPMI 1.5 with a straight password", { protocol: "lan", authType: "straight" }],
  ])("ipmitool over %s reads every sensor as the board has it", async (_how, more) => {
    expectIpmitoolSensors(await ipmitool(login(sim, "admin", more)).sensors());
  });

  it.each(["admin", "operator", "long", "longest", "sixteen-byte-usr", "monitor"])(
    "lets ipmitool log in as %s",
    async (name) => {
      const { privilege } = simUser(sim, name);
      const info = await ipmitool(
        login(sim, name, { privilege: privilege === "callback" ? "user" : privilege }),
      ).mcInfo();
      expect(info.get("Manufacturer ID")).toBe("343");
    },
  );

  it.each(["former", "nobody"])("refuses a login as %s", async (user) => {
    const result = await ipmitool({ ...login(sim, "admin"), user }).raw("mc", "info");
    expect(result.code).not.toBe(0);
  });

  it.each<[string, Partial<Login>]>([
    ["suite 3", { cipherSuite: 3 }],
    ["suite 1", { cipherSuite: 1 }],
    ["IPMI 1.5 with MD5", { protocol: "lan" }],
  ])("FreeIPMI over %s agrees with ipmitool and with the board", async (_how, more) => {
    const tool = await ipmitool(login(sim, "admin")).sensors();
    const free = freeIpmi(login(sim, "admin", more));
    const rows = await free.sensors();
    free.close();
    const shared = readable.flatMap((s) => s.states.map((_, i) => ({ sensor: s, first: i === 0 })));
    expect(rows).toHaveLength(shared.length);
    shared.forEach(({ sensor, first }, i) => {
      const row = rows[i];
      const printed = sensor.name.trim();
      if (!UNDECODED_NAMES.has(sensor.name))
        expect(row?.name.startsWith(printed), `${row?.name} is ${sensor.name}`).toBe(true);
      if (!first || sensor.kind !== "threshold" || NOT_IN_FREEIPMI.has(sensor.name)) return;
      const same = tool.find((t) => t.number === sensor.number)?.value;
      if (row?.value === undefined) expect(same, sensor.name).toBeUndefined();
      else expect(row.value, sensor.name).toBeCloseTo(same ?? Number.NaN, 1.9);
    });
  });

  it("has the same alarms and states in both", async () => {
    const tool = await ipmitool(login(sim, "admin")).sensors();
    const free = freeIpmi(login(sim, "admin"));
    const rows: FreeIpmiSensor[] = await free.sensors();
    free.close();
    const verdicts = ["CPU1 Temp", "CPU2 Temp", "Ambient", "P3V3", "Upper crit", "Exhaust", "Fan3", "Inlet Temp"].map(
      (name) => [name, byName(tool, name).status, byName(rows, name).state],
    );
    expect(verdicts).toEqual([
      ["CPU1 Temp", "ok", "Nominal"],
      // FreeIPMI's own configuration calls a live non-critical alarm nominal
      ["CPU2 Temp", "unc", "Nominal"],
      ["Ambient", "lnc", "Nominal"],
      ["P3V3", "lc", "Critical"],
      ["Upper crit", "uc", "Critical"],
      ["Exhaust", "unr", "Critical"],
      ["Fan3", "lnr", "Critical"],
      ["Inlet Temp", "ok", "Nominal"],
    ]);
    expect(byName(tool, "PS2 Status").states).toEqual(["Presence detected", "Power Supply AC lost"]);
    expect(byName(rows, "PS2 Status").events).toEqual(["Presence detected", "Power Supply input lost (AC/DC)"]);
    expect(byName(rows, "DIMM  3").events).toEqual(["Uncorrectable memory error", "Presence detected"]);
    expect(byName(rows, "Bay  1").events).toEqual(["Drive Presence", "Drive Fault"]);
    expect(byName(tool, "Scan off").status).toBe("na");
    expect(byName(rows, "Not avail").state).toBe("N/A");
  });

  it("has the event log of the vectors", async () => {
    const events = await ipmitool(login(sim, "admin")).sel();
    const printed = events.map((e) => e.columns.join(" / "));
    expect(printed).toEqual(vectorEvents.map((e) => e.ipmitool));
    const free = freeIpmi(login(sim, "admin"));
    const rows = await free.sel();
    free.close();
    expect(rows.map((r) => r.id)).toEqual(events.map((e) => e.id));
    expect(rows[0]).toMatchObject({ date: "Nov-22-2026", time: "12:00:00", name: "Upper crit", state: "Critical" });
    expect(rows[15]?.date).toBe("PostInit");
  });

  it("has the FRU areas of the vectors", async () => {
    const tool = (await ipmitool(login(sim, "admin")).frus()).get(0);
    const free = freeIpmi(login(sim, "admin"));
    const other = (await free.frus()).get(0);
    free.close();
    expect(tool?.get("Chassis Serial")).toBe(vectorFruFields.chassisSerial);
    expect(tool?.get("Board Product")).toBe(vectorFruFields.boardProduct);
    expect(tool?.get("Board Extra")).toBe(vectorFruFields.boardExtra);
    expect(tool?.get("Product Asset Tag")).toBe(vectorFruFields.productAssetTag);
    expect(other?.get("FRU Product Serial Number")).toBe(vectorFruFields.productSerial);
    expect(other?.get("FRU Power Supply Overall Capacity")).toBe("1200 Watts");
  });

  it("reports its identity and that it is on", async () => {
    const tool = ipmitool(login(sim, "monitor", { privilege: "user" }));
    expect((await tool.mcInfo()).get("Firmware Revision")).toBe("2.31");
    expect((await tool.chassisStatus()).get("System Power")).toBe("on");
    const free = freeIpmi(login(sim, "admin"));
    expect((await free.bmcInfo()).get("Firmware Revision")).toBe("2.31");
    expect((await free.chassisStatus()).get("System Power")).toBe("on");
    free.close();
  });
});

withPeers(["ipmi_sim", "ipmitool", "ipmi-sensors"], "the simulator of the rig", () => {
  const small: Board = { ...fullBoard, sensors: fullBoard.sensors.filter((s) => s.availability !== "absent") };

  it("returns the same thresholds to FreeIPMI and ipmitool", async () => {
    const sim = await startIpmiSim({ board: small });
    const tool = await ipmitool(login(sim, "admin")).sensors();
    const free = freeIpmi(login(sim, "admin"));
    const rows = await free.sensors({ thresholds: true });
    free.close();
    await sim.stop();
    for (const name of ["CPU1 Temp", "P12V", "Ambient", "CPU1 Margin", "Fan4", "PSU2 Power"]) {
      const theirs = byName(rows, name).thresholds;
      const ours = byName(tool, name).thresholds;
      expect(Object.keys(theirs).sort(), name).toEqual(Object.keys(ours).sort());
      for (const [key, value] of Object.entries(ours)) {
        expect(theirs[key as keyof typeof theirs], `${name} ${key}`).toBeCloseTo(value, 1.9);
      }
    }
  });

  it("changes readings and adds events at run time, and keeps the events over a restart", async () => {
    const sim = await startIpmiSim({ board: small });
    const tool = ipmitool(login(sim, "admin"));
    const sensor = small.sensors.find((s) => s.name === "CPU1 Temp");
    if (sensor === undefined) throw new Error("no CPU1 Temp");
    await sim.setReading(sensor, 101, [0x18]);
    expect(byName(await tool.sensors(), "CPU1 Temp")).toMatchObject({ value: 101, status: "uc" });
    await sim.addEvent(0x02, [0, 0, 0, 0, 0x20, 0, 4, 1, 1, 1, 0x59, 101, 100]);
    expect(await tool.sel()).toHaveLength(small.sel.length + 1);
    await sim.kill();
    expect((await ipmitool(login(sim, "admin", { tries: 1 })).raw("mc", "info")).code).not.toBe(0);
    await sim.restart();
    expect(await tool.sel()).toHaveLength(small.sel.length + 1);
    expect(byName(await tool.sensors(), "CPU1 Temp")).toMatchObject({ value: 47, status: "ok" });
    await expect(sim.command("sensor_set_value 0x20 0 0xee 0 0")).rejects.toThrow("ipmi_sim");
    await sim.stop();
  });

  it("switches chassis power", async () => {
    const sim = await startIpmiSim({ board: small, power: false });
    const tool = ipmitool(login(sim, "admin"));
    expect((await tool.chassisStatus()).get("System Power")).toBe("off");
    expect((await tool.raw("chassis", "power", "on")).code).toBe(0);
    expect((await tool.chassisStatus()).get("System Power")).toBe("on");
    await sim.stop();
  });

  it("requires a Kg if it has one", async () => {
    const kg = "Kg-key-for-vectors!";
    const sim = await startIpmiSim({ board: small, kg });
    expect((await ipmitool(login(sim, "admin", { kg })).mcInfo()).get("IPMI Version")).toBe("2.0");
    expect((await ipmitool(login(sim, "admin")).raw("mc", "info")).code).not.toBe(0);
    const free = freeIpmi(login(sim, "admin", { kg }));
    expect((await free.bmcInfo()).get("IPMI Version")).toBe("2.0");
    free.close();
    await sim.stop();
  });

  it("offers no IPMI 1.5 session if no authentication type is allowed", async () => {
    const sim = await startIpmiSim({ board: small, authTypes: [] });
    expect((await ipmitool(login(sim, "admin", { protocol: "lan" })).raw("mc", "info")).code).not.toBe(0);
    expect((await ipmitool(login(sim, "admin")).raw("mc", "info")).code).toBe(0);
    await sim.stop();
  });

  describe("in several instances", () => {
    it("has separate data per instance", async () => {
      const sims = await Promise.all(
        ["on", "off", "on", "off"].map((power) => startIpmiSim({ board: small, power: power === "on" })),
      );
      const states = await Promise.all(
        sims.map(async (s) => (await ipmitool(login(s, "admin")).chassisStatus()).get("System Power")),
      );
      await Promise.all(sims.map((s) => s.stop()));
      expect(states).toEqual(["on", "off", "on", "off"]);
      expect(new Set(sims.map((s) => s.port)).size).toBe(4);
    });
  });
});
