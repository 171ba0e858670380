import { describe, expect, it } from "vitest";
import {
  chassisControl,
  coldReset,
  getChassisStatus,
  getDeviceId,
  getSessionInfo,
  getUserName,
  IpmiError,
  PrivilegeLevel,
} from "../../src/ipmi/index.ts";
import { receive, refusedLogin } from "../../src/simulator/index.ts";
import { Bench } from "./bench-network.ts";

const SUITES = [1, 2, 3, 6, 7, 8, 11, 12, 15, 16, 17];
const admin = { user: "admin", password: "open sesame" } as const;

/** What a promise is rejected with. */
async function failure(promise: Promise<unknown>): Promise<IpmiError> {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof IpmiError)) throw new Error(`wanted an IpmiError, got ${String(error)}`);
  return error;
}

describe("our client logs in to a virtual BMC", () => {
  it.each(SUITES)("over cipher suite %i", async (suite) => {
    const bench = new Bench({ description: { channel: { cipherSuites: SUITES } }, login: { cipherSuites: [suite] } });
    const id = await bench.within(bench.connection.run(getDeviceId, undefined));
    expect(id.firmwareMajor).toBe(2);
    expect(bench.connection.session?.info.cipherSuite).toBe(suite);
  });

  it("over suite 17 by default", async () => {
    const bench = new Bench();
    await bench.within(bench.connection.open());
    expect(bench.connection.session?.info).toMatchObject({ protocol: "2.0", cipherSuite: 17 });
  });

  it("over IPMI 1.5 with MD5 where nothing else is offered", async () => {
    const bench = new Bench({ description: { channel: { ipmi20: false } } });
    const { powerOn } = await bench.within(bench.connection.run(getChassisStatus, undefined));
    expect(powerOn).toBe(true);
    expect(bench.connection.session?.info).toMatchObject({ protocol: "1.5", authType: 2 });
    await bench.within(bench.connection.close());
    expect(bench.bmc.sessions.all(bench.clock.monotonicMs())).toEqual([]);
  });

  it("over IPMI 1.5 with the straight password when configured", async () => {
    const bench = new Bench({
      description: { channel: { ipmi20: false, authTypes15: ["straight"] } },
      login: { allowStraightPassword: true },
    });
    await bench.within(bench.connection.run(getDeviceId, undefined));
    expect(bench.connection.session?.info.authType).toBe(4);
  });

  it("over IPMI 1.5 without authentication where the user has no password", async () => {
    const users = [{ id: 2, name: "monitor", password: Buffer.alloc(0), privilege: 2 }];
    const channel = { ipmi20: false, authTypes15: ["none"] } as const;
    const bench = new Bench({ description: { users, channel }, password: "" });
    await bench.within(bench.connection.run(getDeviceId, undefined));
    expect(bench.connection.session?.info.authType).toBe(0);
  });

  it("with a BMC key where the BMC has one", async () => {
    const kg = Buffer.from("0123456789abcdef0123");
    const bench = new Bench({ description: { channel: { kg } }, kg });
    await bench.within(bench.connection.open());
    const without = new Bench({ description: { channel: { kg } } });
    expect((await failure(without.within(without.connection.open()))).reason).toBe("wrong_password");
  });

  it("with a password of 20 bytes", async () => {
    const password = "twenty bytes of words";
    const users = [{ id: 2, name: "monitor", password: Buffer.from(password).subarray(0, 20), privilege: 2 }];
    const bench = new Bench({ description: { users }, password });
    await bench.within(bench.connection.open());
  });

  it("without a password over suite 0 where the board allows it", async () => {
    const bench = new Bench({
      description: { channel: { cipherSuites: [0, 3] } },
      ...admin,
      password: "guess",
      login: { cipherSuites: [0], privilege: PrivilegeLevel.Administrator },
    });
    await bench.within(bench.connection.run(getDeviceId, undefined));
    const strict = new Bench({ login: { cipherSuites: [0] } });
    expect((await failure(strict.within(strict.connection.open()))).reason).toBe("no_cipher_suite");
  });
});

