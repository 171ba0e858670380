import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EventLog, HostSnapshot, LogEntry } from "../../src/model/index.ts";
import { fullBoard } from "../rig/boards/full-board.ts";
import { temporaryFolder } from "../rig/child.ts";
import { type FreeIpmiEvent, freeIpmi } from "../rig/freeipmi.ts";
import { type IpmiSim, startIpmiSim } from "../rig/ipmi-sim.ts";
import { ipmitool, type ToolEvent } from "../rig/ipmitool.ts";
import { withPeers } from "../rig/requirements.ts";
import { keyValues } from "../rig/run.ts";
import { type OurClient, ourClientOf, peerLogin, SESSION_KINDS } from "./our-client.ts";
import { fromFreeIpmi, fromIpmitool } from "./units.ts";

/**
 * Every record of the event log as exported, compared with what ipmitool and FreeIPMI print: time, sensor,
 * event, direction, severity, data. What differs must be exactly the differences listed here.
 */

type IpmiEntry = LogEntry & { readonly raw: string };

/** Entries with their bytes, which all entries of IPMI have. */
const withBytes = (entries: readonly LogEntry[]): readonly IpmiEntry[] =>
  entries.map((entry) => ({ raw: "", ...entry }));

/** Our sentence taken apart: "P12V: Lower Critical - going low, asserted (reading 10 volts, threshold 11 volts)". */
function parsed(entry: LogEntry) {
  const match = entry.text.match(/^(.*?): (.*), (?:de)?asserted(?: \((.*?)\))?(?:, reported by .*)?$/);
  const detail = match?.[3] ?? "";
  const quantity = (word: string) => {
    const found = detail.match(new RegExp(`${word} (-?[\\d.e+]+) ([^,]+)`));
    return found ? { value: Number(found[1]), unit: found[2] } : undefined;
  };
  return { event: match?.[2] ?? "", reading: quantity("reading"), threshold: quantity("threshold") };
}

const two = (n: number): string => String(n).padStart(2, "0");

/** Date and time as ipmitool prints them in UTC. */
function ipmitoolTime(entry: IpmiEntry): string[] {
  if (entry.relativeTime) {
    const seconds = Buffer.from(entry.raw, "hex").readUInt32LE(3);
    return ["Pre-Init", String(seconds).padStart(10, "0")];
  }
  if (entry.time === undefined) return ["Unspecified", "Unspecified"];
  const at = new Date(entry.time);
  const date = [at.getUTCMonth() + 1, at.getUTCDate(), at.getUTCFullYear() % 100].map(two).join("/");
  return [date, `${[at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(":")} UTC`];
}

/** Where ipmitool words an event otherwise; the case of letters, the dash and a closing blank are left alone. */
const IPMITOOL_WORDS: Readonly<Record<string, string>> = {
  "power supply input lost (ac/dc)": "power supply ac lost",
  "correctable memory error": "correctable ecc",
  "uncorrectable memory error": "uncorrectable ecc",
  "timestamp clock synch": "timestamp clock sync",
};

const plain = (text: string): string => text.toLowerCase().replaceAll(" - ", " ").trim();

const numbered = (sensorNumber: string): string => `#0x${sensorNumber}`;

