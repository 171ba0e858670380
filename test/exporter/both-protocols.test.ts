import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { compileBoard, type Simulation, sampleBoard, startSimulation } from "../../src/simulator/index.ts";
import { temporaryFolder } from "../rig/child.ts";
import { TreeServer } from "../rig/redfish-tree.ts";
import { withPeers } from "../rig/requirements.ts";
import { type KeyPair, loopbackCertificates } from "../rig/scripted-https.ts";
import { type InProcess, startExporter } from "../support/exporter.ts";
import { SMALL_TREE, writeSmallTree } from "../support/redfish-tree.ts";

const link = (uri: string) => ({ "@odata.id": `/redfish/v1${uri}` });
const TREE = {
  "/Systems/1": { ...SMALL_TREE["/Systems/1"], Memory: link("/Systems/1/Memory") },
  "/Systems/1/Memory": { Members: [link("/Systems/1/Memory/A1")] },
  "/Systems/1/Memory/A1": {
    Id: "A1",
    Name: "DIMM A1",
    DeviceLocator: "DIMM A1",
    CapacityMiB: 32768,
    Status: { State: "Enabled", Health: "Critical" },
  },
};

withPeers(["openssl"], "a module with protocol: both", () => {
  const folder = temporaryFolder("both-protocols");
  const tree = join(folder.path, "tree");
  let tls: KeyPair;
  let simulation: Simulation;
  let server: TreeServer | undefined;
  let exporter: InProcess | undefined;

  beforeAll(async () => {
    writeSmallTree(tree, TREE);
    ({ bmc: tls } = await loopbackCertificates(folder.path, "bmc"));
  });
  afterEach(async () => {
    await exporter?.stop();
    await server?.stop();
    await simulation?.stop();
    exporter = undefined;
    server = undefined;
  });
  afterAll(() => folder.remove());

  async function start(password = "sesame", redfish: object = {}): Promise<InProcess> {
    simulation = await startSimulation({ port: 0, bmcs: [{ board: compileBoard(sampleBoard()) }] });
    const [bmc] = simulation.bmcs;
    server = await TreeServer.start({ folder: tree, ...tls, password, address: bmc?.address });
    exporter = await startExporter({
      modules: {
        default: {
          protocol: "both",
          interval: "20s",
          timeout: "10s",
          ipmi: { port: bmc?.port },
          redfish: { port: server.port, ...redfish },
        },
      },
      auths: { default: { username: "monitor", password: "sesame" } },
      targets: [{ hosts: "n1", address: bmc?.address }],
    });
    return exporter;
  }

  it("reads sensors over IPMI and components over Redfish, and closes the session of Redfish after that", async () => {
    const { get } = await start();
    const { text } = await get("/probe?target=n1");
    expect(text).toMatch(/^bmc_up 1$/m);
    expect(text).toContain('protocol="ipmi"');
    expect(text).toMatch(/^bmc_part_up\{part="components"\} 1$/m);
    expect(text).toMatch(/^bmc_sensor_health\{sensor="DIMM A1",id="Systems\/1\/Memory\/A1".*\} 2$/m);
    expect(text).toMatch(/^bmc_temperature_celsius\{sensor="CPU1 Temp"/m);
    const methods = server?.seen.map(({ method }) => method);
    expect(methods?.filter((method) => method !== "GET")).toEqual(["POST", "DELETE"]);
    expect(server?.sessions.size).toBe(0);
    expect(server?.seen.filter(({ path }) => /Thermal|Power|LogServices/.test(path))).toEqual([]);
    // Components are read rarely, so the next poll needs no Redfish.
    const before = server?.seen.length;
    expect((await get("/probe?target=n1")).text).toMatch(/^bmc_part_up\{part="components"\} 1$/m);
    expect(server?.seen.length).toBe(before);
  });

  it("is up if Redfish does not answer, and the part reports why", async () => {
    const { get } = await start();
    await server?.stop();
    const { text } = await get("/probe?target=n1");
    expect(text).toMatch(/^bmc_up 1$/m);
    expect(text).toMatch(/^bmc_part_up\{part="components"\} 0$/m);
    expect(text).toMatch(/^bmc_part_up\{part="sensors"\} 1$/m);
    server = undefined;
  });

  it("stops logging in to Redfish after three refusals, and goes on over IPMI", async () => {
    const { get } = await start("other", { components_interval: "1s" });
    for (let n = 0; n < 6; n++) expect((await get("/probe?target=n1")).text).toMatch(/^bmc_up 1$/m);
    expect(server?.seen.filter(({ method }) => method === "POST")).toHaveLength(3);
  });

  it("answers /ipmi, as it reads the sensors over IPMI", async () => {
    const { get } = await start();
    const { status, text } = await get("/ipmi?target=n1");
    expect([status, text.includes("ipmi_temperature_celsius")]).toEqual([200, true]);
  });
});

withPeers(["openssl"], "/ipmi of a host that is polled over Redfish", () => {
  const folder = temporaryFolder("ipmi-of-redfish");
  afterAll(() => folder.remove());

  it.each(["redfish", "auto"])("is refused with a sentence, protocol: %s", async (protocol) => {
    const tree = join(folder.path, "tree");
    writeSmallTree(tree);
    const { bmc: tls } = await loopbackCertificates(folder.path, "bmc");
    const server = await TreeServer.start({ folder: tree, ...tls });
    const exporter = await startExporter({
      modules: { default: { protocol, interval: "20s", timeout: "10s", redfish: { port: server.port } } },
      auths: { default: { username: "monitor", password: "secret" } },
      targets: [{ hosts: "n1", address: "127.0.0.1" }],
    });
    try {
      const { status, text } = await exporter.get("/ipmi?target=n1");
      expect([status, text]).toEqual([
        400,
        expect.stringContaining('"n1" is polled over Redfish, and /ipmi has the metrics of ipmi_exporter'),
      ]);
    } finally {
      await exporter.stop();
      await server.stop();
    }
  });
});
