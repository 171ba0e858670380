import { describe, expect, it } from "vitest";
import { decodeEvent } from "../../src/bmc/over-ipmi/log-entry.ts";
import { eventsOf } from "../../src/events/from-news.ts";
import { eventJson } from "../../src/events/json.ts";
import type { HostChange, HostEvent, TimeStatus } from "../../src/model/index.ts";
import { entry, HOST, news, SEEN } from "./samples.ts";

/** A temperature event as a record, with a time stamp. */
function stamped(timestamp: number) {
  const record = Buffer.from("070002000000002000040101590965640000".slice(0, 32), "hex");
  record.writeUInt32LE(timestamp >>> 0, 3);
  return decodeEvent(record, {}).entry;
}
const seconds = (date: string): number => Date.parse(date) / 1000;

describe("the time of a record", () => {
  it.each<readonly [string, number, number | undefined, TimeStatus, string | undefined]>([
    ["a moment ago", SEEN / 1000 - 3, 0, "wall_clock", "2026-01-01T11:59:57.000Z"],
    [
      "of last year, from a log that was not read for long",
      seconds("2025-03-01T00:00:00Z"),
      0,
      "wall_clock",
      "2025-03-01T00:00:00.000Z",
    ],
    [
      "of a BMC that is an hour ahead and known to be",
      SEEN / 1000 + 3600,
      3600,
      "wall_clock",
      "2026-01-01T13:00:00.000Z",
    ],
    [
      "an hour ahead of its own clock, which was set back",
      SEEN / 1000 + 3600,
      0,
      "implausible",
      "2026-01-01T13:00:00.000Z",
    ],
    [
      "an hour ahead, of a BMC that does not tell its time",
      SEEN / 1000 + 3600,
      undefined,
      "implausible",
      "2026-01-01T13:00:00.000Z",
    ],
    ["after a lost battery: 2000", seconds("2000-01-01T00:00:12Z"), 0, "implausible", "2000-01-01T00:00:12.000Z"],
    ["after a lost battery: 1990", seconds("1990-01-01T00:00:00Z"), 0, "implausible", "1990-01-01T00:00:00.000Z"],
    ["0, at the start of the BMC", 0, 0, "pre_init", undefined],
    ["20000000h, the last that counts from the start", 0x20000000, 0, "pre_init", undefined],
    ["20000001h, the first date there is", 0x20000001, 0, "implausible", "1987-01-05T18:48:33.000Z"],
    ["FFFFFFFFh, unspecified", 0xffffffff, 0, "unspecified", undefined],
    ["FFFFFFFEh, of a clock gone mad", 0xfffffffe, 0, "implausible", "2106-02-07T06:28:14.000Z"],
  ])("%s", (_, timestamp, clockOffsetSeconds, status, time) => {
    const [event] = eventsOf(HOST, news([stamped(timestamp)], { clockOffsetSeconds }));
    const line = JSON.parse(event ? eventJson(event) : "{}");
    expect([line.time_status, line.time]).toEqual([status, time]);
    expect(line.seen).toBe("2026-01-01T12:00:00.000Z");
    expect(line.seconds_since_start).toBe(status === "pre_init" ? timestamp : undefined);
  });

  it("is unspecified for an OEM record without one", () => {
    const bytes = Buffer.from("0700e0000000002000040101590965640000".slice(0, 32), "hex");
    const [event] = eventsOf(HOST, news([decodeEvent(bytes, {}).entry]));
    expect(event).toMatchObject({ type: "sel", timeStatus: "unspecified", severity: "unknown" });
  });
});

