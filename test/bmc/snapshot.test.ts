import { describe, expect, it } from "vitest";
import type { PartReading } from "../../src/bmc/bmc.ts";
import { SnapshotTaker } from "../../src/bmc/snapshot.ts";
import { IpmiError, type IpmiReason, type IpmiStage } from "../../src/ipmi/index.ts";
import {
  type ChassisState,
  type EventLog,
  type Host,
  PART_NAMES,
  type PartName,
  type Sensor,
} from "../../src/model/index.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { FakeBmc } from "./fake-bmc.ts";
import { refused, silence } from "./fake-runner.ts";

const HOST: Host = { name: "node017", address: "192.0.2.17", port: 623, module: "m", auth: "a", place: {}, labels: {} };
const HOUR = 3600_000;

const chassis: ChassisState = {
  powerOn: true,
  faults: {
    power: false,
    power_control: false,
    overload: false,
    interlock: false,
    cooling: false,
    drive: false,
    intrusion: false,
  },
};
const sensor: Sensor = { name: "CPU1 Temp", id: "20/0/01", entity: "3.1", kind: "temperature", states: [] };

function bench() {
  const clock = new FakeClock();
  const bmc = new FakeBmc();
  const taker = new SnapshotTaker(HOST, bmc);
  const take = (
    options: { parts?: readonly PartName[]; signal?: AbortSignal; everything?: boolean; deadlineMs?: number } = {},
  ) =>
    taker.take({
      parts: options.parts ?? PART_NAMES,
      slowIntervalMs: HOUR,
      everything: options.everything,
      signal: options.signal ?? new AbortController().signal,
      deadlineMs: options.deadlineMs,
      clock,
    });
  return { clock, bmc, taker, take };
}

const fails = (error: unknown) => (): PartReading => {
  throw error;
};
const outcomes = (snapshot: { readonly parts: readonly { readonly part: string; readonly ok: boolean }[] }) =>
  snapshot.parts.map(({ part, ok }) => (ok ? part : `${part} failed`));

describe("the parts of a poll", () => {
  it("are read in the order of cost and importance; the first time, events follow the sensors whose names they need", async () => {
    const { bmc, take } = bench();
    await take();
    expect(bmc.take()).toEqual([
      "open",
      "power",
      "dcmi",
      "watchdog",
      "sensors",
      "sel",
      "inventory",
      "security",
      "components",
    ]);
    await take();
    expect(bmc.take()).toEqual(["open", "power", "sel", "dcmi", "watchdog", "sensors"]);
  });

  it("are read in that first order until the sensors were read, three times at most", async () => {
    const { bmc, take } = bench();
    bmc.parts.sensors = fails(silence());
    const orders: (boolean | undefined)[] = [];
    for (let poll = 1; poll <= 5; poll++) {
      await take();
      const asked = bmc.take();
      orders.push(asked.indexOf("sensors") < asked.indexOf("sel"));
    }
    expect(orders).toEqual([true, true, true, false, false]);
  });

  it("are the requested ones", async () => {
    const { bmc, take } = bench();
    const snapshot = await take({ parts: ["watchdog", "power"] });
    expect(bmc.take()).toEqual(["open", "power", "watchdog"]);
    expect(outcomes(snapshot)).toEqual(["power", "watchdog"]);
  });

  it("have their duration and the time of the reading", async () => {
    const { clock, bmc, take } = bench();
    bmc.parts.power = async () => {
      await clock.advance(250);
      return { data: { chassis } };
    };
    const begin = clock.wallMs();
    const snapshot = await take({ parts: ["power", "watchdog"] });
    expect(snapshot.parts).toEqual([
      { part: "power", ok: true, durationMs: 250, readAt: begin + 250, failure: undefined },
      { part: "watchdog", ok: true, durationMs: 0, readAt: begin + 250, failure: undefined },
    ]);
    expect([snapshot.startedAt, snapshot.durationMs, snapshot.host]).toEqual([begin, 250, "node017"]);
  });

  it("that change rarely are read once per slow interval and kept in between", async () => {
    const { clock, bmc, take } = bench();
    let reads = 0;
    bmc.parts.inventory = () => ({ data: { controller: { firmware: `1.${++reads}` } } });
    const begin = clock.wallMs();
    expect((await take()).controller?.firmware).toBe("1.1");
    await clock.advance(HOUR - 1);
    const kept = await take();
    expect(kept.controller?.firmware).toBe("1.1");
    expect(kept.parts.find((p) => p.part === "inventory")?.readAt).toBe(begin);
    await clock.advance(1);
    expect((await take()).controller?.firmware).toBe("1.2");
    expect((await take({ everything: true })).controller?.firmware).toBe("1.3");
  });

  it("that change rarely and failed are read again in the next poll, unless the failure is permanent", async () => {
    const { bmc, take } = bench();
    bmc.parts.inventory = fails(silence());
    bmc.parts.security = fails(refused("Test", 0xd4));
    await take();
    bmc.take();
    await take();
    const asked = bmc.take();
    expect(asked).toContain("inventory");
    expect(asked).not.toContain("security");
  });
});

