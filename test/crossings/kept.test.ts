import { afterAll, beforeAll, expect, it } from "vitest";
import { fullBoard } from "../rig/boards/full-board.ts";
import { type IpmiSim, startIpmiSim } from "../rig/ipmi-sim.ts";
import { ipmitool } from "../rig/ipmitool.ts";
import { withPeers } from "../rig/requirements.ts";
import { memoryKeeper } from "../support/memory-keeper.ts";
import { ourClientOf, peerLogin } from "./our-client.ts";

/** What is kept of a BMC from poll to poll and from run to run, and what is read again nevertheless. */

withPeers(["ipmi_sim", "ipmitool"], "the saved state of a BMC", () => {
  let sim: IpmiSim;
  beforeAll(async () => {
    sim = await startIpmiSim();
  });
  afterAll(() => sim.stop());

  it("spares a restarted exporter the SDR walk, the limits, the event log and steps of the login", async () => {
    const keeper = memoryKeeper();
    const before = ourClientOf(sim, "admin", { keeper });
    const first = await before.poll();
    await before.close();

    const after = ourClientOf(sim, "admin", { keeper });
    const second = await after.poll();
    expect(second.parts.filter((p) => !p.ok)).toEqual([]);
    expect(second.sensors).toEqual(first.sensors);
    expect(second.eventLog?.counters).toEqual(first.eventLog?.counters);
    expect(second.eventLog?.fresh).toEqual([]);
    for (const name of ["Get SDR", "Get Sensor Thresholds"]) expect(after.reports.commands).not.toContain(name);
    expect(after.trace.filter((line) => line.startsWith("sent Open Session"))).toHaveLength(1);

    await sim.addEvent(0x02, [0, 0, 0, 0, 0x20, 0, 4, 4, 5, 1, 0x52, 8, 10]);
    const third = await after.poll({ parts: ["sel"] });
    await after.close();
    expect(third.eventLog?.fresh).toHaveLength(1);
    expect(third.eventLog?.entries).toBe(fullBoard.sel.length + 1);
  });

  it("contains the security findings, which the shortened login cannot determine", async () => {
    const keeper = memoryKeeper();
    const before = ourClientOf(sim, "admin", { keeper });
    const first = await before.poll({ parts: ["power", "security"] });
    await before.close();
    // The login has sent these requests: none is sent twice.
    expect(before.reports.commands.filter((c) => c === "Get Channel Authentication Capabilities")).toHaveLength(1);

    const after = ourClientOf(sim, "admin", { keeper });
    const second = await after.poll({ parts: ["power", "security"] });
    await after.close();
    expect(first.findings?.length).toBeGreaterThan(10);
    expect(second.findings).toEqual(first.findings);
  });

  it("does not delay the next check of security findings", async () => {
    const client = ourClientOf(sim, "admin", { settings: { slowIntervalMs: 0 } });
    await client.poll({ parts: ["security"] });
    client.reports.commands.length = 0;
    await client.poll({ parts: ["security"] });
    await client.close();
    expect(client.reports.commands).toContain("Get Channel Authentication Capabilities");
    expect(client.reports.commands).toContain("Get Channel Cipher Suites");
  });

  it("has a power meter checked at each poll while the host is off, and hourly if a running host has none", async () => {
    const tool = ipmitool(peerLogin(sim, "admin"));
    const client = ourClientOf(sim, "admin");
    const asks = async (): Promise<boolean> => {
      client.reports.commands.length = 0;
      await client.poll({ parts: ["power", "dcmi"] });
      return client.reports.commands.includes("Get Power Reading");
    };
    await tool.raw("chassis", "power", "off");
    expect([await asks(), await asks()]).toEqual([true, true]);
    await tool.raw("chassis", "power", "on");
    expect([await asks(), await asks()]).toEqual([true, false]);
    await client.close();
  });
});