describe("the line of an event", () => {
  it("has all fields, and the bytes of the record", () => {
    const [event] = eventsOf(HOST, news([entry({ dimm: "A1" })], { clockOffsetSeconds: -2 }));
    expect(JSON.parse(event ? eventJson(event) : "")).toEqual({
      id: event?.id,
      seen: "2026-01-01T12:00:00.000Z",
      type: "sel",
      host: "node017",
      site: "s1",
      room: "hall",
      rack: "r1",
      position: "07",
      severity: "critical",
      time: "2026-01-01T11:59:55.000Z",
      time_status: "wall_clock",
      clock_offset_seconds: -2,
      kind: "temperature",
      event: "upper_critical_going_high",
      direction: "asserted",
      sensor: "CPU1 Temp",
      sensor_number: 1,
      dimm: "A1",
      text: entry().text,
      record_id: 7,
      raw: entry().raw,
    });
  });

  it("has the id of an entry of Redfish as text, and no bytes", () => {
    const [event] = eventsOf(HOST, news([entry({ id: "1767268795_2", raw: undefined })]));
    const line = JSON.parse(eventJson(event as HostEvent));
    expect([line.entry_id, line.record_id, line.raw]).toEqual(["1767268795_2", undefined, undefined]);
  });

  it("marks records that the log held at first contact", () => {
    const events = eventsOf(HOST, news([entry(), entry(), entry()], { historical: 2 }));
    expect(events.map((event) => JSON.parse(eventJson(event)).historical)).toEqual([true, true, undefined]);
  });

  it("is one line whatever the text", () => {
    const [event] = eventsOf(HOST, news([entry({ text: 'a\nb\u2028"c"' })]));
    expect(event && eventJson(event)).not.toMatch(/[\n\r]/);
  });

  it.each<readonly [HostChange, string, string]>([
    [{ change: "board_replaced", from: "7XK3", to: "9AB1" }, "Board replaced: was 7XK3, is 9AB1", "warning"],
    [{ change: "firmware_changed", from: "6.00", to: "6.10" }, "Firmware of the BMC changed from 6.00 to 6.10", "ok"],
    [{ change: "power_changed", from: "on", to: "off" }, "Power switched off", "ok"],
    [
      { change: "sensor_vanished", sensors: ["Fan 3"], sensorCount: 1 },
      "The BMC has lost sensors; 1 sensor: Fan 3",
      "warning",
    ],
    [
      { change: "sensor_appeared", sensors: ["A", "B"], sensorCount: 40 },
      "The BMC has new sensors; 40 sensors: A, B and 38 more",
      "ok",
    ],
  ])("of a change has its fields: %o", (change, text, severity) => {
    const [event] = eventsOf(HOST, news([], { changes: [change] }));
    const line = JSON.parse(event ? eventJson(event) : "");
    const { change: kind, sensorCount: count, ...rest } = change;
    expect(line).toMatchObject({ ...rest, type: "change", event: kind, host: "node017", rack: "r1", text, severity });
    expect(line.sensor_count).toBe(count);
  });
});

describe("the id of an event", () => {
  const ids = (...args: Parameters<typeof news>): readonly string[] =>
    eventsOf(HOST, news(...args)).map(({ id }) => id);
  const change: HostChange = { change: "power_changed", from: "on", to: "off" };

  it("is the same when a poll finds the same again, alone or with more", () => {
    const first = ids([entry(), entry({ raw: "11".repeat(16) })], { recordsBefore: 5, changes: [change] });
    expect(ids([entry(), entry({ raw: "11".repeat(16) })], { recordsBefore: 5, changes: [change] })).toEqual(first);
    expect(ids([entry(), entry({ raw: "11".repeat(16) }), entry()], { recordsBefore: 5 }).slice(0, 2)).toEqual(
      first.slice(0, 2),
    );
    expect(ids([entry({ raw: "11".repeat(16) })], { recordsBefore: 6 })).toEqual([first[1]]);
  });

  it("is another one for the same bytes later on, for another host and for other bytes in their place", () => {
    const all = [
      ...ids([entry(), entry()]),
      ...ids([entry()], { source: "other" }),
      ...ids([entry({ raw: "11".repeat(16) })]),
      ...ids([], { changes: [change, change] }),
      ...ids([], { changes: [{ ...change, to: "on" }] }),
    ];
    expect(new Set(all).size).toBe(all.length);
  });
});
