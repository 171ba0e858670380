import { describe, expect, it } from "vitest";
import { LanReader } from "../../../src/bmc/over-ipmi/lan.ts";
import {
  BmcMemory,
  getChannelInfo,
  getLanConfigurationParameters,
  type LanConfigurationParametersRequest,
} from "../../../src/ipmi/index.ts";
import { hex } from "../../support/hex.ts";
import { FakeRunner, refused, silence } from "../fake-runner.ts";

const { signal } = new AbortController();
const CHANNEL_3 = "0304 01 81 f21b00 0000".replaceAll(" ", "");

/** Answers each parameter with data as ipmitool's `raw 0x0c 2` shows it; refuses others with 80h. */
function bmcWith(parameters: Readonly<Record<number, string>>): FakeRunner {
  return new FakeRunner().onBytes(getChannelInfo, CHANNEL_3).on(getLanConfigurationParameters, (request) => {
    const data = parameters[(request as LanConfigurationParametersRequest).parameter];
    if (data === undefined) throw refused("Get LAN Configuration Parameters", 0x80);
    return { revision: 0x11, data: hex(data) };
  });
}

const infoOf = (runner: FakeRunner) => new LanReader(new BmcMemory()).info(runner, signal);
const findingsOf = (runner: FakeRunner) => new LanReader(new BmcMemory()).findings(runner, signal);

describe("the settings of the LAN channel", () => {
  it.each([
    ["static", "01"],
    ["dhcp", "02"],
    ["bios", "03"],
    ["other", "04"],
    [undefined, "00"],
    [undefined, "0f"],
  ])("have the source of the address: %s", async (addressSource, data) => {
    expect(await infoOf(bmcWith({ 4: data }))).toMatchObject({ channel: 3, addressSource });
  });

  it("have the VLAN and its priority if packets are tagged", async () => {
    const tagged = bmcWith({ 4: "02", 5: "ac1f6b0102ff", 20: "3681", 21: "05" });
    expect(await infoOf(tagged)).toEqual({
      channel: 3,
      addressSource: "dhcp",
      mac: "ac:1f:6b:01:02:ff",
      vlan: 310,
      vlanPriority: 5,
    });
    const untagged = bmcWith({ 4: "02", 5: "000000000000", 20: "3601", 21: "05" });
    expect(await infoOf(untagged)).toEqual({ channel: 3, addressSource: "dhcp" });
  });

  it('are read from the channel in use, or from "this channel" if that has no number', async () => {
    const channels = async (runner: FakeRunner) => {
      await infoOf(runner);
      const asked = runner.asked.filter(({ name }) => name === getLanConfigurationParameters.name);
      return new Set(asked.map(({ request }) => (request as LanConfigurationParametersRequest).channel));
    };
    expect(await channels(bmcWith({ 4: "01" }))).toEqual(new Set([3]));
    expect(await channels(bmcWith({ 4: "01" }).refuses(getChannelInfo, 0xd4))).toEqual(new Set([undefined]));
  });

  it("take a few requests", async () => {
    const runner = bmcWith({ 4: "02", 5: "ac1f6b0102ff", 20: "3681", 21: "05" });
    await infoOf(runner);
    expect(runner.take()).toHaveLength(5);
  });

  it("omit parameters that the BMC does not have, or returns truncated", async () => {
    expect(await infoOf(bmcWith({ 5: "ac1f6b0102ff" }))).toEqual({ channel: 3, mac: "ac:1f:6b:01:02:ff" });
    expect(await infoOf(bmcWith({ 4: "01", 5: "ac1f", 20: "" }))).toEqual({ channel: 3, addressSource: "static" });
    expect(await infoOf(bmcWith({}))).toBeUndefined();
  });

  it.each([
    ["users may not read it", 0xd4],
    ["it has no such command", 0xc1],
  ])("are not requested again if %s", async (_, code) => {
    const reader = new LanReader(new BmcMemory());
    const runner = new FakeRunner().onBytes(getChannelInfo, CHANNEL_3).refuses(getLanConfigurationParameters, code);
    expect(await reader.info(runner, signal)).toBeUndefined();
    expect(runner.take()).toHaveLength(2);
    expect(await reader.info(runner, signal)).toBeUndefined();
    expect(await reader.findings(runner, signal)).toEqual([]);
    expect(runner.take()).toEqual([]);
  });

  it("are not read if the BMC does not answer", async () => {
    const silent = new FakeRunner().onBytes(getChannelInfo, CHANNEL_3).on(getLanConfigurationParameters, () => {
      throw silence();
    });
    await expect(infoOf(silent)).rejects.toMatchObject({ reason: "timeout" });
  });
});

describe("login settings from the LAN parameters", () => {
  const SUITES = { 22: "03", 23: `00000311${"00".repeat(13)}` };

  it("show cipher suite 0 if it has a privilege level", async () => {
    const at = async (levels: string) =>
      (await findingsOf(bmcWith({ ...SUITES, 24: `00${levels}${"00".repeat(6)}` })))[0];
    expect(await at("4404")).toMatchObject({ finding: "cipher_suite_0_enabled", present: true });
    expect(await at("4004")).toMatchObject({ finding: "cipher_suite_0_enabled", present: false });
  });

  it("show that wrong passwords are not limited", async () => {
    expect(await findingsOf(bmcWith({ 26: "000000000000" }))).toEqual([
      { finding: "no_lockout", present: true, severity: "info" },
    ]);
    expect(await findingsOf(bmcWith({ 26: "01051e001e00" }))).toMatchObject([
      { finding: "no_lockout", present: false },
    ]);
  });
});
