import { afterAll, beforeAll, expect, it } from "vitest";
import { differences, seriesOf } from "../../src/dialect/compare.ts";
import { BOARD_NAMES, makeBoard } from "../../src/simulator/boards/index.ts";
import { compileBoard, type Simulation, sampleBoard, startSimulation } from "../../src/simulator/index.ts";
import { type IpmiExporter, startIpmiExporter } from "../rig/ipmi-exporter.ts";
import { type IpmiSim, startIpmiSim } from "../rig/ipmi-sim.ts";
import { withPeers } from "../rig/requirements.ts";
import { type InProcess, startExporter } from "../support/exporter.ts";

/**
 * Debian's ipmi_exporter (1.6.1, over FreeIPMI 1.6.10) and lightsout, with one configuration file, about the same
 * BMCs: the same series with the same values, but for what is named here.
 */

/** Names that FreeIPMI prints as invalid UTF-8: ipmi_exporter crashes on them, so its configuration excludes them. */
const UNPRINTABLE = [0x1d, 0x1e, 0x1f];

/** What ipmi_exporter has since 1.7 and always has here: series more hurt no dashboard, series less do. */
const SINCE_1_7 = ["ipmi_chassis_cooling_fault_state", "ipmi_chassis_drive_fault_state"];

/** FreeIPMI gets the cipher suite as an argument. */
function suite(id: number): { readonly custom_args: Readonly<Record<string, readonly string[]>> } {
  return { custom_args: Object.fromEntries(COLLECTORS.map((collector) => [collector, ["-I", String(id)]])) };
}

const COLLECTORS = ["bmc", "ipmi", "chassis", "dcmi", "sel"];
/** Boards that offer no older suite. */
const ONLY_17: ReadonlySet<string> = new Set(["openbmc-node", "gpu-node"]);

const common = { driver: "LAN_2_0", privilege: "user", collectors: COLLECTORS, ...suite(3) };
const config = {
  modules: {
    default: {
      ...common,
      user: "monitor",
      pass: "watch-the-fans",
      timeout: 10_000,
      exclude_sensor_ids: UNPRINTABLE,
      // FreeIPMI needs it with ipmi_sim.
      workaround_flags: ["opensesspriv"],
    },
    boards: { ...common, user: "monitor", pass: "monitor" },
    boards17: { ...common, user: "monitor", pass: "monitor", ...suite(17) },
    sample: { ...common, user: "monitor", pass: "sesame" },
    wrong: { ...common, user: "monitor", pass: "not-the-fans", timeout: 2000 },
  },
};
const allow = { probeAllow: ["127.0.0.0/8"] };

const RECORD_TYPE_AT = 3;
const FULL = 0x01;
const COMPACT = 0x02;
/** Place of the length of the name in a full record. */
const NAME_LENGTH_AT = 47;

/**
 * The sample board with a full and a compact record twice in its repository, and with a full record whose name is
 * longer than its length byte.
 */
function oddBoard() {
  const board = sampleBoard();
  const first = (type: number) => board.sdr.find((bytes) => bytes[RECORD_TYPE_AT] === type) ?? new Uint8Array(0);
  const added = [first(FULL), first(COMPACT), first(FULL)].map((bytes, i) => {
    const record = Buffer.from(bytes);
    record.writeUInt16LE(0x0f00 + i, 0);
    return record;
  });
  const [, , overrun] = added;
  overrun?.writeUInt8(0xc3, NAME_LENGTH_AT);
  return compileBoard({ ...board, sdr: [...board.sdr, ...added] });
}

/** Equal but for the last digits of a product. */
const TOLERANCE = { tolerance: 1e-9 };