function againstIpmitool(entries: readonly IpmiEntry[], rows: readonly ToolEvent[]): string[] {
  expect(rows.map((r) => r.id)).toEqual(entries.map((e) => Number(e.id)));
  return entries.flatMap((entry, i) => {
    const [...columns] = rows[i]?.columns ?? [];
    const found: string[] = [];
    const say = (wrong: boolean, text: string) => wrong && found.push(text);
    if (entry.event === "oem_record") {
      say(!columns.join(" / ").includes(entry.raw.slice(entry.time === undefined ? 6 : 20)), "data");
      if (entry.time !== undefined) {
        say(columns.slice(0, 2).join(" ") !== ipmitoolTime(entry).join(" "), `time is ${columns.slice(0, 2)}`);
      }
      return found.map((d) => `${entry.id}: ${d}`);
    }
    const [date, time, sensor = "", event = "", direction = "", detail = ""] = columns;
    say([date, time].join(" ") !== ipmitoolTime(entry).join(" "), `time is ${date} ${time}`);
    const number = entry.raw.slice(22, 24);
    const name = entry.sensor.endsWith(`#${number.toUpperCase()}h`) ? numbered(number) : entry.sensor;
    say(!sensor.endsWith(` ${name}`), `sensor ${entry.sensor} is ${sensor}`);
    say(direction.toLowerCase() !== entry.direction, `direction is ${direction}`);
    const ours = parsed(entry);
    const words = plain(ours.event);
    say((IPMITOOL_WORDS[words] ?? words) !== plain(event), `event ${ours.event} is ${event}`);
    const printed = detail.match(/^Reading (-?[\d.]+) [<>] Threshold (-?[\d.]+) (.*)$/);
    const numbers = (text: string | undefined) =>
      text === undefined ? undefined : fromIpmitool(Number(text), printed?.[3] ?? "");
    say(differs(ours.reading, numbers(printed?.[1])), `reading is ${printed?.[1]}`);
    say(differs(ours.threshold, numbers(printed?.[2])), `threshold is ${printed?.[2]}`);
    return found.map((d) => `${entry.id}: ${d}`);
  });
}

type Printed = { readonly value: number; readonly unit?: string };

