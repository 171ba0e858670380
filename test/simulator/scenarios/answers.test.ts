import { afterEach, beforeEach, expect, it } from "vitest";
import {
  compileBoard,
  parseScenario,
  type Simulation,
  sampleBoard,
  startSimulation,
} from "../../../src/simulator/index.ts";
import { type Ipmitool, ipmitool } from "../../rig/ipmitool.ts";
import { withPeers } from "../../rig/requirements.ts";
import type { Login } from "../../rig/run.ts";
import { FakeClock } from "../../support/fake-clock.ts";

let simulation: Simulation | undefined;
/** Of the BMC: ipmitool answers in real time. */
let clock: FakeClock;

beforeEach(() => {
  clock = new FakeClock({ wallMs: Date.UTC(2026, 2, 4) });
});

afterEach(async () => {
  await simulation?.stop();
  simulation = undefined;
});

/** ipmitool on the sample board with a scenario; more options give another way to log in. */
async function toolsOn(scenario: string): Promise<(options?: Partial<Login>) => Ipmitool> {
  const board = compileBoard(sampleBoard());
  const scenarios = [parseScenario(scenario).scenario];
  simulation = await startSimulation({ bmcs: [{ board, scenarios }], layout: "ports", port: 0, clock });
  const bmc = simulation.bmcs[0];
  if (!bmc) throw new Error("no BMC");
  bmc.bmc.state.setPower(344);
  const { address, port } = bmc;
  const login = { address, port, user: "monitor", password: "sesame", privilege: "user", cipherSuite: 17 } as const;
  return (options) => ipmitool({ ...login, ...options });
}

const toolOn = async (scenario: string): Promise<Ipmitool> => (await toolsOn(scenario))();

/** The bytes behind the completion code, or what ipmitool prints about a refusal. */
async function bytesOf(tool: Ipmitool, ...bytes: string[]): Promise<string> {
  const { stdout, stderr } = await tool.raw("raw", ...bytes);
  return /rsp=(0x\w\w)/.exec(stderr)?.[1] ?? stdout.trim().replace(/\s+/g, " ");
}

const reading = (tool: Ipmitool, number: string): Promise<string> => bytesOf(tool, "0x04", "0x2d", number);

