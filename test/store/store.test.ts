import { beforeEach, describe, expect, it } from "vitest";
import type { Clock } from "../../src/lib/index.ts";
import type { EventLog, FailureReason, Host, HostRecord, HostSnapshot } from "../../src/model/index.ts";
import { Store } from "../../src/store/index.ts";

const host = (name: string, more: Partial<Host> = {}): Host => ({
  name,
  address: `${name}.example.org`,
  port: 623,
  module: "default",
  auth: "default",
  place: {},
  labels: {},
  ...more,
});

const up = (name: string, more: Partial<HostSnapshot> = {}): HostSnapshot => ({
  host: name,
  startedAt: 1_000_000,
  durationMs: 500,
  up: true,
  protocol: "ipmi",
  parts: [{ part: "sensors", ok: true, durationMs: 400, readAt: 1_000_000 }],
  sensors: [],
  quirks: ["odd"],
  ...more,
});

const down = (name: string, reason: FailureReason): HostSnapshot => ({
  host: name,
  startedAt: 2_000_000,
  durationMs: 20_000,
  up: false,
  failure: { stage: "open_session", reason, message: `${name}: no` },
  parts: [],
  quirks: [],
});

let nowMs = 0;
let prepared: HostRecord[] = [];

const clock: Clock = {
  wallMs: () => 0,
  monotonicMs: () => nowMs,
  after: () => ({ cancel: () => {} }),
};

const store = (keepReadings?: boolean): Store<string> =>
  new Store({
    prepare(record) {
      prepared.push(record);
      return `${record.host.name} ${record.snapshot?.up ?? "unknown"}`;
    },
    staleAfterMs: ({ module }) => (module === "slow" ? 900_000 : 180_000),
    clock,
    keepReadings,
  });

beforeEach(() => {
  nowMs = 0;
  prepared = [];
});

describe("the store", () => {
  it("has every host of the inventory from the start, in inventory order", () => {
    const s = store();
    expect(s.setHosts([host("b"), host("a")])).toEqual({ added: ["b", "a"], removed: [] });
    expect([...s].map(({ prepared: text }) => text)).toEqual(["b unknown", "a unknown"]);
    expect(s.get("a")?.record).toMatchObject({ polls: 0, failures: { timeout: 0, protocol_error: 0 } });
  });

  it("keeps the records of hosts that stay, and drops hosts that left", () => {
    const s = store();
    s.setHosts([host("a"), host("b")]);
    s.put(up("a"));
    prepared = [];
    expect(s.setHosts([host("c"), host("a")])).toEqual({ added: ["c"], removed: ["b"] });
    expect(s.get("a")?.record.snapshot?.up).toBe(true);
    expect(prepared.map((record) => record.host.name)).toEqual(["c"]);
    expect(s.put(up("b"))).toBe(false);
    expect(s.size).toBe(2);
  });

  it("prepares a host again when its place changes, and drops its readings when its address changes", () => {
    const s = store();
    s.setHosts([host("a")]);
    s.put(up("a"));
    s.setHosts([host("a", { place: { rack: "r2" } })]);
    expect(s.get("a")?.record).toMatchObject({ host: { place: { rack: "r2" } }, snapshot: { up: true } });
    s.setHosts([host("a", { address: "elsewhere" })]);
    expect(s.get("a")?.record.snapshot).toBeUndefined();
  });

  it("keeps the last polls of a host while it has the same BMC", () => {
    const s = store();
    s.setHosts([host("a"), host("b"), host("c")]);
    expect(s.trail("a")).toBeUndefined();
    for (const name of ["a", "b", "c"]) s.put(up(name));
    s.put(down("a", "timeout"));
    s.setHosts([host("a", { place: { rack: "r2" } }), host("b", { address: "elsewhere" })]);
    expect(s.trail("a")?.polls.map(({ failure }) => failure)).toEqual(["timeout", undefined]);
    expect(s.trail("b")).toBeUndefined();
    s.setHosts([host("a"), host("c")]);
    expect(s.trail("c")).toBeUndefined();
  });

  it("prepares once for each snapshot, and not when it is read", () => {
    const s = store();
    s.setHosts([host("a")]);
    prepared = [];
    s.put(up("a"));
    s.get("a");
    expect([...s]).toHaveLength(1);
    expect(prepared).toHaveLength(1);
  });

  it("releases each prepared text once, when it is replaced or the host is removed", () => {
    let made = 0;
    const released: number[] = [];
    const s = new Store<number>({
      prepare: () => made++,
      release: (one) => released.push(one),
      staleAfterMs: () => 1,
      clock,
    });
    s.setHosts([host("a"), host("b")]);
    s.put(up("a"));
    s.put(down("a", "timeout"));
    s.put(up("unknown"));
    s.setHosts([host("a", { place: { rack: "r1" } }), host("b")]);
    s.setHosts([host("a", { address: "elsewhere" })]);
    s.put(up("a"));
    nowMs = 10;
    s.sweep();
    s.setHosts([]);
    expect([...released].sort((a, b) => a - b)).toEqual(Array.from({ length: made }, (_, i) => i));
  });

  it("releases nothing that it still keeps", () => {
    const released: string[] = [];
    const s = new Store<string>({
      prepare: ({ host: { name }, polls }) => `${name}${polls}`,
      release: (one) => released.push(one),
      staleAfterMs: () => 180_000,
      clock,
    });
    s.setHosts([host("a"), host("b")]);
    s.put(up("a"));
    s.setHosts([host("a"), host("b")]);
    s.sweep();
    expect(released).toEqual(["a0"]);
    expect([...s].map(({ prepared: text }) => text)).toEqual(["a1", "b0"]);
  });

  it("has the end of the last poll that reached the BMC as the last success", () => {
    const s = store();
    s.setHosts([host("a")]);
    s.put(up("a"));
    s.put(down("a", "timeout"));
    expect(s.get("a")?.record).toMatchObject({ lastSuccessAt: 1_000_500, polls: 2 });
  });

  it("counts failures by reason, and a success does not clear them", () => {
    const s = store();
    s.setHosts([host("a")]);
    s.put(down("a", "timeout"));
    s.put(down("a", "timeout"));
    s.put(down("a", "bmc_busy"));
    s.put(up("a"));
    expect(s.get("a")?.record.failures).toMatchObject({ timeout: 2, bmc_busy: 1, no_answer: 0 });
  });

  it("drops the previous readings when a poll fails", () => {
    const s = store();
    s.setHosts([host("a")]);
    s.put(up("a"));
    s.put({ ...down("a", "timeout"), quirks: ["odd"] });
    expect(s.get("a")?.record.snapshot).toMatchObject({ up: false, failure: { reason: "timeout" }, quirks: [] });
    expect(s.get("a")?.record.snapshot?.sensors).toBeUndefined();
  });
});

