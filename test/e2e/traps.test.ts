import { createSocket } from "node:dgram";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { encodePlatformEventTrap, type PlatformEventTrap } from "../../src/ipmi/index.ts";
import { systemClock } from "../../src/lib/index.ts";
import {
  compileBoard,
  PetSender,
  type Scenario,
  type Simulation,
  sampleBoard,
  startSimulation,
} from "../../src/simulator/index.ts";
import { startAlertmanager } from "../alerts/alertmanager.ts";
import { startChild, temporaryFolder } from "../rig/child.ts";
import { reservePort } from "../rig/ports.ts";
import { findProgram, withPeers } from "../rig/requirements.ts";
import { run } from "../rig/run.ts";
import { builtMain } from "./build.ts";
import { eventually, type Lightsout, startLightsout } from "./lightsout.ts";

const PET = "1.3.6.1.4.1.3183.1.1";
const COMMUNITY = "the-secret-community";
const FAN = { sensorType: 0x04, eventType: 0x01, offset: 2 };
const PET_ACKNOWLEDGE = 0x17;

withPeers(["snmptrap", "snmptrapd", "prometheus-alertmanager"], "traps", () => {
  let simulation: Simulation;
  let acknowledged = 0;
  let sequence = 100;
  const closers: (() => unknown)[] = [];

  beforeAll(async () => {
    await builtMain();
    const counting: Scenario = () => ({
      name: "counting",
      swallow: (packet) => {
        // Outside a session the message begins behind the header of 14 bytes: netFn is its second byte, the command its sixth.
        if (packet[4] === 0 && packet[15] === 0x04 << 2 && packet[19] === PET_ACKNOWLEDGE) acknowledged++;
        return false;
      },
    });
    const board = compileBoard(sampleBoard());
    simulation = await startSimulation({
      port: 0,
      bmcs: [1, 2].map(() => ({ board, scenarios: [counting] })),
    });
  });
  afterAll(() => simulation.stop());
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  const bmc = (i = 0) => {
    const one = simulation.bmcs[i];
    if (!one) throw new Error("no such BMC");
    return one;
  };
  const fanSensor = () => {
    const sensor = bmc().bmc.model.sensors.find(
      ({ sensorType, threshold }) => threshold && sensorType === FAN.sensorType,
    );
    if (!sensor) throw new Error("the sample board has no fan");
    return sensor.number;
  };

  const start = async (
    traps: object = {},
    more: object = {},
  ): Promise<{
    readonly exporter: Lightsout;
    readonly port: number;
    readonly events: () => readonly Record<string, unknown>[];
  }> => {
    const reserved = await reservePort();
    closers.push(() => reserved.release());
    const exporter = await startLightsout({
      config: {
        auths: { default: { username: "monitor", password: "sesame" } },
        // Only an early poll can see anything within this interval.
        modules: { default: { interval: "10m", timeout: "5s" } },
        targets: [0, 1].map((i) => ({ hosts: `n${i + 1}`, address: `${bmc(i).address}:${bmc(i).port}` })),
        events: { log: { path: "events.log" } },
        traps: { listen: `127.0.0.1:${reserved.port}`, communities_file: "communities", ...traps },
        ...more,
      },
      files: { communities: `${COMMUNITY}\n` },
    });
    closers.push(() => exporter.stop());
    // First contact: two probes, because rounds are minutes away.
    for (const name of ["n1", "n2"]) expect((await exporter.get(`/probe?target=${name}`)).text).toContain("bmc_up 1");
    const log = join(exporter.folder, "events.log");
    const events = (): readonly Record<string, unknown>[] =>
      existsSync(log)
        ? readFileSync(log, "utf8")
            .split("\n")
            .filter((line) => line !== "")
            .map((line) => JSON.parse(line) as Record<string, unknown>)
        : [];
    return { exporter, port: reserved.port, events };
  };

  const petOf = (changes: Partial<PlatformEventTrap> = {}) =>
    encodePlatformEventTrap({
      ...FAN,
      guid: undefined,
      sequence: ++sequence,
      timestamp: 908_000_000 + sequence,
      sensorNumber: fanSensor(),
      deassertion: false,
      data1: 0x52,
      data2: 0x10,
      data3: 0x20,
      trapSourceType: 0x20,
      eventSourceType: 0x20,
      severityCode: 0x10,
      sensorDevice: 0x20,
      entityId: 29,
      entityInstance: 1,
      moreData: Buffer.alloc(5),
      language: 0x19,
      manufacturerId: 343,
      productId: 0x811,
      oemFields: Buffer.alloc(0),
      trapSource: "ipmi",
      eventSource: "ipmi",
      severity: "critical",
      ...changes,
    } as PlatformEventTrap);

  type Version = "1" | "2c" | "3" | "inform";
  const send = async (
    port: number,
    options: {
      readonly version?: Version;
      readonly from?: string;
      readonly agent?: string;
      readonly community?: string;
      readonly pet?: ReturnType<typeof petOf>;
      readonly user?: string;
      readonly authKey?: string;
    } = {},
  ): Promise<number | null | undefined> => {
    const { version = "2c", from = bmc().address, agent, community = COMMUNITY, pet = petOf() } = options;
    const { user = "lightsout", authKey = "authpass123" } = options;
    const program = findProgram(version === "inform" ? "snmpinform" : "snmptrap") ?? "snmptrap";
    const target = [`--clientaddr=${from}`, "-M", "", "-m", "", `127.0.0.1:${port}`];
    const value = [`${PET}.1`, "x", pet.octets.toString("hex")];
    const args: readonly string[] =
      version === "1"
        ? ["-v", "1", "-c", community, ...target, PET, agent ?? from, "6", String(pet.specificTrap), "", ...value]
        : version === "3"
          ? [
              ...[
                "-v",
                "3",
                "-l",
                "authPriv",
                "-u",
                user,
                "-a",
                "SHA",
                "-A",
                authKey,
                "-x",
                "AES",
                "-X",
                "privpass123",
              ],
              ...["-e", "0x8000000001020304", ...target, "", `${PET}.0.${pet.specificTrap}`, ...value],
            ]
          : [
              ...["-v", "2c", "-c", community, ...(version === "inform" ? ["-t", "2", "-r", "1"] : []), ...target],
              ...["", `${PET}.0.${pet.specificTrap}`, ...value],
            ];
    const { code } = await run(program, args, { timeoutMs: 15_000, env: { ...process.env, HOME: "/nonexistent" } });
    return code;
  };

  const sendRaw = async (port: number, packet: Buffer): Promise<void> => {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind({ address: bmc().address, port: 0 }, resolve));
    await new Promise((resolve) => socket.send(packet, port, "127.0.0.1", resolve));
    await sleep(300);
    socket.close();
  };

  const outcomes = async (exporter: Lightsout): Promise<Readonly<Record<string, number>>> =>
    Object.fromEntries(
      [...(await exporter.samples("/metrics/self"))].flatMap(([series, value]) => {
        const outcome = /^lightsout_traps_received_total\{outcome="(\w+)"\}$/.exec(series)?.[1];
        return outcome && value > 0 ? [[outcome, value]] : [];
      }),
    );
  const addFanEvent = (i = 0): void => {
    const data = { data2: 0x10, data3: 0x20 };
    bmc(i).bmc.state.addEvent({
      sensor: fanSensor(),
      sensorType: 0x04,
      eventType: 0x01,
      offset: 2,
      data1: 0x52,
      ...data,
    } as never);
  };
  const V3 = {
    v3_users: [{ name: "lightsout", auth_password: "authpass123", priv_password: "privpass123" }],
  };

  it.each<Version>(["1", "2c", "inform", "3"])(
    "of version %s have the host polled at once, and its record counted once",
    async (version) => {
      const { exporter, port, events } = await start(V3);
      const before = events().length;
      addFanEvent();
      acknowledged = 0;
      const sent = performance.now();
      expect(await send(port, { version })).toBe(0);
      await eventually(
        () => events().length,
        (count) => count > before,
        5000,
      );
      const took = performance.now() - sent;
      process.stdout.write(`trap of version ${version} to event: ${took.toFixed(0)} ms, snmptrap included\n`);
      const fresh = events().slice(before);
      expect(fresh.map(({ type, host }) => [type, host])).toEqual([["sel", "n1"]]);
      const samples = await exporter.samples("/metrics/self");
      expect(samples.get('bmc_traps_total{host="n1",kind="pet"}')).toBe(1);
      expect(samples.get("lightsout_trap_confirmation_seconds_count")).toBe(1);
      await eventually(
        () => acknowledged,
        (count) => count === 1,
      );
      await sleep(500);
      expect(events()).toHaveLength(before + 1);
    },
    60_000,
  );

  it("that no record confirms become an event of their own after 30 s, in the words of the sensor", async () => {
    const { port, events } = await start();
    await send(port);
    const [event] = await eventually(events, (all) => all.some(({ type }) => type === "trap"), 40_000);
    expect(event).toMatchObject({
      type: "trap",
      host: "n1",
      confirmed: false,
      trap: "pet",
      entity: "29.1",
      kind: "fan",
      event: "lower_critical_going_low",
      severity: "critical",
    });
    expect(event?.text).toMatch(
      /^Not confirmed by the event log: .*Lower Critical - going low, asserted \(reading .* rpm, threshold .* rpm\)$/,
    );
    expect(events()).toHaveLength(1);
  }, 90_000);

  it("of strangers, with a wrong community or key, repeated, damaged and of unknown agents are counted and do nothing", async () => {
    const { exporter, port, events } = await start({ ...V3, relays: ["127.0.0.9"] });
    const polls = async (): Promise<number> =>
      (await exporter.samples("/metrics/self")).get('lightsout_polls_total{outcome="ok"}') ?? 0;
    await send(port, { from: "127.9.9.9" });
    await send(port, { community: "guessed" });
    await send(port, { version: "3", authKey: "wrong-password" });
    await send(port, { version: "3", user: "nobody" });
    await send(port, { version: "1", from: "127.0.0.9", agent: "127.9.9.9" });
    await sendRaw(port, withoutUser(petOf()));
    expect(await outcomes(exporter)).toEqual({
      unknown_sender: 1,
      wrong_community: 1,
      unauthenticated: 3,
      unknown_agent: 1,
    });
    const quiet = await polls();
    const pet = petOf();
    for (let i = 0; i < 5; i++) await send(port, { pet });
    expect((await outcomes(exporter)).repeated).toBe(4);
    // Only a relay may speak for others: the sender counts, not the agent address.
    await send(port, { version: "1", agent: bmc(1).address });
    await sleep(1500);
    const samples = await exporter.samples("/metrics/self");
    expect(samples.get('bmc_traps_total{host="n1",kind="pet"}')).toBe(2);
    expect(samples.get('bmc_traps_total{host="n2",kind="pet"}')).toBeUndefined();
    expect(await polls()).toBe(quiet + 1);
    expect(exporter.logs()).not.toMatch(/guessed|wrong-password|the-secret-community|authpass123/);
    expect((await exporter.get("/config")).text).not.toMatch(/authpass123|privpass123|the-secret-community/);
    expect(events().filter(({ type }) => type === "sel")).toEqual([]);
  }, 90_000);

  it("of a relay belong to the host of the agent address, or of the GUID", async () => {
    const { exporter, port } = await start({ relays: ["127.0.0.9"] });
    await send(port, { version: "1", from: "127.0.0.9", agent: bmc(1).address });
    const guid = /bmc_info\{[^}]*guid="([^"]*)"/.exec((await exporter.get("/metrics")).text)?.[1]?.replaceAll("-", "");
    expect(guid).toMatch(/^[0-9a-f]{32}$/);
    await send(port, { from: "127.0.0.9", pet: petOf({ guid: guid ?? "" }) });
    await send(port, { from: "127.0.0.9", pet: petOf({ guid: "00112233445566778899aabbccddeeff" }) });
    const samples = await exporter.samples("/metrics/self");
    const heard = [1, 2].map((i) => samples.get(`bmc_traps_total{host="n${i}",kind="pet"}`) ?? 0);
    expect(heard.reduce((a, b) => a + b)).toBe(2);
    expect(heard[1]).toBeGreaterThan(0);
    expect((await outcomes(exporter)).unknown_agent).toBe(1);
  }, 90_000);

  it("of virtual BMCs are read within two seconds, acknowledged, and understood by snmptrapd", async () => {
    const { port, events } = await start();
    const reserved = await reservePort();
    closers.push(() => reserved.release());
    const folder = temporaryFolder("snmptrapd");
    closers.push(() => folder.remove());
    writeFileSync(join(folder.path, "conf"), "disableAuthorization yes\n");
    const args = ["-f", "-n", "-Lo", "-C", "-c", join(folder.path, "conf"), "-M", "", "-m", "", "-On"];
    const foreign = await startChild(findProgram("snmptrapd") ?? "snmptrapd", [...args, `127.0.0.1:${reserved.port}`], {
      env: { ...process.env, SNMP_PERSISTENT_DIR: folder.path },
    });
    closers.push(() => foreign.kill());
    await eventually(foreign.output, (text) => text.includes("NET-SNMP version"));
    const { bmcs } = simulation;
    const to = { address: "127.0.0.1", clock: systemClock };
    const other = new PetSender(bmcs, { ...to, port: reserved.port, community: "public" });
    addFanEvent(1);
    await eventually(foreign.output, (text) => text.includes(PET));
    expect(foreign.output()).toContain(bmc(1).address);
    expect(foreign.output()).toContain("Enterprise Specific Trap");
    expect(foreign.output()).toMatch(/\.1\.3\.6\.1\.4\.1\.3183\.1\.1\.1 = (Hex-STRING|STRING):/);
    other.stop();
    const delays: number[] = [];
    const sender = new PetSender(bmcs, { ...to, port, community: COMMUNITY });
    closers.push(() => sender.stop());
    for (const i of [0, 1]) {
      const before = events().length;
      const began = performance.now();
      addFanEvent(i);
      await eventually(events, (all) => all.length > before && all.at(-1)?.host === `n${i + 1}`, 5000);
      delays.push(performance.now() - began);
    }
    process.stdout.write(`fault to event by a trap: ${delays.map((ms) => ms.toFixed(0)).join(" and ")} ms\n`);
    await eventually(
      () => sender.waiting,
      (count) => count === 0,
    );
    expect(sender.sent).toBe(2);
  }, 60_000);

  it("page within ten seconds, once; without traps the same fault waits for the next poll", async () => {
    const alertmanager = await startAlertmanager();
    closers.push(() => alertmanager.stop());
    const output = { log: { path: "events.log" }, alertmanager: { url: alertmanager.url, min_severity: "critical" } };
    const { port } = await start({}, { events: output });
    const pages = (): number =>
      alertmanager.notifications.filter(({ alerts }) => alerts.some(({ status }) => status === "firing")).length;
    addFanEvent(1);
    await sleep(3000);
    expect(pages()).toBe(0);
    const sender = new PetSender(simulation.bmcs, {
      address: "127.0.0.1",
      port,
      community: COMMUNITY,
      clock: systemClock,
    });
    closers.push(() => sender.stop());
    const began = performance.now();
    addFanEvent(0);
    await eventually(pages, (count) => count > 0, 10_000);
    process.stdout.write(
      `fault to page by a trap: ${((performance.now() - began) / 1000).toFixed(1)} s, of them 1 s group_wait\n`,
    );
    const firing = await alertmanager.alerts("active");
    expect(firing.map(({ host }) => host)).toEqual(["n1"]);
    await sleep(4000);
    expect(pages()).toBe(1);
  }, 60_000);

  it("follow a reload, and a port in use is logged while polls go on", async () => {
    const { exporter, port } = await start();
    const config = JSON.parse(readFileSync(join(exporter.folder, "lightsout.yml"), "utf8"));
    exporter.write("another-community\n", "communities");
    await exporter.post("/-/reload");
    await sleep(300);
    await send(port);
    await send(port, { community: "another-community" });
    await eventually(
      () => outcomes(exporter),
      ({ accepted, wrong_community }) => accepted === 1 && wrong_community === 1,
    );
    const other = await startLightsout({
      config: { ...config, targets: [], state_dir: undefined },
      files: { communities: "x\n" },
    });
    closers.push(() => other.stop());
    expect(other.logs()).toMatch(/cannot receive traps.*EADDRINUSE|EADDRINUSE.*cannot receive traps/);
    expect((await other.get("/-/ready")).status).toBe(200);
  }, 90_000);
});

