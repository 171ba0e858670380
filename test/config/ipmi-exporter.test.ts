import { describe, expect, it } from "vitest";
import { ConfigError, parseConfig, redactConfig } from "../../src/config/index.ts";
import { QUIRK_NAMES } from "../../src/ipmi/index.ts";

const parse = (text: string) => parseConfig(text, { path: "ipmi_remote.yml", knownQuirks: QUIRK_NAMES });

/** What their example file shows. */
const EXAMPLE = `
modules:
  default:
    user: "default_user"
    pass: "example_pw"
    driver: "LAN_2_0"
    privilege: "user"
    timeout: 10000
    collectors: [bmc, ipmi, chassis]
    exclude_sensor_ids: [2, 29, 32]
  thatspecialhost:
    user: "some_user"
    pass: "secret_pw"
    privilege: "admin"
    driver: "LAN"
    collectors: [ipmi, sel]
    workaround_flags: [discretereading]
    custom_args:
      ipmi: ["--bridge-sensors"]
  advanced:
    user: "some_user"
    pass: "secret_pw"
    privilege: "admin"
    driver: "LAN"
    collectors: [ipmi, sel]
    collector_cmd: { ipmi: sudo, sel: sudo }
    custom_args: { ipmi: ["ipmimonitoring"], sel: ["ipmi-sel"] }
`;

const messageOf = (text: string): string => {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("it was accepted");
};

