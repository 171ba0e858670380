import { afterAll, beforeAll, expect, it } from "vitest";
import { explainHost, SdrCache } from "../../src/bmc/index.ts";
import { credentials, UdpTransport } from "../../src/ipmi/index.ts";
import { systemClock } from "../../src/lib/index.ts";
import { PART_NAMES } from "../../src/model/index.ts";
import { fullBoard } from "../rig/boards/full-board.ts";
import { type IpmiSim, simUser, startIpmiSim } from "../rig/ipmi-sim.ts";
import { ipmitool } from "../rig/ipmitool.ts";
import { withPeers } from "../rig/requirements.ts";
import { compactRecord, fullRecord } from "../rig/sdr.ts";
import { type OurClient, ourClientOf, peerLogin } from "./our-client.ts";

/** A controller on the primary IPMB of ipmi_sim that keeps SDRs of its sensors itself, and one that is not there. */

const BAY = 0x82;
const ABSENT = 0x84;
const hex = (bytes: Iterable<number>): string => [...bytes].map((b) => `0x${b.toString(16)}`).join(" ");

const temperature = { entity: [0x0f, 0x61], sensorType: 1, baseUnit: 1, m: 5, rExponent: -1 } as const;
const records = [
  fullRecord({ ...temperature, number: 1, name: "Bay Temp", thresholds: { uc: 140 } }),
  fullRecord({ ...temperature, number: 2, name: "Bay Outlet" }),
  compactRecord({ number: 3, name: "Bay Drive", entity: [4, 0x61], sensorType: 0x0d, eventType: 0x6f }),
];

function locator(address: number): string {
  return `main_sdr_add 0x20 ${hex([0, 0, 0x51, 0x12, 14, address, 0, 0, 0x21, 0, 0, 0, 0x0f, 1, 0, 0xc3, 0x42, 0x61, 0x79])}`;
}

/** The copy that the BMC's repository has of its second sensor, under another name. */
function copy(): string {
  const record = Buffer.from(fullRecord({ ...temperature, number: 2, name: "Copied" }));
  record[5] = BAY;
  return `main_sdr_add 0x20 ${hex(record)}`;
}

const commands = [
  locator(BAY),
  locator(ABSENT),
  copy(),
  `mc_add ${BAY} 0x30 has-device-sdrs 0x01 0x02 0x31 0x21 0x157 0x99`,
  ...records.map((record) => `device_sdr_add ${BAY} 0 ${hex(record)}`),
  ...[1, 2].flatMap((number) => [
    `sensor_add ${BAY} 0 ${number} 0x01 0x01`,
    `sensor_set_value ${BAY} 0 ${number} ${number === 1 ? 85 : 91} 0`,
  ]),
  `sensor_set_threshold ${BAY} 0 1 settable 010000 0 150 0 0 0 0`,
  `sensor_add ${BAY} 0 3 0x0d 0x6f`,
  `sensor_set_bit ${BAY} 0 3 0 1 0`,
  ...[1, 2, 3].map((number) => {
    const none = "0".repeat(15);
    return `sensor_set_event_support ${BAY} 0 ${number} enable scanning per-state ${none} ${none} ${none} ${none}`;
  }),
  `mc_enable ${BAY}`,
];

withPeers(["ipmi_sim", "ipmitool"], "a controller behind ipmi_sim's BMC", () => {
  let sim: IpmiSim;
  let client: OurClient;

  beforeAll(async () => {
    sim = await startIpmiSim({ commands });
    client = ourClientOf(sim, "admin", { settings: { bridge: true, parts: ["sensors"] } });
  });
  afterAll(async () => {
    await client?.close();
    await sim?.stop();
  });

  it("has its sensors exported with the BMC's own, and copies in the repository only once", async () => {
    const snapshot = await client.poll();
    expect(snapshot.parts).toMatchObject([{ part: "sensors", ok: true }]);
    const sensors = snapshot.sensors ?? [];
    const behind = sensors.filter(({ id }) => id.startsWith("82/"));
    expect(behind.map(({ id, name, entity, value, states }) => [id, name, entity, value, states])).toEqual([
      ["82/0/02", "Copied", "15.97", 45.5, []],
      ["82/0/01", "Bay Temp", "15.97", 42.5, []],
      ["82/0/03", "Bay Drive", "4.97", undefined, ["drive_present"]],
    ]);
    // Its own limits, not those of the record.
    expect(behind[1]?.thresholds).toEqual({ upper_critical: 75 });
    const own = fullBoard.sensors.filter((s) => s.availability !== "event-only");
    expect(sensors).toHaveLength(own.reduce((sum, s) => sum + s.states.length, 0) + 3);
  });

  it("costs one request per sensor after the first poll", async () => {
    const { sensors = [] } = await client.poll();
    client.reports.commands.length = 0;
    await client.poll();
    const { commands } = client.reports;
    expect(commands.filter((name) => !name.startsWith("Get Sensor Reading"))).toEqual(["Get SDR Repository Info"]);
    expect(commands).toHaveLength(sensors.length + 1);
    expect(commands.filter((name) => name.endsWith("via 82h"))).toHaveLength(3);
  });

  it("has the readings that ipmitool gets over the same bridge", async () => {
    const tool = ipmitool(peerLogin(sim, "admin"));
    const through = ["-t", "0x82", "-b", "0"];
    const { stdout } = await tool.raw(...through, "mc", "info");
    expect(stdout).toMatch(/Device ID +: 48$/m);
    expect(stdout).toMatch(/Provides Device SDRs +: yes/);
    // ipmi_sim knows no reservations of device SDRs, without which ipmitool reads none: the raw reading, then.
    const reading = await tool.raw(...through, "raw", "4", "0x2d", "1");
    expect(Number.parseInt(reading.stdout.trim().split(" ")[0] ?? "", 16) / 2).toBe(42.5);
    const { sensors = [] } = await client.poll();
    expect(sensors.find(({ id }) => id === "82/0/01")?.value).toBe(42.5);
  });

  it("is named as owner by explain, and so is a controller that does not exist", async () => {
    const transport = new UdpTransport();
    const { password } = simUser(sim, "admin");
    const told = await explainHost(
      {
        transport,
        clock: systemClock,
        cache: new SdrCache(),
        settingsOf: async () => ({
          protocol: "ipmi",
          login: { credentials: credentials("admin", password), privilege: 2 },
          port: sim.port,
          parts: PART_NAMES,
          intervalMs: 60_000,
          slowIntervalMs: 60_000,
          bridge: true,
          quirks: [],
        }),
      },
      client.host,
      { signal: AbortSignal.timeout(10_000) },
    );
    await transport.close();
    const bay = told.sensors.find(({ id }) => id === "82/0/01");
    expect(bay).toMatchObject({ name: "Bay Temp", owner: "controller 82h on channel 0", value: 42.5 });
    if (!bay || "resource" in bay) throw new Error("no sensor of IPMI");
    expect(bay.record.bytes).toContain(Buffer.from("Bay Temp").toString("hex"));
    expect(bay.exchanges.map(({ command }) => command)).toContain("Get Sensor Reading");
    expect(told.problems).toContainEqual(
      expect.stringMatching(/^controller 84h on channel 0: not there: Send Message/),
    );
    expect(told.failure).toBeUndefined();
  });
});
