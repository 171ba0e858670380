import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { statesOf } from "../../src/ipmi/index.ts";
import type { HostSnapshot, Sensor, ThresholdName } from "../../src/model/index.ts";
import type { BoardSensor } from "../rig/board.ts";
import { fullBoard } from "../rig/boards/full-board.ts";
import { temporaryFolder } from "../rig/child.ts";
import { type FreeIpmiSensor, freeIpmi } from "../rig/freeipmi.ts";
import { type IpmiSim, startIpmiSim } from "../rig/ipmi-sim.ts";
import { ipmitool, type ToolSensor } from "../rig/ipmitool.ts";
import { withPeers } from "../rig/requirements.ts";
import { ourClientOf, peerLogin, SESSION_KINDS } from "./our-client.ts";
import { fromFreeIpmi, fromIpmitool, same } from "./units.ts";

/**
 * One poll of ours beside what ipmitool and FreeIPMI print for the same BMC over the same kind of
 * session: availability, values, units, limits, alarms and states of every sensor. What differs is
 * collected and must be exactly the differences listed here, each with its reason.
 */

const readable = fullBoard.sensors.filter((s) => s.availability !== "event-only");

/** Sensors of ours that one record of the board describes, in order. */
const expanded = readable.flatMap((board) => board.states.map((states, index) => ({ board, states, index })));

const SHORT: Readonly<Record<ThresholdName, keyof ToolSensor["thresholds"]>> = {
  lower_non_recoverable: "lnr",
  lower_critical: "lc",
  lower_non_critical: "lnc",
  upper_non_critical: "unc",
  upper_critical: "uc",
  upper_non_recoverable: "unr",
};

const CROSSED: Readonly<Record<string, ToolSensor["status"]>> = {
  at_or_below_lower_non_recoverable: "lnr",
  at_or_below_lower_critical: "lc",
  at_or_below_lower_non_critical: "lnc",
  at_or_above_upper_non_critical: "unc",
  at_or_above_upper_critical: "uc",
  at_or_above_upper_non_recoverable: "unr",
};

/** "ok" or the worst limit crossed, in ipmitool's letters. */
function status(sensor: Sensor): string {
  if (sensor.noReading) return "na";
  return sensor.states.map((s) => CROSSED[s] ?? s).at(-1) ?? "ok";
}

/** The texts of our states: `absent`, which has no bit, has none. */
function texts(sensor: Sensor, board: BoardSensor): string[] {
  const { eventType, sensorType } = board;
  const rows = statesOf({ eventType, sensorType });
  return sensor.states.flatMap((state) => rows.find((row) => row.state === state)?.text ?? []);
}

/** Where ipmitool words a state otherwise; letters' case is left alone everywhere. */
const IPMITOOL_WORDS: Readonly<Record<string, string>> = {
  "power supply input lost (ac/dc)": "power supply ac lost",
  "power supply failure detected": "failure detected",
  "processor presence detected": "presence detected",
  "drive presence": "drive present",
  "s0/g0": "s0/g0: working",
  "device inserted/device present": "device present",
  "correctable memory error logging limit reached": "correctable ecc logging limit reached",
  "uncorrectable memory error": "uncorrectable ecc",
  "battery low (predictive failure)": "low",
  "battery presence detected": "presence detected",
  "ac lost/power input lost": "ac lost",
  "cable/interconnect is connected": "connected",
  "sel full": "log full",
  "sel almost full": "log almost full",
  "entity absent": "absent",
  "lan heartbeat": "heartbeat",
};

/** Sensors whose names neither peer decodes; they print the bytes of the record. */
const UNDECODED: Readonly<Record<string, string>> = {
  "SIXBIT-ID 7": "738a8b29dda4247001",
  "12-34.5": "12b34c5a",
};

const bytesOf = (text: string): string => Buffer.from(text, "latin1").toString("hex");
const single = (text: string): string => text.replaceAll(/ +/g, " ").trim();

function valueDifference(ours: Sensor, theirs: ReturnType<typeof fromIpmitool> | undefined): string | undefined {
  if (ours.value === undefined && theirs === undefined) return undefined;
  if (ours.value === undefined || theirs === undefined) return `value ${ours.value} is ${theirs?.value}`;
  if (ours.unit !== theirs.unit) return `unit ${ours.unit} is ${theirs.unit}`;
  return same(ours.value, theirs) ? undefined : `value ${ours.value} is ${theirs.value}`;
}

