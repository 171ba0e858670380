import { afterAll, beforeAll, expect, it } from "vitest";
import { type Operations, SdrCache, withOperations } from "../../src/bmc/index.ts";
import { credentials, UdpTransport } from "../../src/ipmi/index.ts";
import { systemClock } from "../../src/lib/index.ts";
import { type IpmiSim, simUser, startIpmiSim } from "../rig/ipmi-sim.ts";
import { ipmitool } from "../rig/ipmitool.ts";
import { withPeers } from "../rig/requirements.ts";
import { peerLogin } from "./our-client.ts";

const NEW_PASSWORD = "crossing-secret";

withPeers(["ipmi_sim", "ipmitool"], "operations on OpenIPMI's simulator", () => {
  let sim: IpmiSim;
  let transport: UdpTransport;

  beforeAll(async () => {
    sim = await startIpmiSim();
    transport = new UdpTransport();
  });

  afterAll(async () => {
    await transport.close();
    await sim.stop();
  });

  const ours = <T>(work: (operations: Operations) => Promise<T>): Promise<T> =>
    withOperations(
      sim,
      {
        protocol: "ipmi",
        login: { credentials: credentials("admin", simUser(sim, "admin").password), privilege: 4, cipherSuites: [3] },
        bridge: false,
        quirks: [],
      },
      { transport, clock: systemClock, cache: new SdrCache(), signal: AbortSignal.timeout(20_000) },
      work,
    );
  const theirs = async (...args: string[]): Promise<string> => {
    const { stdout, code, stderr } = await ipmitool(peerLogin(sim, "admin", { privilege: "admin" })).raw(...args);
    expect(code, `${args.join(" ")}: ${stderr}`).toBe(0);
    return stdout;
  };

  it("switch the power", async () => {
    expect(await ours((o) => o.setPower("off"))).toBe("accepted");
    expect(await theirs("chassis", "power", "status")).toContain("is off");
    await theirs("chassis", "power", "on");
    expect((await ours((o) => o.readPower())).on).toBe(true);
  });

  it("create an account, and prove it", async () => {
    const id = 14;
    await ours(async (o) => {
      expect(await o.setUserName(id, "crossing")).toBe("crossing");
      await o.setPassword(id, Buffer.from(NEW_PASSWORD));
      const access = {
        privilege: "operator",
        ipmiMessaging: true,
        linkAuthentication: true,
        callbackOnly: false,
      } as const;
      await o.setUserAccess(id, access, 1);
      await o.setUserEnabled(id, true);
      expect(await o.testPassword(id, Buffer.from(NEW_PASSWORD))).toBe("ok");
      const account = { name: "crossing", privilege: "operator" } as const;
      await o.verifyLogin({ ...account, password: Buffer.from(NEW_PASSWORD) });
      // ipmi_sim answers a test of any password with 00h, also to ipmitool: only a login is a proof.
      expect(await o.testPassword(id, Buffer.from("another"))).toBe("ok");
      const wrong = o.verifyLogin({ ...account, password: Buffer.from("another") });
      await expect(wrong).rejects.toMatchObject({ reason: "wrong_password" });
    });
    expect(await theirs("user", "test", String(id), "16", "another")).toContain("Success");
    expect(await theirs("user", "list", "1")).toMatch(/^14\s+crossing.*OPERATOR/m);
    const { users } = await ours((o) => o.users(1));
    expect(users.find((user) => user.id === id)).toMatchObject({ name: "crossing", privilege: "operator" });
  });

  it("read and erase the event log", async () => {
    const log = await ours((o) => o.readEventLog());
    const lines = (await theirs("sel", "list")).split("\n").filter((line) => /^\s*[0-9a-f]+ \|/.test(line));
    expect(log).toHaveLength(lines.length);
    expect(log.length).toBeGreaterThan(0);
    const { saved } = await ours((o) => o.clearEventLog(async () => {}));
    expect(saved).toHaveLength(log.length);
    expect((await ours((o) => o.readEventLogInfo())).entries).toBe(0);
  });

  it("set the clock of the event log", async () => {
    const { offsetSeconds } = await ours((o) => o.setClock(Date.now()));
    expect(Math.abs(offsetSeconds)).toBeLessThan(5);
  });

  it("read sensors, FRUs, sessions and the LAN channel", async () => {
    const sensors = await ours((o) => o.readSensors());
    const tool = await ipmitool(peerLogin(sim, "admin")).sensors();
    // ipmitool prints names in the encoding of the terminal.
    const isPlain = (name: string): boolean => /^[ -~]+$/.test(name);
    const values = tool.filter(({ name, value, unit }) => isPlain(name) && value !== undefined && unit === "degrees C");
    expect(values.length).toBeGreaterThan(0);
    for (const { name, value } of values) {
      expect(sensors.find((sensor) => sensor.name === name)?.value, name).toBeCloseTo(value ?? 0, 2);
    }
    expect((await ours((o) => o.readFrus())).length).toBeGreaterThan(0);
    expect((await ours((o) => o.channelInfo())).medium).toBe("lan");
    expect((await ours((o) => o.cipherSuites())).length).toBeGreaterThan(0);
  });

  it("leave no session behind", async () => {
    const { active } = await ours((o) => o.sessions()).catch(() => ({ active: 1 }));
    expect(active).toBe(1);
  });
});
