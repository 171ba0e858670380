import { describe, expect, it } from "vitest";
import {
  getDeviceId,
  getFruInventoryAreaInfo,
  getSelInfo,
  getSelTime,
  getSensorReading,
  IpmiError,
  NetFn,
  readFru,
  readSelSince,
  SdrWalk,
} from "../../src/ipmi/index.ts";
import {
  badChecksums,
  badIntegrity,
  completionCodes,
  duplication,
  endlessSdr,
  fullSel,
  garbage,
  hung,
  latency,
  lockedOut,
  loss,
  lostReservations,
  lostSessions,
  movingClock,
  noWholeSdrReads,
  oddSequences,
  reboot,
  recordIdMismatch,
  refusedLogin,
  reordering,
  repeatedRequestsRefused,
  type Scenario,
  sessionsTaken,
  smallReads,
  strayAddress,
  wedged,
  wrongLengths,
} from "../../src/simulator/index.ts";
import { Bench } from "./bench-network.ts";

/** Reads all that a poller reads at first contact: records, sensors, log, inventory. */
async function contact(bench: Bench): Promise<SdrWalk> {
  const { connection } = bench;
  const walk = new SdrWalk({
    source: "repository",
    memory: connection.memory,
    expectedRecords: bench.bmc.model.sdr.length,
  });
  await walk.run(connection);
  for (const sensor of bench.bmc.model.sensors) {
    if (!sensor.readable || sensor.owner !== 0x20) continue;
    const { raw } = await connection.run(getSensorReading, { sensorNumber: sensor.number });
    expect(raw, sensor.name).toBe(bench.bmc.state.sensor(bench.bmc.state.indexOf(sensor.number)).raw);
  }
  expect((await readSelSince(connection, undefined)).records).toHaveLength(bench.bmc.state.selEntries);
  expect((await readFru(connection, connection.memory, 0))?.product?.serial).toBe("SS0001");
  return walk;
}

async function failure(promise: Promise<unknown>): Promise<IpmiError> {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof IpmiError)) throw new Error(`wanted an IpmiError, got ${String(error)}`);
  return error;
}

