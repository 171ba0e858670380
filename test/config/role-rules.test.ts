import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Roles } from "../../src/bmc/index.ts";
import { ConfigError, loadConfig, loadRoleRules, parseRoleRules } from "../../src/config/index.ts";

const vocabulary = { knownKinds: ["temperature", "fan", "power_supply"], knownManufacturers: ["Dell", "HPE"] };

function messagesOf(text: string): readonly string[] {
  try {
    parseRoleRules(text, "my.yml", vocabulary);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n");
    throw error;
  }
  return [];
}

const folder = mkdtempSync(join(tmpdir(), "lightsout-roles-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe("a file of role rules", () => {
  it("may have one value or a list, and sensor types as written in the specification", () => {
    const text = `
rules:
  - role: inlet
    name: ^door
    kind: [Temperature, Power Supply]
    quantity: temperature
    entity: [55, 64]
    manufacturer: [Dell, 10876]
  - { role: cold_aisle, entity: 7 }
`;
    expect(parseRoleRules(text, "my.yml", vocabulary)).toEqual([
      {
        role: "inlet",
        name: "^door",
        kinds: ["temperature", "power_supply"],
        quantities: ["temperature"],
        entities: [55, 64],
        manufacturers: ["dell", 10876],
        origin: { file: "my.yml", line: 3 },
      },
      { role: "cold_aisle", entities: [7], origin: { file: "my.yml", line: 9 } },
    ]);
  });

  it.each(["", "# nothing yet\n", "rules:\n", "rules: []\n"])("may have no rules: %j", (text) => {
    expect(parseRoleRules(text, "my.yml")).toEqual([]);
  });

  it.each([
    ["rules: [{ role: inlet, nmae: x }]", 'my.yml:1:24: rules[0].nmae: unknown key; did you mean "name"?'],
    ["roles: []", 'my.yml:1:1: roles: unknown key; did you mean "rules"?'],
    ["rules: [{ name: x }]", "my.yml:1:9: rules[0].role: is missing"],
    [
      "rules: [{ role: Cold Aisle, name: x }]",
      'my.yml:1:17: rules[0].role: must be a word in snake case, such as inlet, or none, got "Cold Aisle"',
    ],
    [
      "rules: [{ role: inlet }]",
      "my.yml:1:9: rules[0]: matches every sensor; give name, kind, quantity, entity or manufacturer",
    ],
    ["rules: [{ role: inlet, name: '(' }]", 'my.yml:1:30: rules[0].name: must be a regular expression, got "("'],
    [
      "rules: [{ role: inlet, kind: temprature }]",
      'my.yml:1:30: rules[0].kind: no kind is named "temprature"; did you mean "temperature"?',
    ],
    [
      "rules: [{ role: inlet, kind: [fan, door] }]",
      'my.yml:1:36: rules[0].kind[1]: no kind is named "door"; known: temperature, fan, power_supply',
    ],
    [
      "rules: [{ role: inlet, quantity: voltages }]",
      'my.yml:1:34: rules[0].quantity: no quantity is named "voltages"; did you mean "voltage"?',
    ],
    [
      "rules: [{ role: inlet, entity: 3.1 }]",
      "my.yml:1:32: rules[0].entity: must be an entity id from 0 to 255, or a list of them, got 3.1",
    ],
    [
      "rules: [{ role: inlet, manufacturer: Del }]",
      'my.yml:1:38: rules[0].manufacturer: no manufacturer is named "Del"; did you mean "Dell"?',
    ],
    ["- { role: inlet, name: x }", "my.yml:1:1: must be a mapping (key: value), got a list"],
    ["rules: [a: b: c]", "my.yml:1:12: YAML: block style inside [ ] or { }"],
  ])("%s is refused with the place and what would do", (text, message) => {
    expect(messagesOf(text)).toEqual([message]);
  });

  it("is refused with all its errors, in the order of the file", () => {
    const text = "rules:\n  - { role: a, nam: x }\n  - { role: B, name: x }\n";
    expect(messagesOf(text).map((line) => line.split(":").slice(1, 2).join())).toEqual(["2", "3"]);
  });
});

describe("the rules in force", () => {
  const inlet = { name: "Inlet Temp", kind: "temperature", quantity: "temperature", entityId: 7 } as const;
  const fan = { name: "FAN1", kind: "fan", quantity: "fan_speed", entityId: 29 } as const;

  it("are the shipped ones if the configuration has no file", async () => {
    const roles = new Roles(await loadRoleRules());
    expect([roles.roleOf(inlet), roles.roleOf(fan)]).toEqual(["inlet", "fan"]);
  });

  it("are those of the files, in their order, before the shipped ones", async () => {
    file("a.yml", "rules: [{ role: cold_aisle, name: ^inlet }]");
    file("b.yml", "rules: [{ role: warm_aisle, name: ^inlet }, { role: none, kind: fan }]");
    const path = file("good.yml", "roles: { files: [a.yml, b.yml] }");
    const roles = new Roles((await loadConfig(path, {})).roles.rules);
    expect([roles.roleOf(inlet), roles.roleOf(fan)]).toEqual(["cold_aisle", undefined]);
    expect(roles.roleOf({ name: "Exhaust Temp", kind: "temperature", quantity: "temperature" })).toBe("exhaust");
  });

  it("change with the file at the next load of the configuration", async () => {
    file("c.yml", "rules: [{ role: first, name: ^inlet }]");
    const path = file("changing.yml", "roles: { files: [c.yml] }");
    const before = new Roles((await loadConfig(path, {})).roles.rules);
    file("c.yml", "rules: [{ role: second, name: ^inlet }]");
    const after = Roles.renewed((await loadConfig(path, {})).roles.rules, before);
    expect([before.roleOf(inlet), after.roleOf(inlet)]).toEqual(["first", "second"]);
  });

  it("are refused if files are missing or invalid", async () => {
    const bad = file("bad.yml", "rules: [{ role: inlet, nmae: x }]");
    const path = file("broken.yml", "roles:\n  files: [bad.yml, missing.yml]\n");
    const error = await loadConfig(path, {}).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).message.split("\n")).toEqual([
      `${bad}:1:24: rules[0].nmae: unknown key; did you mean "name"?`,
      `${path}:2:20: roles.files[1]: ${join(folder, "missing.yml")}: no such file`,
    ]);
  });
});
