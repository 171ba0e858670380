import { describe, expect, it } from "vitest";
import { SensorReader } from "../../../src/bmc/over-ipmi/sensors.ts";
import {
  DecodeError,
  getSensorHysteresis,
  getSensorReading,
  getSensorReadingFactors,
  getSensorThresholds,
  type SensorReading,
} from "../../../src/ipmi/index.ts";
import { compactRecord, fullRecord } from "../../rig/sdr.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { FakeRunner, refused, silence } from "../fake-runner.ts";
import { answered, planOf } from "../plans.ts";

const CONTEXT = { manufacturerId: 343, productId: 0, hostOff: false, scanningDisabledIsValid: false };
const { signal } = new AbortController();

const record = (number: number, fields: Partial<Parameters<typeof fullRecord>[0]> = {}) =>
  Buffer.from(fullRecord({ number, name: `T${number}`, entity: [3, number], sensorType: 1, baseUnit: 1, ...fields }));

/** Behind the BMC, on channel 6. */
const satellite = (number: number): Buffer => {
  const bytes = record(number);
  bytes[5] = 0x2c;
  bytes[6] = 0x60;
  return bytes;
};

interface BenchOptions {
  readonly bridge?: boolean;
  /** The runner can run nothing but single commands. */
  readonly oneByOne?: boolean;
}

function bench(records: readonly Buffer[], options: BenchOptions = {}) {
  const clock = new FakeClock();
  const runner = new FakeRunner();
  const asked: number[] = [];
  /** What a sensor does instead of reading its own number. */
  const odd = new Map<number, () => Partial<SensorReading>>();
  runner.on(getSensorReading, ({ sensorNumber }) => {
    asked.push(sensorNumber);
    return answered({ raw: sensorNumber, ...odd.get(sensorNumber)?.() });
  });
  const reader = new SensorReader(planOf(...records), { bridge: options.bridge ?? false, clock });
  const read = async () => {
    asked.length = 0;
    const way = options.oneByOne ? { run: runner.run.bind(runner) } : runner;
    const { sensors, failure } = await reader.read(way, CONTEXT, signal);
    return { values: Object.fromEntries(sensors.map((s) => [s.name, s.noReading ?? s.value])), failure, sensors };
  };
  return { clock, runner, asked, odd, reader, read };
}

const throws = (error: unknown) => (): never => {
  throw error;
};

const WAYS = [
  ["in a series", false],
  ["one by one", true],
] as const;

describe.each(WAYS)("reading the sensors of a host %s", (_way, oneByOne) => {
  it("sends one request for each", async () => {
    const { asked, read } = bench([record(1), record(2), record(3)], { oneByOne });
    expect((await read()).values).toEqual({ T1: 1, T2: 2, T3: 3 });
    expect(asked).toEqual([1, 2, 3]);
  });

  it.each([
    [0xcb, "not_present"],
    [0xcc, undefined],
    [0xcd, "unavailable"],
    [0xce, "unavailable"],
    [0xd3, "unavailable"],
    [0xd5, "unavailable"],
    [0xff, "unavailable"],
  ])("applies completion code %i to one sensor only", async (code, noReading) => {
    const { odd, read } = bench([record(1), record(2)], { oneByOne });
    odd.set(1, throws(refused("Get Sensor Reading", code)));
    const { values, failure } = await read();
    expect([values.T2, failure]).toEqual([2, undefined]);
    expect(values.T1).toBe(noReading ?? "unavailable");
  });

  it("continues after an invalid response", async () => {
    const { odd, read } = bench([record(1), record(2)], { oneByOne });
    odd.set(1, throws(new DecodeError("Get Sensor Reading: wanted byte 1, got 1 bytes")));
    expect(await read()).toMatchObject({ values: { T1: "unavailable", T2: 2 }, failure: undefined });
  });

  it("fails if every sensor is refused because of the session", async () => {
    const { odd, read } = bench([record(1), record(2)], { oneByOne });
    for (const n of [1, 2]) odd.set(n, throws(refused("Get Sensor Reading", 0xd4)));
    expect((await read()).failure).toMatchObject({ reason: "privilege_refused" });
  });

  it("returns what it has read at the timeout, and continues there in the next poll", async () => {
    const { asked, odd, read } = bench([record(1), record(2), record(3)], { oneByOne });
    odd.set(2, throws(new DOMException("aborted", "TimeoutError")));
    expect(await read()).toMatchObject({ values: { T1: 1 }, failure: { name: "TimeoutError" } });
    odd.clear();
    expect((await read()).values).toEqual({ T1: 1, T2: 2, T3: 3 });
    expect(asked).toEqual([2, 3, 1]);
    await read();
    expect(asked).toEqual([1, 2, 3]);
  });

  it("continues after a sensor that took all its time", async () => {
    const { asked, odd, read } = bench([record(1), record(2)], { oneByOne });
    odd.set(1, throws(new DOMException("aborted", "TimeoutError")));
    await read();
    await read();
    expect(asked).toEqual([2, 1]);
  });

  it("reads the others even if the BMC never answers for one sensor", async () => {
    const { asked, odd, read } = bench([record(1), record(2), record(3)], { oneByOne });
    odd.set(2, throws(silence()));
    const seen: string[][] = [];
    for (let poll = 0; poll < 4; poll++) seen.push(Object.keys((await read()).values));
    expect(seen).toEqual([["T1"], ["T1", "T3"], ["T1", "T3"], ["T1", "T3"]]);
    expect(asked).toEqual([3, 1, 2]);
  });
});

