import { afterAll, beforeAll, expect, it } from "vitest";
import { type IpmiSim, startIpmiSim } from "../rig/ipmi-sim.ts";
import { withPeers } from "../rig/requirements.ts";
import { startUdpProxy, type UdpProxy } from "../rig/udp-proxy.ts";
import { builtMain } from "./build.ts";
import { eventually, startLightsout } from "./lightsout.ts";

const NETFN_APP = 0x06;
const CLOSE_SESSION = 0x3c;

/** How many commands of that number the exporter sent in sessions that are not encrypted. */
const count = (proxy: UdpProxy, command: number): number =>
  proxy.packets.filter(
    ({ direction, kind, bytes }) =>
      direction === "to_bmc" &&
      kind === "ipmi_2.0" &&
      bytes.readUInt8(17) >> 2 === NETFN_APP &&
      bytes.readUInt8(21) === command,
  ).length;

withPeers(["ipmi_sim"], "the shutdown of lightsout serve", () => {
  let sim: IpmiSim;
  let proxy: UdpProxy;

  beforeAll(async () => {
    await builtMain();
    sim = await startIpmiSim();
    proxy = await startUdpProxy(sim);
  });
  afterAll(async () => {
    await proxy?.close();
    await sim?.stop();
  });

  const start = async () => {
    const exporter = await startLightsout({
      config: {
        // Suite 1 authenticates and does not encrypt: the proxy can read the commands.
        modules: { default: { interval: "1s", timeout: "900ms", parts: ["power"], ipmi: { cipher_suites: [1] } } },
        auths: { default: { username: "monitor", password: "watch-the-fans" } },
        targets: [{ hosts: "a", address: `127.0.0.1:${proxy.port}` }],
      },
    });
    await eventually(
      () => exporter.samples("/metrics"),
      (m) => m.get('bmc_up{host="a"}') === 1,
    );
    return exporter;
  };

  it.each(["SIGTERM", "SIGINT"] as const)(
    "closes its sessions on %s, even if it comes twice, and exits with 0",
    async (signal) => {
      const exporter = await start();
      proxy.reset();
      exporter.signal(signal);
      exporter.signal(signal);
      const { code, tookMs } = await exporter.stop();
      expect(code).toBe(0);
      expect(tookMs).toBeLessThan(2500);
      expect(count(proxy, CLOSE_SESSION)).toBe(1);
      expect(exporter.logs()).toContain("stopping");
    },
  );

  it("takes less than 10 s while a probe of a silent BMC is in progress", async () => {
    const exporter = await start();
    proxy.rule(() => "drop");
    const probe = exporter.get("/probe?target=a").catch((error: unknown) => error);
    const { code, tookMs } = await exporter.stop();
    proxy.rule(undefined);
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(10_000);
    await probe;
  });
});
