import { describe, expect, it } from "vitest";
import { matchesBoot, type SavedRecord } from "../../../../src/bmc/index.ts";
import { sampleBoard } from "../../../../src/simulator/index.ts";
import { hex } from "../../../support/hex.ts";
import { lossyWire, Operated } from "./operated-bmc.ts";

describe("boot operations", () => {
  it("store a choice with the whole sequence, and read it back", async () => {
    const operated = new Operated();
    const choice = { device: "pxe", efi: true } as const;
    const report = await operated.do((o) => o.setBoot(choice));
    expect(report).toMatchObject({ valid: true, device: "pxe", efi: true, persistent: false, raw: "a004000000" });
    expect(matchesBoot(report, choice)).toBe(true);
    expect(matchesBoot(report, { ...choice, persistent: true })).toBe(false);
    const sets = operated.sent.filter((line) => line.startsWith("Set System Boot"));
    expect(sets.map((line) => line.replace("Set System Boot Options ", ""))).toEqual([
      "0308",
      "0001",
      "040101",
      "05a004000000",
      "0002",
      "0000",
    ]);
  });

  it("keep a choice beyond 60 s, use it for one start, and keep a persistent one", async () => {
    const operated = new Operated();
    await operated.do((o) => o.setBoot({ device: "bios" }));
    await operated.clock.advance(300_000);
    expect((await operated.do((o) => o.readBoot())).valid).toBe(true);
    await operated.do((o) => o.setPower("cycle"));
    expect(operated.bmc.settings.boot.bootedDevice).toBe(6);
    expect((await operated.do((o) => o.readBoot())).valid).toBe(false);
    await operated.do((o) => o.setBoot({ device: "disk", persistent: true }));
    await operated.do((o) => o.setPower("reset"));
    expect(await operated.do((o) => o.readBoot())).toMatchObject({ valid: true, device: "disk", persistent: true });
  });

  it("clear all five bytes, which is not the same as device none", async () => {
    const operated = new Operated();
    expect((await operated.do((o) => o.setBoot({ device: "none" }))).raw).toBe("8000000000");
    expect(await operated.do((o) => o.clearBoot())).toMatchObject({ valid: false, raw: "0000000000" });
  });

  it("store the choice whichever packet is lost after the login", async () => {
    for (let lost = 7; lost < 30; lost++) {
      for (const kind of ["request", "answer"] as const) {
        const operated = new Operated();
        const wire = lossyWire(operated.bmc, { [kind]: (n: number) => n === lost });
        const report = await operated.do((o) => o.setBoot({ device: "cdrom" }), { transport: wire });
        expect(report.raw, `${kind} ${lost}`).toBe("8014000000");
        expect(operated.sessions, `${kind} ${lost}`).toBe(0);
      }
    }
  });
});