describe.each(WAYS)("sensors that the BMC is always busy at, read %s", (_way, oneByOne) => {
  const busy = () => {
    throw refused("Get Sensor Reading", 0xc0, true);
  };
  const tries = ({ runner }: ReturnType<typeof bench>) =>
    runner.asked
      .splice(0)
      .flatMap(({ name, request, options }) =>
        name === "Get Sensor Reading" && options?.busyTries === 1
          ? [(request as { readonly sensorNumber: number }).sensorNumber]
          : [],
      );

  it("are read after the others from the second poll on, once and without waiting", async () => {
    const rig = bench([record(1), record(2), record(3)], { oneByOne });
    rig.odd.set(1, busy);
    await rig.read();
    expect(tries(rig)).toEqual([]);
    for (let poll = 0; poll < 2; poll++) {
      expect(await rig.read()).toMatchObject({ values: { T1: "unavailable", T2: 2, T3: 3 }, failure: undefined });
      expect(rig.asked).toEqual([2, 3, 1]);
      expect(tries(rig)).toEqual([1]);
    }
  });

  it("are read like the others again after they have answered", async () => {
    const rig = bench([record(1), record(2)], { oneByOne });
    rig.odd.set(1, busy);
    await rig.read();
    rig.odd.clear();
    expect((await rig.read()).values).toEqual({ T1: 1, T2: 2 });
    expect(rig.asked).toEqual([2, 1]);
    await rig.read();
    expect(rig.asked).toEqual([1, 2]);
  });

  it("are waited for four times in the first poll, not 48 times", async () => {
    const rig = bench(Array.from({ length: 48 }, (_, i) => record(i + 1)).concat(record(60)), { oneByOne });
    for (let n = 1; n <= 48; n++) rig.odd.set(n, busy);
    expect((await rig.read()).values.T60).toBe(60);
    expect(new Set(tries(rig).filter((n) => n <= 48)).size).toBe(44);
  });

  it("take at most a second of a poll, in rotation", async () => {
    const rig = bench([record(1), record(2), record(3), record(4)], { oneByOne });
    const answer = rig.runner.answerOf(getSensorReading);
    // As a BMC that waits for something behind it: C3h.
    const slow = async (request: { readonly sensorNumber: number }) => {
      const reading = answer(request);
      if (request.sensorNumber === 4) return reading;
      await rig.clock.advance(600);
      throw refused("Get Sensor Reading", 0xc3, true);
    };
    rig.runner.on(getSensorReading, slow as never);
    await rig.read();
    const seen: number[][] = [];
    for (let poll = 0; poll < 3; poll++) {
      expect(await rig.read()).toMatchObject({ values: { T1: "unavailable", T3: "unavailable", T4: 4 } });
      seen.push([...rig.asked]);
    }
    expect(seen).toEqual([
      [4, 1, 2],
      [4, 3, 1],
      [4, 2, 3],
    ]);
  });

  it("make the part fail if there are no others", async () => {
    const rig = bench([record(1), record(2)], { oneByOne });
    for (const n of [1, 2]) rig.odd.set(n, busy);
    for (let poll = 0; poll < 3; poll++) expect((await rig.read()).failure).toMatchObject({ reason: "bmc_busy" });
  });
});

