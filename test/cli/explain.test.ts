import { afterAll, beforeAll, expect, it } from "vitest";
import type { HostExplanation, SensorExplanation } from "../../src/bmc/index.ts";
import { failureText } from "../../src/model/index.ts";
import { fromIpmitool } from "../crossings/units.ts";
import { builtMain } from "../e2e/build.ts";
import { configFolder, lightsout } from "../e2e/lightsout.ts";
import { type IpmiSim, simUser, startIpmiSim } from "../rig/ipmi-sim.ts";
import { ipmitool } from "../rig/ipmitool.ts";
import { withPeers } from "../rig/requirements.ts";

type Explained = Omit<HostExplanation, "sensors"> & {
  readonly sensors: readonly (SensorExplanation & { readonly excludedBy?: string })[];
};

withPeers(["ipmi_sim", "ipmitool"], "lightsout explain", () => {
  let sim: IpmiSim;
  let files: ReturnType<typeof configFolder>;
  let all: Explained;

  const explain = (...args: readonly string[]) =>
    lightsout(["explain", ...args, "--config.file", files.file], { timeoutMs: 30_000 });
  const named = (name: string): Explained["sensors"][number] => {
    const found = all.sensors.find((sensor) => sensor.name === name);
    if (!found) throw new Error(`no sensor ${name} among ${all.sensors.map((s) => s.name).join()}`);
    return found;
  };

  beforeAll(async () => {
    [sim] = await Promise.all([startIpmiSim(), builtMain()]);
    files = configFolder(
      `modules:
  default:
    ipmi: { quirks: [assume_bmc_owner] }
    sensors:
      exclude:
        - { name: "^Nothing" }
        - { type: Battery }
auths: { default: { username: monitor, password: watch-the-fans } }
targets: [{ hosts: "node001", address: "127.0.0.1:${sim.port}" }]
severities: { files: [severity.yml] }
roles: { files: [roles.yml] }
`,
      {
        "severity.yml": "rules:\n  - { severity: non_recoverable, state: at_or_below_lower_non_critical }\n",
        "roles.yml": 'rules:\n  - { role: hall, name: "^Ambient" }\n',
      },
    );
    const { stdout, stderr, code } = await explain("node001", "--json");
    if (code !== 0) throw new Error(stderr);
    all = JSON.parse(stdout);
  });
  afterAll(async () => {
    files?.remove();
    await sim?.stop();
  });

  it("states how polls read the discrete sensors, and why", async () => {
    expect(all.discrete).toEqual({ policy: "by_event", intervalMs: 300_000 });
    const { stdout } = await explain("node001");
    expect(stdout).toContain("discrete sensors  all when something happened, otherwise each at least every 5m\n");
  });

  it("has the values of ipmitool and the records of the repository", async () => {
    const { name, password } = simUser(sim, "monitor");
    const rows = await ipmitool({
      address: sim.address,
      port: sim.port,
      user: name,
      password,
      privilege: "user",
    }).sensors();
    const differing = rows.flatMap((row) => {
      if (row.value === undefined) return [];
      const theirs = fromIpmitool(row.value, row.unit ?? "");
      // By number: it prints some names as the bytes they are made of. Two LUNs can have one number.
      const ours = all.sensors.filter((s) => s.number === row.number && s.unit === theirs.unit);
      const isSame = ours.some(
        ({ value }) => value !== undefined && Math.abs(value - theirs.value) <= theirs.tolerance,
      );
      return isSame ? [] : [`${row.name}: ${ours.map(({ value }) => value)} is ${theirs.value} ${theirs.unit}`];
    });
    expect(differing).toEqual([]);
    expect(rows.filter(({ value }) => value !== undefined).length).toBeGreaterThan(20);
    const records = new Set(all.sensors.map(({ record }) => record.bytes?.slice(4)));
    const missing = sim.board.sensors.filter((s) => !records.has(Buffer.from(s.record).toString("hex").slice(4)));
    expect(missing.map((s) => s.name)).toEqual([]);
  });

  it("shows the identity of the BMC, the session, and the quirks with their reason", () => {
    expect(all).toMatchObject({ host: "node001", port: sim.port, session: { protocol: "RMCP+", privilege: "user" } });
    expect(all.session?.cipherSuite).toBeGreaterThan(0);
    expect(all.quirks).toContainEqual(
      expect.objectContaining({ name: "assume_bmc_owner", because: "the module's ipmi.quirks list it" }),
    );
  });

  it("shows how the value follows from the record: bytes, factors, formula, limits", async () => {
    const ambient = named("Ambient");
    const { stdout, code } = await explain("node001", ambient.id);
    expect(code).toBe(0);
    const line = (what: string): string[] =>
      stdout.split("\n").flatMap((text) => (text.startsWith(what.padEnd(18)) ? [text.slice(18)] : []));
    expect(line("sensor")).toEqual([`Ambient (${ambient.id})`]);
    expect(line("record")[0]).toMatch(/^0x[0-9a-f]{4}, full: [0-9a-f]{100,}$/);
    expect(line("role")).toEqual([expect.stringMatching(/^hall \(.*roles\.yml:2\)$/)]);
    expect(line("command")[0]).toMatch(/^Get Sensor Reading: [0-9a-f]{6,8}$/);
    expect(line("command")[1]).toMatch(/^Get Sensor Thresholds: [0-9a-f]{14}$/);
    expect(stdout).toContain(`${ambient.conversion?.formula} ${ambient.conversion?.unit}`);
    expect(line("value")).toEqual([`${ambient.value} ${ambient.unit}`]);
    expect(line("limit").join("\n")).toMatch(/^upper_non_critical .* celsius \(raw [0-9a-f]{2}h\), from Get Sensor/m);
    expect(line("state")).toContainEqual(
      expect.stringMatching(/^at_or_below_lower_non_critical: non_recoverable \(.*severity\.yml:2\)$/),
    );
    expect(line("health")).toEqual(["3 non_recoverable: at_or_below_lower_non_critical is non_recoverable"]);
  });

  it("names the rule that sets the severity of a state", () => {
    const supply = all.sensors.find(({ states }) => states.some(({ state }) => state === "input_lost"));
    const state = supply?.states.find((s) => s.state === "input_lost");
    expect(state?.severity).toBe("critical");
    expect(state?.rule?.file).toMatch(/rules\/severity\.yml$/);
    expect(supply?.healthWhy).toContain("input_lost is critical");
  });

  it("explains why there is no value: disabled, refused, excluded, event-only", () => {
    const why = (availability: string): (string | undefined)[] =>
      sim.board.sensors.filter((s) => s.availability === availability).map((s) => named(s.name).noReading);
    expect(new Set(why("scanning-disabled"))).toEqual(
      new Set(["the BMC does not scan the sensor (scanning enabled is 0)"]),
    );
    expect(new Set(why("event-only"))).toEqual(new Set(["it cannot be read: its record is event-only"]));
    for (const sentence of why("absent"))
      expect(sentence).toMatch(/^Get Sensor Reading: refused with completion code CCh/);
    const battery = all.sensors.find(({ kind, excluded }) => kind === "battery" && excluded);
    expect(battery?.excludedBy).toMatch(/^sensors\.exclude\[1\] \(.*lightsout\.yml:7\)$/);
    expect(battery?.exchanges).toEqual([]);
  });

  it("lists all sensors if none is given", async () => {
    const { stdout } = await explain("node001");
    for (const { id } of all.sensors) expect(stdout).toMatch(new RegExp(`^${id.replace("/", "\\/")} +`, "m"));
    expect(stdout).toContain("lightsout explain node001 SENSOR explains one sensor");
  });

  it.each([
    [["nod001"], 'did you mean "node001"?'],
    [["node001", "Ambint"], 'node001 has no sensor "Ambint"; did you mean "Ambient"?'],
  ])("of %j is refused with what would do", async (args, words) => {
    const { code, stderr, stdout } = await explain(...args);
    expect(stderr).toContain(words);
    expect([code, stdout]).toEqual([2, ""]);
  });

  it("fails with the reason if the BMC cannot be read", async () => {
    const { code, stderr } = await explain("127.0.0.1:1", "--timeout", "5");
    const [message = "", meaning = ""] = stderr.split("\n");
    expect(message).toMatch(/^lightsout: 127\.0\.0\.1:1: /);
    expect(meaning).toBe(`lightsout: unreachable: ${failureText("unreachable")}`);
    expect(code).toBe(1);
  });
});
