import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import {
  type Config,
  ConfigError,
  CredentialsError,
  cidrMatcher,
  configJsonSchema,
  loadConfig,
  parseConfig,
  redactConfig,
  resolveCredentials,
  staleAfterMs,
  wantsSensor,
} from "../../src/config/index.ts";

const read = (text: string, env?: Record<string, string>): Config => parseConfig(text, { path: "/etc/x.yml", env });

const DESIGN = `
modules:                      # how to poll
  default:
    protocol: auto            # ipmi | redfish | auto
    interval: 60s
    timeout: 20s
    parts: [power, sensors, sel, dcmi, inventory]
    sensors:
      exclude: [{ type: "Entity Presence" }, { name: "^Unused" }]
auths:                        # who we are; never in a module
  default: { username: monitor, password_file: /run/secrets/bmc }   # or password_env, password
targets:
  - hosts: ccw[0001-0252]     # folded host lists
    address: "{host}.sp.example.org"
    module: default
    auth: default
    rack: "r{1-7}"            # or labels from file_sd / http_sd
    labels: { room: vil1, vendor: acme }
file_sd: [{ files: ["targets/*.json"] }]     # Prometheus' own formats
http_sd: [{ url: "https://netbox.example.org/api/plugins/prometheus-sd/devices/" }]
scheduler: { concurrency: 512, group_concurrency: 16 }
probe: { allow: ["10.20.0.0/16"] }
`;

describe("a configuration", () => {
  it("is read with all sections of the example", () => {
    const config = read(DESIGN);
    const module = config.modules.get("default");
    expect(module?.parts).toEqual(["power", "sensors", "sel", "dcmi", "inventory"]);
    expect(module?.sensors.exclude).toEqual([{ kind: "entity_presence" }, { name: /^Unused/ }]);
    expect(config.auths.get("default")?.password).toEqual({ from: "file", path: "/run/secrets/bmc" });
    expect(config.targets).toEqual([
      {
        index: 0,
        hosts: ["ccw[0001-0252]"],
        address: "{host}.sp.example.org",
        module: "default",
        auth: "default",
        place: { rack: "r{1-7}", room: "vil1" },
        labels: { vendor: "acme" },
      },
    ]);
    expect(config.fileSd[0]?.files).toEqual(["/etc/targets/*.json"]);
    expect(config.httpSd[0]).toMatchObject({ refreshMs: 60_000, timeoutMs: 30_000 });
    expect(config.probe.allow).toEqual([{ address: "10.20.0.0", prefix: 16, family: "ipv4" }]);
  });

  it("has all defaults if it is empty", () => {
    for (const text of ["", "{}", "modules:\ntargets:\n"]) {
      const config = read(text);
      expect([...config.modules.keys()]).toEqual(["default"]);
      expect(config.modules.get("default")).toEqual({
        name: "default",
        protocol: "auto",
        intervalMs: 60_000,
        timeoutMs: 20_000,
        parts: ["power", "sensors", "sel", "dcmi", "watchdog", "inventory", "security", "components"],
        sensors: { include: [], exclude: [], bridge: false, discreteIntervalMs: 300_000 },
        limits: { sensors: 2000, series: 20_000, textBytes: 5_000_000 },
        ipmi: {
          port: 623,
          privilege: "user",
          allowIpmi15: "auto",
          inventoryIntervalMs: 3_600_000,
          probeCipherZero: false,
          quirks: [],
        },
        redfish: {
          port: 443,
          auth: "session",
          componentsIntervalMs: 900_000,
          expand: true,
          firmware: false,
          tls: { verify: "pin", accept: [] },
        },
      });
      expect(config.scheduler).toEqual({
        concurrency: 1024,
        groupConcurrency: 32,
        groupBy: "subnet",
        maxBackoffMs: 900_000,
      });
      expect(config.probe).toEqual({ allow: [], maxAgeMs: 0, concurrency: 64 });
    }
  });

  it("has the default module in addition to others, and can replace it", () => {
    expect([...read("modules: { slow: { interval: 5m } }").modules.keys()].sort()).toEqual(["default", "slow"]);
    expect(read("modules: { default: { interval: 5m } }").modules.get("default")?.intervalMs).toBe(300_000);
    expect(read("modules:\n  plain:\n").modules.get("plain")?.intervalMs).toBe(60_000);
  });

  it("may use YAML anchors and merge keys", () => {
    const config = read("modules:\n  a: &a { interval: 5m }\n  b: { <<: *a, timeout: 1m }\n");
    expect(config.modules.get("b")).toMatchObject({ intervalMs: 300_000, timeoutMs: 60_000 });
  });

  it("has readings go stale after three intervals of the module by default", () => {
    const config = read("modules: { slow: { interval: 5m } }\nscheduler: {}");
    const slow = config.modules.get("slow");
    if (!slow) throw new Error("no module");
    expect(staleAfterMs(config.scheduler, slow)).toBe(900_000);
    expect(staleAfterMs(read("scheduler: { stale_after: 1h }").scheduler, slow)).toBe(3_600_000);
  });

  it("does not treat members of JavaScript objects as modules or auths", () => {
    expect(() => read("targets: [{ hosts: a, module: constructor, auth: toString }]")).toThrow(ConfigError);
    expect(read("").modules.get("constructor")).toBeUndefined();
  });

  it("uses cipher suite 0 only if it is listed", () => {
    expect(read("").modules.get("default")?.ipmi.cipherSuites).toBeUndefined();
    const listed = read("modules: { default: { ipmi: { cipher_suites: [17, 0] } } }");
    expect(listed.modules.get("default")?.ipmi.cipherSuites).toEqual([17, 0]);
  });

  it("is refused if its aliases expand exponentially", () => {
    const lol = ["a: &a [x,x,x,x,x,x,x,x,x,x]"];
    for (const [was, is] of ["ab", "bc", "cd", "de", "ef"]) lol.push(`${is}: &${is} [${`*${was},`.repeat(10)}]`);
    expect(() => read(lol.join("\n"))).toThrow(/too many YAML aliases/);
  });
});

