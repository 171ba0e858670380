import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { compare } from "../../src/cli/compare.ts";
import { convertConfig } from "../../src/cli/config-convert.ts";
import { compileBoard, type Simulation, sampleBoard, startSimulation } from "../../src/simulator/index.ts";

const CONFIG = { modules: { default: { user: "monitor", pass: "sesame", collectors: ["ipmi", "chassis"] } } };

let folder: string;
let simulation: Simulation;
let out: string;
let err: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lightsout-compare-"));
  writeFileSync(join(folder, "ipmi.yml"), JSON.stringify(CONFIG));
  const board = compileBoard(sampleBoard());
  simulation = await startSimulation({ port: 0, bmcs: [{ board }, { board }] });
});
afterAll(async () => {
  await simulation.stop();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  out = "";
  err = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += text;
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    err += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** An old exporter that answers what the test says. */
async function old(
  answer: (url: URL) => string | undefined,
): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    const text = answer(new URL(request.url ?? "/", "http://old"));
    response.writeHead(text === undefined ? 400 : 200).end(text ?? 'Unknown module "default"');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

const targets = () => simulation.bmcs.map(({ address, port }) => `${address}:${port}`);

const run = async (answer: (url: URL) => string | undefined, ignore: readonly RegExp[] = []): Promise<number> => {
  const { url, server } = await old(answer);
  try {
    const configFile = join(folder, "ipmi.yml");
    const common = { configFile, tolerance: 0.05, timeoutMs: 10_000, ignore };
    return await compare({ ...common, exporter: url, hosts: targets() });
  } finally {
    server.close();
  }
};

describe("lightsout compare", () => {
  it("groups hosts with the same differences and exits with 1", async () => {
    const asked: (string | null)[] = [];
    const code = await run(
      (url) => {
        asked.push(url.searchParams.get("target"));
        return 'ipmi_chassis_power_state 0\nipmi_up{collector="chassis"} 1\nipmi_old_metric{id="1"} 5\n';
      },
      [/fault_state/, /collector="ipmi"/, /^ipmi_(fan|temp|volt|curr|power|sensor)/],
    );
    expect(code).toBe(1);
    expect(asked.sort()).toEqual([...targets()].sort());
    const [head, ...lines] = out.trimEnd().split("\n");
    expect(head).toMatch(/: 2 differences$/);
    for (const target of targets()) expect(head).toContain(target);
    expect(lines).toEqual([
      "  value    ipmi_chassis_power_state  theirs 0, ours 1",
      '  missing  ipmi_old_metric{id="1"}  theirs 5',
    ]);
  });

  it("exits with 0 if nothing differs", async () => {
    expect(await run(() => "ipmi_chassis_power_state 1\n", [/^ipmi_(?!chassis_power)/])).toBe(0);
    expect(out).toMatch(/: no differences\n$/);
  });

  it("exits with 2 and the reason if ipmi_exporter refuses", async () => {
    expect(await run(() => undefined)).toBe(2);
    expect(err).toMatch(/answered 400: Unknown module "default"/);
    expect(err.split("\n").filter((line) => line !== "")).toHaveLength(1);
  });

  it("exits with 2 if nothing listens", async () => {
    const common = { configFile: join(folder, "ipmi.yml"), tolerance: 0, timeoutMs: 5000, ignore: [] };
    expect(await compare({ ...common, exporter: "http://127.0.0.1:1", hosts: targets().slice(0, 1) })).toBe(2);
    expect(err).toMatch(/127\.0\.0\.1:1 did not answer: /);
  });

  it("exits with 2 if the URL contains a password, and does not print it", async () => {
    const common = { configFile: join(folder, "ipmi.yml"), tolerance: 0, timeoutMs: 5000, ignore: [] };
    const exporter = "http://prometheus:hunter2@127.0.0.1:1";
    expect(await compare({ ...common, exporter, hosts: targets().slice(0, 1) })).toBe(2);
    expect(err).toMatch(/must not hold a user name or a password/);
    expect(err).not.toContain("hunter2");
  });
});

describe("lightsout config convert", () => {
  it("prints no password, and names the option that writes them", async () => {
    expect(await convertConfig(join(folder, "ipmi.yml"), undefined)).toBe(0);
    expect(out).toContain("password_file: secrets/default");
    expect(out + err).not.toContain("sesame");
    expect(err).toContain("--secrets-dir");
  });

  it("writes the passwords readable by the owner only, and never overwrites a file", async () => {
    const secrets = join(folder, "secrets");
    expect(await convertConfig(join(folder, "ipmi.yml"), secrets)).toBe(0);
    expect(readFileSync(join(secrets, "default"), "utf8")).toBe("sesame");
    expect(statSync(join(secrets, "default")).mode & 0o777).toBe(0o600);
    expect(await convertConfig(join(folder, "ipmi.yml"), secrets)).toBe(1);
    expect(err).toMatch(/default: cannot write it: it exists already/);
  });

  it("reports a file that does not exist", async () => {
    expect(await convertConfig(join(folder, "nowhere.yml"), undefined)).toBe(1);
    expect(err).toMatch(/nowhere\.yml: cannot read it: no such file/);
  });
});
