import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BmcPool, SdrCache } from "../../src/bmc/index.ts";
import { credentials, UdpTransport } from "../../src/ipmi/index.ts";
import { systemClock } from "../../src/lib/index.ts";
import { type Host, type HostSnapshot, PART_NAMES } from "../../src/model/index.ts";
import { BOARD_NAMES, FAULTS, SCENARIOS } from "../../src/simulator/index.ts";
import { builtMain, root } from "../e2e/build.ts";
import { configFolder, lightsout } from "../e2e/lightsout.ts";
import { type RigChild, startChild, untilReady } from "../rig/child.ts";
import { reservePort } from "../rig/ports.ts";
import { peer } from "../rig/requirements.ts";
import { type RunResult, run } from "../rig/run.ts";

interface Told {
  readonly name: string;
  readonly board: string;
  readonly rack?: string;
  readonly trouble?: string;
  readonly address: string;
  readonly port: number;
}

interface Simulator {
  readonly child: RigChild;
  readonly url: string;
  readonly controlPort: number;
  json(path: string): Promise<unknown>;
  hosts(): Promise<readonly Told[]>;
  stop(): Promise<void>;
}

/** `lightsout simulate` as a user runs it, on ports that are free. */
async function startSimulator(...args: readonly string[]): Promise<Simulator> {
  const main = await builtMain();
  const reserved = await reservePort();
  const url = `http://127.0.0.1:${reserved.port}`;
  const ports = ["--port", "0", "--control-port", String(reserved.port)];
  const child = await startChild(process.execPath, [main, "simulate", ...args, ...ports]);
  const json = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json();
  const ready = (): Promise<boolean> =>
    json("/stats").then(
      () => true,
      () => false,
    );
  await untilReady(child, ready, "lightsout simulate", 20_000);
  return {
    child,
    url,
    controlPort: reserved.port,
    json,
    hosts: async () => (await json("/hosts")) as readonly Told[],
    async stop() {
      await child.stop();
      reserved.release();
    },
  };
}

