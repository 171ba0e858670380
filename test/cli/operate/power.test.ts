import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Park } from "../../../src/simulator/index.ts";
import { builtMain } from "../../e2e/build.ts";
import { lightsout } from "../../e2e/lightsout.ts";
import { temporaryFolder } from "../../rig/child.ts";

// Each test starts a few processes.
vi.setConfig({ testTimeout: 60_000 });

const folder = temporaryFolder("operate");
const auditFile = join(folder.path, "audit.log");
let park: Park;
let config: object;

beforeAll(async () => {
  await builtMain();
  park = await Park.open({ racks: 2, hostsPerRack: 3, port: 0, seed: 3, boards: ["asrock-single"] });
  writeFileSync(join(folder.path, "monitor"), "monitor\n");
  writeFileSync(join(folder.path, "admin"), "admin\n");
  config = {
    auths: {
      default: {
        username: "monitor",
        password_file: "monitor",
        operate: { username: "admin", password_file: "admin" },
      },
      weak: { username: "monitor", password_file: "monitor" },
      wrong: { username: "admin", password: "MARKED-SECRET" },
      lost: { username: "monitor", password_file: "monitor", operate: { username: "admin", password_file: "none" } },
    },
    modules: { default: { timeout: "5s" } },
    targets: park.hosts.map(({ name, address, port, rack }) => ({ hosts: name, address: `${address}:${port}`, rack })),
    groups: { first: "rack=r1" },
    operate: {
      audit: { path: "audit.log" },
      protect: [{ hosts: "r2u02", actions: ["off"] }],
      power_on: { batch: 2, gap: "100ms" },
    },
  };
  writeFileSync(join(folder.path, "lightsout.yml"), JSON.stringify(config));
  const broken = { ...config, operate: { audit: { path: "/proc/none/audit.log" } } };
  writeFileSync(join(folder.path, "no-audit.yml"), JSON.stringify(broken));
});
afterAll(async () => {
  await park.close();
  folder.remove();
});

async function run(...args: readonly string[]) {
  const { code, stdout, stderr } = await lightsout(args, {
    timeoutMs: 30_000,
    env: { LIGHTSOUT_CONFIG: join(folder.path, "lightsout.yml") },
  });
  expect(stdout + stderr).not.toContain("MARKED-SECRET");
  return { code, out: stdout, said: stderr };
}