describe("a failing poll", () => {
  it("keeps the parts that were read, and the reasons of the others", async () => {
    const { bmc, take } = bench();
    bmc.parts.power = () => ({ data: { chassis } });
    bmc.parts.watchdog = fails(refused("Get Watchdog Timer", 0xc1));
    const snapshot = await take({ parts: ["power", "watchdog"] });
    expect([snapshot.up, snapshot.chassis, outcomes(snapshot)]).toEqual([true, chassis, ["power", "watchdog failed"]]);
    expect(snapshot.parts[1]?.failure).toMatchObject({ stage: "watchdog", reason: "unsupported" });
  });

  it("keeps what was read of a part before it failed", async () => {
    const { bmc, take } = bench();
    bmc.parts.sensors = () => ({ data: { sensors: [sensor] }, failure: silence() });
    const snapshot = await take({ parts: ["power", "sensors"] });
    expect(snapshot.sensors).toEqual([sensor]);
    expect(snapshot.parts[1]?.failure).toMatchObject({ stage: "sensors", reason: "timeout" });
  });

  it("counts as reached even if its only part was read partially", async () => {
    const { bmc, take } = bench();
    bmc.parts.sensors = () => ({ data: { sensors: [sensor] }, failure: silence() });
    const snapshot = await take({ parts: ["sensors"] });
    expect([snapshot.up, snapshot.sensors, outcomes(snapshot)]).toEqual([true, [sensor], ["sensors failed"]]);
  });

  it("ends at its deadline: what was read is kept, the other parts time out without a request", async () => {
    const { bmc, take } = bench();
    const deadline = new AbortController();
    bmc.parts.power = () => ({ data: { chassis } });
    bmc.parts.sensors = ({ signal }) => {
      deadline.abort(new DOMException("the operation timed out", "TimeoutError"));
      return { data: { sensors: [sensor] }, failure: signal.reason };
    };
    const snapshot = await take({ parts: ["power", "sensors", "sel", "inventory"], signal: deadline.signal });
    expect(bmc.take()).toEqual(["open", "power", "sensors"]);
    expect([snapshot.up, snapshot.sensors]).toEqual([true, [sensor]]);
    expect(snapshot.parts.map((p) => p.failure?.reason)).toEqual([undefined, "timeout", "timeout", "timeout"]);
    expect(snapshot.parts.map((p) => p.failure?.stage)).toEqual([undefined, "sensors", "sel", "inventory"]);
  });

  it.each<[IpmiReason, IpmiStage]>([
    ["no_answer", "channel_auth_capabilities"],
    ["unreachable", "channel_auth_capabilities"],
    ["wrong_password", "rakp"],
    ["unknown_user", "rakp"],
    ["privilege_refused", "session_privilege"],
    ["no_free_session", "open_session"],
    ["no_cipher_suite", "open_session"],
    ["name_not_resolved", "resolve"],
    ["protocol_error", "channel_auth_capabilities"],
  ])("ends at once when it cannot log in: %s", async (reason, stage) => {
    const { bmc, take } = bench();
    bmc.opens = async () => {
      throw new IpmiError(reason, "a sentence", { stage });
    };
    const snapshot = await take();
    expect(bmc.take()).toEqual(["open"]);
    expect(snapshot).toMatchObject({ up: false, parts: [], failure: { reason, stage, message: "a sentence" } });
  });

  it.each<[IpmiReason, IpmiStage]>([
    ["no_answer", "channel_auth_capabilities"],
    ["unreachable", "channel_auth_capabilities"],
    ["name_not_resolved", "resolve"],
    ["no_free_session", "open_session"],
    ["unknown_user", "rakp"],
    ["wrong_password", "rakp"],
    ["no_cipher_suite", "open_session"],
  ])("ends when a session is lost and the next login fails: %s", async (reason, stage) => {
    const { bmc, take } = bench();
    bmc.parts.watchdog = fails(new IpmiError(reason, "refused", { stage }));
    const snapshot = await take();
    expect(bmc.take()).toEqual(["open", "power", "dcmi", "watchdog"]);
    expect(snapshot).toMatchObject({ up: false, failure: { reason, stage, message: "refused" } });
    expect(outcomes(snapshot)).toEqual(["power", "dcmi", "watchdog failed"]);
    // What was read before belongs to a host that is down: it is not exported as the state of an up host.
    expect(snapshot.chassis).toBeUndefined();
  });

  it.each<[IpmiReason, IpmiStage]>([
    ["timeout", "command"],
    ["privilege_refused", "command"],
    ["bmc_busy", "command"],
    ["unsupported", "command"],
    ["protocol_error", "command"],
  ])("continues after the failure of a single part: %s", async (reason, stage) => {
    const { bmc, take } = bench();
    bmc.parts.watchdog = fails(new IpmiError(reason, "refused", { stage }));
    const snapshot = await take();
    expect(bmc.take()).toEqual([
      "open",
      "power",
      "dcmi",
      "watchdog",
      "sensors",
      "sel",
      "inventory",
      "security",
      "components",
    ]);
    expect(snapshot.up).toBe(true);
    expect(snapshot.parts.flatMap(({ failure }) => failure ?? [])).toMatchObject([{ reason, stage: "watchdog" }]);
  });

  it("does not count as reached if the BMC answered nothing, in spite of cached data", async () => {
    const { bmc, take } = bench();
    bmc.parts.inventory = () => ({ data: { controller: { firmware: "1.0" } } });
    bmc.parts.security = () => ({ data: { findings: [] } });
    expect((await take()).up).toBe(true);
    for (const part of ["power", "sel", "dcmi", "watchdog", "sensors"] as const) bmc.parts[part] = fails(silence());
    bmc.take();
    const snapshot = await take();
    expect(bmc.take()).toEqual(["open", "power", "sel", "dcmi", "watchdog", "sensors"]);
    expect([snapshot.up, snapshot.failure?.reason, snapshot.failure?.stage]).toEqual([false, "timeout", "power"]);
    expect(snapshot.controller).toBeUndefined();
  });

  it("reports unexpected errors with their message", async () => {
    const { bmc, take } = bench();
    bmc.parts.power = fails(new TypeError("a bug"));
    const snapshot = await take({ parts: ["power", "watchdog"] });
    expect(snapshot.parts[0]?.failure).toEqual({ stage: "power", reason: "protocol_error", message: "a bug" });
  });
});

