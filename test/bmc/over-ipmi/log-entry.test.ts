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

  it("stays unknown where the event means nothing to us, whatever rules say", () => {
    const bytes = record(0);
    bytes[13] = 0x0e;
    const severities = new Severities(parseSeverityRules("rules: [{ severity: ok, kind: power_supply }]", "my.yml"));
    expect(decodeEvent(bytes, { plan, severities }).entry.severity).toBe("unknown");
  });
});
