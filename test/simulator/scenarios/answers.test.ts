import { afterEach, expect, it } from "vitest";
import {
  compileBoard,
  parseScenario,
  type Simulation,
  sampleBoard,
  startSimulation,
} from "../../../src/simulator/index.ts";
import { type Ipmitool, ipmitool } from "../../rig/ipmitool.ts";
import { withPeers } from "../../rig/requirements.ts";

let simulation: Simulation | undefined;

afterEach(async () => {
  await simulation?.stop();
  simulation = undefined;
});

/** ipmitool on the sample board with a scenario. */
async function toolOn(scenario: string): Promise<Ipmitool> {
  const board = compileBoard(sampleBoard());
  const scenarios = [parseScenario(scenario).scenario];
  simulation = await startSimulation({ bmcs: [{ board, scenarios }], layout: "ports", port: 0 });
  const bmc = simulation.bmcs[0];
  if (!bmc) throw new Error("no BMC");
  bmc.bmc.state.setPower(344);
  const { address, port } = bmc;
  return ipmitool({ address, port, user: "monitor", password: "sesame", privilege: "user", cipherSuite: 17 });
}

/** The bytes behind the completion code, or what ipmitool prints about a refusal. */
async function bytesOf(tool: Ipmitool, ...bytes: string[]): Promise<string> {
  const { stdout, stderr } = await tool.raw("raw", ...bytes);
  return /rsp=(0x\w\w)/.exec(stderr)?.[1] ?? stdout.trim().replace(/\s+/g, " ");
}

const reading = (tool: Ipmitool, number: string): Promise<string> => bytesOf(tool, "0x04", "0x2d", number);

withPeers(["ipmitool"], "ipmitool on a scenario", () => {
  it("busy-sensors: gets C0h from the sensors of the memory, then from the last ones", async () => {
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
  ])("info-without-data=%s: gets success and no data, and the records all the same", async (of, command) => {
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

  it("scanning-disabled: gets raw values that are no readings, and prints none", async () => {
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
});