describe("a poll without any packet from the BMC", () => {
  it("is no_answer, whatever the BMC did in earlier polls, and ends at the first timeout", async () => {
    const { bmc, take } = bench();
    await take();
    bmc.take();
    bmc.isSilent = true;
    bmc.parts.power = fails(silence());
    const snapshot = await take();
    expect(bmc.take()).toEqual(["open", "power"]);
    expect([snapshot.up, snapshot.failure?.reason, snapshot.failure?.stage]).toEqual([false, "no_answer", "power"]);
    expect(snapshot.parts.map(({ failure }) => failure?.reason)).toEqual(["no_answer"]);
  });

  it("is no_answer if the login is not answered", async () => {
    const { clock, bmc, take, taker } = bench();
    bmc.isSilent = true;
    bmc.opens = async () => {
      throw new IpmiError("timeout", "timed out after 4 tries", { stage: "channel_auth_capabilities" });
    };
    expect((await take()).failure).toEqual({
      stage: "channel_auth_capabilities",
      reason: "no_answer",
      message: "the BMC sent nothing during the whole poll (timed out after 4 tries)",
    });
    const { signal } = new AbortController();
    expect((await taker.ping({ signal, clock })).failure).toMatchObject({ reason: "no_answer" });
  });

  it("is no_answer if the deadline ends it", async () => {
    const { bmc, take } = bench();
    bmc.isSilent = true;
    const deadline = new AbortController();
    bmc.opens = async ({ signal }) => {
      deadline.abort(new DOMException("the operation timed out", "TimeoutError"));
      throw signal.reason;
    };
    expect((await take({ signal: deadline.signal })).failure).toMatchObject({ stage: "connect", reason: "no_answer" });
  });
});

