import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SdrCache } from "../../src/bmc/index.ts";
import { IpmiBmc } from "../../src/bmc/over-ipmi/ipmi-bmc.ts";
import { seriesOf } from "../../src/dialect/compare.ts";
import { eventState, eventText } from "../../src/dialect/events/index.ts";
import { PrivilegeLevel, UdpTransport } from "../../src/ipmi/index.ts";
import { decodeSdr, encodeSdr, type SdrRecord, sensorsOf } from "../../src/ipmi/records/sdr/index.ts";
import { systemClock } from "../../src/lib/index.ts";
import { BOARD_NAMES, makeBoard } from "../../src/simulator/boards/index.ts";
import { compileBoard, type Simulation, sampleBoard, startSimulation } from "../../src/simulator/index.ts";
import { type FreeIpmiEvent, freeIpmi, parseSel } from "../rig/freeipmi.ts";
import { type IpmiSim, startIpmiSim } from "../rig/ipmi-sim.ts";
import { withPeers } from "../rig/requirements.ts";
import type { Login } from "../rig/run.ts";
import { type InProcess, startExporter } from "../support/exporter.ts";

/**
 * The collector sel-events beside what ipmi-sel (FreeIPMI 1.6.10) prints with the arguments of ipmi_exporter,
 * counted by ipmi_exporter's rule. Debian's 1.6.1 does not have the collector itself.
 */

/** As ipmi_exporter 1.8 to 1.10 calls ipmi-sel, but for where SDRs are kept. */
const ARGS = [
  "--comma-separated-output",
  "--no-header-output",
  "--output-event-state",
  "--interpret-oem-data",
  "--entity-sensor-names",
];

const STAMP = [0x10, 0x20, 0x30, 0x65];
/** A number without a sensor: FreeIPMI prints the raw bytes. */
const UNKNOWN_SENSOR = 0xfe;

function event(type: number, sensor: number, eventType: number, ...data: readonly number[]): number[] {
  return [0x02, ...STAMP, 0x20, 0x00, 0x04, type, sensor, eventType, ...data];
}

/** Every sensor type, event type, direction and offset, and one of each that has no name. */
function statesOfAllKinds(): number[][] {
  const all: number[][] = [];
  const offsetsOf = (eventType: number): number => (eventType === 0x6f ? 16 : eventType === 0x01 ? 13 : 10);
  for (const eventType of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x6f])
    for (let sensorType = 0; sensorType < 0x2e; sensorType++)
      for (let offset = 0; offset < offsetsOf(eventType); offset++)
        for (const direction of [0, 0x80])
          all.push(event(sensorType, UNKNOWN_SENSOR, eventType | direction, offset, 0xff, 0xff));
  for (const eventType of [0x00, 0x0d, 0x6e, 0x6f, 0x70, 0x7f])
    for (const sensorType of [0x00, 0x01, 0x0c, 0xbf, 0xc0, 0xff])
      for (const offset of [0, 15])
        for (const direction of [0, 0x80])
          all.push(event(sensorType, UNKNOWN_SENSOR, eventType | direction, offset, 0xff, 0xff));
  return all;
}

/** Sensor types that say more in event data 2 and 3, with every value of each. */
function dataOfAllValues(): number[][] {
  const offsets: readonly (readonly [type: number, offsets: readonly number[]])[] = [
    [0x05, [4]],
    [0x08, [6]],
    [0x0f, [0, 1]],
    [0x10, [0, 1, 5, 6]],
    [0x12, [3, 5]],
    [0x19, [0]],
    [0x1d, [7]],
    [0x21, [0]],
    [0x23, [0]],
    [0x28, [0, 5]],
    [0x2a, [0, 1]],
    [0x2b, [0]],
    [0x2c, [0]],
  ];
  const all: number[][] = [];
  for (const [type, own] of offsets)
    for (const offset of own)
      for (let value = 0; value < 256; value++) {
        // Both print details of their own; and data 2 is the previous state.
        all.push(event(type, UNKNOWN_SENSOR, 0x6f, 0xf0 | offset, value, (value * 7) & 0xff));
        if (value % 5 === 0) all.push(event(type, UNKNOWN_SENSOR, 0x6f, 0x40 | offset, value, 0xff));
      }
  return all;
}