describe.each(WAYS)("sensors of controllers behind the BMC %s", (_way, oneByOne) => {
  it("are not read unless bridging is allowed", async () => {
    const { asked, read } = bench([record(1), satellite(2)], { oneByOne });
    expect((await read()).values).toEqual({ T1: 1, T2: "not_asked" });
    expect(asked).toEqual([1]);
  });

  it("are read through the BMC", async () => {
    const { runner, read } = bench([satellite(2)], { bridge: true, oneByOne });
    expect((await read()).values).toEqual({ T2: 2 });
    expect(runner.asked[0]?.options?.bridge).toEqual({ channel: 6, address: 0x2c, lun: 0 });
  });

  it("cost one timeout if their controller does not answer, and the BMC's own are read", async () => {
    const { asked, odd, read } = bench([satellite(2), satellite(3), record(1)], { bridge: true, oneByOne });
    odd.set(2, throws(silence()));
    for (let poll = 0; poll < 2; poll++) {
      expect(await read()).toMatchObject({
        values: { T2: "unavailable", T3: "unavailable", T1: 1 },
        failure: undefined,
      });
      expect(asked).toEqual([2, 1]);
    }
    odd.clear();
    expect((await read()).values).toEqual({ T2: 2, T3: 3, T1: 1 });
  });
});

