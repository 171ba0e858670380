import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { makeAuthority } from "../rig/certificates.ts";
import { temporaryFolder } from "../rig/child.ts";
import { TreeServer } from "../rig/redfish-tree.ts";
import { withPeers } from "../rig/requirements.ts";
import { type InProcess, startExporter } from "../support/exporter.ts";
import { writeSmallTree } from "../support/redfish-tree.ts";

withPeers(["openssl"], "an exporter with a Redfish module", () => {
  const folder = temporaryFolder("redfish-exporter");
  const tree = join(folder.path, "tree");
  let tls = { key: "", cert: "" };
  let other = { key: "", cert: "" };
  let server: TreeServer | undefined;
  let exporter: InProcess | undefined;

  beforeAll(async () => {
    writeSmallTree(tree);
    const authority = await makeAuthority(folder.path, "ca");
    const issue = async (name: string) => {
      const { cert, key } = await authority.issue(name, "IP:127.0.0.1");
      return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
    };
    tls = await issue("bmc");
    other = await issue("impostor");
  });
  afterEach(async () => {
    await exporter?.stop();
    await server?.stop();
    exporter = undefined;
    server = undefined;
  });
  afterAll(() => folder.remove());

  const config = (port: number, password: string, redfish: object = {}): object => ({
    modules: {
      default: {
        protocol: "redfish",
        interval: "10s",
        timeout: "5s",
        parts: ["power", "sensors", "dcmi", "inventory"],
        redfish: { port, ...redfish },
      },
    },
    auths: { default: { username: "monitor", password } },
    targets: [{ hosts: "n1", address: "127.0.0.1" }],
  });

  it("exports the readings of a BMC under the names that IPMI has", async () => {
    server = await TreeServer.start({ folder: tree, ...tls });
    exporter = await startExporter(config(server.port, "secret"));
    const { text } = await exporter.get("/probe?target=n1");
    for (const line of [
      "bmc_up 1",
      "bmc_power_on 1",
      'bmc_temperature_celsius{sensor="Inlet Temp",id="Chassis/1/Thermal/Temperatures/Inlet Temp",entity="55.1",role="inlet"} 24',
      'bmc_fan_speed_rpm{sensor="Fan 1",id="Chassis/1/Thermal/Fans/Fan 1",entity="29.1",role="fan"} 5400',
      'bmc_power_consumption_watts{statistic="current",source="redfish"} 312',
    ])
      expect(text.split("\n")).toContain(line);
  });

  it("keeps one session over polls and logs out when it stops", async () => {
    server = await TreeServer.start({ folder: tree, ...tls });
    exporter = await startExporter(config(server.port, "secret"));
    for (let n = 0; n < 3; n++) expect((await exporter.get("/probe?target=n1")).text).toContain("bmc_up 1");
    expect(server.seen.filter(({ method }) => method === "POST")).toHaveLength(1);
    expect(server.sessions.size).toBe(1);
    await exporter.stop();
    exporter = undefined;
    expect(server.sessions.size).toBe(0);
  });

  it("traces each request, without password and token", async () => {
    server = await TreeServer.start({ folder: tree, ...tls });
    exporter = await startExporter(config(server.port, "secret"));
    const { text } = await exporter.get("/probe?target=n1&debug=true");
    expect(text).toContain("GET /redfish/v1/Chassis/1/Thermal");
    expect(text).toMatch(/200, \d+ bytes, \d+ ms/);
    expect(text).not.toContain("secret");
    expect(text).not.toContain("token-");
  });

  it("refuses another certificate than the first, and names both fingerprints", async () => {
    const state = join(folder.path, "state");
    server = await TreeServer.start({ folder: tree, ...tls });
    const { port } = server;
    exporter = await startExporter({ ...config(port, "secret"), state_dir: state });
    expect((await exporter.get("/probe?target=n1")).text).toContain("bmc_up 1");
    await exporter.stop();
    await server.stop();
    server = await TreeServer.start({ folder: tree, ...other, port });
    exporter = await startExporter({ ...config(port, "secret"), state_dir: state });
    const { text } = await exporter.get("/probe?target=n1&debug=true");
    expect(text).toContain('bmc_failure{stage="tls",reason="tls_error"} 1');
    expect(text).toMatch(/expected SHA-256 (\w\w:){31}\w\w, received (\w\w:){31}\w\w/);
  });

  it("names the reason when the password is wrong", async () => {
    server = await TreeServer.start({ folder: tree, ...tls });
    exporter = await startExporter(config(server.port, "wrong"));
    const texts: string[] = [];
    for (let n = 0; n < 5; n++) texts.push((await exporter.get("/probe?target=n1")).text);
    expect(texts[0]).toContain('reason="bmc_busy"');
    expect(texts.at(-1)).toContain('bmc_failure{stage="session",reason="wrong_password"} 1');
    expect(server.seen.filter(({ method }) => method === "POST")).toHaveLength(3);
  });
});