describe("a virtual BMC refuses", () => {
  it("an unknown user", async () => {
    const bench = new Bench({ user: "nobody" });
    expect((await failure(bench.within(bench.connection.open()))).reason).toBe("unknown_user");
    const old = new Bench({ user: "nobody", description: { channel: { ipmi20: false } } });
    expect((await failure(old.within(old.connection.open()))).reason).toBe("unknown_user");
  });

  it.each([
    ["a wrong password before it gets a code made with it", { password: "wrong" }, false],
    ["an unknown user", { user: "nobody" }, false],
    ["the code of RAKP 3", { description: { scenarios: [refusedLogin({ step: "rakp3", status: 0x0f })] } }, true],
    ["a wrong password of IPMI 1.5", { password: "wrong", description: { channel: { ipmi20: false } } }, true],
    ["an unknown user of IPMI 1.5", { user: "nobody", description: { channel: { ipmi20: false } } }, false],
    [
      "a code of IPMI 1.5",
      {
        description: {
          channel: { ipmi20: false },
          scenarios: [refusedLogin({ step: "activate_session", status: 0x85 })],
        },
      },
      true,
    ],
  ] as const)("%s, which is a failed login or not", async (_what, options, failedLogin) => {
    const bench = new Bench(options);
    expect(await failure(bench.within(bench.connection.open()))).toMatchObject({ failedLogin });
  });

  it("a wrong password, and frees the slot", async () => {
    for (const channel of [{}, { ipmi20: false }]) {
      const bench = new Bench({ password: "wrong", description: { channel } });
      expect((await failure(bench.within(bench.connection.open()))).reason).toBe("wrong_password");
      expect(bench.bmc.sessions.all(bench.clock.monotonicMs())).toEqual([]);
    }
  });

  it("a privilege the user does not have", async () => {
    for (const channel of [{}, { ipmi20: false }]) {
      const bench = new Bench({ login: { privilege: PrivilegeLevel.Administrator }, description: { channel } });
      expect((await failure(bench.within(bench.connection.open()))).reason).toBe("privilege_refused");
    }
  });

  it("a disabled user", async () => {
    const users = [{ id: 2, name: "monitor", password: Buffer.from("sesame"), privilege: 4, enabled: false }];
    const bench = new Bench({ description: { users } });
    expect((await failure(bench.within(bench.connection.open()))).reason).toBe("unknown_user");
  });

  it("commands above the session's level with D4h", async () => {
    const bench = new Bench(admin);
    const refused = await failure(bench.within(bench.connection.run(getUserName, { userId: 2 })));
    expect(refused.reason).toBe("privilege_refused");
    const operator = new Bench({ ...admin, login: { privilege: PrivilegeLevel.Operator } });
    await expect(operator.within(operator.connection.run(getUserName, { userId: 2 }))).resolves.toEqual({
      userName: "monitor",
    });
  });

  it("a session beyond its limit, until one is closed", async () => {
    const bench = new Bench({ description: { sessions: { limit: 2 } } });
    await bench.within(bench.connection.open());
    await bench.within(bench.connect().open());
    const third = bench.connect();
    expect((await failure(bench.within(third.open()))).reason).toBe("no_free_session");
    await bench.within(bench.connection.close());
    await bench.within(third.open());
    const info = await bench.within(third.run(getSessionInfo, { which: "this" }));
    expect(info).toMatchObject({ possibleSessions: 2, activeSessions: 2, session: { userId: 2, protocol: 1 } });
  });
});

describe("sessions of a virtual BMC", () => {
  it("end after the idle time-out", async () => {
    const bench = new Bench({ description: { sessions: { idleMs: 10_000 } } });
    await bench.within(bench.connection.run(getDeviceId, undefined));
    await bench.clock.advance(9_000);
    await bench.within(bench.connection.run(getDeviceId, undefined));
    expect(bench.bmc.stats.sessionsOpened).toBe(1);
    await bench.clock.advance(11_000);
    expect(bench.bmc.sessions.all(bench.clock.monotonicMs())).toEqual([]);
    await bench.within(bench.connection.run(getDeviceId, undefined));
    expect(bench.bmc.stats.sessionsOpened).toBe(2);
  });

  it("accept no packet twice", async () => {
    const bench = new Bench();
    const sent: Buffer[] = [];
    bench.bmc.add(() => ({ name: "witness", swallow: (packet) => sent.push(Buffer.from(packet)) === 0 }));
    await bench.within(bench.connection.run(getChassisStatus, undefined));
    const last = sent.at(-1) as Buffer;
    const answered = bench.wire.received.length;
    const { requests, dropped } = bench.bmc.stats;
    receive(bench.bmc, last, { address: "127.0.0.1", port: 1 }, () => expect.unreachable());
    expect(bench.bmc.stats).toMatchObject({ requests, dropped: dropped + 1 });
    expect(bench.wire.received).toHaveLength(answered);
  });

  it("end with a cold reset, and the BMC is silent for half a minute", async () => {
    const bench = new Bench({
      ...admin,
      login: { privilege: PrivilegeLevel.Administrator },
      readOnly: false,
    });
    await bench.within(bench.connection.run(coldReset, undefined));
    expect((await failure(bench.within(bench.connection.run(getDeviceId, undefined), 25_000))).reason).toBe("timeout");
    await bench.clock.advance(30_000);
    await bench.within(bench.connection.run(getDeviceId, undefined));
    expect(bench.bmc.stats.sessionsOpened).toBe(2);
  });
});

describe("chassis control of a virtual BMC", () => {
  it("turns the host off and on, and refuses a cycle while off", async () => {
    const bench = new Bench({ ...admin, login: { privilege: PrivilegeLevel.Operator }, readOnly: false });
    const status = async () => (await bench.within(bench.connection.run(getChassisStatus, undefined))).powerOn;
    await bench.within(bench.connection.run(chassisControl, { control: "power down" }));
    expect(await status()).toBe(false);
    const cycle = bench.within(bench.connection.run(chassisControl, { control: "power cycle" }));
    expect((await failure(cycle)).message).toContain("D5h");
    await bench.within(bench.connection.run(chassisControl, { control: "power up" }));
    expect(await status()).toBe(true);
  });
});
