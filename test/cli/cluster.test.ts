import { afterAll, beforeAll, expect, it } from "vitest";
import { configFolder, lightsout } from "../e2e/lightsout.ts";
import { type Etcd, startEtcd } from "../rig/etcd.ts";
import { withPeers } from "../rig/requirements.ts";

const record = (changes: object = {}): string =>
  JSON.stringify({
    instance: "x",
    startedAt: Date.now() - 3_600_000,
    version: "1.2.3",
    url: "http://a:9623",
    inventory: "0123456789abcdef",
    inventoryHosts: 100,
    hosts: 50,
    view: ["a", "b"],
    sequence: 1,
    ...changes,
  });

withPeers(["etcd", "etcdctl"], "lightsout cluster", () => {
  let etcd: Etcd;
  const folders: { remove(): void }[] = [];
  beforeAll(async () => {
    etcd = await startEtcd();
    await etcd.ctl("put", "/lightsout/members/servers/a", record());
    await etcd.ctl("put", "/lightsout/members/servers/b", record({ url: undefined }));
  });
  afterAll(async () => {
    for (const folder of folders) folder.remove();
    await etcd.stop();
  });

  const config = (cluster: object | undefined): string => {
    const folder = configFolder({ targets: [], ...(cluster && { cluster }) });
    folders.push(folder);
    return folder.file;
  };
  const run = (file: string, ...args: readonly string[]) =>
    lightsout(["cluster", ...args, "--config.file", file], { timeoutMs: 30_000 });

  it("status lists servers and hosts", async () => {
    const { code, stdout } = await run(config({ etcd: { endpoints: etcd.endpoints } }), "status");
    expect(stdout.replace(/etcd [\d.]+: [\d.]+ MB/, "etcd V: N MB")).toBe(
      [
        "SERVER  STATE  HOSTS      INVENTORY         STARTED  LAST MOVE  VERSION  URL",
        "a       polls  50 of 100  0123456789abcdef  1h ago   -          1.2.3    http://a:9623",
        "b       polls  50 of 100  0123456789abcdef  1h ago   -          1.2.3    -",
        "etcd V: N MB, has a leader",
        "",
      ].join("\n"),
    );
    expect(code).toBe(0);
  });

  it("status --json has a schema", async () => {
    const { stdout } = await run(config({ etcd: { endpoints: etcd.endpoints } }), "status", "--json");
    const { schema, servers } = JSON.parse(stdout);
    expect(schema).toBe("lightsout/cluster/1");
    expect(
      servers.map(({ name, hosts, drained }: { name: string; hosts: number; drained: boolean }) => [
        name,
        hosts,
        drained,
      ]),
    ).toEqual([
      ["a", 50, false],
      ["b", 50, false],
    ]);
  });

  it("drain moves hosts, but not from the last server; undrain gives them back", async () => {
    const file = config({ etcd: { endpoints: etcd.endpoints } });
    expect(await run(file, "drain", "b")).toMatchObject({
      code: 0,
      stdout: "b is drained: the other servers take over its hosts\n",
    });
    expect((await run(file, "status")).stdout).toContain("drained");
    expect(await run(file, "drain", "a")).toMatchObject({
      code: 2,
      stderr: "lightsout: a is the only server that polls; with --force, no host is polled\n",
    });
    expect(await run(file, "drain", "c")).toMatchObject({
      code: 2,
      stderr: "lightsout: no server of the cluster is named c; servers: a, b\n",
    });
    expect(await run(file, "undrain", "b")).toMatchObject({ code: 0, stdout: "b gets its hosts again\n" });
    expect(await run(file, "undrain", "b")).toMatchObject({ code: 0, stdout: "b was not drained\n" });
  });

  it("status exits with 1 if the inventories differ", async () => {
    await etcd.ctl("put", "/other/members/servers/a", record());
    await etcd.ctl("put", "/other/members/servers/b", record({ inventory: "fedcba9876543210" }));
    const { code, stdout } = await run(config({ etcd: { endpoints: etcd.endpoints, prefix: "/other/" } }), "status");
    expect(stdout).toContain("the inventories differ: give all servers the same targets and sources\n");
    expect(code).toBe(1);
  });

  it.each([
    ["no cluster section", undefined, 2, /has no cluster section; see docs\/servers.md/],
    [
      "an etcd that is down",
      { etcd: { endpoints: ["http://127.0.0.1:9"] } },
      1,
      /^lightsout: 127.0.0.1:9: ECONNREFUSED$/m,
    ],
    [
      "a missing CA file",
      { etcd: { endpoints: ["https://127.0.0.1:9"], ca_file: "/no/ca.pem" } },
      2,
      /cluster.etcd.ca_file: cannot read \/no\/ca.pem \(ENOENT\)/,
    ],
    [
      "an endpoint that is no URL",
      { etcd: { endpoints: ["etcd1:2379"] } },
      2,
      /endpoints.* must be an http:\/\/ or https:\/\/ URL/,
    ],
    [
      "a certificate without its key",
      { etcd: { endpoints: ["https://a:1"], cert_file: "c.pem" } },
      2,
      /cert_file: needs key_file beside it/,
    ],
    [
      "a lease of a second",
      { lease: "1s", etcd: { endpoints: ["http://a:1"] } },
      2,
      /lease: must be a duration from 5s to 2m/,
    ],
    [
      "certificates without TLS",
      { etcd: { endpoints: ["http://a:1"], ca_file: "c.pem" } },
      2,
      /ca_file: is used for https:\/\/ endpoints only/,
    ],
  ])("status reports %s", async (_what, cluster, code, message) => {
    const answer = await run(config(cluster), "status");
    expect(answer.stderr).toMatch(message);
    expect(answer.code).toBe(code);
  });

  it("serve refuses --shard beside cluster", async () => {
    const file = config({ etcd: { endpoints: etcd.endpoints } });
    const args = ["serve", "--config.file", file, "--web.listen-address", "127.0.0.1:0", "--shard", "0/2"];
    expect(await lightsout(args)).toMatchObject({
      code: 2,
      stderr: "lightsout: --shard and cluster in the configuration exclude each other; remove one of them\n",
    });
  });
});