function limitDifferences(ours: Sensor, theirs: ToolSensor): string[] {
  const known = Object.entries(ours.thresholds ?? {});
  const names = known.map(([name]) => SHORT[name as ThresholdName]).sort();
  const wanted = Object.keys(theirs.thresholds).sort();
  if (names.join() !== wanted.join()) return [`limits ${names} are ${wanted}`];
  return known.flatMap(([name, value]) => {
    const printed = theirs.thresholds[SHORT[name as ThresholdName]] ?? Number.NaN;
    const peer = fromIpmitool(printed, theirs.unit ?? "");
    return same(value, peer) ? [] : [`${name} ${value} is ${peer.value}`];
  });
}

function againstIpmitool(snapshot: HostSnapshot, rows: readonly ToolSensor[]): string[] {
  const sensors = snapshot.sensors ?? [];
  expect(sensors).toHaveLength(expanded.length);
  return expanded.flatMap(({ board, index }, i) => {
    const ours = sensors[i] as Sensor;
    const theirs = rows.find((r) => r.number === board.number) as ToolSensor;
    const found: (string | undefined)[] = [];
    const say = (wrong: boolean, text: string) => wrong && found.push(text);
    const name = board.states.length > 1 ? ours.name.startsWith(theirs.name) : ours.name === theirs.name;
    say(!name && UNDECODED[ours.name] !== bytesOf(theirs.name), `name is ${theirs.name}`);
    // one row stands for the sensors of a shared record
    if (index === 0) {
      say(ours.entity !== theirs.entity, `entity ${ours.entity} is ${theirs.entity}`);
      const value = theirs.value === undefined ? undefined : fromIpmitool(theirs.value, theirs.unit ?? "");
      found.push(valueDifference(ours, value), ...limitDifferences(ours, theirs));
      if (theirs.class === "threshold") {
        say(status(ours) !== theirs.status, `status ${status(ours)} is ${theirs.status}`);
      } else {
        const words = texts(ours, board).map((text) => IPMITOOL_WORDS[text.toLowerCase()] ?? text.toLowerCase());
        const printed = theirs.states.map((s) => s.toLowerCase());
        say(words.join() !== printed.join(), `states ${words} are ${printed}`);
      }
    }
    return found.filter((d) => d !== undefined).map((d) => `${ours.name}: ${d}`);
  });
}

const FREEIPMI_STATES = ["Nominal", "Warning", "Critical", "Critical"] as const;

/** What FreeIPMI prints for a crossed limit: only the worst. */
const FREEIPMI_LIMITS: Readonly<Record<string, string>> = {
  lnr: "At or Below (<=) Lower Non-Recoverable Threshold",
  lc: "At or Below (<=) Lower Critical Threshold",
  lnc: "At or Below (<=) Lower Non-Critical Threshold",
  unc: "At or Above (>=) Upper Non-Critical Threshold",
  uc: "At or Above (>=) Upper Critical Threshold",
  unr: "At or Above (>=) Upper Non-Recoverable Threshold",
};

const FREEIPMI_WORDS: Readonly<Record<string, string>> = { "battery low (predictive failure)": "battery low" };

function freeIpmiEvents(sensor: Sensor, board: BoardSensor): string[] {
  if (sensor.noReading && sensor.noReading !== "not_analog") return [];
  if (board.kind === "threshold") return [FREEIPMI_LIMITS[status(sensor)] ?? "OK"].map((s) => s.toLowerCase());
  const words = texts(sensor, board).map((text) => FREEIPMI_WORDS[text.toLowerCase()] ?? text.toLowerCase());
  return words.length === 0 ? ["ok"] : words;
}

function againstFreeIpmi(snapshot: HostSnapshot, rows: readonly FreeIpmiSensor[]): string[] {
  const sensors = snapshot.sensors ?? [];
  expect(rows).toHaveLength(expanded.length);
  return expanded.flatMap(({ board }, i) => {
    const ours = sensors[i] as Sensor;
    const theirs = rows[i] as FreeIpmiSensor;
    const found: (string | undefined)[] = [];
    const say = (wrong: boolean, text: string) => wrong && found.push(text);
    // it puts a blank before the modifier of a shared record
    const name = single(theirs.name).replace(/^DIMM B (\d)$/, "DIMM B$1");
    say(ours.name !== name && UNDECODED[ours.name] !== bytesOf(theirs.name), `name is ${name}`);
    const value = theirs.value === undefined ? undefined : fromFreeIpmi(theirs.value, theirs.unit ?? "");
    found.push(valueDifference(ours, value));
    const verdict = ours.health === undefined ? "N/A" : FREEIPMI_STATES[ours.health];
    say(verdict !== theirs.state, `state ${verdict} is ${theirs.state}`);
    const events = freeIpmiEvents(ours, board);
    const printed = theirs.events.map((e) => e.toLowerCase());
    say(events.join() !== printed.join(), `events ${events} are ${printed}`);
    return found.filter((d) => d !== undefined).map((d) => `${ours.name}: ${d}`);
  });
}

