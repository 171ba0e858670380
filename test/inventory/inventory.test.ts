import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Config, ConfigError, parseConfig } from "../../src/config/index.ts";
import { FileSource } from "../../src/inventory/file-sd.ts";
import { HttpSource } from "../../src/inventory/http-sd.ts";
import {
  foldHosts,
  Inventory,
  type InventoryDiff,
  type InventoryOptions,
  ownedBy,
  type RejectionCount,
} from "../../src/inventory/index.ts";
import { countRejections } from "../../src/inventory/rejection.ts";
import { silentLogger } from "../../src/lib/index.ts";
import { FakeClock } from "./fake-clock.ts";

const AUTHS = "auths: { default: { username: monitor, password: x } }\n";
let folder = "";
let running: Inventory[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lightsout-inventory-"));
});

afterEach(async () => {
  for (const inventory of running) inventory.stop();
  running = [];
  await rm(folder, { recursive: true, force: true });
});

const read = (text: string): Config => parseConfig(AUTHS + text, { path: join(folder, "lightsout.yml") });
const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);
const names = (inventory: Inventory): string => foldHosts(inventory.current().keys());

async function started(config: Config, options: InventoryOptions = {}): Promise<Inventory> {
  const inventory = new Inventory(config, options);
  running.push(inventory);
  await inventory.start();
  return inventory;
}

const summary = ({ added, removed, changed }: InventoryDiff): string =>
  `+${foldHosts(added.map(({ name }) => name))} -${foldHosts(removed.map(({ name }) => name))} ~${foldHosts(changed.map(({ after }) => after.name))}`;

