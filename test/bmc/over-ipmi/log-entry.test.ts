import { describe, expect, it } from "vitest";
import { Severities } from "../../../src/bmc/index.ts";
import { decodeEvent } from "../../../src/bmc/over-ipmi/log-entry.ts";
import { loadSeverityRules, parseSeverityRules } from "../../../src/config/index.ts";
import { compactRecord } from "../../rig/sdr.ts";
import { planOf } from "../plans.ts";

const shipped = await loadSeverityRules();

/** Power supply, sensor 61h, "input lost"; bit 7 of the event direction says that it ended. */
const record = (direction: 0 | 0x80): Buffer =>
  Buffer.from([1, 0, 2, 0, 0, 0, 0x60, 0x20, 0, 4, 0x08, 0x61, 0x6f | direction, 0x03, 0xff, 0xff]);

const plan = planOf(
  compactRecord({ number: 0x61, name: "PS1 Status", entity: [10, 1], sensorType: 8, eventType: 0x6f }),
);

const severitiesOf = (rule?: string, known = plan): string[] => {
  const own = rule === undefined ? [] : parseSeverityRules(`rules: [${rule}]`, "my.yml");
  const severities = new Severities([...own, ...shipped]);
  return ([0, 0x80] as const).map((d) => decodeEvent(record(d), { plan: known, severities }).entry.severity);
};

describe("the severity of an event", () => {
  it("is that of the state it begins or ends", () => {
    expect(severitiesOf()).toEqual(["critical", "warning"]);
    expect(([0, 0x80] as const).map((d) => decodeEvent(record(d), {}).entry.severity)).toEqual(["critical", "warning"]);
  });

  it.each([
    ["a state", "{ severity: ok, state: input_lost }", ["ok", "ok"]],
    ["a name of the sensor repository", "{ severity: non_recoverable, name: ^ps1 }", ["non_recoverable", "warning"]],
    ["an entity", "{ severity: warning, entity: 10, deasserted: ok }", ["warning", "ok"]],
    ["another entity", "{ severity: ok, entity: 7 }", ["critical", "warning"]],
  ])("follows a rule for %s", (_what, rule, severities) => {
    expect(severitiesOf(rule)).toEqual(severities);
  });

  // The state alone, in an empty slot, is ok.
  it.each<[string, number, number, number, string[]]>([
    ["a device is removed", 0x0d, 0x08, 0, ["warning", "ok"]],
    ["a device is inserted", 0x0d, 0x08, 1, ["ok", "warning"]],
    ["an entity is absent", 0x25, 0x6f, 1, ["warning", "ok"]],
    ["a drive is pulled out", 0x0d, 0x6f, 0, ["ok", "warning"]],
    ["a cable is unplugged", 0x1b, 0x6f, 0, ["ok", "warning"]],
    ["a link is lost", 0x27, 0x6f, 0, ["warning", "ok"]],
    ["a slot is switched off", 0x21, 0x6f, 5, ["ok", "ok"]],
  ])("is a warning if a part disappears: %s", (_what, sensorType, eventType, offset, expected) => {
    const severities = new Severities(shipped);
    const decoded = bothDirections(sensorType, eventType, offset).map((r) => decodeEvent(r, { severities }));
    expect(decoded.map(({ entry }) => entry.severity)).toEqual(expected);
  });

  it("stays unknown for an unknown event, whatever the rules", () => {
    const bytes = record(0);
    bytes[13] = 0x0e;
    const severities = new Severities(parseSeverityRules("rules: [{ severity: ok, kind: power_supply }]", "my.yml"));
    expect(decodeEvent(bytes, { plan, severities }).entry.severity).toBe("unknown");
  });
});

type Row = readonly [
  what: string,
  sensorType: number,
  eventType: number,
  offset: number,
  kind: string,
  event: string,
  severities: string,
];

/** Where the shipped rules differ from the tables of the protocol. */
const BY_RULES: Readonly<Record<string, string>> = {
  "presence (08h)": "warning, then ok",
  "enabled (09h)": "ok, then ok",
};

/** A record of an event that began, and of the same that ended. */
function bothDirections(sensorType: number, eventType: number, offset: number): readonly Buffer[] {
  return [0, 0x80].map((end) =>
    Buffer.from([1, 0, 2, 0, 0, 0, 0x60, 0x20, 0, 4, sensorType, 0x61, eventType | end, offset, 0xff, 0xff]),
  );
}

