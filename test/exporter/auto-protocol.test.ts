import { createSocket } from "node:dgram";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { temporaryFolder } from "../rig/child.ts";
import { TreeServer } from "../rig/redfish-tree.ts";
import { withPeers } from "../rig/requirements.ts";
import { type KeyPair, loopbackCertificates } from "../rig/scripted-https.ts";
import { type InProcess, startExporter } from "../support/exporter.ts";
import { writeSmallTree } from "../support/redfish-tree.ts";

withPeers(["openssl"], "a module with protocol: auto", () => {
  const folder = temporaryFolder("auto-protocol");
  const tree = join(folder.path, "tree");
  let tls: KeyPair;
  let server: TreeServer | undefined;
  let exporter: InProcess | undefined;
  const closing: (() => void)[] = [];

  beforeAll(async () => {
    writeSmallTree(tree);
    ({ bmc: tls } = await loopbackCertificates(folder.path, "bmc"));
  });
  afterEach(async () => {
    await exporter?.stop();
    await server?.stop();
    for (const close of closing.splice(0)) close();
    exporter = undefined;
    server = undefined;
  });
  afterAll(() => folder.remove());

  /** A UDP port on which nothing answers, and on which something is bound or not. */
  async function deafPort(open: boolean): Promise<number> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    const { port } = socket.address() as AddressInfo;
    if (open) closing.push(() => socket.close());
    else await new Promise<void>((resolve) => socket.close(resolve));
    return port;
  }

  const config = (ipmiPort: number, redfishPort: number, more: object = {}): object => ({
    modules: {
      default: { interval: "30s", timeout: "12s", ipmi: { port: ipmiPort }, redfish: { port: redfishPort } },
    },
    auths: { default: { username: "monitor", password: "secret" } },
    targets: [{ hosts: "n1", address: "127.0.0.1" }],
    ...more,
  });

  it.each([
    ["is switched off", false],
    ["is silent", true],
  ])("reads over Redfish where IPMI %s", async (_title, open) => {
    server = await TreeServer.start({ folder: tree, ...tls });
    exporter = await startExporter(config(await deafPort(open), server.port));
    const { text } = await exporter.get("/probe?target=n1");
    expect(text).toContain("bmc_up 1");
    expect(text).toContain('protocol="redfish"');
  });

  it("reads over Redfish where the password is too long for IPMI, and sends nothing over IPMI", async () => {
    const password = "p".repeat(40);
    server = await TreeServer.start({ folder: tree, ...tls, password });
    const module = {
      protocol: "auto",
      interval: "30s",
      timeout: "12s",
      ipmi: { port: 1 },
      redfish: { port: server.port },
    };
    exporter = await startExporter({
      ...config(1, server.port),
      modules: { default: module },
      auths: { default: { username: "monitor", password } },
    });
    const { text } = await exporter.get("/probe?target=n1&debug=true");
    expect(text).toContain("bmc_up 1");
    expect(text).toContain('protocol="redfish"');
    expect(text).not.toContain("nothing answers IPMI");
  });

  it("keeps what answered, also after a restart", async () => {
    const state = join(folder.path, "state");
    server = await TreeServer.start({ folder: tree, ...tls });
    const ipmiPort = await deafPort(false);
    exporter = await startExporter(config(ipmiPort, server.port, { state_dir: state }));
    expect((await exporter.get("/probe?target=n1")).text).toContain("bmc_up 1");
    await exporter.stop();
    exporter = await startExporter(config(ipmiPort, server.port, { state_dir: state }));
    const { text } = await exporter.get("/probe?target=n1&debug=true");
    expect(text).toContain("bmc_up 1");
    expect(text).not.toContain("nothing answers IPMI");
  });

  it("reports the failure of IPMI where nothing answers either", async () => {
    const closed = await deafPort(false);
    exporter = await startExporter(config(closed, closed));
    const { text } = await exporter.get("/probe?target=n1");
    expect(text).toContain('bmc_failure{stage="channel_auth_capabilities",reason="unreachable"} 1');
  });

  it("reports that the password is wrong where Redfish refuses it", async () => {
    server = await TreeServer.start({ folder: tree, ...tls, password: "other" });
    exporter = await startExporter(config(await deafPort(false), server.port));
    const texts: string[] = [];
    for (let n = 0; n < 4; n++) texts.push((await exporter.get("/probe?target=n1")).text);
    expect(texts.at(-1)).toContain('reason="wrong_password"');
    expect(server.seen.filter(({ method }) => method === "POST")).toHaveLength(3);
  });

  it("does not try Redfish where the address has a port of its own", async () => {
    server = await TreeServer.start({ folder: tree, ...tls });
    const targets = [{ hosts: "n1", address: `127.0.0.1:${await deafPort(false)}` }];
    exporter = await startExporter({ ...config(623, server.port), targets });
    expect((await exporter.get("/probe?target=n1")).text).toContain("bmc_up 0");
    expect(server.seen).toEqual([]);
  });
});
