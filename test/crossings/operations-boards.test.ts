import { afterAll, beforeAll, expect, it } from "vitest";
import { type Operations, SdrCache, withOperations } from "../../src/bmc/index.ts";
import { credentials, UdpTransport } from "../../src/ipmi/index.ts";
import { systemClock } from "../../src/lib/index.ts";
import { Park } from "../../src/simulator/index.ts";
import { ipmitool } from "../rig/ipmitool.ts";
import { withPeers } from "../rig/requirements.ts";
import { keyValues, type Login } from "../rig/run.ts";

const BOARDS = ["dell-poweredge", "supermicro-x11", "lenovo-thinksystem"] as const;
const PASSWORD = "admin";

withPeers(["ipmitool"], "operations and ipmitool on one board each", () => {
  let park: Park;
  let transport: UdpTransport;

  beforeAll(async () => {
    park = await Park.open({ racks: BOARDS.length, hostsPerRack: 1, boards: BOARDS, layout: "ports", port: 0 });
    transport = new UdpTransport();
  });

  afterAll(async () => {
    await transport.close();
    await park.close();
  });

  const hostOf = (board: string) => {
    const host = park.hosts.find((found) => found.board === board);
    if (!host) throw new Error(`no ${board}`);
    return host;
  };
  const ours = <T>(board: string, work: (operations: Operations) => Promise<T>): Promise<T> =>
    withOperations(
      hostOf(board),
      {
        protocol: "ipmi",
        login: { credentials: credentials("admin", PASSWORD), privilege: 4 },
        bridge: true,
        quirks: [],
      },
      { transport, clock: systemClock, cache: new SdrCache(), signal: AbortSignal.timeout(20_000) },
      work,
    );
  const tool = (board: string, more: Partial<Login> = {}) => {
    const { address, port } = hostOf(board);
    return ipmitool({ address, port, user: "admin", password: PASSWORD, cipherSuite: 17, ...more });
  };

  it.each(BOARDS)("read the same identity, power, log and FRUs of %s", async (board) => {
    const info = await ours(board, (o) => o.controllerInfo());
    const mc = await tool(board).mcInfo();
    expect(String(info.manufacturerId)).toBe(mc.get("Manufacturer ID"));
    expect(info.firmware?.startsWith(mc.get("Firmware Revision") ?? "?")).toBe(true);
    expect((await ours(board, (o) => o.readPower())).on).toBe(
      (await tool(board).chassisStatus()).get("System Power") === "on",
    );
    expect(await ours(board, (o) => o.readEventLog())).toHaveLength((await tool(board).sel()).length);
    const frus = await tool(board).frus();
    const serial = frus.get(0)?.get("Product Serial") ?? frus.get(0)?.get("Board Serial");
    expect((await ours(board, (o) => o.readFrus())).find(({ id }) => id === 0)?.serial).toBe(serial);
    const lan = keyValues((await tool(board).raw("lan", "print", "1")).stdout);
    expect((await ours(board, (o) => o.lan(1))).mac).toBe(lan.get("MAC Address"));
  });

  it.each(BOARDS)("read the same limits of %s", async (board) => {
    const sensors = (await tool(board).sensors()).filter(({ unit }) => unit === "degrees C");
    const limits = await ours(board, (o) => o.readThresholds());
    const compared = sensors.filter(({ name, thresholds }) => {
      const mine = limits.find((report) => report.name === name)?.thresholds.upper_critical;
      if (thresholds.uc === undefined || mine === undefined) return false;
      expect(mine, name).toBeCloseTo(thresholds.uc, 1);
      return true;
    });
    expect(compared.length).toBeGreaterThan(3);
  });
});
