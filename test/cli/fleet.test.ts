import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { hostSummary } from "../../src/cli/host-text.ts";
import { escapeControls, textTable } from "../../src/cli/text-table.ts";
import { failureText, type HostRecord } from "../../src/model/index.ts";
import { DATA_PARTS, hostData, ProbeRefused } from "../../src/web/index.ts";
import { builtMain } from "../e2e/build.ts";
import { configFolder, lightsout } from "../e2e/lightsout.ts";
import { failures, host, record, sensor, snapshot } from "../exposition/records.ts";
import { partsOf, Rig } from "../web/rig.ts";

// Each test starts a few processes.
vi.setConfig({ testTimeout: 30_000 });

const NOW = Date.UTC(2024, 4, 1, 12, 5);
const failure = { stage: "rakp", reason: "no_answer", message: "n2: RAKP message 1: no answer" } as const;

const at = (name: string, of: HostRecord, rack: string): HostRecord => ({
  ...of,
  host: host(name, { place: { rack, position: "07" } }),
});
const fan = sensor("a", {
  name: "Fan1A",
  kind: "fan",
  role: "fan",
  quantity: "fan_speed",
  value: 0,
  health: 2,
  thresholds: { lower_critical: 720 },
});
const inlet = sensor("b", { name: "Inlet", role: "inlet", quantity: "temperature", value: 21.5, health: 0 });
const upSnapshot = snapshot("n1", {
  sensors: [fan, inlet],
  chassis: { powerOn: true },
  controller: { manufacturer: "Dell", product: "R640", firmware: "4.0" },
  eventLog: {
    entries: 1,
    fresh: [
      {
        id: "1",
        time: Date.UTC(2024, 4, 1, 12),
        relativeTime: false,
        kind: "fan",
        sensor: "Fan1A",
        event: "lower_critical_going_low",
        direction: "asserted",
        severity: "critical",
        text: "Fan1A: stopped\x1b[31m",
      },
    ],
  },
});
const up = at("n1", record(upSnapshot), "r1");
const down = at(
  "n2",
  { ...record(snapshot("n2", { up: false, failure })), failures: failures({ no_answer: 1 }), lastKnown: upSnapshot },
  "r2",
);
const RECORDS = [up, down, at("n10", record(snapshot("n10", { sensors: [inlet] })), "r2")];

let rig: Rig;
let url = "";
beforeAll(async () => {
  await builtMain();
  rig = await Rig.start(
    partsOf(RECORDS, {
      probe: async ({ target }) => {
        const found = RECORDS.find((one) => one.host.name === target);
        if (found === undefined) throw new ProbeRefused(403, `target "${target}" is not in the inventory`);
        return { record: found };
      },
    }),
  );
  url = `http://127.0.0.1:${rig.port}`;
});
afterAll(() => rig.stop());

const run = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await lightsout(args, { timeoutMs: 15_000, env: { LIGHTSOUT_EXPORTER: url } });
  // The rig reads bytes as Latin-1.
  return { code, out: Buffer.from(stdout, "latin1").toString("utf8"), said: stderr.trim() };
};

describe("lightsout hosts", () => {
  it("lists the hosts of a running exporter with their state", async () => {
    const { code, out } = await run("hosts");
    expect(code).toBe(0);
    expect(out.split("\n")).toEqual([
      "HOST  ADDRESS             RACK  POSITION  STATE     POWER  WORST FAULT",
      "n1    n1.sp.example.org   r1    07        critical  on     Fan1A 0 rpm, critical below 720 rpm",
      "n2    n2.sp.example.org   r2    07        down      on     BMC down: no answer at rakp",
      "n10   n10.sp.example.org  r2    07        ok",
      "",
    ]);
  });

  it.each<[string[], string]>([
    [["--state", "down", "--format", "names"], "n2\n"],
    [["rack=r2", "--format", "names"], "n2\nn10\n"],
    [["n[1-2]", "--format", "folded"], "n[1-2]\n"],
    [["--state", "warning"], ""],
    [["--state", "warning", "--format", "folded"], ""],
  ])("selects with %j", async (args, out) => {
    expect(await run("hosts", ...args)).toEqual({ code: 0, out, said: "" });
  });

  it("prints JSON and CSV", async () => {
    expect(JSON.parse((await run("hosts", "n1", "--format", "json")).out)[0]).toMatchObject({
      host: "n1",
      condition: "critical",
      faults: [{ subject: "Fan1A" }],
    });
    const { out } = await run("hosts", "n1", "--format", "csv");
    expect(out.split("\r\n")[1]).toBe(
      'n1,n1.sp.example.org,,,,r1,07,critical,on,"Fan1A 0 rpm, critical below 720 rpm"',
    );
  });

  it("lists the inventory of a configuration, of all its sources, without an exporter", async () => {
    const config = `auths: { default: { username: a, password: b } }\ntargets: [{ hosts: "n[1-2]", rack: r1 }]\nfile_sd: [{ files: [sd.json] }]\n`;
    const { file, remove } = configFolder(config, { "sd.json": '[{"targets":["n9"]}]' });
    const list = await lightsout(["hosts", "--config.file", file, "--format", "folded"]);
    const state = await lightsout(["hosts", "--config.file", file, "--state", "down"]);
    remove();
    expect([list.code, list.stdout]).toEqual([0, "n[1-2,9]\n"]);
    expect([state.code, state.stderr]).toEqual([
      2,
      "lightsout: --state needs a running exporter; give --exporter URL, or set LIGHTSOUT_EXPORTER\n",
    ]);
  });
});