describe("limits", () => {
  const DAY = 24 * 3600_000;
  const TOLD = { upperCritical: 80 };

  it("are read once a day; until then those of the record apply", async () => {
    const { clock, runner, read } = bench([record(1, { thresholds: { uc: 90 } })]);
    const first = await read();
    expect(first.sensors[0]?.thresholds).toEqual({ upper_critical: 90 });
    runner.on(getSensorThresholds, () => TOLD);
    await clock.advance(DAY - 1);
    runner.take();
    await read();
    expect(runner.take()).toEqual(["Get Sensor Reading"]);
    await clock.advance(1);
    await read();
    expect(runner.take()).toEqual(["Get Sensor Reading", "Get Sensor Thresholds"]);
    expect((await read()).sensors[0]?.thresholds).toEqual({ upper_critical: 80 });
  });

  // Records of Dell's processors: capabilities 50h, that is no limits, and a readable mask of 12h.
  it("are also read if the record reports none but has a mask of readable ones", async () => {
    const cpu = record(1);
    cpu.writeUInt8(0x50, 11);
    cpu.writeUInt8(0x12, 18);
    const { runner, read } = bench([cpu]);
    runner.onBytes(getSensorThresholds, "12000300006400");
    await read();
    expect((await read()).sensors[0]?.thresholds).toEqual({ lower_critical: 3, upper_critical: 100 });
  });

  it("that are refused are read again after a day", async () => {
    const cpu = record(1);
    cpu.writeUInt8(0x50, 11);
    cpu.writeUInt8(0x12, 18);
    const { clock, runner, read } = bench([cpu]);
    const asked = async () => {
      await read();
      return runner.take().filter((name) => name === "Get Sensor Thresholds").length;
    };
    expect([await asked(), await asked(), await asked()]).toEqual([1, 0, 0]);
    await clock.advance(DAY);
    expect([await asked(), await asked()]).toEqual([1, 0]);
  });

  it("are not read if the record reports none and has no mask", async () => {
    const { runner, read } = bench([record(1)]);
    await read();
    expect(runner.take()).toEqual(["Get Sensor Reading"]);
  });

  it("that a busy BMC did not return are read in the next poll, also after a restart", async () => {
    const { clock, runner, reader, read } = bench([
      record(1, { thresholds: { uc: 90 } }),
      record(2, { thresholds: { uc: 90 } }),
    ]);
    runner.on(getSensorThresholds, ({ sensorNumber }) => {
      if (sensorNumber === 1) throw refused("Get Sensor Thresholds", 0xc0, true);
      return TOLD;
    });
    await read();
    expect((await read()).sensors.map(({ thresholds }) => thresholds?.upper_critical)).toEqual([90, 80]);
    const restarted = new SensorReader(reader.plan, { bridge: false, clock });
    restarted.restore(JSON.parse(JSON.stringify(reader.save())));
    runner.on(getSensorThresholds, () => TOLD);
    for (const one of [reader, restarted]) {
      runner.take();
      await one.read(runner, CONTEXT, signal);
      expect(runner.take().filter((name) => name === "Get Sensor Thresholds")).toHaveLength(1);
      const { sensors } = await one.read(runner, CONTEXT, signal);
      expect(sensors.map(({ thresholds }) => thresholds?.upper_critical)).toEqual([80, 80]);
    }
  });

  it("continue in the next poll after a timeout", async () => {
    const { runner, read } = bench([1, 2, 3].map((n) => record(n, { thresholds: { uc: 90 } })));
    const numbers: number[] = [];
    const answer = (endsAt: number) =>
      runner.on(getSensorThresholds, ({ sensorNumber }) => {
        numbers.push(sensorNumber);
        if (sensorNumber === endsAt) throw new DOMException("aborted", "TimeoutError");
        return TOLD;
      });
    answer(2);
    expect((await read()).failure).toBeDefined();
    answer(0);
    expect((await read()).failure).toBeUndefined();
    await read();
    expect(numbers).toEqual([1, 2, 2, 3]);
  });

  it("are read again if the clock was set back", async () => {
    const { clock, runner, read } = bench([record(1, { thresholds: { uc: 90 } })]);
    runner.on(getSensorThresholds, () => TOLD);
    clock.jumpWall(400 * DAY);
    await read();
    clock.jumpWall(-400 * DAY);
    runner.take();
    await read();
    expect(runner.take()).toEqual(["Get Sensor Reading", "Get Sensor Thresholds"]);
  });

  it("are kept over a restart with their age", async () => {
    const { clock, runner, reader, read } = bench([record(1, { thresholds: { uc: 90 } })]);
    runner.on(getSensorThresholds, () => TOLD);
    await read();
    const saved = JSON.parse(JSON.stringify(reader.save()));
    const restarted = new SensorReader(reader.plan, { bridge: false, clock });
    restarted.restore(saved);
    runner.take();
    const { sensors } = await restarted.read(runner, CONTEXT, signal);
    expect(sensors[0]?.thresholds).toEqual({ upper_critical: 80 });
    expect(runner.take()).toEqual(["Get Sensor Reading"]);
  });
});