describe("our client copes with", () => {
  // biome-ignore format: a table
  const rows: readonly (readonly [what: string, scenarios: readonly Scenario[]])[] = [
    ["answers that take 40 ms", [latency({ meanMs: 40 })]],
    ["a heavy tail of latency", [latency({ meanMs: 40, distribution: "heavy_tailed", mostMs: 3000 })]],
    ["answers slower than its first time-out", [latency({ meanMs: 1300 })]],
    ["slow answers and a BMC that refuses repetitions", [latency({ meanMs: 900, distribution: "uniform" }), repeatedRequestsRefused()]],
    ["one packet in twenty lost", [loss({ probability: 0.05 })]],
    ["every answer twice", [duplication({ probability: 1 })]],
    ["every answer twice, the second late", [duplication({ probability: 1, delayMs: 30 })]],
    ["answers that overtake one another", [latency({ meanMs: 5 }), reordering({ probability: 0.1, holdMs: 2500 })]],
    ["a few answers from another address", [strayAddress({ probability: 0.05 })]],
    ["wrong inner checksums under a right code", [badChecksums({ probability: 1 })]],
    ["a damaged packet now and then", [badIntegrity({ probability: 0.03 })]],
    ["session sequence numbers that skip", [oddSequences({ skip: 0.5, skipBy: 1 })]],
    ["noise before every second answer", [garbage({ probability: 0.5 })]],
    ["lost reservations", [noWholeSdrReads({ answer: "refused" }), lostReservations({ probability: 0.1 })]],
    ["whole SDR reads refused", [noWholeSdrReads({ answer: "refused" })]],
    ["whole SDR reads answered with garbage", [noWholeSdrReads({ answer: "garbage" })]],
    ["whole SDR reads cut short", [noWholeSdrReads({ answer: "short" })]],
    ["16 bytes of SDR and 8 of FRU at once", [smallReads({ sdrBytes: 16, fruBytes: 8 })]],
    ["small reads refused with C8h", [smallReads({ sdrBytes: 20, fruBytes: 20, refusal: 0xc8 })]],
    ["small reads without a word", [smallReads({ sdrBytes: 20, fruBytes: 20, refusal: "short" })]],
    ["bytes too many", [wrongLengths({ filter: { netFn: NetFn.Storage, command: 0x40 }, by: 12 })]],
    ["a busy node", [completionCodes({ filter: { netFn: NetFn.SensorEvent, command: 0x2d }, code: 0xc0, probability: 0.2 })]],
    ["a session forgotten every 40 requests", [lostSessions({ everyRequests: 40 })]],
    ["a full event log", [fullSel()]],
    ["records that carry another id", [recordIdMismatch({ probability: 0 })]],
  ];

  it.each(rows)("%s", async (_what, scenarios) => {
    const bench = new Bench({ scenarios });
    const walk = await bench.within(contact(bench), 900_000);
    expect(walk.records).toEqual(bench.bmc.model.sdr);
  });

  it("records with another id, by following the chain of next ids", async () => {
    const bench = new Bench({ scenarios: [recordIdMismatch({ probability: 0.3 })] });
    const walk = await bench.within(contact(bench));
    expect(walk.records.map((r) => r.subarray(2))).toEqual(bench.bmc.model.sdr.map((r) => r.subarray(2)));
  });

  it.each(["first", "itself"] as const)("an SDR whose last record is followed by the %s", async (followedBy) => {
    const bench = new Bench({ scenarios: [endlessSdr({ followedBy })] });
    const walk = await bench.within(contact(bench));
    expect(walk.records).toEqual(bench.bmc.model.sdr);
    expect(bench.connection.memory.quirks).toContain("sdr_endless");
  });

  it("a last record that cannot be read", async () => {
    const last = new Bench().bmc.model.sdr.length;
    // Whole, and in pieces under the first reservation.
    const scenarios = [0, 1].map((reservation) =>
      completionCodes({ filter: { netFn: NetFn.Storage, command: 0x23, data: [reservation, 0, last, 0] }, code: 0xc3 }),
    );
    const bench = new Bench({ scenarios });
    const walk = await bench.within(contact(bench));
    expect(walk.records).toEqual(bench.bmc.model.sdr.slice(0, -1));
    expect(walk.problems.join()).toContain("skipped");
  });

  it("a refused first suite, by trying the next", async () => {
    for (const status of [0x11, 0x12, 0x04, 0x01]) {
      const bench = new Bench({ scenarios: [refusedLogin({ step: "open_session", status, times: 1 })] });
      await bench.within(bench.connection.open());
      expect(bench.connection.session?.info.cipherSuite).toBe(3);
    }
  });

  it("a session that is not active yet, by a new login", async () => {
    const bench = new Bench({ scenarios: [refusedLogin({ step: "rakp1", status: 0x08, times: 1 })] });
    await bench.within(bench.connection.open());
  });

  it("a BMC that restarts, by opening a new session when it is back", async () => {
    const bench = new Bench({ scenarios: [reboot({ afterMs: 10_000, durationMs: 60_000 })] });
    await bench.within(bench.connection.run(getDeviceId, undefined));
    await bench.clock.advance(12_000);
    expect((await failure(bench.within(bench.connection.run(getDeviceId, undefined), 50_000))).reason).toBe("timeout");
    await bench.clock.advance(60_000);
    await bench.within(bench.connection.run(getDeviceId, undefined));
    expect(bench.bmc.stats.sessionsOpened).toBe(2);
  });

  it("a full event log and a wrong clock", async () => {
    const bench = new Bench({
      scenarios: [fullSel(), movingClock({ offsetSeconds: -86_400, driftSecondsPerHour: 60 })],
    });
    const info = await bench.within(bench.connection.run(getSelInfo, undefined));
    expect(info).toMatchObject({ entries: 512, freeBytes: 0, overflow: true });
    const offset = async () => {
      const { timestamp } = await bench.within(bench.connection.run(getSelTime, undefined));
      return Math.round(timestamp - bench.clock.wallMs() / 1000);
    };
    expect(await offset()).toBeCloseTo(-86_400, -1);
    await bench.clock.advance(3_600_000);
    expect(await offset()).toBeCloseTo(-86_340, -1);
  });
});

