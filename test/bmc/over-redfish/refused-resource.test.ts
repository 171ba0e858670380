import { renameSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { RedfishBmc } from "../../../src/bmc/over-redfish/redfish-bmc.ts";
import { SnapshotTaker } from "../../../src/bmc/snapshot.ts";
import { Secret, systemClock } from "../../../src/lib/index.ts";
import type { Host } from "../../../src/model/index.ts";
import { temporaryFolder } from "../../rig/child.ts";
import { TreeServer } from "../../rig/redfish-tree.ts";
import { withPeers } from "../../rig/requirements.ts";
import { loopbackCertificates } from "../../rig/scripted-https.ts";
import { writeSmallTree } from "../../support/redfish-tree.ts";

const host: Host = {
  name: "node017",
  address: "127.0.0.1",
  port: 443,
  module: "default",
  auth: "default",
  place: {},
  labels: {},
};

withPeers(["openssl"], "a Redfish resource that the BMC refuses", () => {
  const folder = temporaryFolder("redfish-refused");
  afterAll(() => folder.remove());

  it("is requested again if it was read before, and only once if it never was", async () => {
    const tree = join(folder.path, "tree");
    writeSmallTree(tree);
    const { bmc: tls } = await loopbackCertificates(folder.path, "bmc");
    const server = await TreeServer.start({ folder: tree, ...tls });
    const bmc = new RedfishBmc({
      address: "127.0.0.1",
      port: server.port,
      login: { user: "monitor", password: new Secret("secret"), auth: "session" },
      tls: { verify: "pin" },
      clock: systemClock,
    });
    const taker = new SnapshotTaker(host, bmc);
    const temperatures = async (): Promise<number> => {
      const signal = AbortSignal.timeout(10_000);
      const options = { parts: ["power", "sensors"], slowIntervalMs: 3600_000, signal, clock: systemClock } as const;
      const { sensors = [] } = await taker.take(options);
      return sensors.filter(({ kind }) => kind === "temperature").length;
    };
    const [thermal, power] = ["Thermal", "Power"].map((name) => join(tree, "redfish/v1/Chassis/1", name));
    const hide = (path = ""): void => renameSync(path, `${path}.hidden`);
    const show = (path = ""): void => renameSync(`${path}.hidden`, path);
    try {
      hide(power);
      expect(await temperatures()).toBe(1);
      hide(thermal);
      expect(await temperatures()).toBe(0);
      expect(await temperatures()).toBe(0);
      show(thermal);
      expect(await temperatures()).toBe(1);
      const requests = (path: string) => server.seen.filter((request) => request.path.endsWith(path)).length;
      expect([requests("/Thermal"), requests("/Power")]).toEqual([4, 1]);
    } finally {
      await bmc.close();
      await server.stop();
    }
  });
});
