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
import { SMALL_TREE, writeSmallTree } from "../../support/redfish-tree.ts";

const host: Host = {
  name: "node017",
  address: "127.0.0.1",
  port: 443,
  module: "default",
  auth: "default",
  place: {},
  labels: {},
};
const link = (path: string) => ({ "@odata.id": `/redfish/v1${path}` });
const DIMM = "/Systems/1/Memory/1";

/** The changes of a machine whose memory module and memory summary have this health. */
const machine = (dimm: string, summary: string) => ({
  "/Systems/1": {
    ...SMALL_TREE["/Systems/1"],
    Memory: link("/Systems/1/Memory"),
    MemorySummary: { Status: { Health: summary } },
  },
  "/Systems/1/Memory": { Members: [link(DIMM)] },
  [DIMM]: { Id: "1", DeviceLocator: "DIMM 1", SerialNumber: "M0000017", Status: { State: "Enabled", Health: dimm } },
});

withPeers(["openssl"], "the components of a Redfish host", () => {
  const folder = temporaryFolder("redfish-components");
  afterAll(() => folder.remove());

  it("are read when a summary of the system changes, in the same poll, and not before", async () => {
    const tree = join(folder.path, "tree");
    writeSmallTree(tree, machine("OK", "OK"));
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
    const health = async (): Promise<number | undefined> => {
      const signal = AbortSignal.timeout(10_000);
      const parts = ["power", "sensors", "components"] as const;
      const { sensors = [] } = await taker.take({ parts, slowIntervalMs: 3600_000, signal, clock: systemClock });
      return sensors.find(({ kind }) => kind === "memory")?.health;
    };
    const requests = () => server.seen.filter(({ path }) => path.endsWith(DIMM)).length;
    try {
      expect([await health(), await health(), requests()]).toEqual([0, 0, 1]);
      writeSmallTree(tree, machine("Critical", "OK"));
      expect([await health(), requests()]).toEqual([0, 1]);
      writeSmallTree(tree, machine("Critical", "Critical"));
      expect([await health(), requests()]).toEqual([2, 2]);
      expect([await health(), requests()]).toEqual([2, 2]);
    } finally {
      await bmc.close();
      await server.stop();
    }
  });
});