/** Every use of data 2 and 3 in every class of event. */
function usesOfData(): number[][] {
  const all: number[][] = [];
  for (const [type, eventType, offset] of [
    [0x01, 0x01, 9],
    [0x01, 0x01, 13],
    [0x01, 0x07, 2],
    [0x08, 0x0b, 1],
    [0x0c, 0x6f, 0],
    [0x0c, 0x6f, 13],
    [0x23, 0x6f, 1],
    [0x10, 0x6f, 6],
    [0x2a, 0x6f, 1],
    [0x2d, 0x6f, 1],
    [0xc0, 0x6f, 1],
    [0xc0, 0x70, 1],
    [0x01, 0x0d, 3],
  ] as const)
    for (let use = 0; use < 16; use++)
      for (const [data2, data3] of [
        [0xff, 0xff],
        [0x12, 0x34],
        [0x00, 0x00],
        [0x91, 0x03],
        [0x8e, 0xfe],
      ] as const)
        all.push(event(type, UNKNOWN_SENSOR, eventType, (use << 4) | offset, data2, data3));
  return all;
}

/** Threshold events of sensors in each unit; the board has them under these numbers. */
const UNIT_SENSORS = 94;

function unitBoard(): readonly Uint8Array[] {
  const found = sampleBoard()
    .sdr.map((bytes) => decodeSdr(bytes))
    .find(
      (record): record is Extract<SdrRecord, { type: "full" }> => record.type === "full" && record.sensorType === 1,
    );
  if (!found) throw new Error("the sample board has no temperature");
  const records = Array.from({ length: UNIT_SENSORS }, (_, base) =>
    encodeSdr({ ...found, id: base + 1, number: base + 1, name: `S${base}`, units: { ...found.units, base } }),
  );
  const more = [
    { percentage: true, base: 0 },
    { percentage: true, base: 6 },
    { base: 18, rate: 3 },
    { base: 4, modifier: 6, modifierUse: 1 },
    { base: 4, modifier: 20, modifierUse: 2 },
  ] as const;
  return [
    ...records,
    // Values that two decimals do not hold: 0.125, 0.001.
    encodeSdr({ ...found, id: 300, number: 0x90, name: "E", factors: { ...found.factors, m: 125, rExponent: -3 } }),
    encodeSdr({ ...found, id: 301, number: 0x91, name: "T", factors: { ...found.factors, m: 1, rExponent: -3 } }),
    ...more.map((units, i) =>
      encodeSdr({ ...found, id: 200 + i, number: 0x80 + i, name: `M${i}`, units: { ...found.units, ...units } }),
    ),
  ];
}

function valuesInUnits(): number[][] {
  const numbers = [...Array(UNIT_SENSORS).keys()].map((base) => base + 1);
  const inUnits = [...numbers, 0x80, 0x81, 0x82, 0x83, 0x84].flatMap((number) => [
    event(0x01, number, 0x01, 0x59, 80, 75),
    event(0x01, number, 0x81, 0x52, 0x90, 0xff),
    event(0x01, number, 0x01, 0x49, 0x00, 0x01),
  ]);
  const inParts = [...Array(128).keys()].flatMap((n) =>
    [0x90, 0x91].map((number) => event(0x01, number, 0x01, 0x59, 2 * n, 2 * n + 1)),
  );
  return [...inUnits, ...inParts];
}