describe("a part", () => {
  const bay = Buffer.from(
    compactRecord({ number: 1, name: "Bay 1", entity: [4, 1], sensorType: 0x0d, eventType: 0x6f }),
  );
  const PRESENT = { states: 0x01 };
  const EMPTY = { states: 0x00 };
  const rig = () => {
    const made = bench([bay]);
    const seen = async (reading: Partial<SensorReading>) => {
      made.odd.set(1, () => reading);
      const { sensors } = await made.read();
      return [sensors[0]?.health, ...(sensors[0]?.states ?? [])];
    };
    return { ...made, seen };
  };

  it("that was never present is not a failure", async () => {
    const { seen } = rig();
    for (let poll = 0; poll < 3; poll++) expect(await seen(EMPTY)).toEqual([0]);
  });

  it("that disappears is a warning until it is back", async () => {
    const { seen } = rig();
    expect(await seen(PRESENT)).toEqual([0, "drive_present"]);
    for (let poll = 0; poll < 3; poll++) expect(await seen(EMPTY)).toEqual([1, "disappeared"]);
    expect(await seen(PRESENT)).toEqual([0, "drive_present"]);
    expect(await seen(EMPTY)).toEqual([1, "disappeared"]);
  });

  it("that disappears is a warning until that is acknowledged", async () => {
    const { reader, seen } = rig();
    await seen(PRESENT);
    await seen(EMPTY);
    reader.acknowledgeRemovals();
    expect(await seen(EMPTY)).toEqual([0]);
    await seen(PRESENT);
    expect(await seen(EMPTY)).toEqual([1, "disappeared"]);
  });

  it("is not checked while it has no reading, has a fault or the host is off", async () => {
    const { reader, runner, odd, seen } = rig();
    await seen(PRESENT);
    expect(await seen({ unavailable: true })).toEqual([undefined]);
    expect(await seen({ states: 0x02 })).toEqual([2, "drive_fault"]);
    odd.set(1, () => EMPTY);
    const { sensors } = await reader.read(runner, { ...CONTEXT, hostOff: true }, signal);
    expect(sensors[0]).toMatchObject({ health: 0, states: [] });
  });

  it("is remembered over a restart and a change of the rules", async () => {
    const { clock, reader, runner, odd, seen } = rig();
    await seen(PRESENT);
    odd.set(1, () => EMPTY);
    const restarted = new SensorReader(reader.plan, { bridge: false, clock });
    restarted.restorePresent(JSON.parse(JSON.stringify(reader.savePresent())));
    const renewed = new SensorReader(planOf(bay), { bridge: false, clock, before: reader });
    for (const one of [restarted, renewed]) {
      const { sensors } = await one.read(runner, CONTEXT, signal);
      expect(sensors[0]?.states).toEqual(["disappeared"]);
    }
  });
});

describe("non-linear sensors", () => {
  const nonLinear = record(1, { sensorType: 2, baseUnit: 4, linearisation: 0x70 });
  const FACTORS = {
    nextReading: 0,
    m: 2,
    tolerance: 0,
    b: 0,
    accuracy: 0,
    accuracyExponent: 0,
    rExponent: -1,
    bExponent: 0,
  };

  it("have their factors read once per raw reading", async () => {
    const { runner, odd, read } = bench([nonLinear]);
    runner.on(getSensorReadingFactors, () => FACTORS);
    odd.set(1, () => ({ raw: 50 }));
    expect((await read()).values).toEqual({ T1: 10 });
    expect((await read()).values).toEqual({ T1: 10 });
    expect(runner.take().filter((name) => name === "Get Sensor Reading Factors")).toHaveLength(1);
    odd.set(1, () => ({ raw: 51 }));
    expect((await read()).values).toEqual({ T1: 10.2 });
    expect(runner.take()).toContain("Get Sensor Reading Factors");
  });

  it("have no value if the BMC refuses their factors, which are not requested again", async () => {
    const { runner, read } = bench([nonLinear]);
    expect((await read()).values).toEqual({ T1: "not_analog" });
    runner.take();
    expect((await read()).values).toEqual({ T1: "not_analog" });
    expect(runner.take()).toEqual(["Get Sensor Reading"]);
  });

  it("have their factors requested again if the BMC was only busy", async () => {
    const { runner, read } = bench([nonLinear]);
    runner.on(getSensorReadingFactors, () => {
      throw refused("Get Sensor Reading Factors", 0xc0, true);
    });
    expect((await read()).values).toEqual({ T1: "not_analog" });
    runner.on(getSensorReadingFactors, () => FACTORS);
    expect((await read()).values).toEqual({ T1: 0.2 });
  });
});

