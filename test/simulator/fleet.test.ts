import { afterEach, describe, expect, it } from "vitest";
import { credentials, getDeviceId, IpmiConnection, PrivilegeLevel, UdpTransport } from "../../src/ipmi/index.ts";
import { systemClock } from "../../src/lib/index.ts";
import {
  compileBoard,
  nthAddress,
  reboot,
  type Simulation,
  type SimulationOptions,
  sampleBoard,
  startSimulation,
  strayAddress,
} from "../../src/simulator/index.ts";

const board = compileBoard(sampleBoard());
let simulation: Simulation | undefined;

async function start(options: SimulationOptions): Promise<Simulation> {
  simulation = await startSimulation(options);
  return simulation;
}

afterEach(async () => {
  await simulation?.stop();
  simulation = undefined;
});

/** Get Device ID of each BMC, all at once, over real sockets. */
async function pollAll(sim: Simulation): Promise<number> {
  const transport = new UdpTransport();
  const polls = sim.bmcs.map(async ({ address, port }) => {
    const login = { credentials: credentials("monitor", "sesame"), privilege: PrivilegeLevel.User };
    const connection = new IpmiConnection({ transport, remote: { address, port }, clock: systemClock, login });
    await connection.run(getDeviceId, undefined);
    await connection.close();
  });
  const done = await Promise.allSettled(polls);
  await transport.close();
  return done.filter((d) => d.status === "fulfilled").length;
}

describe("a simulation", () => {
  it("gives each BMC its own address, with the same port", async () => {
    const sim = await start({ bmcs: Array.from({ length: 20 }, () => ({ board })), port: 18_230 });
    expect(new Set(sim.bmcs.map((b) => b.address)).size).toBe(20);
    expect(new Set(sim.bmcs.map((b) => b.port))).toEqual(new Set([18_230]));
    expect(await pollAll(sim)).toBe(20);
    expect(sim.stats()).toMatchObject({ bmcs: 20, sessionsOpened: 20, sessions: 0, loginsRefused: 0 });
  });

  it("or gives all BMCs one address, with counted ports", async () => {
    const sim = await start({ bmcs: [{ board }, { board }, { board }], layout: "ports", port: 18_330 });
    expect(sim.bmcs.map((b) => `${b.address}:${b.port}`)).toEqual([
      "127.0.0.1:18330",
      "127.0.0.1:18331",
      "127.0.0.1:18332",
    ]);
    expect(await pollAll(sim)).toBe(3);
  });

  it("applies a fault to the selected BMCs", async () => {
    const identity = { name: "node007" };
    const sim = await start({ bmcs: [{ board }, { board, identity }], port: 0 });
    const fault = {
      name: "gone for a minute",
      apply: (bmc: { add(s: ReturnType<typeof reboot>): unknown }) => void bmc.add(reboot({ durationMs: 60_000 })),
    };
    expect(sim.inject("node007", fault)).toBe(1);
    expect(sim.inject("node999", fault)).toBe(0);
    expect(sim.find(1)[0]?.bmc.misbehaviours.map((m) => m.name)).toEqual(["rebooting"]);
    expect(sim.find((bmc) => bmc.name === "sample")).toHaveLength(1);
  });

  it("sends responses from another address over real sockets", async () => {
    const sim = await start({ bmcs: [{ board, scenarios: [strayAddress({ probability: 0.3 })] }], port: 0 });
    expect(await pollAll(sim)).toBe(1);
  });

  it("reports addresses that are in use or not allowed", async () => {
    const first = await start({ bmcs: [{ board }], port: 0 });
    const { address, port } = first.bmcs[0] ?? { address: "", port: 0 };
    await expect(startSimulation({ bmcs: [{ board, address, port }] })).rejects.toThrow("is already in use");
    await expect(startSimulation({ bmcs: [{ board, address: "192.0.2.1" }] })).rejects.toThrow(
      "not a loopback address",
    );
  });

  it("counts addresses past the end of a block", () => {
    expect([0, 253, 254, 254 * 254, 254 * 255].map(nthAddress)).toEqual([
      "127.0.1.1",
      "127.0.1.254",
      "127.0.2.1",
      "127.0.255.1",
      "127.1.0.1",
    ]);
  });
});