describe("lightsout simulate", () => {
  let simulator: Simulator;
  let free: number;

  beforeAll(async () => {
    const troubles = ["--silent", "0.1", "--lossy", "0.05", "--scenario", "hung=sessions:0.1"];
    simulator = await startSimulator("--racks", "2", "--per-rack", "10", ...troubles, "--scenario", "duplication");
    const reserved = await reservePort();
    free = reserved.port;
    reserved.release();
  }, 150_000);
  afterAll(() => simulator?.stop());

  const simulate = (...args: readonly string[]): Promise<RunResult> => lightsout(["simulate", ...args]);
  const controlled = (...args: readonly string[]): Promise<RunResult> =>
    simulate(...args, "--control-port", String(simulator.controlPort));

  it("prints addresses, users and how to inject a fault", async () => {
    const hosts = await simulator.hosts();
    expect(hosts).toHaveLength(20);
    expect(new Set(hosts.map((h) => `${h.address}:${h.port}`)).size).toBe(20);
    const said = simulator.child.output();
    expect(said).toContain("20 virtual BMCs, 127.0.1.1 to 127.0.1.20");
    expect(said).toContain(`targets for http_sd: ${simulator.url}/sd`);
    expect(said).toContain("5 of them misbehave");
    expect(said).toMatch(/lightsout simulate inject r1u02 fan_stopped/);
  });

  it("makes the given share of BMCs silent and lossy", async () => {
    const troubles = (await simulator.hosts()).map((h) => h.trouble);
    expect(troubles.filter((t) => t === "silent")).toHaveLength(2);
    expect(troubles.filter((t) => t === "lossy")).toHaveLength(1);
    expect(troubles.filter((t) => t === "hung")).toHaveLength(2);
  });

  it("serves a list of targets with their places for Prometheus", async () => {
    const groups = (await simulator.json("/sd")) as readonly { targets: string[]; labels: Record<string, string> }[];
    expect(groups).toHaveLength(20);
    expect(groups[0]?.targets).toHaveLength(1);
    expect(groups[0]?.labels).toMatchObject({ host: "r1u02", rack: "r1", position: "02" });
  });

  it("injects a fault into a machine and clears it by its number", async () => {
    const broken = await controlled("inject", "r1u02", "fan_stopped", "fan=1");
    expect(broken).toMatchObject({ code: 0, stderr: "" });
    const number = /simulate end (\d+)/.exec(broken.stdout)?.[1] ?? "";
    expect(await simulator.json("/faults")).toMatchObject([
      { id: Number(number), target: "r1u02", fault: "fan_stopped" },
    ]);
    expect(await controlled("end", number)).toMatchObject({ code: 0, stderr: "" });
    expect(await simulator.json("/faults")).toEqual([]);
    const again = await controlled("end", number);
    expect(again.code).toBe(1);
    expect(again.stderr).toBe(`lightsout: no active fault has the id ${number}\n`);
  });

  it("injects a fault into a whole rack for a given duration", async () => {
    const broken = await controlled("inject", "r2", "rack_cooling_failure", "--for", "1s");
    expect(broken).toMatchObject({ code: 0, stderr: "" });
    await expect.poll(() => simulator.json("/faults"), { timeout: 5000 }).toEqual([]);
  });

  // biome-ignore format: a table
  const mistakes: readonly (readonly [what: string, args: readonly string[], said: RegExp])[] = [
    ["a machine that is not there", ["r9u99", "fan_stopped"], /unknown host or rack r9u99; hosts have names like r1u02, racks like r1/],
    ["a fault that is not there", ["r1u02", "fan_stoped"], /fan_stoped.*fan_stopped/s],
    ["a rack's fault for a machine", ["r1u02", "rack_power_cut"], /rack/],
    ["a parameter that is not there", ["r1u02", "fan_stopped", "fun=1"], /fun.*fan/s],
    ["a parameter out of range", ["r1u02", "fan_stopped", "fan=400"], /fan/],
    ["a parameter without a value", ["r1u02", "fan_stopped", "fan"], /"fan" is not a parameter; expected name=value/],
    ["a time that is none", ["r1u02", "fan_stopped", "--for", "soon"], /for: not a duration; write e.g. "10m"/],
  ];
  it.each(mistakes)("refuses %s with a hint", async (_what, args, said) => {
    const { code, stdout, stderr } = await controlled("inject", ...args);
    expect(stderr).toMatch(said);
    expect(stderr).toMatch(/^lightsout: /);
    expect([code, stdout]).toEqual([1, ""]);
  });

  it("reports that no simulator is running", async () => {
    const { code, stderr } = await simulate("inject", "r1u02", "fan_stopped", "--control-port", String(free));
    expect(code).toBe(1);
    expect(stderr).toBe(
      `lightsout: no simulator answers at http://127.0.0.1:${free}/faults; ` +
        'start one with "lightsout simulate", or give its --control-port\n',
    );
  });

  it("lists every fault, every scenario and every board", async () => {
    const lists = await Promise.all([simulate("faults"), simulate("boards"), simulate("scenarios")]);
    const [faults, boards, scenarios] = lists;
    const listed = scenarios.stdout.replaceAll(/ +/g, " ");
    for (const { name, title } of SCENARIOS) expect(listed).toContain(`${name} ${title}`);
    for (const { name, title } of FAULTS) expect(faults.stdout).toMatch(new RegExp(`^${name} .*${title}`, "m"));
    expect(boards.stdout.trim().split("\n")).toEqual(BOARD_NAMES);
  });

  it("does not start with invalid options, and reports them", async () => {
    const folder = configFolder("- { at: 30, target: r1u02, fault: fan_stopped }\n");
    const starts = [
      [["--boards", "supermikro"], 1, /unknown board supermikro; the boards are dell-poweredge/],
      [["--recorded", "/nowhere/at/all"], 1, /nowhere/],
      [["--timetable", folder.file], 1, /entry 0\.at/],
      [["--timetable", "/nowhere.yml"], 1, /nowhere\.yml/],
      [["--silent", "0.6", "--lossy", "0.6"], 1, /the shares of silent and lossy BMCs add up to more than 1/],
      [["--silent", "0.6", "--scenario", "hung:0.6"], 1, /the shares of silent and hung BMCs add up to more than 1/],
      [["--scenario", "los=0.1"], 1, /unknown scenario "los"; did you mean loss\?/],
      [["--scenario", "loss=2"], 1, /loss: invalid argument "2"; use a number from 0 to 1/],
      [["--silent", "5"], 2, /ratio from 0 to 1/],
      [["--racks", "two"], 2, /whole number from 0 to 1000/],
      [
        ["--control-port", String(simulator.controlPort)],
        1,
        /port \d+ of 127.0.0.1 is in use, perhaps by another simulator; give another --control-port/,
      ],
    ] as const;
    try {
      await Promise.all(
        starts.map(async ([args, code, said]) => {
          const ports = args[0] === "--control-port" ? [] : ["--control-port", String(free)];
          const result = await simulate("--racks", "1", "--per-rack", "1", "--port", "0", ...args, ...ports);
          expect(result.stderr).toMatch(said);
          expect(result.stderr).not.toMatch(/^ +at /m);
          expect(result.code, args.join(" ")).toBe(code);
        }),
      );
    } finally {
      folder.remove();
    }
  }, 60_000);

  it("runs a timetable and prints its faults", async () => {
    const folder = configFolder("- { at: 100ms, target: r1u02, fault: psu_input_lost, for: 10m }\n");
    const timed = await startSimulator("--racks", "1", "--per-rack", "1", "--timetable", folder.file);
    try {
      await expect.poll(() => timed.child.output(), { timeout: 5000 }).toContain("on r1u02 for 10m");
      expect(await timed.json("/faults")).toMatchObject([{ target: "r1u02", fault: "psu_input_lost" }]);
    } finally {
      await timed.stop();
      folder.remove();
    }
  });
});