/** Where ipmitool 1.8.19 prints something else, and why. */
const IPMITOOL_DIFFERS: readonly string[] = [
  // The board's limits and the comparison bits of its BMC contradict each other. We compare ourselves, since the bits of some BMCs lie.
  "Inlet Temp: status lnr is ok",
  // A discrete sensor of a full record with units: we give the value beside the states.
  "Fan Block 1: value 0.392 is undefined",
  // Offset 2 of System Firmware Progress; ipmitool looks for the progress code, which only events have.
  "POST: states system firmware progress are unknown progress",
  // Version Change: ipmitool prints states of it only for events.
  "FW Version: states firmware or software change detected with associated entity are ",
];

/** Where FreeIPMI 1.6.10 prints something else, and why. */
const FREEIPMI_DIFFERS: readonly string[] = [
  // as above
  "Inlet Temp: state Critical is Nominal",
  "Inlet Temp: events at or below (<=) lower non-recoverable threshold are ok",
  // Its cube root is wrong; that of 125 is 5.
  "Lin cubert: value 5 is 0",
  // It counts alphabetic modifiers wrongly: every one is A.
  "Drive B: name is Drive A",
  "Drive C: name is Drive A",
  // Its configuration calls live non-critical alarms nominal; events of the same it calls Warning.
  "CPU2 Temp: state Warning is Nominal",
  "Ambient: state Warning is Nominal",
  // as above
  "Fan Block 1: value 0.392 is undefined",
  // It has no opinion of these two; a heartbeat and the end of a prediction are nothing bad.
  "LAN: state Nominal is N/A",
  "PS Mismatch: state Nominal is N/A",
  // OEM states have no words: we say nothing, it prints the bits.
  "OEM State: events ok are oem event = 0005h",
];

withPeers(["ipmi_sim", "ipmitool", "ipmi-sensors"], "our sensors, compared with ipmitool and FreeIPMI,", () => {
  let sim: IpmiSim;
  beforeAll(async () => {
    sim = await startIpmiSim();
  });
  afterAll(() => sim.stop());

  describe.each(SESSION_KINDS)("over $title", ({ ours, peers, opened }) => {
    let snapshot: HostSnapshot;
    let trace: readonly string[];
    let protocols: readonly string[];
    beforeAll(async () => {
      const client = ourClientOf(sim, "admin", { login: ours });
      snapshot = await client.poll({ parts: ["power", "sensors"] });
      trace = [...client.trace];
      protocols = client.reports.opened;
      await client.close();
    });

    it("are all read in one session of that kind", () => {
      expect(snapshot.up).toBe(true);
      expect(snapshot.parts.map((p) => [p.part, p.ok])).toEqual([
        ["power", true],
        ["sensors", true],
      ]);
      expect(protocols).toEqual([opened.protocol]);
      if (opened.note) expect(trace).toContain(`note ${opened.note}`);
    });

    it("equal ipmitool's except for known differences", async () => {
      const rows = await ipmitool(peerLogin(sim, "admin", peers)).sensors();
      expect(againstIpmitool(snapshot, rows)).toEqual(IPMITOOL_DIFFERS);
    });

    it("equal FreeIPMI's except for known differences", async () => {
      const free = freeIpmi(peerLogin(sim, "admin", peers));
      const rows = await free.sensors();
      free.close();
      expect(againstFreeIpmi(snapshot, rows)).toEqual(FREEIPMI_DIFFERS);
    });
  });

  it("assert the same bits as ipmitool", async () => {
    const discrete = expanded.filter(({ board }) => board.kind === "discrete");
    const numbers = discrete.map(({ board, index }) => board.number + index);
    const words = await rawStates(sim, numbers);
    const client = ourClientOf(sim, "admin");
    const { sensors = [] } = await client.poll({ parts: ["sensors"] });
    await client.close();
    const byId = new Map(sensors.map((s) => [s.id, s]));
    const ours = discrete.map(({ board }, i) => {
      const sensor = byId.get(`20/0/${(numbers[i] ?? 0).toString(16).padStart(2, "0")}`);
      const { eventType, sensorType } = board;
      const rows = statesOf({ eventType, sensorType });
      const offsets = (sensor?.states ?? []).flatMap((state) => rows.find((row) => row.state === state)?.offset ?? []);
      return offsets.reduce((word, offset) => word | (1 << offset), 0);
    });
    // OEM State asserts 5, which has no known meaning.
    const unknown = numbers.indexOf(0xaa);
    expect(words[unknown]).toBe(5);
    words[unknown] = 0;
    expect(ours).toEqual(words);
  });

  it("show a changed reading, as the other clients do", async () => {
    const sensor = readable.find((s) => s.name === "CPU1 Temp");
    if (sensor === undefined) throw new Error("no CPU1 Temp");
    const client = ourClientOf(sim, "admin");
    const free = freeIpmi(peerLogin(sim, "admin"));
    const see = async () => {
      const { sensors = [] } = await client.poll({ parts: ["sensors"] });
      const tool = (await ipmitool(peerLogin(sim, "admin")).sensors()).find((s) => s.name === "CPU1 Temp");
      const other = (await free.sensors()).find((s) => s.name === "CPU1 Temp");
      const ours = sensors.find((s) => s.name === "CPU1 Temp");
      return { ours: [ours?.value, ours && status(ours)], tool: [tool?.value, tool?.status], free: other?.value };
    };
    expect(await see()).toEqual({ ours: [47, "ok"], tool: [47, "ok"], free: 47 });
    await sim.setReading(sensor, 101, [0x18]);
    expect(await see()).toEqual({ ours: [101, "uc"], tool: [101, "uc"], free: 101 });
    await sim.setReading(sensor, sensor.raw);
    free.close();
    await client.close();
  });
});