describe("an event of each class", () => {
  // biome-ignore format: a table
  it.each<Row>([
    ["a limit, going beyond", 0x01, 0x01, 0x9, "temperature", "upper_critical_going_high", "critical, then warning"],
    ["a limit, coming back", 0x04, 0x01, 0x3, "fan", "lower_critical_going_high", "warning, then warning"],
    ["the softest limit", 0x02, 0x01, 0x0, "voltage", "lower_non_critical_going_low", "warning, then ok"],
    ["the hardest limit", 0x01, 0x01, 0xb, "temperature", "upper_non_recoverable_going_high", "non_recoverable, then critical"],
    ["usage (02h)", 0x07, 0x02, 2, "processor", "busy", "ok, then ok"],
    ["digital state (03h)", 0x04, 0x03, 1, "fan", "state_asserted", "warning, then ok"],
    ["digital state of a processor", 0x07, 0x03, 1, "processor", "state_asserted", "critical, then ok"],
    ["digital state of a drive slot, upside down", 0x0d, 0x03, 0, "drive", "state_deasserted", "warning, then ok"],
    ["predictive failure (04h)", 0x08, 0x04, 1, "power_supply", "predictive_failure", "critical, then ok"],
    ["limit (05h)", 0x01, 0x05, 1, "temperature", "limit_exceeded", "critical, then ok"],
    ["performance (06h)", 0x07, 0x06, 1, "processor", "performance_lags", "critical, then warning"],
    ["severity (07h)", 0x02, 0x07, 2, "voltage", "critical_from_less_severe", "critical, then ok"],
    ["presence (08h)", 0x04, 0x08, 0, "fan", "device_absent", "critical, then ok"],
    ["presence of a bay that may be empty", 0x08, 0x08, 0, "power_supply", "device_absent", "warning, then ok"],
    ["enabled (09h)", 0x27, 0x09, 0, "lan", "device_disabled", "warning, then ok"],
    ["availability (0Ah)", 0x04, 0x0a, 6, "fan", "degraded", "critical, then warning"],
    ["redundancy (0Bh)", 0x09, 0x0b, 1, "power_unit", "redundancy_lost", "critical, then warning"],
    ["ACPI device power (0Ch)", 0x22, 0x0c, 3, "acpi_power_state", "d3", "ok, then ok"],
    ["sensor-specific (6Fh)", 0x07, 0x6f, 1, "processor", "thermal_trip", "critical, then ok"],
    ["a class nobody defined", 0x01, 0x3f, 1, "temperature", "event_1", "unknown, then unknown"],
    ["an OEM class (75h)", 0xdc, 0x75, 1, "oem", "oem_event_1", "unknown, then unknown"],
    ["an offset without a meaning", 0x08, 0x6f, 0xe, "power_supply", "event_14", "unknown, then unknown"],
  ])("has the severity, the kind and the direction of %s", (what, sensorType, eventType, offset, kind, event, wanted) => {
    const entries = bothDirections(sensorType, eventType, offset).map((bytes) => decodeEvent(bytes, {}).entry);
    expect(entries.map((entry) => [entry.kind, entry.event])).toEqual([[kind, event], [kind, event]]);
    expect(entries.map(({ direction }) => direction)).toEqual(["asserted", "deasserted"]);
    expect(entries.map(({ severity }) => severity).join(", then ")).toBe(wanted);
    const graded = bothDirections(sensorType, eventType, offset).map(
      (bytes) => decodeEvent(bytes, { severities: new Severities(shipped) }).entry.severity,
    );
    expect(graded.join(", then "), "by the shipped rules").toBe(BY_RULES[what] ?? wanted);
  });

  it.each([
    ["with a time stamp", 0xc0, Date.UTC(2026, 0, 1) / 1000],
    ["without one", 0xe5, undefined],
  ])("of an OEM record %s has its bytes and no meaning", (_what, type, seconds) => {
    const bytes = Buffer.from([7, 0, type, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    if (seconds !== undefined) bytes.writeUInt32LE(seconds, 3);
    const { entry, memoryError } = decodeEvent(bytes, { plan, severities: new Severities(shipped) });
    expect(entry).toMatchObject({ id: "7", kind: "oem", event: "oem_record", severity: "unknown" });
    expect(entry.raw).toBe(bytes.toString("hex"));
    expect([entry.time, entry.sensor, entry.dimm, memoryError]).toEqual([
      seconds && seconds * 1000,
      "",
      undefined,
      undefined,
    ]);
  });
});