describe("a configuration file", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "lightsout-config-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("that does not exist is a ConfigError with its path", async () => {
    await expect(loadConfig(join(folder, "none.yml"))).rejects.toThrow(ConfigError);
    await expect(loadConfig(join(folder, "none.yml"))).rejects.toThrow(/none\.yml: no such file$/);
  });

  it("is the base of relative paths", async () => {
    const path = join(folder, "lightsout.yml");
    await writeFile(path, "state_dir: state\nauths: { default: { username: m, password_file: bmc, kg_file: kg } }\n");
    await writeFile(join(folder, "bmc"), "swordfish\n");
    await writeFile(join(folder, "kg"), "hex:0001ff\r\n");
    const config = await loadConfig(path, {});
    expect(config.stateDir).toBe(join(folder, "state"));
    const credentials = await resolveCredentials(config, "default");
    expect(credentials.password.reveal()).toBe("swordfish");
    expect(credentials.kg?.revealBytes()).toEqual(Buffer.from([0, 1, 255]));
    await writeFile(join(folder, "bmc"), "marlin");
    expect((await resolveCredentials(config, "default")).password.reveal()).toBe("marlin");
  });
});

describe("credentials", () => {
  const config = read(
    `auths:
  text: { username: monitor, password: swordfish, kg: abc, privilege: operator }
  env: { username: monitor, password_env: BMC_PASSWORD }
  file: { username: monitor, password_file: none }
  empty: { username: "", password: "" }
`,
  );

  it("have user name, password, privilege and Kg as configured", async () => {
    const { username, password, kg, privilege } = await resolveCredentials(config, "text");
    expect([username, password.reveal(), kg?.revealBytes().toString(), privilege]).toEqual([
      "monitor",
      "swordfish",
      "abc",
      "operator",
    ]);
  });

  describe("longer than IPMI allows", () => {
    const auths = `auths: { default: { username: ${"u".repeat(17)}, password: ${"p".repeat(21)} } }`;
    const problems = [
      "auths.default.username: has 17 bytes, and IPMI allows 16",
      "auths.default.password: has 21 bytes, and IPMI allows 20",
    ];

    it.each([
      ["are accepted for targets whose module has Redfish", "redfish", "module: r", []],
      ["are accepted for targets whose module tries both protocols", "auto", "module: r", []],
      ["are refused for targets that need both protocols", "both", "module: r", problems],
      ["are refused for a target whose module has not", "redfish", "module: default", problems],
      ["are refused where no module has Redfish", "ipmi", "module: r", problems],
    ])("%s", (_title, protocol, module, expected) => {
      const text = `modules: { r: { protocol: ${protocol} } }\n${auths}\ntargets: [{ hosts: n1, address: n1-bmc, ${module} }]`;
      let messages: readonly string[] = [];
      try {
        read(text);
      } catch (error) {
        messages = (error as ConfigError).problems.map(({ path, message }) => `${path}: ${message}`);
      }
      expect(messages.map((message) => message.split(";")[0])).toEqual(expected);
    });
  });

  it("may be those of the null user", async () => {
    const { username, password } = await resolveCredentials(config, "empty");
    expect([username, password.reveal()]).toEqual(["", ""]);
  });

  it("come from the given environment", async () => {
    const { password } = await resolveCredentials(config, "env", { BMC_PASSWORD: "swordfish" });
    expect(password.reveal()).toBe("swordfish");
  });

  it.each([
    ["an unknown name", "txt", {}, 'no auth is named "txt"; did you mean "text"?'],
    ["a variable that is not set", "env", {}, "auths.env.password: environment variable BMC_PASSWORD is not set"],
    [
      "a password that is too long",
      "env",
      { BMC_PASSWORD: "s".repeat(256) },
      "auths.env.password: is longer than 255 bytes",
    ],
    [
      "a file that is missing",
      "file",
      {},
      "auths.file.password: cannot read /etc/none: no such file; check the path, and whether it is mounted",
    ],
  ])("are refused for %s", async (_, name, env, message) => {
    const failure = resolveCredentials(config, name, env);
    await expect(failure).rejects.toThrow(CredentialsError);
    await expect(failure).rejects.toThrow(message);
  });
});