describe("the time of a poll", () => {
  const TIMEOUT_MS = 20_000;

  /** Reads for ever, or this long. */
  const slow =
    (clock: FakeClock, ms = Number.POSITIVE_INFINITY) =>
    async ({ signal }: { readonly signal: AbortSignal }): Promise<PartReading> => {
      const end = clock.monotonicMs() + ms;
      while (!signal.aborted && clock.monotonicMs() < end) await clock.advance(100);
      return { data: {}, failure: signal.aborted ? signal.reason : undefined };
    };
  const durations = async ({ clock, take }: ReturnType<typeof bench>) => {
    const deadline = new AbortController();
    const deadlineMs = clock.monotonicMs() + TIMEOUT_MS;
    const timer = clock.after(TIMEOUT_MS, () => deadline.abort(new DOMException("over", "TimeoutError")));
    const { parts } = await take({ signal: deadline.signal, deadlineMs });
    timer.cancel();
    return Object.fromEntries(parts.map(({ part, durationMs, failure }) => [part, failure?.reason ?? durationMs]));
  };

  it("leaves some for each part that is due, whatever the others take", async () => {
    const rig = bench();
    for (const part of PART_NAMES) rig.bmc.parts[part] = slow(rig.clock, 800);
    rig.bmc.parts.sensors = slow(rig.clock);
    for (let poll = 0; poll < 5; poll++) {
      const seen = await durations(rig);
      expect(seen).toMatchObject({ power: 800, sel: 800, dcmi: 800, watchdog: 800, sensors: "timeout" });
      expect([seen.inventory, seen.security]).toEqual([800, 800]);
      expect(rig.clock.pending).toBe(0);
    }
  });

  it("belongs to the last part completely", async () => {
    const rig = bench();
    await durations(rig);
    rig.bmc.parts.sensors = slow(rig.clock, TIMEOUT_MS - 1000);
    expect(await durations(rig)).toMatchObject({ sensors: TIMEOUT_MS - 1000 });
  });

  it("that a part does not need is available to the next", async () => {
    const rig = bench();
    rig.bmc.parts.sensors = slow(rig.clock, 13_000);
    expect(await durations(rig)).toMatchObject({ sensors: 13_000, inventory: 0 });
  });

  it("has a message of its own when it is over for a part", async () => {
    const { clock, bmc, take } = bench();
    bmc.parts.sensors = slow(clock);
    const { parts } = await take({ deadlineMs: clock.monotonicMs() + TIMEOUT_MS });
    expect(parts.find(({ part }) => part === "sensors")?.failure).toEqual({
      stage: "sensors",
      reason: "timeout",
      message: "sensors: the rest of the poll's time is for other parts",
    });
  });
});