/** State words of Get Sensor Reading as ipmitool gets them, one session for all. */
async function rawStates(sim: IpmiSim, numbers: readonly number[]): Promise<number[]> {
  const folder = temporaryFolder("raw");
  const file = join(folder.path, "commands");
  writeFileSync(file, numbers.map((n) => `raw 0x04 0x2d ${n}\n`).join(""));
  const { stdout } = await ipmitool(peerLogin(sim, "admin")).raw("exec", file);
  folder.remove();
  const answers = stdout.split("\n").filter((line) => /^( [0-9a-f]{2})+ *$/.test(line));
  expect(answers).toHaveLength(numbers.length);
  return answers.map((line) => {
    const [, , low = 0, high = 0] = line
      .trim()
      .split(" ")
      .map((b) => Number.parseInt(b, 16));
    return low | ((high & 0x7f) << 8);
  });
}

withPeers(["ipmi_sim", "ipmi-sensors"], "our limits", () => {
  // FreeIPMI stops at the first record without a sensor.
  const board = { ...fullBoard, sensors: fullBoard.sensors.filter((s) => s.availability !== "absent") };
  let sim: IpmiSim;
  beforeAll(async () => {
    sim = await startIpmiSim({ board });
  });
  afterAll(() => sim.stop());

  it.each(SESSION_KINDS)("equal those of FreeIPMI over $title", async ({ ours, peers }) => {
    const client = ourClientOf(sim, "admin", { login: ours });
    const { sensors = [] } = await client.poll({ parts: ["sensors"] });
    await client.close();
    const free = freeIpmi(peerLogin(sim, "admin", peers));
    const rows = await free.sensors({ thresholds: true });
    free.close();
    expect(rows).toHaveLength(sensors.length);
    let limits = 0;
    sensors.forEach((sensor, i) => {
      const theirs = rows[i]?.thresholds ?? {};
      const known = Object.entries(sensor.thresholds ?? {});
      expect(known.map(([name]) => SHORT[name as ThresholdName]).sort(), sensor.name).toEqual(
        Object.keys(theirs).sort(),
      );
      for (const [name, value] of known) {
        const printed = theirs[SHORT[name as ThresholdName]] ?? Number.NaN;
        const peer = fromFreeIpmi(printed, rows[i]?.unit ?? "");
        expect(same(value, peer), `${sensor.name} ${name}: ${value} is ${peer.value}`).toBe(true);
        limits++;
      }
    });
    expect(limits).toBeGreaterThan(40);
  });
});