describe("event log operations", () => {
  it("save the whole log before it is erased, and return what is left", async () => {
    const operated = new Operated();
    const saves: (readonly SavedRecord[])[] = [];
    const before = operated.bmc.state.selEntries;
    expect(before).toBeGreaterThan(0);
    const report = await operated.do((o) => o.clearEventLog(async (records) => void saves.push(records)));
    expect(saves).toHaveLength(1);
    expect(report.saved).toHaveLength(before);
    expect(report.saved.every(({ raw }) => hex(raw).length === 16)).toBe(true);
    expect(report.left.map(({ event }) => event)).toEqual(["log_cleared"]);
  });

  it("erase nothing if the records cannot be saved", async () => {
    const operated = new Operated();
    const before = operated.bmc.state.selEntries;
    const failing = operated.do((o) => o.clearEventLog(() => Promise.reject(new Error("disk full"))));
    await expect(failing).rejects.toThrow("disk full");
    expect(operated.bmc.state.selEntries).toBe(before);
    expect(operated.sessions).toBe(0);
  });

  it("lose no record to one that arrives at any moment of the clear", async () => {
    const quiet = new Operated();
    const wire = lossyWire(quiet.bmc, {});
    await quiet.do((o) => o.clearEventLog(async () => {}), { transport: wire });
    const total = wire.requests;
    for (let at = 0; at < total; at++) {
      const operated = new Operated();
      const saved = new Set<string>();
      const added: string[] = [];
      const lossy = lossyWire(operated.bmc, {
        request: (n) => {
          if (n === at) {
            operated.bmc.state.addEvent({ sensor: 0x30, offset: 9, data2: at });
            const { sel } = operated.bmc.state;
            added.push(Buffer.from(sel.at(sel.count - 1)).toString("hex"));
          }
          return false;
        },
      });
      const report = await operated.do(
        (o) =>
          o.clearEventLog(async (records) => {
            for (const { raw } of records) saved.add(raw);
          }),
        { transport: lossy },
      );
      const left = new Set(report.left.map(({ raw }) => raw));
      const { sel } = operated.bmc.state;
      const inLog = new Set(Array.from({ length: sel.count }, (_, i) => Buffer.from(sel.at(i)).toString("hex")));
      for (const raw of added) expect(saved.has(raw) || left.has(raw) || inLog.has(raw), `request ${at}`).toBe(true);
    }
  });

  it("set the clock and report its offset", async () => {
    const operated = new Operated();
    operated.bmc.state.clockOffsetSeconds = 3600;
    expect((await operated.do((o) => o.readClock())).offsetSeconds).toBe(3600);
    const clock = await operated.do((o) => o.setClock(operated.clock.wallMs()));
    expect(Math.abs(clock.offsetSeconds)).toBeLessThanOrEqual(1);
  });

  it("write a test event", async () => {
    const operated = new Operated();
    const event = { sensorType: 1, sensorNumber: 0x30, eventType: 1, data: [9, 255, 255] } as const;
    expect(await operated.do((o) => o.sendTestEvent(event))).toBe("accepted");
    expect(operated.sent).toContain("Platform Event Message 040130010 9ffff".replace(" 9", "9"));
    const log = await operated.do((o) => o.readEventLog());
    expect(log.at(-1)).toMatchObject({ kind: "temperature", sensorNumber: 0x30, direction: "asserted" });
  });
});

/** The record of a full sensor with thresholds that can be set. */
function settable(record: Uint8Array): Uint8Array {
  const [RECORD_TYPE, FULL, CAPABILITIES, READABLE, SETTABLE] = [3, 0x01, 11, 18, 19];
  const changed = Buffer.from(record);
  if (changed[RECORD_TYPE] !== FULL) return changed;
  changed[CAPABILITIES] = ((changed[CAPABILITIES] ?? 0) & ~0x0c) | 0x08;
  changed[SETTABLE] = changed[READABLE] ?? 0;
  return changed;
}

describe("sensor operations", () => {
  it("read the sensors and FRUs in the words of the metrics", async () => {
    const operated = new Operated();
    const sensors = await operated.do((o) => o.readSensors());
    expect(sensors.find(({ name }) => name === "12V")).toMatchObject({ quantity: "voltage", health: 0 });
    const frus = await operated.do((o) => o.readFrus());
    expect(frus.length).toBeGreaterThan(0);
  });

  it("set thresholds in the unit of the sensor, and read them back", async () => {
    const operated = new Operated({ board: { sdr: sampleBoard().sdr.map(settable) } });
    const all = await operated.do((o) => o.readThresholds());
    const cpu = all.find(({ name }) => name === "CPU1 Temp");
    expect(cpu?.thresholds.upper_critical).toBeGreaterThan(0);
    if (!cpu) throw new Error("the sample board has no CPU1 Temp");
    const report = await operated.do((o) => o.setThresholds("CPU1 Temp", { upper_critical: 20 }));
    expect(report.thresholds).toEqual({ ...cpu.thresholds, upper_critical: 20 });
    expect(report.settable).toContain("upper_critical");
    const sensors = await operated.do((o) => o.readSensors());
    expect(sensors.find(({ id }) => id === cpu.id)).toMatchObject({ health: 2, thresholds: { upper_critical: 20 } });
    const fixed = new Operated();
    await expect(fixed.do((o) => o.setThresholds(cpu.id, { upper_critical: 20 }))).rejects.toThrow(
      "cannot be set, according to the sensor record",
    );
    await expect(operated.do((o) => o.setThresholds("nonsense", { upper_critical: 1 }))).rejects.toThrow(
      'there is no sensor "nonsense" with thresholds',
    );
    await expect(operated.do((o) => o.setThresholds(cpu.id, { upper_critical: 1e6 }))).rejects.toThrow(
      "can represent values from",
    );
  });
});