describe("lightsout sensors", () => {
  it("prints the sensors of a host, of many hosts, and of a host that is down with a remark", async () => {
    expect(await run("sensors", "n1")).toEqual({
      code: 0,
      out: "Fan1A  fan    0 rpm    critical    lc 720 rpm\nInlet  inlet  21.5 °C  ok\n",
      said: "",
    });
    expect(await run("sensors", "rack=r2", "--role", "inlet")).toEqual({
      code: 1,
      out: "n2  Inlet  inlet  21.5 °C  ok\nn10  Inlet  inlet  21.5 °C  ok\n",
      said: "lightsout: n2 is down: no_answer; its last known sensors are printed",
    });
    expect((await run("sensors", "all", "--bad", "--format", "json")).out).not.toContain("Inlet");
  });

  it.each<[string[], string]>([
    [["n3"], "no host in the inventory is named n3"],
    [["n1", "--kind", "fann"], 'no sensor has the kind "fann"; did you mean fan?'],
  ])("refuses %j", async (args, words) => {
    const { code, said } = await run("sensors", ...args);
    expect(said).toContain(words);
    expect(code).toBe(2);
  });
});

describe("lightsout probe with a running exporter", () => {
  it("prints its metrics, a summary or JSON, and polls no BMC itself", async () => {
    const metrics = await run("probe", "n1");
    expect(metrics.code).toBe(0);
    expect(metrics.out).toContain("bmc_up 1\n");
    const text = await run("probe", "n1", "--format", "text");
    expect(text.out).toMatch(/^n1: critical \(rack r1, position 07\)\n/);
    expect(text.code).toBe(0);
    expect(JSON.parse((await run("probe", "n1", "--format", "json")).out)).toMatchObject({ host: "n1", up: true });
    expect((await run("probe", "n2", "--format", "text")).code).toBe(1);
    const unknown = await run("probe", "n3");
    expect(unknown).toMatchObject({ code: 2, said: expect.stringContaining('target "n3" is not in the inventory') });
  });

  it.each<[string, string]>([
    [
      "http://127.0.0.1:39999",
      "http://127.0.0.1:39999 did not answer: connection refused; check that the server runs, and the port",
    ],
    ["http://user:secret@127.0.0.1:1", "the URL of --exporter must not hold a user name or a password"],
  ])("says what is wrong with %s, without its secret", async (exporter, words) => {
    for (const args of [["probe", "n1"], ["hosts"], ["sensors", "n1"]]) {
      const { code, said } = await run(...args, "--exporter", exporter);
      expect(said, args[0]).toContain(words);
      expect(said).not.toContain("secret");
      expect(code, args[0]).toBeGreaterThan(0);
    }
  });
});

describe("the summary of a host", () => {
  const of = (one: HostRecord): string => hostSummary(hostData(one, { parts: new Set(DATA_PARTS), nowMs: NOW }), NOW);

  it("has state, faults, sensors that are not ok, and events, with control characters as escapes", () => {
    expect(of(up)).toBe(`n1: critical (rack r1, position 07)
BMC n1.sp.example.org port 623, Dell R640, firmware 4.0, ipmi
power on

What is wrong
  critical  Fan1A 0 rpm, critical below 720 rpm  since 5 min  runbook FanFailed

2 sensors, not ok:
  Fan1A  fan  0 rpm  critical    lc 720 rpm

Newest events
  2024-05-01T12:00:00.000Z  critical  Fan1A: stopped\\x1b[31m
`);
  });

  it("has the reason, what to do and the last known facts of a host that is down", () => {
    const text = of(down);
    expect(text).toContain("n2: down (rack r2, position 07)\n");
    expect(text).toContain("last known facts, read 4 min ago\n");
    expect(text).toContain(`no answer at rakp: n2: RAKP message 1: no answer\n${failureText("no_answer")}\n`);
    expect(text).not.toMatch(/\b0 (warning|critical)/);
  });

  it("says that nothing is wrong", () => {
    const well = of(at("n3", record(snapshot("n3", { sensors: [inlet] })), "r1"));
    expect(well).toContain("nothing is wrong that is known");
    expect(well).toContain("1 sensor, none beyond a limit or in a bad state");
  });
});

describe("a table of text", () => {
  it("is aligned, and shows control characters as escapes", () => {
    expect(
      textTable([
        ["a", "bb", ""],
        ["\x07", "", "c"],
      ]),
    ).toEqual(["a     bb", "\\x07      c"]);
    expect(escapeControls("a\u202eb\n\x7f")).toBe("a\\u202eb\\x0a\\x7f");
  });
});