describe("hosts from files", () => {
  it("are read from JSON and YAML in the format of Prometheus", async () => {
    await write(
      "a.json",
      JSON.stringify([
        {
          targets: ["10.0.0.1", "10.0.0.2:6230"],
          labels: { rack: "r1", position: "07", vendor: "acme", __meta_x: "y", module: "slow" },
        },
      ]),
    );
    await write("b.yml", "- targets: ['[2001:db8::1]:623']\n  labels: { host: node3, rack: 07, auth: other }\n");
    const config = parseConfig(
      `auths: { default: { username: m, password: x }, other: { username: o, password: x } }
modules: { slow: {} }
file_sd: [{ files: ["*.json", b.yml], labels: { room: vil1, rack: none } }]`,
      { path: join(folder, "x.yml") },
    );
    const inventory = await started(config);
    expect([...inventory.current().values()]).toEqual([
      {
        name: "10.0.0.1",
        address: "10.0.0.1",
        port: 623,
        module: "slow",
        auth: "default",
        place: { room: "vil1", rack: "r1", position: "07" },
        labels: { vendor: "acme" },
      },
      expect.objectContaining({ name: "10.0.0.2", address: "10.0.0.2", port: 6230 }),
      {
        name: "node3",
        address: "2001:db8::1",
        port: 623,
        module: "default",
        auth: "other",
        place: { room: "vil1", rack: "07" },
        labels: {},
      },
    ]);
    expect(inventory.problems()).toEqual([]);
  });

  it("have labels renamed by map", async () => {
    const labels = { __meta_netbox_name: "node1", __meta_netbox_oob_ip: "10.0.0.1", __meta_netbox_rack: "r4" };
    await write("a.json", JSON.stringify([{ targets: ["node1.example.org"], labels }]));
    const map = "{ host: __meta_netbox_name, __address__: __meta_netbox_oob_ip, rack: __meta_netbox_rack }";
    const inventory = await started(read(`file_sd: [{ files: [a.json], map: ${map} }]`));
    expect(inventory.current().get("node1")).toMatchObject({ address: "10.0.0.1", place: { rack: "r4" }, labels: {} });
  });

  it("follow changes of the file: edited, replaced, removed", async () => {
    await write("a.json", '[{"targets":["n1","n2"]}]');
    const inventory = await started(read('file_sd: [{ files: ["*.json"] }]'));
    const diffs: string[] = [];
    inventory.onChange((diff) => diffs.push(summary(diff)));
    await write("a.json", '[{"targets":["n2"],"labels":{"rack":"r1"}},{"targets":["n3"]}]');
    await vi.waitFor(() => expect(diffs).toEqual(["+n3 -n1 ~n2"]), 5000);
    await write("b.tmp", '[{"targets":["n4"]}]');
    await rename(join(folder, "b.tmp"), join(folder, "b.json"));
    await vi.waitFor(() => expect(names(inventory)).toBe("n[2-4]"), 5000);
    await rm(join(folder, "a.json"));
    await vi.waitFor(() => expect(names(inventory)).toBe("n4"), 5000);
  });

  it("stay while a file is invalid", async () => {
    await write("a.json", '[{"targets":["n1"]}]');
    const clock = new FakeClock();
    const inventory = await started(read("file_sd: [{ files: [a.json], refresh_interval: 1m }]"), { clock });
    await write("a.json", '[{"targets":["n1"');
    clock.advance(60_000);
    await vi.waitFor(() => expect(inventory.problems()).toHaveLength(1), 5000);
    expect(inventory.problems()[0]).toMatch(/a\.json: invalid JSON or YAML: .*; its previous hosts stay$/);
    expect(names(inventory)).toBe("n1");
    await write("a.json", '[{"targets":[]}]');
    clock.advance(60_000);
    await vi.waitFor(() => expect(names(inventory)).toBe(""), 5000);
    expect(inventory.problems()).toEqual([]);
  });

  it("are not merged again if the files did not change", async () => {
    await write("a.json", '[{"targets":["n1","no name!"]}]');
    const clock = new FakeClock();
    const [config] = read("file_sd: [{ files: [a.json], refresh_interval: 1m }]").fileSd;
    if (!config) throw new Error("no file_sd");
    let changes = 0;
    const source = new FileSource(config, { clock, changed: () => changes++ });
    await source.start();
    const first = source.candidates();
    expect([changes, first.length, source.rejections().length]).toEqual([1, 1, 1]);
    await write("a.json", '[{"targets":["n1","no name!"]}]');
    clock.advance(60_000);
    await vi.waitFor(() => expect(clock.pending).toContain(60_000), 5000);
    expect(source.candidates()[0]).toBe(first[0]);
    expect(changes).toBe(1);
    await write("a.json", '[{"targets":["n2"]}]');
    clock.advance(60_000);
    await vi.waitFor(() => expect(changes).toBe(2), 5000);
    expect([source.candidates()[0]?.name, source.rejections()]).toEqual(["n2", []]);
    source.stop();
  });

  it("are read by the timer if their folder is created later", async () => {
    const clock = new FakeClock();
    const inventory = await started(read('file_sd: [{ files: ["later/*.yml"] }]'), { clock });
    expect(inventory.problems()[0]).toMatch(/^file_sd: no file matches .*later\/\*\.yml$/);
    await mkdir(join(folder, "later"));
    await write("later/a.yml", "- targets: [n1]\n");
    clock.advance(300_000);
    await vi.waitFor(() => expect(names(inventory)).toBe("n1"), 5000);
  });

  it.each([
    ["no list", "{}", "is not a list of target groups"],
    ["no targets", "[{}]", "has no list of strings at [0].targets"],
    ["a label that is no text", '[{"targets":["a"],"labels":{"rack":7}}]', "has no string at [0].labels.rack"],
  ])("are refused for %s", async (_, text, message) => {
    await write("a.json", text);
    const inventory = await started(read("file_sd: [{ files: [a.json] }]"));
    expect(inventory.problems()).toEqual([expect.stringContaining(message)]);
  });

  it("may have a prefix length, as the address of an interface in an IPAM system", async () => {
    const targets = ["10.200.0.67/32", "10.200.0.68/24", "2001:db8::1/128", "2001:db8::2/64", "10.0.0.0/31"];
    await write(
      "a.json",
      JSON.stringify([{ targets }, { targets: ["n9"], labels: { __address__: "10.200.0.69/32" } }]),
    );
    const inventory = await started(read("file_sd: [{ files: [a.json] }]"));
    expect([...inventory.current().values()].map(({ name, address }) => `${name} ${address}`)).toEqual([
      "10.200.0.67 10.200.0.67",
      "10.200.0.68 10.200.0.68",
      "2001:db8::1 2001:db8::1",
      "2001:db8::2 2001:db8::2",
      "10.0.0.0 10.0.0.0",
      "n9 10.200.0.69",
    ]);
    expect(inventory.problems()).toEqual([]);
  });

  it("are rejected if they have a port and are polled over two protocols", async () => {
    await write("a.json", JSON.stringify([{ targets: ["10.0.0.1:6230", "10.0.0.2"] }]));
    const modules = "modules: { default: { protocol: both } }";
    const inventory = await started(read(`${modules}\nfile_sd: [{ files: [a.json] }]`));
    expect(names(inventory)).toBe("10.0.0.2");
    expect(inventory.rejections()).toMatchObject([
      { entry: "10.0.0.1", reason: "invalid_address", detail: expect.stringContaining('"10.0.0.1:6230" has a port') },
    ]);
  });

  it("are rejected, counted by source and reason, and all listed", async () => {
    const broken = Array.from({ length: 140 }, (_, i) => `10.0.0.${300 + i}`);
    await write("a.json", JSON.stringify([{ targets: ["n1", ...broken] }]));
    await write(
      "b.json",
      JSON.stringify([
        { targets: ["10.9.0.0/24"] },
        { targets: ["n2"], labels: { host: "n 2" } },
        { targets: ["n3"], labels: { module: "defalt" } },
        { targets: ["n4"], labels: { auth: "nobody" } },
        { targets: ["n1.other"], labels: { host: "n1" } },
        { targets: ["N1:623"], labels: { host: "n5" } },
      ]),
    );
    const counts: RejectionCount[][] = [];
    const lines: string[] = [];
    const log = {
      ...silentLogger,
      warn: (fields: object, message: string) => lines.push(JSON.stringify([fields, message])),
    };
    const report = { entriesRejected: (now: readonly RejectionCount[]) => void counts.push([...now]) };
    const inventory = await started(read("file_sd: [{ files: [a.json, b.json] }]"), { report, log });
    const [a, b] = [join(folder, "a.json"), join(folder, "b.json")];
    expect(names(inventory)).toBe("n1");
    expect(counts.at(-1)).toEqual([
      { source: a, reason: "invalid_address", count: 140 },
      { source: b, reason: "invalid_address", count: 1 },
      { source: b, reason: "invalid_name", count: 1 },
      { source: b, reason: "unknown_module", count: 1 },
      { source: b, reason: "unknown_auth", count: 1 },
      { source: b, reason: "duplicate_name", count: 1 },
      { source: b, reason: "duplicate_bmc", count: 1 },
    ]);
    expect(inventory.rejections()).toHaveLength(146);
    expect(inventory.problems()).toHaveLength(146);
    expect(inventory.problems().slice(139, 142)).toEqual([
      `${a}: target "10.0.0.439" rejected: "10.0.0.439" is not a host name or an IP address`,
      `${b}: target "10.9.0.0/24" rejected: "10.9.0.0/24" is a network; give the address of one BMC`,
      `${b}: target "n2" rejected: "n 2" is not a host name`,
    ]);
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('[{"more":126},"more problems with the inventory; /config lists all of them"]');
  });

  it("are no longer counted when they are valid", async () => {
    await write("a.json", '[{"targets":["10.0.0.300"]}]');
    const counts: number[] = [];
    const report = { entriesRejected: (now: readonly RejectionCount[]) => void counts.push(now.length) };
    const clock = new FakeClock();
    const config = read("file_sd: [{ files: [a.json], refresh_interval: 1m }]");
    const inventory = await started(config, { report, clock });
    expect(counts.at(-1)).toBe(1);
    await write("a.json", '[{"targets":["10.0.0.30"]}]');
    clock.advance(60_000);
    await vi.waitFor(() => expect(counts.at(-1)).toBe(0), 5000);
    expect(inventory.rejections()).toEqual([]);
  });

  it("are counted for 100 pairs of source and reason, and the rest is summed", () => {
    const rejections = Array.from({ length: 300 }, (_, i) => ({
      source: `/etc/targets/${i % 150}.json`,
      entry: "x",
      reason: "invalid_name" as const,
      detail: "",
    }));
    const counts = countRejections([
      ...rejections,
      { source: "/etc/a.json", entry: "x", reason: "invalid_address", detail: "" },
    ]);
    expect(counts).toHaveLength(102);
    expect(counts.slice(-2)).toEqual([
      { source: "other sources", reason: "invalid_name", count: 100 },
      { source: "other sources", reason: "invalid_address", count: 1 },
    ]);
  });

  it("are rejected, each for its own reason", async () => {
    const targets = ["https://n1", "n2/x", "n3"];
    await write("a.json", JSON.stringify([{ targets }, { targets: ["n4"], labels: { module: "defalt" } }]));
    const inventory = await started(read("file_sd: [{ files: [a.json] }]"));
    expect(names(inventory)).toBe("n3");
    expect(inventory.problems().map((problem) => problem.replace(/^\S+a\.json: /, ""))).toEqual([
      'target "https://n1" rejected: "https://n1" is a URL or a path; give a name or an IP address',
      'target "n2/<secret>" rejected: "n2/<secret>" is a URL or a path; give a name or an IP address',
      'n4 rejected: no module is named "defalt"; did you mean "default"?',
    ]);
  });
});