function differs(ours: Printed | undefined, theirs: (Printed & { readonly tolerance: number }) | undefined): boolean {
  if (ours === undefined || theirs === undefined) return ours !== theirs;
  // both peers give two decimals in events
  return ours.unit !== theirs.unit || Math.abs(ours.value - theirs.value) > 0.005 + 1e-9;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function freeIpmiTime(entry: IpmiEntry): string {
  if (entry.relativeTime) return "PostInit PostInit";
  if (entry.time === undefined)
    return Number.parseInt(entry.raw.slice(4, 6), 16) >= 0xe0 ? "N/A N/A" : "Unspec. Unspec.";
  const at = new Date(entry.time);
  const date = `${MONTHS[at.getUTCMonth()]}-${two(at.getUTCDate())}-${at.getUTCFullYear()}`;
  return `${date} ${[at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(":")}`;
}

const FREEIPMI_STATES: Readonly<Record<LogEntry["severity"], string>> = {
  ok: "Nominal",
  warning: "Warning",
  critical: "Critical",
  non_recoverable: "Critical",
  unknown: "N/A",
};

function againstFreeIpmi(entries: readonly IpmiEntry[], rows: readonly FreeIpmiEvent[]): string[] {
  expect(rows.map((r) => r.id)).toEqual(entries.map((e) => Number(e.id)));
  return entries.flatMap((entry, i) => {
    const theirs = rows[i] as FreeIpmiEvent;
    const found: string[] = [];
    const say = (wrong: boolean, text: string) => wrong && found.push(text);
    say(freeIpmiTime(entry) !== `${theirs.date} ${theirs.time}`, `time is ${theirs.date} ${theirs.time}`);
    say(FREEIPMI_STATES[entry.severity] !== theirs.state, `severity ${entry.severity} is ${theirs.state}`);
    if (entry.event === "oem_record") {
      const bytes = [...theirs.event.matchAll(/([0-9A-F]{2})h/g)].map((m) => m[1]?.toLowerCase()).join("");
      say(bytes !== entry.raw.slice(entry.time === undefined ? 6 : 20), `data is ${bytes}`);
      return found.map((d) => `${entry.id}: ${d}`);
    }
    const number = entry.raw.slice(22, 24);
    const unnamed = entry.sensor.endsWith(`#${number.toUpperCase()}h`);
    const name = unnamed ? `Sensor #${Number.parseInt(number, 16)}` : entry.sensor;
    say(name !== theirs.name.replaceAll(/ +/g, " "), `sensor ${entry.sensor} is ${theirs.name}`);
    const [event = "", ...details] = theirs.event.split(" ; ");
    const ours = parsed(entry);
    say(plain(ours.event) !== plain(event), `event ${ours.event} is ${event}`);
    const quantity = (word: string) => {
      const printed = details.join(" ; ").match(new RegExp(`${word} = (-?[\\d.]+) (\\S+)`));
      return printed ? fromFreeIpmi(Number(printed[1]), printed[2] ?? "") : undefined;
    };
    say(differs(ours.reading, quantity("Sensor Reading")), `reading is ${quantity("Sensor Reading")?.value}`);
    say(differs(ours.threshold, quantity("Threshold")), `threshold is ${quantity("Threshold")?.value}`);
    return found.map((d) => `${entry.id}: ${d}`);
  });
}

/** Where ipmitool 1.8.19 prints something else, and why. */
const IPMITOOL_DIFFERS: readonly string[] = [
  // It does not expand shared records.
  "6: sensor DIMM 1 is Memory DIMM",
  "7: sensor DIMM 2 is Memory #0x46",
  "10: sensor Drive B is Drive Slot / Bay #0x51",
  // It prints the progress instead of the event; we have it in brackets.
  "12: event System Firmware Progress is Memory initialization",
  // It does not look at event-only records, and of those of the BMC only for events of the BMC.
  "13: sensor OS Stop is OS Critical Stop #0x60",
  // OEM events have no words; it prints nothing.
  "20: event OEM event 0 is ",
  // The sensor type of the event is not the sensor's: it does not name the sensor, we and FreeIPMI do.
  "23: sensor Fan Redund is Unknown #0x90",
  "23: event OEM event 1 is ",
];

/** Where FreeIPMI 1.6.10 prints something else, and why. */
const FREEIPMI_DIFFERS: readonly string[] = [
  // It counts alphabetic modifiers wrongly: every one is A.
  "10: sensor Drive B is Drive  A",
  // A clock that was set is an alarm by its configuration; not by ours.
  "11: severity ok is Warning",
  // An event of the system software about a sensor that only an event-only record of the BMC describes.
  "13: sensor OS Stop is Sensor #96",
  // other words for the same
  "20: event OEM event 0 is OEM Event Offset = 00h",
  "23: event OEM event 1 is OEM Event Offset = 01h",
];

const logOf = (snapshot: HostSnapshot): EventLog => {
  const { eventLog, parts } = snapshot;
  if (eventLog === undefined) throw new Error(JSON.stringify(parts));
  return eventLog;
};

withPeers(["ipmi_sim", "ipmitool", "ipmi-sel"], "our event log, compared with ipmitool and FreeIPMI,", () => {
  let sim: IpmiSim;
  beforeAll(async () => {
    sim = await startIpmiSim();
  });
  afterAll(() => sim.stop());

  describe.each(SESSION_KINDS)("over $title", ({ ours, peers }) => {
    let log: EventLog;
    beforeAll(async () => {
      const client = ourClientOf(sim, "admin", { login: ours });
      log = logOf(await client.poll({ parts: ["sensors", "sel"] }));
      await client.close();
    });

    it("has the records of the board, byte for byte, as ipmitool stores them", async () => {
      const folder = temporaryFolder("sel");
      const file = join(folder.path, "sel");
      await ipmitool(peerLogin(sim, "admin", peers)).raw("sel", "writeraw", file);
      const stored = readFileSync(file).toString("hex");
      folder.remove();
      // It stores the manufacturer of OEM records with the bytes turned round.
      const ours = log.fresh.map(({ raw = "" }) => (raw.slice(4, 6) === "c1" ? raw.replace("570100", "000157") : raw));
      expect(ours.join("")).toBe(stored);
      expect(log.fresh.map((e) => e.raw)).toEqual(fullBoard.sel.map((r) => Buffer.from(r).toString("hex")));
    });

    it("equals ipmitool's except for known differences", async () => {
      const rows = await ipmitool(peerLogin(sim, "admin", peers)).sel();
      expect(againstIpmitool(withBytes(log.fresh), rows)).toEqual(IPMITOOL_DIFFERS);
    });

    it("equals FreeIPMI's except for known differences", async () => {
      const free = freeIpmi(peerLogin(sim, "admin", peers));
      const rows = await free.sel();
      free.close();
      expect(againstFreeIpmi(withBytes(log.fresh), rows)).toEqual(FREEIPMI_DIFFERS);
    });

    it("has the same number of entries, free space and last addition", async () => {
      const { stdout } = await ipmitool(peerLogin(sim, "admin", peers)).raw("sel", "info");
      const info = keyValues(stdout);
      expect(log.entries).toBe(Number(info.get("Entries")));
      expect(log.freeBytes).toBe(Number.parseInt(info.get("Free Space") ?? "", 10));
      expect(log.capacityEntries).toBe(512);
      expect(String(log.overflow)).toBe(info.get("Overflow"));
      expect(new Date(log.lastAddition ?? 0).toISOString()).toBe("2026-11-22T12:16:40.000Z");
      expect(info.get("Last Add Time")).toBe("11/22/26 12:16:40 UTC");
    });
  });
});

withPeers(["ipmi_sim", "ipmitool"], "our event log in successive polls", () => {
  let sim: IpmiSim;
  let client: OurClient;
  beforeAll(async () => {
    sim = await startIpmiSim();
    client = ourClientOf(sim, "admin");
  });
  afterAll(async () => {
    await client.close();
    await sim.stop();
  });
  const poll = async () => logOf(await client.poll({ parts: ["sel"] }));
  const counted = (log: EventLog): number => log.counters?.records.reduce((n, r) => n + r.count, 0) ?? 0;
  /** A fan's lower critical threshold crossed; the simulator stamps it. */
  const FAN = [0, 0, 0, 0, 0x20, 0, 4, 4, 5, 1, 0x52, 8, 10];

  it("reports new records once, and continues counting after a clear", async () => {
    const tool = ipmitool(peerLogin(sim, "admin"));
    const board = fullBoard.sel.length;
    const first = await poll();
    expect([first.fresh.length, first.entries, counted(first)]).toEqual([board, board, board]);
    const idle = await poll();
    expect([idle.fresh.length, counted(idle)]).toEqual([0, board]);

    await sim.addEvent(0x02, FAN);
    const added = await poll();
    expect(added.fresh.map((e) => [e.event, e.raw?.slice(20)])).toEqual([["lower_critical_going_low", "04050152080a"]]);
    expect([added.entries, (await tool.sel()).length, counted(added)]).toEqual([board + 1, board + 1, board + 1]);

    expect((await tool.raw("sel", "clear")).code).toBe(0);
    const cleared = await poll();
    expect([cleared.entries, cleared.fresh.length, counted(cleared)]).toEqual([0, 0, board + 1]);

    await sim.addEvent(0x02, FAN.with(7, 0x01));
    await sim.addEvent(0x02, FAN.with(7, 0x02));
    const again = await poll();
    expect(again.fresh.map((e) => e.kind)).toEqual(["temperature", "voltage"]);
    expect([again.entries, counted(again)]).toEqual([2, board + 3]);
  });

  it("detects a clear and new records between two polls", async () => {
    const tool = ipmitool(peerLogin(sim, "admin"));
    const before = counted(await poll());
    await tool.raw("sel", "clear");
    await sim.addEvent(0x02, FAN.with(7, 0x03));
    await sim.addEvent(0x02, FAN.with(7, 0x08));
    const log = await poll();
    expect(log.fresh.map((e) => e.kind)).toEqual(["current", "power_supply"]);
    expect(counted(log)).toBe(before + 2);
  });

  it("does not count the remaining records again when one is deleted", async () => {
    const tool = ipmitool(peerLogin(sim, "admin"));
    const before = counted(await poll());
    const rows = await tool.sel();
    await tool.raw("sel", "delete", `0x${rows.at(-1)?.id.toString(16)}`);
    const log = await poll();
    expect([log.entries, log.fresh.length, counted(log)]).toEqual([rows.length - 1, 0, before]);
  });

  it("compares the BMC's clock with ours", async () => {
    const tool = ipmitool(peerLogin(sim, "admin"));
    const ahead = Math.floor(Date.now() / 1000) + 7200;
    const bytes = [0, 8, 16, 24].map((shift) => `0x${((ahead >> shift) & 0xff).toString(16)}`);
    expect((await tool.raw("raw", "0x0a", "0x49", ...bytes)).code).toBe(0);
    const fresh = ourClientOf(sim, "admin");
    const log = logOf(await fresh.poll({ parts: ["sel"] }));
    await fresh.close();
    expect(log.clockOffsetSeconds).toBeGreaterThanOrEqual(7197);
    expect(log.clockOffsetSeconds).toBeLessThanOrEqual(7201);
  });
});