/** A trap of version 3 with an empty user name and no security, which snmptrap refuses to send - RFC 3412 section 6. */
function withoutUser({ specificTrap, octets }: { readonly specificTrap: number; readonly octets: Buffer }): Buffer {
  const tagged = (tag: number, ...parts: readonly Buffer[]): Buffer => {
    const body = Buffer.concat(parts);
    const { length } = body;
    const size = length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff];
    return Buffer.concat([Buffer.from([tag, ...size]), body]);
  };
  const number = (value: number): Buffer => tagged(0x02, Buffer.from([value >> 24, value >> 16, value >> 8, value]));
  const text = (value: Uint8Array | string): Buffer => tagged(0x04, Buffer.from(value as string));
  const objectId = (oid: string): Buffer => {
    const [first = 1, second = 3, ...rest] = oid.split(".").map(Number);
    const bytes = rest.flatMap((arc) => {
      const septets = [arc & 0x7f];
      for (let more = arc >>> 7; more > 0; more >>>= 7) septets.unshift((more & 0x7f) | 0x80);
      return septets;
    });
    return tagged(0x06, Buffer.from([first * 40 + second, ...bytes]));
  };
  const engine = Buffer.from("8000000001020304", "hex");
  const security = tagged(0x30, text(engine), number(1), number(1), text(""), text(""), text(""));
  const varbinds = tagged(
    0x30,
    tagged(0x30, objectId("1.3.6.1.2.1.1.3.0"), tagged(0x43, Buffer.from([1]))),
    tagged(0x30, objectId("1.3.6.1.6.3.1.1.4.1.0"), objectId(`${PET}.0.${specificTrap}`)),
    tagged(0x30, objectId(`${PET}.1`), text(octets)),
  );
  const pdu = tagged(0xa7, number(1), number(0), number(0), varbinds);
  return tagged(
    0x30,
    number(3),
    tagged(0x30, number(1), number(65_507), text(Buffer.from([0])), number(3)),
    text(security),
    tagged(0x30, text(engine), text(""), pdu),
  );
}
