import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HostSnapshot } from "../../src/model/index.ts";
import { freeIpmi } from "../rig/freeipmi.ts";
import { type IpmiSim, startIpmiSim } from "../rig/ipmi-sim.ts";
import { ipmitool } from "../rig/ipmitool.ts";
import { withPeers } from "../rig/requirements.ts";
import { keyValues } from "../rig/run.ts";
import { ourClientOf, peerLogin, SESSION_KINDS } from "./our-client.ts";

/** Identity, chassis and watchdog as exported, compared with ipmitool and FreeIPMI. */

const words = (value: boolean | undefined): string => String(value);
const active = (value: boolean | undefined): string => (value ? "active" : "inactive");

withPeers(["ipmi_sim", "ipmitool", "bmc-info"], "our controller data, compared with ipmitool,", () => {
  let sim: IpmiSim;
  beforeAll(async () => {
    sim = await startIpmiSim();
  });
  afterAll(() => sim.stop());

  describe.each(SESSION_KINDS)("over $title", ({ ours, peers }) => {
    let snapshot: HostSnapshot;
    beforeAll(async () => {
      const client = ourClientOf(sim, "admin", { login: ours });
      snapshot = await client.poll({ parts: ["power", "dcmi", "watchdog", "inventory", "security"] });
      await client.close();
    });

    it("contains every part", () => {
      expect(snapshot.parts.filter((p) => !p.ok)).toEqual([]);
    });

    it("names the same device", async () => {
      const tool = await ipmitool(peerLogin(sim, "admin", peers)).mcInfo();
      const free = freeIpmi(peerLogin(sim, "admin", peers));
      const other = await free.bmcInfo();
      free.close();
      const { controller } = snapshot;
      expect(String(controller?.manufacturerId)).toBe(tool.get("Manufacturer ID"));
      expect(other.get("Manufacturer ID")).toBe(`Intel Corporation (${controller?.manufacturerId})`);
      expect(controller?.manufacturer).toBe("Intel");
      expect(`${controller?.product} (0x1234)`).toBe(tool.get("Product ID"));
      expect(String(controller?.productId)).toBe(other.get("Product ID"));
      for (const peer of [tool, other]) {
        expect(controller?.firmware).toBe(peer.get("Firmware Revision"));
        expect(controller?.ipmiVersion).toBe(peer.get("IPMI Version"));
        expect(peer.get("Device Available")?.startsWith("yes")).toBe(!controller?.updating);
      }
    });

    it("has the GUID in wire order, which ipmitool and FreeIPMI print in reverse", async () => {
      const tool = keyValues((await ipmitool(peerLogin(sim, "admin", peers)).raw("mc", "guid")).stdout);
      const free = freeIpmi(peerLogin(sim, "admin", peers));
      const other = (await free.raw("bmc-info", "--get-system-guid")).stdout.trim();
      free.close();
      const turned = Buffer.from(snapshot.controller?.guid ?? "", "hex")
        .reverse()
        .toString("hex");
      expect(snapshot.controller?.guid).toBe(sim.guid);
      for (const text of [tool.get("System GUID"), other]) expect(text?.replaceAll("-", "")).toBe(turned);
    });

    it("has the same power state and faults", async () => {
      const tool = await ipmitool(peerLogin(sim, "admin", peers)).chassisStatus();
      const free = freeIpmi(peerLogin(sim, "admin", peers));
      const other = await free.chassisStatus();
      free.close();
      const { powerOn, faults } = snapshot.chassis ?? {};
      const power = powerOn ? "on" : "off";
      expect(Object.fromEntries(tool)).toMatchObject({
        "System Power": power,
        "Power Overload": words(faults?.overload),
        "Power Interlock": active(faults?.interlock),
        "Main Power Fault": words(faults?.power),
        "Power Control Fault": words(faults?.power_control),
        "Chassis Intrusion": active(faults?.intrusion),
        "Drive Fault": words(faults?.drive),
        "Cooling/Fan Fault": words(faults?.cooling),
      });
      expect(Object.fromEntries(other)).toMatchObject({
        "System Power": power,
        "Power overload": words(faults?.overload),
        Interlock: active(faults?.interlock),
        "Power fault": words(faults?.power),
        "Power control fault": words(faults?.power_control),
        "Chassis intrusion": active(faults?.intrusion),
        "Drive Fault": words(faults?.drive),
        "Cooling/fan fault": words(faults?.cooling),
      });
    });

    it("has no DCMI and no self-test if ipmitool finds none", async () => {
      const tool = ipmitool(peerLogin(sim, "admin", peers));
      expect((await tool.raw("dcmi", "power", "reading")).code).not.toBe(0);
      expect((await tool.raw("mc", "selftest")).code).not.toBe(0);
      expect([snapshot.consumption, snapshot.controller?.selfTest]).toEqual([undefined, undefined]);
    });
  });

  it("shows a login without a password if ipmitool can do it, and leaves no session open", async () => {
    const wrong = { ...peerLogin(sim, "admin", { cipherSuite: 0 }), password: "wrong" };
    const peer = (await ipmitool(wrong).raw("chassis", "status")).code === 0;
    const client = ourClientOf(sim, "admin", { settings: { probeCipherZero: true }, login: { cipherSuites: [3] } });
    const { findings = [] } = await client.poll({ parts: ["security"] });
    expect(findings.find((f) => f.finding === "cipher_zero")?.present).toBe(peer);
    await client.close();
    expect(client.reports.closed).toBe(client.reports.opened.length);
  });

  it("shows power off and on, as ipmitool does", async () => {
    const client = ourClientOf(sim, "admin");
    const tool = ipmitool(peerLogin(sim, "admin"));
    const seen: unknown[] = [];
    for (const power of ["off", "on"]) {
      await tool.raw("chassis", "power", power);
      const { chassis } = await client.poll({ parts: ["power"] });
      seen.push([chassis?.powerOn, (await tool.chassisStatus()).get("System Power")]);
    }
    await client.close();
    expect(seen).toEqual([
      [false, "off"],
      [true, "on"],
    ]);
  });

  it("has the same watchdog data, except for the countdown, which ipmi_sim does not send", async () => {
    const tool = ipmitool(peerLogin(sim, "admin"));
    const client = ourClientOf(sim, "admin");
    // Set Watchdog Timer: SMS/OS, no action, 600 s
    await tool.raw("raw", "0x06", "0x24", "0x04", "0x00", "0x00", "0x00", "0x70", "0x17");
    const { watchdog } = await client.poll({ parts: ["watchdog"] });
    await client.close();
    const printed = keyValues((await tool.raw("mc", "watchdog", "get")).stdout);
    expect(watchdog).toEqual({
      running: false,
      use: "SMS/OS",
      action: "none",
      preTimeoutInterrupt: "none",
      preTimeoutSeconds: 0,
      logs: true,
      initialCountdownSeconds: 600,
      presentCountdownSeconds: undefined,
      expired: [],
    });
    expect(Object.fromEntries(printed)).toMatchObject({
      "Watchdog Timer Use": "SMS/OS (0x04)",
      "Watchdog Timer Is": "Stopped",
      "Watchdog Timer Logging": "On",
      "Watchdog Timer Action": "No action (0x00)",
      "Pre-timeout interrupt": "None",
      "Initial Countdown": "600.0 sec",
      "Timer Expiration Flags": "None (0x00)",
    });
    // ipmitool prints what happens to lie behind the answer's end.
    const answer = (await tool.raw("raw", "0x06", "0x25")).stdout.trim().split(/\s+/);
    expect(answer).toHaveLength(6);
  });

  it("has the channel data that the BMC reported at login", async () => {
    const client = ourClientOf(sim, "admin");
    const { findings = [] } = await client.poll({ parts: ["security"] });
    await client.close();
    const listed = (await ipmitool(peerLogin(sim, "admin")).raw("channel", "getciphers", "ipmi")).stdout;
    const suites = [...listed.matchAll(/^(\d+)\s+N\/A/gm)].map((m) => Number(m[1]));
    const present = new Map(findings.map((f) => [f.finding, f.present]));
    expect(present.get("cipher_suite_0_listed")).toBe(suites.includes(0));
    expect(present.get("no_sha256_cipher_suite")).toBe(!suites.some((id) => id >= 15));
    expect(present.get("weak_cipher_suites")).toBe(suites.some((id) => id !== 0 && id !== 3 && id !== 17));
    expect(present.get("ipmi_1_5_enabled")).toBe(true);
    expect(present.get("auth_type_none")).toBe(true);
    expect(present.get("anonymous_login")).toBe(false);
    expect(present.get("default_kg")).toBe(true);
  });
});