withPeers(["ipmi_sim", "ipmi-sensors", "prometheus-ipmi-exporter"], "/ipmi, compared with ipmi_exporter,", () => {
  let sim: IpmiSim;
  let simulation: Simulation;
  let theirs: IpmiExporter;
  let ours: InProcess;

  beforeAll(async () => {
    const boards = BOARD_NAMES.map((name) => compileBoard(makeBoard(name).description));
    [sim, simulation, theirs, ours] = await Promise.all([
      startIpmiSim(),
      startSimulation({
        port: 0,
        bmcs: [...boards, compileBoard(sampleBoard()), oddBoard()].map((board) => ({ board })),
      }),
      startIpmiExporter(config),
      startExporter(config, allow),
    ]);
  });
  afterAll(async () => {
    await Promise.all([theirs?.stop(), ours?.stop()]);
    await Promise.all([sim?.stop(), simulation?.stop()]);
  });

  async function both(target: string, module: string): Promise<readonly [theirs: string, ours: string]> {
    const after = await ours.get(`/ipmi?target=${target}&module=${module}`);
    expect(after.status, after.text).toBe(200);
    return [await theirs.scrape(target, module), after.text];
  }

  it("returns the same text for a BMC, including HELP and TYPE", async () => {
    const [before, after] = await both(`${sim.address}:${sim.port}`, "default");
    expect(seriesOf(before).size).toBeGreaterThan(150);
    expect(differences(before, after, TOLERANCE)).toEqual([
      ...SINCE_1_7.map((series) => ({ kind: "extra", series, ours: 1 })),
      {
        kind: "value",
        // FreeIPMI 1.6.10 has 0 for every cube root.
        series: 'ipmi_sensor_value{id="21",name="Lin cubert",type="Other Units Based Sensor"}',
        theirs: 0,
        ours: 5,
      },
    ]);
    const comments = (text: string) => text.split("\n").filter((line) => line.startsWith("#"));
    const fault = /ipmi_chassis_(cooling|drive)_fault_state/;
    expect(comments(after).filter((line) => !fault.test(line))).toEqual(comments(before));
  });

  it("returns the same text again from its session and cached records", async () => {
    const path = `/ipmi?target=${sim.address}:${sim.port}`;
    const [first, second] = [await ours.get(path), await ours.get(path)];
    expect(differences(first.text, second.text, TOLERANCE)).toEqual([]);
  });

  const moduleOf = (name: string) => (ONLY_17.has(name) ? "boards17" : "boards");

  it.each([...BOARD_NAMES.map((name) => [name, moduleOf(name)] as const), ["sample", "sample"] as const])(
    "returns the same text for a virtual BMC of board %s",
    async (name, module) => {
      const at = simulation.bmcs[name === "sample" ? BOARD_NAMES.length : BOARD_NAMES.indexOf(name)];
      const [before, after] = await both(`${at?.address}:${at?.port}`, module);
      expect(seriesOf(before).size).toBeGreaterThan(30);
      const faults = SINCE_1_7.map((series) => ({ kind: "extra", series, ours: 1 }));
      expect(differences(before, after, TOLERANCE)).toEqual(faults);
    },
  );

  it("exports a sensor once for each record that describes it, under its whole name", async () => {
    const at = simulation.bmcs.at(-1);
    const [before, after] = await both(`${at?.address}:${at?.port}`, "sample");
    for (const id of [0x0f00, 0x0f01, 0x0f02]) expect(before).toMatch(new RegExp(`_state\\{id="${id}"`));
    const faults = SINCE_1_7.map((series) => ({ kind: "extra", series, ours: 1 }));
    expect(differences(before, after, TOLERANCE)).toEqual(faults);
  });

  it("reports every collector as down after a wrong password, with status 200", async () => {
    const [before, after] = await both(`${sim.address}:${sim.port}`, "wrong");
    expect(differences(before, after, TOLERANCE)).toEqual([]);
    expect([...seriesOf(after)].filter(([series]) => series.startsWith("ipmi_up"))).toEqual(
      [...COLLECTORS].sort().map((collector) => [`ipmi_up{collector="${collector}"}`, 0]),
    );
  });
});