describe("a configuration file of ipmi_exporter", () => {
  it("may have flags with names of JavaScript object members", () => {
    const { modules, notes } = parse("modules: { m: { user: a, pass: b, workaround_flags: [constructor, toString] } }");
    expect(modules.get("m")?.ipmi.quirks).toEqual([]);
    expect(notes.map(({ message }) => message)).toEqual([
      '"constructor" is unknown and ignored',
      '"toString" is unknown and ignored',
    ]);
  });

  it("is recognised by its keys and translated", () => {
    const config = parse(EXAMPLE);
    expect(config.foreign).toBe(true);
    expect([...config.auths.keys()]).toEqual(["default", "thatspecialhost", "advanced"]);
    expect(config.auths.get("default")).toMatchObject({ username: "default_user", password: { from: "config" } });
    // Three collectors of ten seconds each, in one session.
    expect(config.modules.get("default")).toMatchObject({
      timeoutMs: 30_000,
      ipmi: { privilege: "user", allowIpmi15: "auto" },
      ipmiExporter: { auth: "default", collectors: ["bmc", "ipmi", "chassis"], excludeSensorIds: [2, 29, 32] },
    });
    expect(config.modules.get("thatspecialhost")).toMatchObject({
      sensors: { bridge: true },
      ipmi: { privilege: "administrator", allowIpmi15: true },
      ipmiExporter: { auth: "thatspecialhost", collectors: ["ipmi", "sel"], discreteReadings: true },
    });
  });

  it("is distinguished from one of lightsout, also if both have only modules", () => {
    expect(parse("modules: { default: { timeout: 30s } }").foreign).toBe(false);
    expect(parse("modules: { default: {}, other: { collectors: [ipmi] } }").foreign).toBe(true);
    expect(parse("auths: { default: { username: u, password: p } }").foreign).toBe(false);
  });

  it("is accepted with notes on what is ignored and where", () => {
    const { notes } = parse(EXAMPLE);
    expect(notes.map(({ line, path, message }) => `${line} ${path}: ${message}`)).toEqual([
      "26 modules.advanced.collector_cmd: is ignored: no program is run",
      "27 modules.advanced.custom_args.ipmi: ignored, no program is run: ipmimonitoring",
      "27 modules.advanced.custom_args.sel: ignored, no program is run: ipmi-sel",
    ]);
  });

  it("has no value of an ignored option in its notes", () => {
    const args =
      '["ipmi-x", "--password=hunter2", "-phunter2", "-p", "hunter2", "--k-g", "hunter2", "http://x/hunter2"]';
    const { notes } = parse(`modules: { default: { user: u, pass: p, custom_args: { ipmi: ${args} } } }`);
    expect(notes.map(({ message }) => message)).toEqual([
      "ignored, no program is run: ipmi-x --password -p -p --k-g http://x/<secret>",
    ]);
  });

  it("has the events that are counted by name, and a note if no collector counts them", () => {
    const events = 'sel_events: [{ name: memory, regex: "(?i)ecc|memory" }]';
    const config = parse(`modules: { default: { user: u, pass: p, collectors: [sel-events], ${events} } }`);
    const rules = config.modules.get("default")?.ipmiExporter?.selEvents ?? [];
    expect(rules.map(({ name, regexp }) => [name, regexp.matches("Correctable MEMORY error")])).toEqual([
      ["memory", true],
    ]);
    expect(config.notes).toEqual([]);
    const idle = parse(`modules: { default: { user: u, pass: p, ${events} } }`);
    expect(idle.notes.map(({ message }) => message)).toEqual([
      "counts nothing: sel-events is not among the collectors",
    ]);
    expect(redactConfig(config)).toContain("(?i)ecc|memory");
  });

  it.each([
    ["-I 17", '["-I", "17"]', [17]],
    ["-I17", '["-I17"]', [17]],
    ["--cipher-suite-id=3", '["--cipher-suite-id=3"]', [3]],
    ["nothing of it", '["--quiet-readings"]', undefined],
  ])("gives the cipher suite of an argument: %s", (_, args, expected) => {
    const config = parse(`modules: { default: { user: u, pass: p, custom_args: { ipmi: ${args} } } }`);
    expect(config.modules.get("default")?.ipmi.cipherSuites).toEqual(expected);
  });

  it("maps FreeIPMI work-around flags to quirks, and has notes on unknown ones", () => {
    const flags = "[opensesspriv, ignorescanningdisabled, assumebmcowner, authcap, intel20, moonshine]";
    const config = parse(`modules: { default: { user: u, pass: p, workaround_flags: ${flags} } }`);
    expect(config.modules.get("default")?.ipmi.quirks).toEqual(["scanning_disabled_is_valid", "assume_bmc_owner"]);
    expect(config.notes.map(({ message }) => message)).toEqual(['"moonshine" is unknown and ignored']);
  });

  it("has a longer interval for a module whose collectors may take over a minute", () => {
    const config = parse("modules: { default: { user: u, pass: p, timeout: 20000 } }");
    expect(config.modules.get("default")).toMatchObject({ timeoutMs: 80_000, intervalMs: 160_000 });
  });

  it.each([
    [
      "a misspelt key",
      "modules: { default: { usr: u, pass: p } }",
      'modules.default.usr: unknown key; did you mean "user"?',
    ],
    ["a driver of the machine itself", "modules: { default: { driver: OPENIPMI } }", "must be LAN_2_0 or LAN"],
    [
      "a privilege nobody has",
      "modules: { default: { user: u, privilege: root } }",
      "modules.default.privilege: must be one of",
    ],
    ["an unknown collector", "modules: { default: { collectors: [ipmy] } }", 'did you mean "ipmi"?'],
    [
      "a password that is a number",
      "modules: { default: { user: u, pass: 12345678 } }",
      "must be text; put it in quotes",
    ],
    [
      "a password no BMC takes",
      `modules: { default: { user: u, pass: ${"swordfish".repeat(3)} } }`,
      "longer than 20 bytes",
    ],
    [
      "an event's expression that Go refuses",
      'modules: { default: { sel_events: [{ name: x, regex: "a(?!b)" }] } }',
      "modules.default.sel_events[0].regex: is not a regular expression of Go: invalid or unsupported Perl syntax: `(?!`",
    ],
    [
      "an event without a name",
      'modules: { default: { sel_events: [{ name: "", regex: "a" }] } }',
      "modules.default.sel_events[0].name: must be a name, the label of the count",
    ],
    [
      "an event without an expression",
      "modules: { default: { sel_events: [{ name: x }] } }",
      "modules.default.sel_events[0].regex: is missing",
    ],
    [
      "a time-out with a unit",
      "modules: { default: { user: u, timeout: 10s } }",
      "must be a whole number of milliseconds",
    ],
  ])("is refused with what would do: %s", (_, text, expected) => {
    expect(messageOf(text)).toContain(expected);
    expect(messageOf(text)).not.toMatch(/swordfish|12345678/);
  });

  it("has no password in its errors", () => {
    expect(redactConfig(parse(EXAMPLE))).not.toMatch(/example_pw|secret_pw/);
  });
});