describe("our client reports the correct reason for", () => {
  // biome-ignore format: a table
  const rows: readonly (readonly [what: string, scenario: Scenario, reason: string, stage: string])[] = [
    ["a dead BMC", hung({ what: "everything" }), "no_answer", "channel_auth_capabilities"],
    ["a network that swallows everything", loss({ probability: 1 }), "no_answer", "channel_auth_capabilities"],
    ["answers from another address only", strayAddress({ probability: 1 }), "no_answer", "channel_auth_capabilities"],
    ["noise in place of answers", garbage({ probability: 1, instead: true }), "protocol_error", "channel_auth_capabilities"],
    ["a BMC whose sessions hang", hung({ what: "sessions" }), "timeout", "open_session"],
    ["a BMC whose commands hang", hung({ what: "commands" }), "timeout", "command"],
    ["sessions that are all taken", sessionsTaken(), "no_free_session", "open_session"],
    ["no slot at the privilege", refusedLogin({ step: "rakp1", status: 0x0b }), "no_free_session", "rakp"],
    ["a user it does not know", refusedLogin({ step: "rakp1", status: 0x0d }), "unknown_user", "rakp"],
    ["a privilege it does not grant", refusedLogin({ step: "rakp1", status: 0x0a }), "privilege_refused", "rakp"],
    ["a check value it refuses", refusedLogin({ step: "rakp3", status: 0x0f }), "wrong_password", "rakp"],
    ["no suite in common", refusedLogin({ step: "open_session", status: 0x11 }), "no_cipher_suite", "open_session"],
  ];

  it.each(rows)("%s", async (_what, scenario, reason, stage) => {
    const bench = new Bench({ scenarios: [scenario] });
    const error = await failure(bench.within(bench.connection.run(getDeviceId, undefined), 180_000));
    expect({ reason: error.reason, stage: error.stage }).toEqual({ reason, stage });
  });

  it.each([
    [0xc1, "unsupported"],
    [0xcb, "unsupported"],
    [0xcc, "unsupported"],
    [0xc3, "bmc_busy"],
    [0xd5, "unsupported"],
    [0xd4, "privilege_refused"],
    [0xff, "protocol_error"],
  ])("completion code %i", async (code, reason) => {
    const filter = { netFn: NetFn.Storage, command: 0x10 };
    const bench = new Bench({ scenarios: [completionCodes({ filter, code })] });
    const error = await failure(bench.within(bench.connection.run(getFruInventoryAreaInfo, { fruId: 0 })));
    expect(error.reason).toBe(reason);
  });

  it("responses that are too short", async () => {
    const filter = { netFn: NetFn.Storage, command: 0x40 };
    const bench = new Bench({ scenarios: [wrongLengths({ filter, by: -3 })] });
    const error = await failure(bench.within(bench.connection.run(getSelInfo, undefined)));
    expect(error.reason).toBe("protocol_error");
    expect(error.message).toContain("Get SEL Info");
  });

  it("a BMC that a burst of packets silences", async () => {
    const bench = new Bench({ scenarios: [wedged({ packets: 30, withinMs: 1000, forMs: 600_000 })] });
    const error = await failure(bench.within(contact(bench), 180_000));
    expect(error.reason).toBe("timeout");
  });

  it("a locked account, and logs in when it is unlocked", async () => {
    const bench = new Bench({ scenarios: [lockedOut({ attempts: 2, forMs: 300_000 })] });
    for (let n = 0; n < 2; n++) {
      const wrong = bench.connect({ password: "wrong" });
      expect((await failure(bench.within(wrong.open()))).reason).toBe("wrong_password");
    }
    expect((await failure(bench.within(bench.connection.open()))).reason).toBe("unknown_user");
    await bench.clock.advance(300_000);
    await bench.within(bench.connection.open());
  });

  it("sessions that are all in use for a while, and then logs in", async () => {
    const bench = new Bench({ scenarios: [sessionsTaken({ forMs: 60_000 })] });
    expect((await failure(bench.within(bench.connection.open()))).reason).toBe("no_free_session");
    await bench.clock.advance(60_000);
    await bench.within(bench.connection.open());
  });

  it("IPMI 1.5 BMCs that have no free session, answer no command, or send a wrong code", async () => {
    const description = { channel: { ipmi20: false } } as const;
    const full = new Bench({ description, scenarios: [sessionsTaken()] });
    expect((await failure(full.within(full.connection.open()))).reason).toBe("no_free_session");
    const hanging = new Bench({ description, scenarios: [hung({ what: "commands" })] });
    expect((await failure(hanging.within(hanging.connection.run(getDeviceId, undefined)))).reason).toBe("timeout");
  });
});
