import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Severities, type SeveritySubject } from "../../src/bmc/index.ts";
import { ConfigError, loadConfig, loadSeverityRules, parseSeverityRules } from "../../src/config/index.ts";
import { ruleVocabulary } from "../../src/exporter/rule-vocabulary.ts";
import type { Health } from "../../src/model/index.ts";

const vocabulary = ruleVocabulary();

const problemsOf = async (work: () => unknown): Promise<readonly string[]> => {
  try {
    await work();
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n");
    throw error;
  }
  return [];
};

const folder = mkdtempSync(join(tmpdir(), "lightsout-severities-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe("a file of severity rules", () => {
  it("may have one value or a list, and words as written in the specification", () => {
    const text = `
rules:
  - severity: warning
    deasserted: ok
    state: [input_lost, absent]
    kind: [Power Supply, battery]
    sensor_type: 0x08
    event_type: Sensor-specific
    name: ^ps
    entity: 10
    manufacturer: [Dell, 10876]
    product: [256, 0xffff]
`;
    expect(parseSeverityRules(text, "my.yml", vocabulary)).toEqual([
      {
        severity: 1,
        deasserted: 0,
        states: ["input_lost", "absent"],
        kinds: ["power_supply", "battery"],
        sensorTypes: [8],
        eventTypes: ["sensor_specific"],
        name: "^ps",
        entities: [10],
        manufacturers: ["dell", 10876],
        products: [256, 65535],
        origin: { file: "my.yml", line: 3 },
      },
    ]);
  });

  it.each([
    ["rules: [{ state: input_lost }]", "my.yml:1:9: rules[0].severity: is missing"],
    [
      "rules: [{ severity: warn, state: input_lost }]",
      'my.yml:1:21: rules[0].severity: must be one of ok, warning, critical, non_recoverable, got "warn"',
    ],
    [
      "rules: [{ severity: critcal, state: input_lost }]",
      'my.yml:1:21: rules[0].severity: must be one of ok, warning, critical, non_recoverable, got "critcal"; did you mean "critical"?',
    ],
    [
      "rules: [{ severity: 2, state: input_lost }]",
      "my.yml:1:21: rules[0].severity: must be one of ok, warning, critical, non_recoverable, got 2",
    ],
    [
      "rules: [{ severity: ok, deasserted: ok }]",
      "my.yml:1:9: rules[0]: matches every state of every sensor; give state, kind, name or another key",
    ],
    [
      "rules: [{ severity: ok, state: input_loss }]",
      'my.yml:1:32: rules[0].state: no state is named "input_loss"; did you mean "input_lost"?',
    ],
    [
      "rules: [{ severity: ok, kind: [fan, power_suply] }]",
      'my.yml:1:37: rules[0].kind[1]: no kind is named "power_suply"; did you mean "power_supply"?',
    ],
    [
      "rules: [{ severity: ok, event_type: redundant }]",
      'my.yml:1:37: rules[0].event_type: no event_type is named "redundant"; did you mean "redundancy"?',
    ],
    ["rules: [{ severity: ok, sensor_type: 256 }]", "my.yml:1:38: rules[0].sensor_type: must be at most 255, got 256"],
    [
      "rules: [{ severity: ok, entity: 3.1 }]",
      "my.yml:1:33: rules[0].entity: must be an entity id from 0 to 255, or a list of them, got 3.1",
    ],
    ["rules: [{ severity: ok, name: '(' }]", 'my.yml:1:31: rules[0].name: must be a regular expression, got "("'],
    ["rules: [{ severity: ok, stat: input_lost }]", 'my.yml:1:25: rules[0].stat: unknown key; did you mean "state"?'],
  ])("%s is refused with the place and what would do", async (text, message) => {
    expect(await problemsOf(() => parseSeverityRules(text, "my.yml", vocabulary))).toEqual([message]);
  });
});

describe("the severities in force", () => {
  const supply: SeveritySubject = { name: "PS1", kind: "power_supply", sensorType: 8, eventType: "sensor_specific" };
  const NONE = { asserted: 9 as Health, deasserted: 9 as Health };
  const lost = (severities: Severities): number => severities.gradeOf(supply, "input_lost", NONE).asserted;
  const loaded = async (path: string, before?: Severities): Promise<Severities> =>
    Severities.renewed((await loadConfig(path, {}, vocabulary)).severities.rules, before);

  it("are the shipped ones if the configuration has no file", async () => {
    expect(lost(new Severities(await loadSeverityRules()))).toBe(2);
    expect(lost(await loaded(file("plain.yml", "targets: []")))).toBe(2);
  });

  it("are those of the files, in their order, before the shipped ones", async () => {
    file("a.yml", "rules: [{ severity: warning, state: input_lost }]");
    file("b.yml", "rules: [{ severity: ok, state: [input_lost, failure_detected] }]");
    const severities = await loaded(file("good.yml", "severities: { files: [a.yml, b.yml] }"));
    expect(lost(severities)).toBe(1);
    expect(severities.gradeOf(supply, "failure_detected", NONE).asserted).toBe(0);
    expect(severities.gradeOf(supply, "predictive_failure", NONE).asserted).toBe(2);
  });

  it("change with the file at the next load of the configuration", async () => {
    file("c.yml", "rules: [{ severity: warning, state: input_lost }]");
    const path = file("changing.yml", "severities: { files: [c.yml] }");
    const before = await loaded(path);
    file("c.yml", "rules: [{ severity: ok, state: input_lost }]");
    const after = await loaded(path, before);
    expect([lost(before), lost(after)]).toEqual([1, 0]);
    expect(await loaded(path, after)).toBe(after);
  });

  it("are refused if files are missing or invalid, together with the errors of role files", async () => {
    const bad = file("bad.yml", "rules: [{ severity: ok, stat: x }]");
    const path = file("broken.yml", "severities:\n  files: [bad.yml]\nroles:\n  files: [missing.yml]\n");
    expect(await problemsOf(() => loadConfig(path, {}))).toEqual([
      `${path}:4:11: roles.files[0]: ${join(folder, "missing.yml")}: no such file`,
      `${bad}:1:25: rules[0].stat: unknown key; did you mean "state"?`,
    ]);
  });
});