describe("the components of a machine", () => {
  const dimm: Sensor = { name: "DIMM 1", id: "Systems/1/Memory/1", entity: "32.1", kind: "memory", states: [] };
  const drive: Sensor = { name: "Bay 1", id: "Systems/1/Drives/1", entity: "4.1", kind: "drive", states: [] };
  const reads = (bmc: FakeBmc): void => {
    bmc.parts.sensors = () => ({ data: { sensors: [sensor], omittedSensors: 2 } });
    bmc.parts.inventory = () => ({ data: { frus: [{ name: "System", id: 0, problems: [] }] } });
    bmc.parts.components = () => ({
      data: { components: [dimm, drive], componentFrus: [{ name: "DIMM 1", id: 1000, problems: [] }] },
    });
  };

  it("follow the sensors and FRUs of the other parts, within the limit of the host", async () => {
    const { bmc, taker, clock, take } = bench();
    reads(bmc);
    const snapshot = await take();
    expect(snapshot.sensors).toEqual([sensor, dimm, drive]);
    expect(snapshot.frus?.map(({ name }) => name)).toEqual(["System", "DIMM 1"]);
    expect(snapshot.omitted).toEqual({ sensors: 2 });
    const { signal } = new AbortController();
    const options = { parts: PART_NAMES, slowIntervalMs: HOUR, sensorLimit: 2, signal, clock };
    expect(await taker.take(options)).toMatchObject({ sensors: [sensor, dimm], omitted: { sensors: 3 } });
  });

  it("are there without sensors, and the sensors without them", async () => {
    const { bmc, take } = bench();
    reads(bmc);
    expect((await take({ parts: ["components"] })).sensors).toEqual([dimm, drive]);
    expect((await take({ parts: ["sensors"] })).sensors).toEqual([sensor]);
  });

  it("are read at an interval of their own, and when the BMC finds them due", async () => {
    const { bmc, taker, clock } = bench();
    reads(bmc);
    const { signal } = new AbortController();
    const options = { parts: PART_NAMES, slowIntervalMs: 24 * HOUR, componentsIntervalMs: HOUR, signal, clock };
    const isRead = async (): Promise<boolean> => {
      bmc.take();
      const { sensors } = await taker.take(options);
      expect(sensors).toContain(drive);
      return bmc.take().includes("components");
    };
    expect(await isRead()).toBe(true);
    expect(await isRead()).toBe(false);
    await clock.advance(HOUR);
    expect(await isRead()).toBe(true);
    expect(await isRead()).toBe(false);
    bmc.due = ["components"];
    expect(await isRead()).toBe(true);
  });

  it("do not make a machine another one by the FRUs of its parts", async () => {
    const { bmc, taker, clock } = bench();
    reads(bmc);
    const compared: unknown[] = [];
    const compare = ({ frus }: { readonly frus?: readonly { readonly name: string }[] }): undefined => {
      compared.push(frus?.map(({ name }) => name));
      return undefined;
    };
    const { signal } = new AbortController();
    await taker.take({ parts: PART_NAMES, slowIntervalMs: HOUR, signal, clock, compare });
    expect(compared).toEqual([["System"]]);
  });
});

describe("the event log of a poll", () => {
  it("is reported even if the BMC stops answering later, because new records are in one reading only", async () => {
    const { clock, bmc, taker } = bench();
    const log: EventLog = { entries: 1, overflow: false, fresh: [] };
    bmc.parts = { sel: () => ({ data: { eventLog: log } }) };
    const heard: EventLog[] = [];
    const { signal } = new AbortController();
    const onEventLog = (read: EventLog): void => void heard.push(read);
    bmc.parts.sensors = fails(new IpmiError("no_answer", "gone", { stage: "command" }));
    const snapshot = await taker.take({ parts: PART_NAMES, slowIntervalMs: HOUR, signal, clock, onEventLog });
    expect(heard).toEqual([]);
    expect(snapshot.up).toBe(false);
    bmc.parts.sensors = () => ({ data: {} });
    await taker.take({ parts: PART_NAMES, slowIntervalMs: HOUR, signal, clock, onEventLog });
    bmc.parts.sensors = fails(new IpmiError("no_answer", "gone", { stage: "command" }));
    const failed = await taker.take({ parts: PART_NAMES, slowIntervalMs: HOUR, signal, clock, onEventLog });
    expect([failed.up, heard]).toEqual([false, [log, log]]);
  });
});

describe("a check whether a BMC is back", () => {
  it("is one request and a snapshot without parts", async () => {
    const { clock, bmc, taker } = bench();
    const { signal } = new AbortController();
    expect(await taker.ping({ signal, clock })).toMatchObject({ up: true, parts: [], host: "node017" });
    expect(bmc.take()).toEqual(["ping"]);
    bmc.opens = async () => {
      throw new IpmiError("no_answer", "no answer", { stage: "channel_auth_capabilities" });
    };
    expect(await taker.ping({ signal, clock })).toMatchObject({
      up: false,
      failure: { reason: "no_answer", stage: "channel_auth_capabilities" },
    });
  });
});