const audit = (): Record<string, unknown>[] =>
  readFileSync(auditFile, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("lightsout power", () => {
  it("reads a group, and folds equal answers", async () => {
    expect(await run("power", "status", "@first", "--output", "fold")).toEqual({
      code: 0,
      out: "r1u[02,04,06] (3 hosts)\n  on, policy previous\n",
      said: "3 ok\n",
    });
    const { out } = await run("power", "status", "r1u02", "--cause", "--output", "json");
    expect(JSON.parse(out)[0]).toMatchObject({ host: "r1u02", ok: true, data: { on: true, restartCause: "unknown" } });
  });

  it("switches hosts off and on, checks the state, and writes the audit log", async () => {
    expect(await run("power", "off", "--rack", "r1", "--yes", "--expect", "3")).toMatchObject({
      code: 0,
      out: "r1u02: off\nr1u04: off\nr1u06: off\n",
    });
    const states = await run("power", "status", "all", "--output", "csv");
    expect(states.out.match(/,off,/g)).toHaveLength(3);
    const on = await run("power", "on", "@first", "--yes");
    expect(on).toMatchObject({ code: 0, out: "r1u02: on\nr1u04: on\nr1u06: on\n" });
    expect(on.said).toBe("3 hosts, 1 group, about 1 s\n3 ok\n");
    const [before, after] = audit().slice(-2);
    expect(before).toMatchObject({
      event: "start",
      command: "power on",
      hosts: "r1u[02,04,06]",
      count: 3,
      confirmation: "--yes",
      uid: process.getuid?.(),
    });
    expect(after).toMatchObject({ event: "end", results: { ok: "r1u[02,04,06]" } });
  });

  it("leaves no session behind", () => {
    expect(park.simulation.bmcs.map(({ bmc }) => bmc.sessions.all(park.clock.monotonicMs()).length)).toEqual(
      park.hosts.map(() => 0),
    );
  });

  it("sends nothing with --dry-run", async () => {
    const before = readFileSync(auditFile, "utf8");
    const { code, out } = await run("power", "off", "r1u02", "--dry-run");
    expect(code).toBe(0);
    expect(out).toMatch(
      /^r1u02: power off at 0\.0 s, 127\.[\d.]+ port \d+, account admin \(operator\), Chassis Control 00h\/02h, data 00\n$/,
    );
    expect(readFileSync(auditFile, "utf8")).toBe(before);
    expect((await run("power", "status", "r1u02")).out).toMatch(/^r1u02: on,/);
  });

  it("does what is protected with a reason, which is in the audit log", async () => {
    const done = await run("power", "off", "r2u02", "--yes", "--override-protection", "replacing a disk");
    expect(done.code).toBe(0);
    expect(audit().at(-2)).toMatchObject({ override_protection: "replacing a disk" });
    const cycle = await run("power", "cycle", "r2u02", "--yes");
    expect(cycle.code).toBe(3);
    expect(cycle.said).toContain("r2u02: wrong_state: the host is off, and cycle needs a host that is on\n");
    expect(await run("power", "cycle", "r2u02", "--yes", "--on-if-off")).toMatchObject({ code: 0, out: "r2u02: on\n" });
  });

  it("reaches an address outside the inventory with an account", async () => {
    const { address, port } = park.hosts[0] ?? { address: "", port: 0 };
    const target = `${address}:${port}`;
    const account = ["--username", "admin", "--password-file", join(folder.path, "admin")];
    expect(await run("power", "status", target, ...account)).toMatchObject({
      code: 0,
      out: expect.stringContaining(`${target}: on,`),
    });
    const refused = await run("power", "on", target, ...account);
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(await run("power", "on", target, ...account, "--unlisted")).toMatchObject({
      code: 0,
      out: `${target}: on\n`,
    });
  });
});

describe("lightsout identify", () => {
  it("switches the light and reads it back", async () => {
    expect(await run("identify", "on", "r1u02", "--for", "1m")).toMatchObject({ code: 0, out: "r1u02: timed\n" });
    expect(await run("identify", "on", "r1u02")).toMatchObject({ code: 0, out: "r1u02: on\n" });
    expect(await run("identify", "off", "r1u02")).toMatchObject({ code: 0, out: "r1u02: off\n" });
    expect(await run("identify", "status", "r1u02")).toMatchObject({ code: 0, out: "r1u02: off\n" });
  });
});

describe("a mistake", () => {
  it.each<[string, readonly string[], number, string]>([
    ["no selector", ["power", "status"], 2, "no hosts are selected"],
    ["an empty selector", ["power", "off", "", "--yes"], 2, "no hosts are selected"],
    ["an open bracket", ["power", "status", "n[1-"], 2, "has a [ without a ]"],
    ["an unknown rack", ["power", "off", "--rack", "r9", "--yes"], 2, "no host matches rack=r9"],
    [
      "an unknown host",
      ["power", "off", "r1u03", "--yes"],
      2,
      "no host in the inventory is named r1u03; did you mean r1u02?",
    ],
    ["an unknown group", ["power", "off", "@frist", "--yes"], 2, 'no group is named "frist"; did you mean "@first"?'],
    ["an empty file", ["power", "off", "--hosts-from", "/dev/null", "--yes"], 2, "/dev/null names no hosts"],
    ["empty standard input", ["power", "off", "-", "--yes"], 2, "standard input names no hosts"],
    ["another count", ["power", "off", "@first", "--yes", "--expect", "4"], 2, "--expect 4, but 3 hosts are selected"],
    ["no terminal", ["power", "off", "@first"], 2, "power off on 3 hosts needs a confirmation; give --yes"],
    ["no terminal, one host", ["power", "off", "r1u02"], 2, "power off on 1 host needs a confirmation; give --yes"],
    ["a protected host", ["power", "off", "rack=r2", "--yes"], 2, "operate.protect forbids off for r2u02"],
    ["an unknown action", ["power", "up", "r1u02"], 2, "unknown command 'up'"],
    ["an unknown auth", ["power", "status", "r1u02", "--auth", "weka"], 2, 'did you mean "weak"?'],
    [
      "a password file that is not there",
      ["power", "on", "r1u02", "--auth", "lost"],
      3,
      "not_configured: auths.lost.operate.password: cannot read",
    ],
    ["a USER account for a change", ["power", "on", "r1u02", "--auth", "weak"], 3, "Set auths.NAME.operate"],
    ["a wrong password", ["power", "status", "r1u02", "--auth", "wrong"], 3, "r1u02: wrong_password:"],
    ["a light that is too long on", ["identify", "on", "r1u02", "--for", "15m"], 2, "expected 1s to 255s"],
    ["a closed port", ["power", "status", "127.0.0.1:9", "--auth", "weak"], 3, "127.0.0.1:9: unreachable:"],
    ["a name that does not resolve", ["power", "status", "no.such.invalid", "--auth", "weak"], 3, "name_not_resolved"],
  ])("of %s is refused", async (_, args, code, message) => {
    const lines = readFileSync(auditFile, "utf8");
    const result = await run(...args);
    expect(result.said).toContain(message);
    expect(result).toMatchObject({ code, out: "" });
    // What is refused before anything is sent is no change.
    if (code === 2) expect(readFileSync(auditFile, "utf8")).toBe(lines);
  });

  it("of an audit log that cannot be written changes nothing", async () => {
    const file = join(folder.path, "no-audit.yml");
    const { code, said } = await run("power", "off", "r1u02", "--yes", "--config.file", file);
    expect({ code, said }).toMatchObject({
      code: 2,
      said: expect.stringContaining("operate.audit.path: cannot write /proc/none"),
    });
    expect((await run("power", "status", "r1u02")).out).toMatch(/^r1u02: on,/);
  });

  it("names a file that is not there", async () => {
    const { code, said } = await run("power", "status", "r1u02", "--config.file", "/none.yml");
    expect({ code, said }).toEqual({
      code: 2,
      said: "lightsout: /none.yml does not exist; give --config.file, or --username for addresses\n",
    });
  });
});
