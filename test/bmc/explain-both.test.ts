import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { explainHost, type PollSettings, SdrCache } from "../../src/bmc/index.ts";
import { PrivilegeLevel, UdpTransport } from "../../src/ipmi/index.ts";
import { Secret, systemClock } from "../../src/lib/index.ts";
import { PART_NAMES } from "../../src/model/index.ts";
import { compileBoard, sampleBoard, startSimulation } from "../../src/simulator/index.ts";
import { temporaryFolder } from "../rig/child.ts";
import { TreeServer } from "../rig/redfish-tree.ts";
import { withPeers } from "../rig/requirements.ts";
import { loopbackCertificates } from "../rig/scripted-https.ts";
import { SMALL_TREE, writeSmallTree } from "../support/redfish-tree.ts";

const link = (uri: string) => ({ "@odata.id": `/redfish/v1${uri}` });

withPeers(["openssl"], "the explanation of a BMC over two protocols", () => {
  const folder = temporaryFolder("explain-both");
  const transport = new UdpTransport();
  afterAll(async () => {
    folder.remove();
    await transport.close();
  });

  async function explained(protocol: "auto" | "both", { silent = false, sensor = "" } = {}) {
    const tree = join(folder.path, "tree");
    writeSmallTree(tree, {
      "/Systems/1": { ...SMALL_TREE["/Systems/1"], Memory: link("/Systems/1/Memory") },
      "/Systems/1/Memory": { Members: [link("/Systems/1/Memory/A1")] },
      "/Systems/1/Memory/A1": { Id: "A1", DeviceLocator: "DIMM A1", Status: { State: "Enabled", Health: "OK" } },
    });
    const { bmc: tls } = await loopbackCertificates(folder.path, "bmc");
    const simulation = await startSimulation({ port: 0, bmcs: [{ board: compileBoard(sampleBoard()) }] });
    const [{ address = "", port = 0 } = {}] = simulation.bmcs;
    const server = await TreeServer.start({ folder: tree, ...tls, password: "sesame", address });
    if (silent) await simulation.stop();
    const settings: PollSettings = {
      protocol,
      login: {
        credentials: { userName: Buffer.from("monitor"), password: Buffer.from("sesame") },
        privilege: PrivilegeLevel.User,
      },
      parts: [...PART_NAMES],
      intervalMs: 60_000,
      slowIntervalMs: 3600_000,
      bridge: false,
      quirks: [],
      tries: 2,
      redfish: {
        login: { user: "monitor", password: new Secret("sesame"), auth: "session" },
        tls: { verify: "pin" },
        port: server.port,
        ipmiPort: port,
      },
    };
    const parts = { transport, clock: systemClock, cache: new SdrCache(), settingsOf: async () => settings };
    const host = { name: "n1", address, port, module: "m", auth: "a", place: {}, labels: {} };
    const about = sensor === "" ? undefined : ({ name }: { readonly name: string }) => name === sensor;
    try {
      const explanation = await explainHost(parts, host, { signal: AbortSignal.timeout(20_000), about });
      const over = (which: (one: object) => boolean) => explanation.sensors.filter(which).map(({ name }) => name);
      const isRedfish = (one: object): boolean => "resource" in one;
      return {
        explanation,
        requests: server.seen.length,
        redfish: over(isRedfish),
        ipmi: over((one) => !isRedfish(one)),
      };
    } finally {
      await server.stop();
      if (!silent) await simulation.stop();
    }
  }

  it("has sensors of IPMI and components of Redfish, with protocol: both", async () => {
    const { explanation, redfish, ipmi } = await explained("both");
    expect([explanation.failure, redfish, ipmi.includes("CPU1 Temp")]).toEqual([undefined, ["DIMM A1"], true]);
    expect(explanation.controller?.ipmiVersion).toBe("2.0");
  });

  it("does not use Redfish for a sensor that IPMI has", async () => {
    const { redfish, ipmi, requests } = await explained("both", { sensor: "CPU1 Temp" });
    expect([redfish, ipmi, requests]).toEqual([[], ["CPU1 Temp"], 0]);
  });

  it("is that of Redfish with protocol: auto, if nothing answers IPMI", async () => {
    const { explanation, redfish, ipmi } = await explained("auto", { silent: true, sensor: "Inlet Temp" });
    expect([redfish, ipmi, explanation.controller?.redfishVersion]).toEqual([["Inlet Temp"], [], "1.8.0"]);
  });
});