describe("user operations", () => {
  const secret = Buffer.from("marked-secret-16");

  it("create an account, prove it by a login of its own, and disable it", async () => {
    const operated = new Operated();
    await operated.do(async (o) => {
      expect(await o.setUserName(7, "operator1")).toBe("operator1");
      expect(await o.setPassword(7, secret)).toBe(16);
      const access = {
        privilege: "operator",
        ipmiMessaging: true,
        linkAuthentication: true,
        callbackOnly: false,
      } as const;
      expect(await o.setUserAccess(7, access)).toMatchObject({ privilege: "operator", ipmiMessaging: true });
      await o.setUserEnabled(7, true);
      expect(await o.testPassword(7, secret)).toBe("ok");
      expect(await o.testPassword(7, Buffer.from("another"))).toBe("wrong");
      await o.verifyLogin({ name: "operator1", password: secret, privilege: "operator" });
      await expect(
        o.verifyLogin({ name: "operator1", password: Buffer.from("another"), privilege: "operator" }),
      ).rejects.toMatchObject({ reason: "wrong_password" });
      expect(await o.setUserSol(7, false)).toBe(false);
    });
    const { users } = await operated.do((o) => o.users());
    expect(users.find(({ id }) => id === 7)).toEqual({
      id: 7,
      name: "operator1",
      enabled: true,
      privilege: "operator",
      ipmiMessaging: true,
      linkAuthentication: true,
      callbackOnly: false,
      sol: false,
    });
    await operated.do((o) => o.setUserEnabled(7, false));
    expect((await operated.do((o) => o.user(7))).enabled).toBe(false);
    const disabled = new Operated({ clock: operated.clock });
    expect(disabled.sessions).toBe(0);
    expect(operated.sessions).toBe(0);
  });

  it("use the 20-byte form for long passwords", async () => {
    const operated = new Operated();
    const long = Buffer.from("twenty bytes of text");
    expect(await operated.do((o) => o.setPassword(2, long))).toBe(20);
    expect(await operated.do((o) => o.testPassword(2, long))).toBe("ok");
    expect(await operated.do((o) => o.testPassword(2, secret))).toBe("wrong");
    await expect(operated.do((o) => o.setPassword(2, Buffer.alloc(21, 65)))).rejects.toThrow("at most 20 bytes");
  });

  it("never put a password into a trace or an error", async () => {
    const operated = new Operated();
    const lines: string[] = [];
    await operated.do(async (o) => {
      await o.setPassword(7, secret);
      lines.push(...operated.sent);
      const raw = { netFn: 6, command: 0x47, data: Buffer.concat([Buffer.from([7, 2]), secret]) };
      await o.raw(raw);
      await o.raw({ ...raw, data: raw.data.subarray(0, 10) });
    });
    const all = operated.sent.join("\n");
    expect(all).toContain("Set User Password (data not shown)");
    expect(all).not.toContain(secret.toString("hex").slice(0, 12));
  });
});

describe("network operations", () => {
  it("read the LAN channel, its access and cipher suites", async () => {
    const operated = new Operated({ identity: { ipAddress: "127.0.0.9", vlan: { id: 12, priority: 3 } } });
    expect(await operated.do((o) => o.lan())).toMatchObject({
      channel: 1,
      address: "127.0.0.9",
      addressSource: "static",
      vlan: 12,
      community: "public",
    });
    expect(await operated.do((o) => o.cipherSuites())).toEqual([17, 3]);
    expect(await operated.do((o) => o.channelInfo())).toMatchObject({ channel: 1, medium: "lan" });
  });

  it("change the stored and the active access of a channel, and nothing else", async () => {
    const operated = new Operated();
    const before = await operated.do((o) => o.channelAccess("stored"));
    expect(before.alerting).toBe(false);
    const after = await operated.do((o) => o.setChannelAccess({ alerting: true }));
    expect(after).toEqual({ ...before, alerting: true });
    expect(await operated.do((o) => o.channelAccess("stored"))).toEqual(after);
  });

  it("list sessions and end that of another console", async () => {
    const operated = new Operated();
    await operated.do(async (first) => {
      await first.readPower();
      await operated.do(async (second) => {
        const { sessions, active } = await second.sessions();
        expect(active).toBe(2);
        expect(sessions.map(({ own }) => own)).toEqual([false, true]);
        expect(sessions[0]).toMatchObject({ userName: "admin", privilege: "administrator", protocol: "rmcp+" });
        expect(await second.closeSession(sessions[0]?.handle ?? 0)).toBe("accepted");
        expect((await second.sessions()).active).toBe(1);
      });
    });
    expect(operated.sessions).toBe(0);
  });
});