function recordsOfOtherTypes(): number[][] {
  const stamped = (type: number, stamp: readonly number[]) => [type, ...stamp, 0xa2, 0x02, 0x00, 1, 2, 3, 0xa4, 5, 6];
  return [
    stamped(0xc0, STAMP),
    stamped(0xdf, [0, 0, 0, 0]),
    [0xe0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
    [0xff, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 255],
    // No type of the protocol: ipmi-sel refuses them.
    [0x03, ...STAMP, 0x20, 0x00, 0x04, 1, 1, 1, 0x59, 80, 75],
  ];
}

const KINDS = [
  ["state", statesOfAllKinds, 12_900],
  ["value of event data", dataOfAllValues, 6000],
  ["use of event data", usesOfData, 800],
  ["unit", valuesInUnits, 500],
  ["other type of record", recordsOfOtherTypes, 4],
] as const;

/** Texts that FreeIPMI has for sensors of one vendor; here they are codes. */
const VENDOR_WORDS: Readonly<Record<string, readonly string[]>> = {
  "dell-poweredge": [
    "N/A: Event Offset = 00h | N/A: Good",
    "N/A: Event Offset = 01h | N/A: Degraded, other",
    "N/A: Event Offset = 02h | N/A: Degraded, thermal protection",
    "N/A: Event Offset = 03h | N/A: Degraded, cooling capacity change",
  ],
};

/** Boards that offer no older suite. */
const ONLY_17: ReadonlySet<string> = new Set(["openbmc-node", "gpu-node"]);

const LOGIN = { user: "monitor", password: "sesame", privilege: "user" } as const;

/** ipmi-sel as ipmi_exporter calls it. */
async function printedOf(at: Pick<Login, "address" | "port">, login: Omit<Login, "address" | "port">) {
  const peer = freeIpmi({ ...at, ...login });
  try {
    const { stdout, stderr } = await peer.raw("ipmi-sel", ...ARGS);
    const events = parseSel(stdout);
    if (events.length === 0) throw new Error(`ipmi-sel: ${stderr}`);
    return events;
  } finally {
    peer.close();
  }
}

/** State and text of each record of a log: ours, and what ipmi-sel prints. */
async function sideBySide(at: Pick<Login, "address" | "port">, login: Omit<Login, "address" | "port">) {
  const transport = new UdpTransport();
  const credentials = { userName: Buffer.from(login.user), password: Buffer.from(login.password) };
  const bmc = new IpmiBmc({
    ...at,
    login: { credentials, privilege: PrivilegeLevel.User },
    transport,
    clock: systemClock,
    cache: new SdrCache(),
  });
  bmc.wholeLog = true;
  try {
    // One after the other: two that read the SDRs of one BMC at once take each other's reservations, and one may give up.
    const theirs = await printedOf(at, login);
    const { data, failure } = await bmc.read("sel", { signal: AbortSignal.timeout(60_000) });
    if (failure !== undefined) throw failure;
    return [
      [...(data.eventLog?.coded ?? [])].map((event) => `${eventState(event)}: ${eventText(event)}`),
      theirs.map(({ state, event }) => `${state}: ${event}`),
    ] as const;
  } finally {
    await bmc.close();
    await transport.close();
  }
}

/** The first of what is not the same, record by record. */
function differing(ours: readonly string[], theirs: readonly string[]): string[] {
  const lines = ours.flatMap((line, i) => (line === theirs[i] ? [] : [`${line} | ${theirs[i]}`]));
  return [...(ours.length === theirs.length ? [] : [`${ours.length} records | ${theirs.length}`]), ...lines].slice(
    0,
    20,
  );
}

/** What ipmi_exporter makes of it. It leaves out records with a comma in their text, which is not followed here. */
function counted(events: readonly FreeIpmiEvent[], rules: Readonly<Record<string, RegExp>>): Map<string, number> {
  const series = new Map<string, number>();
  const add = (key: string, value: number) => series.set(key, (series.get(key) ?? 0) + value);
  for (const name of Object.keys(rules)) {
    add(`ipmi_sel_events_count_by_name{name="${name}"}`, 0);
    add(`ipmi_sel_events_latest_timestamp{name="${name}"}`, 0);
  }
  for (const { state, event: text, date, time } of events) {
    add(`ipmi_sel_events_count_by_state{state="${state}"}`, 1);
    for (const [name, pattern] of Object.entries(rules)) {
      if (!pattern.test(text)) continue;
      add(`ipmi_sel_events_count_by_name{name="${name}"}`, 1);
      const at = Date.parse(`${date} ${time} UTC`) / 1000;
      const latest = `ipmi_sel_events_latest_timestamp{name="${name}"}`;
      if (at > (series.get(latest) ?? 0)) series.set(latest, at);
    }
  }
  return series;
}

const eventSeries = (text: string): Map<string, number> =>
  new Map([...seriesOf(text)].filter(([name]) => name.startsWith("ipmi_sel_events_")));

withPeers(["ipmi-sensors", "ipmi_sim"], "the event log in the terms of ipmi_exporter", () => {
  let simulation: Simulation;

  beforeAll(async () => {
    const sdr = unitBoard();
    simulation = await startSimulation({
      port: 0,
      bmcs: KINDS.map(([, recordsOf]) => {
        const records = recordsOf().map((bytes, i) => Buffer.from([(i + 1) & 0xff, (i + 1) >> 8, ...bytes]));
        return { board: compileBoard({ ...sampleBoard(), sdr, readings: [], sel: { capacity: 65_000, records } }) };
      }),
    });
  });
  afterAll(() => simulation?.stop());

  const addressOf = (index: number) => {
    const at = simulation.bmcs[index];
    if (!at) throw new Error("no such BMC");
    return { address: at.address, port: at.port };
  };

  it.each(KINDS.map(([kind, , atLeast], index) => [kind, atLeast, index] as const))(
    "describes every %s as ipmi-sel does, with the same state",
    async (_, atLeast, index) => {
      const [ours, theirs] = await sideBySide(addressOf(index), LOGIN);
      expect(ours.length).toBeGreaterThanOrEqual(atLeast);
      expect(differing(ours, theirs)).toEqual([]);
    },
    60_000,
  );

  it.each(BOARD_NAMES)("describes the events of all sensors of board %s as ipmi-sel does", async (name) => {
    const { description } = makeBoard(name);
    const sensors = description.sdr.flatMap((bytes) => sensorsOf(decodeSdr(bytes)));
    const own = sensors.flatMap(({ number, ownerId, sensorType, eventType, class: kind }) =>
      ownerId !== 0x20
        ? []
        : kind === "threshold"
          ? [event(sensorType, number, 0x01, 0x59, 80, 75), event(sensorType, number, 0x81, 0x52, 3, 200)]
          : [0, 1, 2, 3].map((offset) => event(sensorType, number, eventType, offset, 0xff, 0xff)),
    );
    const records = own.map((bytes, i) => Buffer.from([(i + 1) & 0xff, (i + 1) >> 8, ...bytes]));
    const board = compileBoard({ ...description, sel: { capacity: 65_000, records } });
    const boards = await startSimulation({ port: 0, bmcs: [{ board }] });
    try {
      const at = boards.bmcs[0] ?? { address: "", port: 0 };
      const cipherSuite = ONLY_17.has(name) ? 17 : 3;
      const login = { user: "monitor", password: "monitor", privilege: "user", cipherSuite } as const;
      const [ours, theirs] = await sideBySide({ address: at.address, port: at.port }, login);
      expect(ours.length).toBeGreaterThan(0);
      expect(differing(ours, theirs)).toEqual(VENDOR_WORDS[name] ?? []);
    } finally {
      await boards.stop();
    }
  });

  const RULES = {
    memory: ["[Cc]orrectable memory", /[Cc]orrectable memory/],
    hot: ["^(Upper|Lower) (?:Non-)?[cC]ritical", /^(Upper|Lower) (?:Non-)?[cC]ritical/],
    any_case: ["(?i)FAILURE", /failure/i],
    oem: ["\\bOEM\\b", /\bOEM\b/],
    nothing: ["^$", /^$/],
    reading: ["Sensor Reading = \\d{2}\\.00 C\\b", /Sensor Reading = \d{2}\.00 C\b/],
  } as const;
  const patterns = Object.fromEntries(Object.entries(RULES).map(([name, [, pattern]]) => [name, pattern]));
  const module = (user: string, pass: string, more: object = {}) => ({
    user,
    pass,
    driver: "LAN_2_0",
    privilege: "user",
    timeout: 60_000,
    collectors: ["sel-events"],
    sel_events: Object.entries(RULES).map(([name, [regex]]) => ({ name, regex })),
    ...more,
  });

  describe("counted at /ipmi", () => {
    let sim: IpmiSim;
    let ours: InProcess;

    beforeAll(async () => {
      const config = {
        modules: {
          default: module("monitor", "sesame"),
          sim: module("monitor", "watch-the-fans", { workaround_flags: ["opensesspriv"] }),
          plain: module("monitor", "sesame", { sel_events: [], collectors: ["sel", "sel-events"] }),
        },
      };
      [sim, ours] = await Promise.all([startIpmiSim(), startExporter(config, { probeAllow: ["127.0.0.0/8"] })]);
    });
    afterAll(() => Promise.all([sim?.stop(), ours?.stop()]));

    const scraped = async ({ address, port }: { address: string; port: number }, name = "default"): Promise<string> =>
      (await ours.get(`/ipmi?target=${address}:${port}&module=${name}`)).text;

    it("has the counts of ipmi_exporter for an ipmi_sim BMC, before and after a new event", async () => {
      const login = { user: "monitor", password: "watch-the-fans", privilege: "user" } as const;
      const both = async () => [await scraped(sim, "sim"), counted(await printedOf(sim, login), patterns)] as const;
      const [first, expected] = await both();
      expect(seriesOf(first).get('ipmi_up{collector="sel-events"}')).toBe(1);
      expect(expected.get('ipmi_sel_events_count_by_name{name="hot"}')).toBeGreaterThan(0);
      expect(eventSeries(first)).toEqual(expected);
      await sim.addEvent(0x02, event(0x0c, 0x33, 0x6f, 0x00, 0xff, 0xff).slice(1));
      const [second, then] = await both();
      expect(then).not.toEqual(expected);
      expect(eventSeries(second)).toEqual(then);
    });

    it("has the counts for logs with every kind of record, from the log and from the cache", async () => {
      for (const index of [2, 3]) {
        const expected = counted(await printedOf(addressOf(index), LOGIN), patterns);
        expect(eventSeries(await scraped(addressOf(index)))).toEqual(expected);
        expect(eventSeries(await scraped(addressOf(index)))).toEqual(expected);
      }
    });

    it("counts by state without named events, together with the collector sel", async () => {
      const text = await scraped(addressOf(4), "plain");
      expect(eventSeries(text)).toEqual(new Map([['ipmi_sel_events_count_by_state{state="N/A"}', 4]]));
      expect(seriesOf(text).get("ipmi_sel_logs_count")).toBe(5);
      expect(text).toContain(
        "# HELP ipmi_sel_events_count_by_state Current number of log entries in the SEL by state.\n" +
          "# TYPE ipmi_sel_events_count_by_state gauge\n",
      );
    });
  });
});