describe("hosts of several sources", () => {
  it("are merged by name: the earlier source wins, the later adds labels", async () => {
    await write(
      "a.json",
      '[{"targets":["n1.sp"],"labels":{"host":"n1","rack":"r9","row":"3","vendor":"x","asset":"7"}}]',
    );
    const inventory = await started(
      read(
        "targets: [{ hosts: n1, address: n1.sp, rack: r1, labels: { vendor: acme } }]\nfile_sd: [{ files: [a.json] }]",
      ),
    );
    expect(inventory.current().get("n1")).toMatchObject({
      place: { rack: "r1", row: "3" },
      labels: { vendor: "acme", asset: "7" },
    });
    expect(inventory.problems()).toEqual([]);
  });

  it("keep the earlier address if sources disagree, and the later is rejected", async () => {
    await write("a.json", '[{"targets":["n1.other"],"labels":{"host":"n1","row":"3"}}]');
    const inventory = await started(read("targets: [{ hosts: n1, address: n1.sp }]\nfile_sd: [{ files: [a.json] }]\n"));
    expect(inventory.current().get("n1")).toMatchObject({ address: "n1.sp", place: {} });
    expect(inventory.problems()[0]).toMatch(/n1 rejected: at n1\.other here, at n1\.sp in targets\[0\]$/);
  });

  it.each([
    ["with the port of its module", "10.0.0.1:16230", {}],
    ["with the port of another module", "10.0.0.2", { module: "usual" }],
    ["in another case", "BMC-3.example.ORG", {}],
    ["in another spelling of IPv6", "[2001:DB8:0::4]:16230", {}],
  ])("are left out if their BMC is that of an earlier host %s", async (_, address, labels) => {
    await write("a.json", JSON.stringify([{ targets: [address], labels: { host: "late", ...labels } }]));
    const inventory = await started(
      read(`
modules: { default: { ipmi: { port: 16230 } }, usual: {} }
targets:
  - { hosts: n1, address: 10.0.0.1 }
  - { hosts: n2, address: 10.0.0.2:623 }
  - { hosts: n3, address: bmc-3.example.org }
  - { hosts: n4, address: "2001:db8::4" }
file_sd: [{ files: [a.json] }]
`),
    );
    expect(names(inventory)).toBe("n[1-4]");
    expect(inventory.problems()[0]).toMatch(/late rejected: has the BMC of n\d of targets\[\d\]/);
  });

  it("get the port of their module, also after a reload that changes it", async () => {
    await write("a.json", '[{"targets":["n1","n2:99"]},{"targets":["n3"],"labels":{"module":"usual"}}]');
    const config = (port: number): Config =>
      read(`modules: { default: { ipmi: { port: ${port} } }, usual: {} }\nfile_sd: [{ files: [a.json] }]\n`);
    const inventory = await started(config(16230));
    const ports = (): readonly number[] => [...inventory.current().values()].map(({ port }) => port);
    expect(ports()).toEqual([16230, 99, 623]);
    const changed: string[] = [];
    inventory.onChange((diff) => void changed.push(...diff.changed.map(({ after }) => after.name)));
    await inventory.reload(config(16231));
    expect(ports()).toEqual([16231, 99, 623]);
    expect(changed).toEqual(["n1"]);
  });

  it("have one BMC each", async () => {
    await write("a.json", '[{"targets":["n1.sp:623"],"labels":{"host":"n2"}}]');
    const inventory = await started(read("targets: [{ hosts: n1, address: n1.sp }]\nfile_sd: [{ files: [a.json] }]\n"));
    expect(names(inventory)).toBe("n1");
    expect(inventory.problems()[0]).toMatch(/n2 rejected: has the BMC of n1 of targets\[0\], n1\.sp:623$/);
  });
});