describe("a redacted configuration", () => {
  const text = `auths:
  default: { username: monitor, password: swordfish, kg: "hex:00112233" }
http_sd:
  - { url: "http://sd.example.org/", authorization: { type: Token, credentials: swordfish } }
modules: { slow: { interval: 5m } }
`;

  it("has the defaults and no secret", () => {
    const redacted = redactConfig(read(text));
    expect(redacted).not.toMatch(/swordfish|00112233/);
    expect(redacted).toContain("password: <secret>");
    expect(parse(redacted)).toMatchObject({
      auths: { default: { username: "monitor", kg: "<secret>" } },
      modules: { default: { interval: "60s" }, slow: { interval: "5m", timeout: "20s" } },
      http_sd: [{ authorization: { type: "Token", credentials: "<secret>" } }],
    });
  });

  it("is a valid configuration", () => {
    expect(redactConfig(read(redactConfig(read(text))))).toBe(redactConfig(read(text)));
  });

  it("is not the only protection: JSON and inspect() hide secrets, too", () => {
    const config = read(text);
    expect(inspect(config, { depth: 20 }) + JSON.stringify(config)).not.toMatch(/swordfish|00112233/);
  });
});

describe("the JSON schema", () => {
  it("describes the file for editors", () => {
    const schema = configJsonSchema();
    expect(schema.additionalProperties).toBe(false);
    expect(Object.keys(schema.properties ?? {})).toContain("targets");
    expect(schema.properties?.targets?.items?.required).toEqual(["hosts"]);
  });
});

describe("sensor rules", () => {
  const rules = read(
    'modules: { default: { sensors: { include: [{ entity: "3" }, { id: 20/0/01 }], exclude: [{ type: Fan, name: Rear }] } } }',
  ).modules.get("default")?.sensors;
  const sensor = { name: "Fan Rear 1", kind: "fan", entity: "29.1", id: "20/0/02" };

  it.each([
    ["one that no include rule names", {}, false],
    ["any instance of an entity that is included", { entity: "3.7", kind: "temperature" }, true],
    ["another entity that starts alike", { entity: "31.1" }, false],
    ["one that is included by id", { id: "20/0/01", name: "Fan Front 1" }, true],
    ["one of which all keys of an exclude rule match", { id: "20/0/01" }, false],
  ])("decide about %s", (_, fields, wanted) => {
    expect(wantsSensor(rules ?? { include: [], exclude: [] }, { ...sensor, ...fields })).toBe(wanted);
  });
});

describe("the networks of /probe", () => {
  const allows = cidrMatcher(read('probe: { allow: [10.20.0.0/16, "2001:db8::/48", 192.0.2.7] }').probe.allow);

  it.each([
    ["10.20.255.1", true],
    ["10.21.0.1", false],
    ["::ffff:10.20.0.1", true],
    ["2001:db8:0:1::5", true],
    ["2001:db8:1::5", false],
    ["192.0.2.7", true],
    ["192.0.2.8", false],
    ["bmc.example.org", false],
  ])("%s: %s", (address, expected) => {
    expect(allows(address)).toBe(expected);
  });
});