withPeers(["ipmitool"], "ipmitool on a scenario", () => {
  it("busy-sensors: receives C0h from the sensors of the memory, then from the last others", async () => {
    const tool = await toolOn("busy-sensors=18");
    // DIMM 1 Temp, the ECC sensors of the DIMMs, and the last of the others
    expect(await reading(tool, "0x11")).toBe("0xc0");
    expect(await reading(tool, "0x80")).toBe("0xc0");
    expect(await reading(tool, "0x73")).toBe("0xc0");
    expect(await reading(tool, "0x72")).toBe("0xc0");
    expect(await reading(tool, "0x71")).toBe("00 c0 01 80");
    expect((await tool.sensors()).filter((s) => s.name === "DIMM 1 Temp")).toMatchObject([{ status: "na" }]);
  });

  it.each([
    ["sdr", ["0x0a", "0x20"]],
    ["device_sdr", ["0x04", "0x20"]],
    ["sel", ["0x0a", "0x40"]],
    ["fru", ["0x0a", "0x10", "0x00"]],
  ])("info-without-data=%s: receives success without data, and can read the records", async (of, command) => {
    const tool = await toolOn(`info-without-data=${of}`);
    const result = await tool.raw("raw", ...command);
    expect([result.code, result.stdout.trim()]).toEqual([0, ""]);
    expect((await tool.raw("raw", "0x0a", "0x23", "0", "0", "0", "0", "0", "0x05")).stdout.trim()).toMatch(
      /^02 00 01 00 51/,
    );
    expect((await tool.raw("raw", "0x0a", "0x43", "0", "0", "0", "0", "0", "0xff")).code).toBe(0);
    expect((await tool.raw("raw", "0x0a", "0x11", "0", "0", "0", "0x08")).stdout.trim()).toMatch(/^08 01 /);
    const others = [
      ["0x0a", "0x20"],
      ["0x04", "0x20"],
      ["0x0a", "0x40"],
      ["0x0a", "0x10", "0"],
    ];
    const answers = await Promise.all(others.map(async (other) => (await tool.raw("raw", ...other)).stdout.trim()));
    expect(answers.filter((answer) => answer === "")).toHaveLength(1);
  });

  it.each([
    ["absent-watchdog", "0xc1"],
    ["absent-watchdog=ff", "0xff"],
  ])("%s: is refused the watchdog with %s", async (scenario, code) => {
    const tool = await toolOn(scenario);
    expect(await bytesOf(tool, "0x06", "0x25")).toBe(code);
    expect((await tool.raw("mc", "watchdog", "get")).code).not.toBe(0);
    expect((await tool.mcInfo()).get("Firmware Revision")).toBe("2.31");
  });

  it("no-power-reading: prints 65535 W for each reading", async () => {
    const tool = await toolOn("no-power-reading");
    const { stdout } = await tool.raw("dcmi", "power", "reading");
    expect(stdout.match(/\d+ Watts/g)).toEqual(Array(4).fill("65535 Watts"));
    expect(await bytesOf(tool, "0x2c", "0x03", "0xdc", "0", "0")).toBe("dc 00 00 00 ff ff ff ff ff ff 00 00 ff ff");
  });

  it.each([
    ["current", /Instantaneous power reading: +65535 Watts/],
    ["minimum", /Minimum during sampling period: +65535 Watts/],
    ["maximum", /Maximum during sampling period: +65535 Watts/],
    ["average", /Average power reading over sample period: +65535 Watts/],
  ])("no-power-reading=%s: prints 65535 W for that reading alone", async (field, line) => {
    const { stdout } = await (await toolOn(`no-power-reading=${field}`)).raw("dcmi", "power", "reading");
    expect(stdout).toMatch(line);
    expect(stdout.match(/65535 Watts/g)).toHaveLength(1);
    expect(stdout.match(/344 Watts/g)).toHaveLength(3);
  });

  it.each([
    ["timestamp", "0x02", /^dc( \w\w){8} ff ff ff ff e8 03 00 00/],
    ["period", "0x02", /^dc( \w\w){8} (?!ff ff ff ff)(\w\w ){4}ff ff ff ff/],
    ["correction_time", "0x03", /^dc 00 00 00 00 00 ff ff ff ff 00 00 01 00/],
    ["sampling_period", "0x03", /^dc 00 00 00 00 00 e8 03 00 00 00 00 ff ff/],
    ["limit", "0x03", /^dc 00 00 00 ff ff e8 03 00 00 00 00 01 00/],
  ])("no-power-reading=%s: fills that field alone", async (field, command, bytes) => {
    const tool = await toolOn(`no-power-reading=${field}`);
    const request = command === "0x02" ? ["0x01", "0", "0"] : ["0", "0"];
    expect(await bytesOf(tool, "0x2c", command, "0xdc", ...request)).toMatch(bytes);
  });

  it("scanning-disabled: receives raw values and prints no reading", async () => {
    const tool = await toolOn("scanning-disabled=fans");
    expect(await reading(tool, "0x31")).toBe("04 00 00 00");
    expect(await reading(tool, "0x32")).toBe("48 80 c0");
    const fans = (await tool.sensors()).filter(({ name }) => name.startsWith("Fan "));
    expect(fans.map(({ status }) => status)).toEqual(Array(6).fill("na"));
    expect(await reading(tool, "0x03")).toMatch(/^36 c0/);
  });

  it("unplugged-fans: reads 0 rpm without an alarm, and limits of 0 rpm", async () => {
    const tool = await toolOn("unplugged-fans=2");
    expect(await reading(tool, "0x36")).toBe("00 c0 c0");
    const fans = (await tool.sensors()).filter(({ name }) => name.startsWith("Fan "));
    expect(fans.slice(4)).toMatchObject([
      { name: "Fan 5", value: 0, thresholds: { lnc: 0, lc: 0 } },
      { name: "Fan 6", value: 0, thresholds: { lnc: 0, lc: 0 } },
    ]);
    expect(fans[3]).toMatchObject({ name: "Fan 4", value: 7400, status: "ok", thresholds: { lnc: 800, lc: 500 } });
    // The record holds the same limits, also where it is read in parts.
    const reservation = (await bytesOf(tool, "0x0a", "0x22")).split(" ").map((byte) => `0x${byte}`);
    expect(await bytesOf(tool, "0x0a", "0x23", ...reservation, "22", "0", "36", "6")).toBe("17 00 00 00 00 00 00 00");
    expect(await bytesOf(tool, "0x0a", "0x23", ...reservation, "20", "0", "36", "6")).toBe("15 00 00 00 00 00 05 08");
  });

  it("many-sensors: reads any of 65,534 records, and 1020 sensors", async () => {
    const tool = await toolOn("many-sensors");
    expect((await tool.raw("sdr", "info")).stdout).toMatch(/Record Count +: 65534/);
    const record = async (low: string, high: string) => {
      const bytes = Buffer.from(
        (await bytesOf(tool, "0x0a", "0x23", "0", "0", low, high, "0", "0xff")).replaceAll(" ", ""),
        "hex",
      );
      return { next: bytes.readUInt16LE(0), id: bytes.readUInt16LE(2), name: bytes.toString("latin1", 50) };
    };
    expect(await record("0x00", "0x00")).toEqual({ next: 2, id: 1, name: "Sensor 00001" });
    expect(await record("0x39", "0x30")).toEqual({ next: 12_346, id: 12_345, name: "Sensor 12345" });
    expect(await record("0xfe", "0xff")).toEqual({ next: 0xffff, id: 65_534, name: "Sensor 65534" });
    expect(await record("0xff", "0xff")).toEqual({ next: 0xffff, id: 65_534, name: "Sensor 65534" });
    expect(await reading(tool, "0xfe")).toBe("28 c0 c0");
    expect(await bytesOf(tool, "0x04", "0x27", "0")).toBe("3f 05 03 01 50 5a 64");
  });

  it("many-sensors=3: prints three sensors with their limits", async () => {
    const tool = await toolOn("many-sensors=3");
    const limits = { lnr: 1, lc: 3, lnc: 5, unc: 80, uc: 90, unr: 100 };
    expect(await tool.sensors()).toMatchObject(
      [1, 2, 3].map((n) => ({ name: `Sensor 0000${n}`, number: n - 1, value: 40, status: "ok", thresholds: limits })),
    );
  });

  it.each([
    ["unready-login-status=30", /unauthorized name/],
    ["unready-login-code=30", /RAKP 2 HMAC is invalid/],
  ])("%s: is refused at first, and logs in later", async (scenario, message) => {
    const tool = await toolOn(scenario);
    const refused = await tool.raw("-v", "mc", "info");
    expect(refused.code).not.toBe(0);
    expect(refused.stderr + refused.stdout).toMatch(message);
    await clock.advance(30_000);
    expect((await tool.mcInfo()).get("Firmware Revision")).toBe("2.31");
  });

  it("weaker-login-ipmi15: logs in over RMCP+ at first, and only over IPMI 1.5 later", async () => {
    const tools = await toolsOn("weaker-login-ipmi15=30");
    expect((await tools().mcInfo()).get("Firmware Revision")).toBe("2.31");
    await clock.advance(30_000);
    const refused = await tools().raw("mc", "info");
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toMatch(/does not support IPMI v2|Unable to establish/);
    expect((await tools({ protocol: "lan", authType: "md5" }).mcInfo()).get("Firmware Revision")).toBe("2.31");
  });

  it("weaker-login-no-integrity: logs in with suite 17 at first, and only with suite 1 later", async () => {
    const tools = await toolsOn("weaker-login-no-integrity=30");
    expect((await tools().mcInfo()).get("Firmware Revision")).toBe("2.31");
    expect((await tools({ cipherSuite: 1 }).raw("mc", "info")).code).not.toBe(0);
    await clock.advance(30_000);
    expect((await tools().raw("mc", "info")).stderr).toMatch(/no matching cipher suite|no cipher suite match/i);
    expect((await tools({ cipherSuite: 1 }).mcInfo()).get("Firmware Revision")).toBe("2.31");
  });

  it("replaced-bmc: finds another controller with an old event log", async () => {
    const tool = await toolOn("replaced-bmc=30");
    const look = async () => ({
      guid: (await tool.raw("mc", "guid")).stdout,
      serial: (await tool.frus()).get(0)?.get("Board Serial"),
      firmware: (await tool.mcInfo()).get("Firmware Revision"),
      repository: await bytesOf(tool, "0x0a", "0x20"),
      sensor: await bytesOf(tool, "0x0a", "0x23", "0", "0", "1", "0", "0", "0xff"),
    });
    const before = await look();
    await clock.advance(30_000);
    expect((await tool.raw("-N", "1", "-R", "1", "mc", "info")).code).not.toBe(0);
    await clock.advance(20_000);
    const after = await look();
    for (const key of ["guid", "serial", "firmware", "repository", "sensor"] as const) {
      expect(after[key], key).toBeTruthy();
      expect(after[key], key).not.toBe(before[key]);
    }
    const events = await tool.sel();
    expect(events).toHaveLength(20);
    for (const { columns } of events) expect(columns.join(" ")).toMatch(/05\/0[78]\/(20)?25.*Uncorrectable ECC/);
  });
});