describe("hosts from a server", () => {
  let server: Server;
  let url = "";
  let requests: IncomingMessage[] = [];
  let answer: { status: number; body?: string; etag?: string; silent?: boolean };

  beforeEach(async () => {
    requests = [];
    answer = { status: 200, body: '[{"targets":["n1","n2"],"labels":{"rack":"r1"}}]', etag: '"1"' };
    server = createServer((request, response) => {
      requests.push(request);
      const { status, body, etag, silent } = answer;
      if (silent) return;
      const same = etag !== undefined && request.headers["if-none-match"] === etag;
      response.writeHead(same ? 304 : status, { "content-type": "application/json", ...(etag && { etag }) });
      response.end(same ? "" : body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sd`;
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it("are requested with the headers of Prometheus and the token", async () => {
    const inventory = await started(
      read(`http_sd: [{ url: "${url}", authorization: { type: Token, credentials: abc } }]`),
    );
    expect(names(inventory)).toBe("n[1-2]");
    expect(requests[0]?.headers).toMatchObject({
      accept: "application/json",
      authorization: "Token abc",
      "x-prometheus-refresh-interval-seconds": "60",
    });
  });

  it("are requested with basic authentication", async () => {
    await started(read(`http_sd: [{ url: "${url}", basic_auth: { username: a, password: b } }]`));
    expect(requests[0]?.headers.authorization).toBe("Basic YTpi");
  });

  it("are requested with the ETag and stay if nothing changed", async () => {
    const clock = new FakeClock();
    const inventory = await started(read(`http_sd: [{ url: "${url}" }]`), { clock });
    const changes: string[] = [];
    inventory.onChange((diff) => changes.push(summary(diff)));
    clock.advance(60_000);
    await vi.waitFor(() => expect(clock.pending).toEqual([60_000]), 5000);
    expect(requests[1]?.headers["if-none-match"]).toBe('"1"');
    answer = { status: 200, body: '[{"targets":["n2","n3"]}]', etag: '"2"' };
    clock.advance(60_000);
    await vi.waitFor(() => expect(changes).toEqual(["+n3 -n1 ~n2"]), 5000);
  });

  it("are not merged again if a server without ETag returns the same list", async () => {
    answer = { status: 200, body: '[{"targets":["n1","no name!"]}]' };
    const clock = new FakeClock();
    const [config] = read(`http_sd: [{ url: "${url}" }]`).httpSd;
    if (!config) throw new Error("no http_sd");
    let changes = 0;
    const source = new HttpSource(config, { clock, changed: () => changes++ });
    await source.start();
    const first = source.candidates();
    expect([changes, first.length, source.rejections().length]).toEqual([1, 1, 1]);
    clock.advance(60_000);
    await vi.waitFor(() => expect(requests.length).toBe(2), 5000);
    await vi.waitFor(() => expect(clock.pending).toEqual([60_000]), 5000);
    expect(source.candidates()).toBe(first);
    expect(changes).toBe(1);
    answer = { status: 200, body: '[{"targets":["n2"]}]' };
    clock.advance(60_000);
    await vi.waitFor(() => expect(changes).toBe(2), 5000);
    expect([source.candidates()[0]?.name, source.rejections()]).toEqual(["n2", []]);
    source.stop();
  });

  it("stay while the server fails; retries back off, and recovery ends the back-off", async () => {
    const clock = new FakeClock();
    const inventory = await started(read(`http_sd: [{ url: "${url}" }]`), { clock });
    answer = { status: 503, body: "<html>swordfish" };
    clock.advance(60_000);
    for (const delay of [5, 10, 20, 40, 80, 160, 300, 300]) {
      await vi.waitFor(() => expect(clock.pending).toEqual([delay * 1000]), 5000);
      clock.advance(delay * 1000);
    }
    await vi.waitFor(() => expect(clock.pending).toEqual([300_000]), 5000);
    expect(names(inventory)).toBe("n[1-2]");
    expect(inventory.problems()).toEqual([
      `http_sd[0] (${new URL(url).origin}/<secret>): status 503 Service Unavailable; see the log of that server`,
    ]);
    answer = { status: 200, body: "not json" };
    clock.advance(300_000);
    await vi.waitFor(
      () =>
        expect(inventory.problems()).toEqual([
          `http_sd[0] (${new URL(url).origin}/<secret>): the response is not JSON`,
        ]),
      5000,
    );
    answer = { status: 200, body: '[{"targets":["n5"]}]' };
    await vi.waitFor(() => expect(clock.pending).toEqual([300_000]), 5000);
    clock.advance(300_000);
    await vi.waitFor(() => expect(names(inventory)).toBe("n5"), 5000);
    expect(inventory.problems()).toEqual([]);
    expect(clock.pending).toEqual([60_000]);
  });

  it("do not delay static hosts, and a request without a response times out", async () => {
    answer = { status: 200, silent: true };
    const clock = new FakeClock();
    const inventory = new Inventory(read(`targets: [{ hosts: a1 }]\nhttp_sd: [{ url: "${url}", timeout: 10s }]`), {
      clock,
    });
    running.push(inventory);
    const start = inventory.start();
    await vi.waitFor(() => expect(requests).toHaveLength(1), 5000);
    expect(names(inventory)).toBe("a1");
    clock.advance(10_000);
    await start;
    expect(inventory.problems()).toEqual([`http_sd[0] (${new URL(url).origin}/<secret>): no response in 10 s`]);
  });

  it("survive a reload while the server is down", async () => {
    const config = `http_sd: [{ url: "${url}" }]\n`;
    const inventory = await started(read(config));
    answer = { status: 500 };
    const changes: string[] = [];
    inventory.onChange((diff) => changes.push(summary(diff)));
    await inventory.reload(read(`${config}targets: [{ hosts: "a[1-2]" }]`));
    expect(changes).toEqual(["+a[1-2] - ~"]);
    expect(names(inventory)).toBe("a[1-2],n[1-2]");
  });

  it("do not delay stop", async () => {
    answer = { status: 200, silent: true };
    const inventory = new Inventory(read(`http_sd: [{ url: "${url}" }]`));
    const start = inventory.start();
    await vi.waitFor(() => expect(requests).toHaveLength(1), 5000);
    inventory.stop();
    await start;
    expect(names(inventory)).toBe("");
  });

  it("that a reload adds do not delay stop", async () => {
    answer = { status: 200, silent: true };
    const inventory = await started(read('targets: [{ hosts: "n1" }]'));
    const reload = inventory.reload(read(`http_sd: [{ url: "${url}" }]`));
    await vi.waitFor(() => expect(requests).toHaveLength(1), 5000);
    inventory.stop();
    await reload;
    expect(names(inventory)).toBe("n1");
  });
});

describe("a reload", () => {
  it("reports added, removed and changed hosts as one change", async () => {
    const inventory = await started(read('targets: [{ hosts: "n[1-4]", rack: r1 }]'));
    const diffs: string[] = [];
    const off = inventory.onChange((diff, hosts) => diffs.push(`${summary(diff)} =${hosts.size}`));
    await inventory.reload(read('targets: [{ hosts: "n[2-3]", rack: r1 }, { hosts: "n[4-5]", rack: r2 }]'));
    expect(diffs).toEqual(["+n5 -n1 ~n4 =4"]);
    off();
    await inventory.reload(read(""));
    expect(diffs).toHaveLength(1);
    expect(inventory.current().size).toBe(0);
  });

  it("is in force before it is reported, and is ignored after stop", async () => {
    const inventory = await started(read('targets: [{ hosts: "n1" }]'));
    const order: string[] = [];
    inventory.onChange((diff) => order.push(summary(diff)));
    await inventory.reload(read('targets: [{ hosts: "n2" }]'), () => order.push("in force"));
    expect(order).toEqual(["in force", "+n2 -n1 ~"]);
    inventory.stop();
    await inventory.reload(read('targets: [{ hosts: "n3" }]'), () => order.push("in force"));
    expect(order).toHaveLength(2);
  });

  it("that changes nothing reports nothing", async () => {
    const config = 'targets: [{ hosts: "n[1-4]", rack: r1, labels: { a: b } }]';
    const inventory = await started(read(config));
    const before = inventory.current();
    const listener = vi.fn();
    inventory.onChange(listener);
    await inventory.reload(read(config));
    expect(listener).not.toHaveBeenCalled();
    expect(inventory.current()).toBe(before);
  });

  it("with invalid targets changes nothing", async () => {
    const inventory = await started(read('targets: [{ hosts: "n[1-4]" }]'));
    await expect(inventory.reload(read('targets: [{ hosts: "n[4-1]" }]'))).rejects.toThrow(ConfigError);
    expect(names(inventory)).toBe("n[1-4]");
  });

  it("reads files again and no longer watches the previous ones", async () => {
    await write("a.json", '[{"targets":["a1"]}]');
    await write("b.json", '[{"targets":["b1"]}]');
    const clock = new FakeClock();
    const inventory = await started(read("file_sd: [{ files: [a.json] }]"), { clock });
    await inventory.reload(read("file_sd: [{ files: [b.json], refresh_interval: 1m }]"));
    expect(names(inventory)).toBe("b1");
    expect(clock.pending).toEqual([60_000]);
    inventory.stop();
    expect(clock.pending).toEqual([]);
  });
});

describe("a sharded inventory", () => {
  it("has the hosts of this shard, and all shards together have all hosts", async () => {
    const config = read('targets: [{ hosts: "n[001-100]" }]');
    const parts = await Promise.all([0, 1, 2].map((index) => started(config, { shard: { index, count: 3 } })));
    expect(foldHosts(parts.flatMap((part) => [...part.current().keys()]))).toBe("n[001-100]");
    expect(parts.reduce((sum, part) => sum + part.current().size, 0)).toBe(100);
    for (const name of parts[1]?.current().keys() ?? []) expect(ownedBy(name, 1, 3)).toBe(true);
  });
});