const recordings = resolve(root, "../shared/fixtures/ipmi");
const machines = existsSync(recordings)
  ? readdirSync(recordings, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(join(recordings, entry.name, "sdr.hex")))
      .map((entry) => entry.name)
  : [];
if (machines.length === 0) console.warn("skipped: recorded machines: there are no recordings");

describe.skipIf(machines.length === 0)("lightsout simulate --recorded", () => {
  let simulator: Simulator;
  beforeAll(async () => {
    const folders = machines.flatMap((name) => ["--recorded", join(recordings, name)]);
    simulator = await startSimulator("--racks", "0", ...folders);
  }, 150_000);
  afterAll(() => simulator?.stop());

  async function read({ name, address, port }: Told): Promise<HostSnapshot> {
    const transport = new UdpTransport();
    const login = { credentials: credentials("monitor", "monitor"), privilege: 2 };
    const pool = new BmcPool({
      transport,
      clock: systemClock,
      cache: new SdrCache(),
      settingsOf: async () => ({
        protocol: "ipmi",
        login,
        port,
        parts: PART_NAMES,
        intervalMs: 60_000,
        slowIntervalMs: 3_600_000,
        bridge: false,
        quirks: [],
      }),
    });
    const host: Host = { name, address, port, module: "default", auth: "default", place: {}, labels: {} };
    try {
      return await pool.poll(host, { purpose: "round", signal: AbortSignal.timeout(20_000) });
    } finally {
      await pool.close();
      await transport.close();
    }
  }

  /** Records of a dump, one a line, that can hold a sensor: full and compact ones. */
  const recordsOf = (name: string): number =>
    readFileSync(join(recordings, name, "sdr.hex"), "utf8")
      .split("\n")
      .filter((line) => /^[0-9a-f]/i.test(line.trim())).length;

  it("runs every recorded machine", async () => {
    expect((await simulator.hosts()).length).toBe(machines.length);
    for (const name of machines) expect(recordsOf(name)).toBeGreaterThan(0);
  });

  it("can be read by our client", async () => {
    for (const host of await simulator.hosts()) {
      const snapshot = await read(host);
      expect(snapshot.failure, host.name).toBeUndefined();
      expect(snapshot.sensors?.length, host.name).toBeGreaterThan(10);
      expect(snapshot.sensors?.filter((s) => s.value !== undefined).length, host.name).toBeGreaterThan(5);
    }
  }, 60_000);

  it("returns the same readings to ipmitool", async (context) => {
    if (!peer("ipmitool")) context.skip("needs ipmitool (Debian package ipmitool)");
    for (const host of await simulator.hosts()) {
      const snapshot = await read(host);
      const login = ["-I", "lanplus", "-H", host.address, "-p", String(host.port), "-U", "monitor", "-P", "monitor"];
      const { stdout, code } = await run("ipmitool", [...login, "-L", "USER", "sdr", "elist", "full"], {
        timeoutMs: 60_000,
      });
      expect(code, host.name).toBe(0);
      let compared = 0;
      for (const line of stdout.split("\n")) {
        const [name = "", number = "", , , reading = ""] = line.split("|").map((cell) => cell.trim());
        const degrees = /^(-?\d+) degrees C$/.exec(reading)?.[1];
        if (degrees === undefined) continue;
        const id = number.replace(/h$/, "").toLowerCase();
        // ipmitool prints the part of a name that its length byte covers; some firmware writes longer names.
        const ours = snapshot.sensors?.find((s) => s.name.startsWith(name) && s.id.toLowerCase().endsWith(`/${id}`));
        expect(Math.round(ours?.value ?? Number.NaN), `${host.name}: ${name}`).toBe(Number(degrees));
        compared++;
      }
      expect(compared, host.name).toBeGreaterThan(0);
    }
  }, 120_000);
});