describe("DCMI operations", () => {
  it("set, read and deactivate a power limit that caps the power", async () => {
    const operated = new Operated();
    operated.bmc.state.setPower(400);
    const limit = await operated.do((o) => o.setPowerLimit({ watts: 250, exception: "log" }));
    expect(limit).toMatchObject({ active: true, watts: 250, exception: "log" });
    operated.bmc.state.setPower(400);
    expect(await operated.do((o) => o.dcmiPower())).toMatchObject({ currentWatts: 250, limitWatts: 250 });
    expect(await operated.do((o) => o.powerLimitOff())).toMatchObject({ active: false, watts: 250 });
    operated.bmc.state.setPower(400);
    expect((await operated.do((o) => o.dcmiPower())).currentWatts).toBe(400);
  });

  it("write asset tags of any length, and shorter ones over longer ones", async () => {
    const operated = new Operated();
    for (const tag of ["x".repeat(63), "rack 12, unit 07", "", "ä"]) {
      expect(await operated.do((o) => o.setAssetTag(tag))).toBe(tag);
    }
    await expect(operated.do((o) => o.setAssetTag("x".repeat(64)))).rejects.toThrow("at most 63 bytes");
  });
});

describe("controller operations", () => {
  it("read identity, GUID, self test and watchdog", async () => {
    const operated = new Operated();
    expect(await operated.do((o) => o.controllerInfo())).toMatchObject({ firmware: "2.31", lan: { channel: 1 } });
    expect(await operated.do((o) => o.guid())).toMatch(/^[0-9a-f]{32}$/);
    expect(await operated.do((o) => o.selfTest())).toMatchObject({ results: ["ok"] });
    expect(await operated.do((o) => o.watchdog())).toMatchObject({ running: false });
  });

  it.each(["warm", "cold"] as const)("restart the BMC: %s", async (kind) => {
    const operated = new Operated();
    expect(await operated.do((o) => o.resetController(kind))).toBe("accepted");
    expect(operated.bmc.isDown).toBe(true);
    await operated.clock.advance(60_000);
    expect(await operated.do(async (o) => (await o.readPower()).on)).toBe(true);
  });
});

describe("a raw request", () => {
  it("returns completion code and data as they are", async () => {
    const operated = new Operated();
    const device = await operated.do((o) => o.raw({ netFn: 6, command: 1, data: new Uint8Array(0) }));
    expect(device).toMatchObject({ completionCode: 0, meaning: "ok" });
    const unknown = await operated.do((o) => o.raw({ netFn: 0x30, command: 0x77, data: hex("0102") }));
    expect(unknown).toMatchObject({ completionCode: 0xc1 });
  });

  it("reaches a controller behind the BMC", async () => {
    const operated = new Operated();
    const satellite = sampleBoard().satellites?.[0];
    if (!satellite) throw new Error("the sample board has no satellite");
    const bridge = { channel: satellite.channel, address: satellite.address };
    const answer = await operated.do((o) => o.raw({ netFn: 6, command: 1, data: new Uint8Array(0), bridge }));
    expect(answer).toMatchObject({ completionCode: 0 });
    const nobody = operated.do((o) =>
      o.raw({ netFn: 6, command: 1, data: new Uint8Array(0), bridge: { channel: 0, address: 0x72 } }),
    );
    await expect(nobody).rejects.toThrow(/Send Message/);
  });

  it("that may change something is sent once; a known reading command again", async () => {
    for (const [command, data, most] of [
      [0x02, "03", 1],
      [0x01, "", 4],
    ] as const) {
      const operated = new Operated();
      let control = 0;
      const inSession = { on: false };
      const wire = lossyWire(operated.bmc, {
        request: () => {
          if (inSession.on) control++;
          return inSession.on;
        },
      });
      const outcome = await operated
        .do(
          async (o) => {
            await o.readPower();
            inSession.on = true;
            try {
              return await o.raw({ netFn: 0, command, data: hex(data) });
            } finally {
              inSession.on = false;
            }
          },
          { transport: wire },
        )
        .catch((error: unknown) => error);
      expect(control).toBe(most);
      if (most === 1) expect(outcome).toBe("answer_lost");
      else expect(outcome).toMatchObject({ reason: "timeout" });
    }
  });
});