describe("hysteresis", () => {
  /** Readings one after the other, and the health of each. */
  const healthsOf = async ({ odd, read }: ReturnType<typeof bench>, raws: readonly Partial<SensorReading>[]) => {
    const healths: (number | undefined)[] = [];
    for (const reading of raws) {
      odd.set(1, () => reading);
      healths.push((await read()).sensors[0]?.health);
    }
    return healths;
  };
  const jitter = [89, 90, 89, 90, 88, 87, 89, 90].map((raw) => ({ raw }));
  const [READABLE, FIXED, NONE] = [0x10, 0x30, 0x00];
  /** Byte 11, 5:4 of the record. */
  const supporting = (bytes: Buffer, access: number): Buffer => {
    bytes[11] = ((bytes[11] as number) & ~0x30) | access;
    return bytes;
  };
  const hysteretic = record(1, { thresholds: { lc: 10, uc: 90 }, hysteresis: [2, 3] });

  it("keeps the health stable while a reading jitters around a limit", async () => {
    expect(await healthsOf(bench([hysteretic]), jitter)).toEqual([0, 2, 2, 2, 2, 0, 0, 2]);
    expect(await healthsOf(bench([record(1, { thresholds: { uc: 90 } })]), jitter)).toEqual([0, 2, 0, 2, 0, 0, 0, 2]);
  });

  it("uses the negative value for lower limits", async () => {
    const lower = [11, 10, 11, 13, 14, 13].map((raw) => ({ raw }));
    expect(await healthsOf(bench([hysteretic]), lower)).toEqual([0, 2, 2, 2, 0, 0]);
  });

  it.each([
    ["readable, and in the record", READABLE, [0, 2, 2, 2, 2, 0, 0, 2], []],
    ["fixed", FIXED, [0, 2, 2, 2, 2, 0, 0, 2], []],
    ["none, whatever the record's bytes hold", NONE, [0, 2, 0, 2, 0, 0, 0, 2], []],
    ["settable, and so asked for", 0x20, [0, 2, 2, 2, 2, 0, 0, 2], ["Get Sensor Hysteresis"]],
  ])("follows the record: %s", async (_title, access, healths, asked) => {
    const rig = bench([supporting(Buffer.from(hysteretic), access)]);
    expect(await healthsOf(rig, jitter)).toEqual(healths);
    expect(rig.runner.take().filter((name) => name === "Get Sensor Hysteresis")).toEqual(asked);
  });

  it("is read once a day if it is readable and not in the record, and kept over a restart", async () => {
    const untold = supporting(record(1, { thresholds: { uc: 90 } }), READABLE);
    const rig = bench([untold]);
    rig.runner.on(getSensorHysteresis, () => ({ positive: 2, negative: 2 }));
    expect(await healthsOf(rig, [{ raw: 50 }, ...jitter])).toEqual([0, 0, 2, 2, 2, 2, 0, 0, 2]);
    expect(rig.runner.take().filter((name) => name === "Get Sensor Hysteresis")).toHaveLength(1);
    const restarted = new SensorReader(rig.reader.plan, { bridge: false, clock: rig.clock });
    restarted.restore(JSON.parse(JSON.stringify(rig.reader.save())));
    expect(await healthsOf({ ...rig, reader: restarted, read: readingOf(restarted, rig) }, jitter.slice(0, 3))).toEqual(
      [0, 2, 2],
    );
    expect(rig.runner.take()).toEqual(Array(3).fill("Get Sensor Reading"));
  });

  const readingOf =
    (reader: SensorReader, { runner }: ReturnType<typeof bench>) =>
    async () => {
      const { sensors, failure } = await reader.read(runner, CONTEXT, signal);
      return { values: {}, failure, sensors };
    };

  it("uses the BMC's comparison bits as the previous state at the first reading only", async () => {
    const beyond = { raw: 89, comparison: 0x10 };
    expect(await healthsOf(bench([hysteretic]), [beyond, { raw: 87 }, beyond])).toEqual([2, 0, 0]);
    expect(await healthsOf(bench([hysteretic]), [{ raw: 87, comparison: 0x10 }])).toEqual([0]);
  });

  it("is reset by a missing reading", async () => {
    expect(await healthsOf(bench([hysteretic]), [{ raw: 90 }, { unavailable: true }, { raw: 89 }])).toEqual([
      2,
      undefined,
      0,
    ]);
  });

  it("is kept after a change of the rules", async () => {
    const rig = bench([hysteretic]);
    await healthsOf(rig, [{ raw: 90 }]);
    const plan = planOf(hysteretic);
    const after = new SensorReader(plan, { bridge: false, clock: rig.clock, before: rig.reader });
    expect(await healthsOf({ ...rig, read: readingOf(after, rig) }, [{ raw: 89 }])).toEqual([2]);
  });
});