describe("a stale reading", () => {
  it("is dropped at the age configured for its host, and the last success stays", () => {
    const s = store();
    s.setHosts([host("a"), host("slow", { module: "slow" })]);
    s.put(up("a"));
    s.put(up("slow"));
    nowMs = 179_999;
    expect(s.sweep()).toBe(0);
    nowMs = 180_000;
    expect(s.sweep()).toBe(1);
    expect(s.sweep()).toBe(0);
    expect([...s].map(({ prepared: text }) => text)).toEqual(["a unknown", "slow true"]);
    expect(s.get("a")?.record).toMatchObject({ lastSuccessAt: 1_000_500, polls: 1 });
  });

  it("is dropped without the failure of the last poll", () => {
    const s = store();
    s.setHosts([host("a")]);
    s.put(up("a"));
    s.put(down("a", "wrong_password"));
    nowMs = 10_000_000;
    s.sweep();
    expect(s.get("a")?.record.snapshot?.failure?.reason).toBe("wrong_password");
  });
});

describe("a store that keeps readings until they are stale", () => {
  const eventLog: EventLog = {
    entries: 1,
    overflow: false,
    fresh: [
      {
        id: "1",
        relativeTime: false,
        kind: "fan",
        sensor: "Fan 1",
        event: "lower_critical_going_low",
        direction: "asserted",
        severity: "critical",
        text: "Fan 1 stopped",
        raw: "",
      },
    ],
  };

  it("has the failure beside the previous readings, and new events only once", () => {
    const s = store(true);
    s.setHosts([host("a")]);
    s.put(up("a", { eventLog }));
    s.put(down("a", "timeout"));
    expect(s.get("a")?.record.snapshot).toMatchObject({
      up: false,
      failure: { reason: "timeout" },
      durationMs: 20_000,
      sensors: [],
      parts: [],
      eventLog: { entries: 1, fresh: [] },
    });
  });

  it("drops them by the age of the readings, not of the failed polls", () => {
    const s = store(true);
    s.setHosts([host("a")]);
    s.put(up("a"));
    for (nowMs = 60_000; nowMs < 180_000; nowMs += 60_000) s.put(down("a", "timeout"));
    expect(s.get("a")?.record.snapshot?.sensors).toEqual([]);
    expect(s.sweep()).toBe(1);
    expect(s.get("a")?.record.snapshot?.sensors).toBeUndefined();
    expect(s.get("a")?.record.snapshot?.failure?.reason).toBe("timeout");
    s.put(down("a", "timeout"));
    expect(s.get("a")?.record.snapshot?.sensors).toBeUndefined();
  });

  it("has no earlier failure after a success", () => {
    const s = store(true);
    s.setHosts([host("a")]);
    s.put(down("a", "timeout"));
    s.put(up("a"));
    expect(s.get("a")?.record.snapshot?.failure).toBeUndefined();
  });
});
