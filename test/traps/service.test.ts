import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodePlatformEventTrap, decodeSelRecord, type PlatformEventTrap } from "../../src/ipmi/index.ts";
import { silentLogger } from "../../src/lib/index.ts";
import type { LogEntry, TrapFacts } from "../../src/model/index.ts";
import { recordOfTrap, Senders, type Trap, TrapService, type TrapServiceParts } from "../../src/traps/index.ts";
import { kindOf } from "../../src/traps/kinds.ts";
import { trapOf } from "../../src/traps/trap.ts";
import { host } from "../exposition/records.ts";
import { FakeClock } from "../support/fake-clock.ts";

const PET = "1.3.6.1.4.1.3183.1.1";
/** Temperature sensor 30h, lower non-critical going low, of an Intel board; reading 5Ah, threshold 2Bh. */
const INTEL = "524947000000400080000000000002bd0001411d56e0ffff2020102030030150ff5a000000000019000001570811c1";
const pet = (hex = INTEL, specific = 65_792): PlatformEventTrap =>
  decodePlatformEventTrap(specific, Buffer.from(hex, "hex"));

const trap = (changes: Partial<Trap> = {}): Trap => ({
  from: "10.0.0.1",
  kind: "pet",
  oid: `${PET}.0.65792`,
  pet: pet(),
  variables: [],
  ...changes,
});

function rig(more: Partial<TrapServiceParts> = {}) {
  const clock = new FakeClock();
  const outcomes: string[] = [];
  const hints: string[] = [];
  const unconfirmed: { readonly host: string; readonly facts: TrapFacts; readonly pet: boolean }[] = [];
  const acknowledged: string[] = [];
  const delays: number[] = [];
  const logs: object[] = [];
  const hosts = new Map([
    ["10.0.0.1", host("n1")],
    ["10.0.0.2", host("n2")],
  ]);
  const service = new TrapService({
    clock,
    log: { ...silentLogger, warn: (fields: object) => logs.push(fields) } as never,
    report: {
      received: (outcome) => outcomes.push(outcome),
      accepted: () => {},
      confirmed: (seconds) => delays.push(seconds),
    },
    hostOf: (address) => hosts.get(address),
    hostOfGuid: (guid) => (guid.startsWith("5249") ? host("by-guid") : undefined),
    isRelay: (address) => address === "10.9.9.9",
    hint: ({ name }) => hints.push(name),
    acknowledge: ({ name }) => acknowledged.push(name),
    unconfirmed: ({ name }, facts, of) => unconfirmed.push({ host: name, facts, pet: of !== undefined }),
    rate: 100,
    ...more,
  });
  return { clock, service, outcomes, hints, unconfirmed, acknowledged, delays, logs };
}

const record = (changes: Partial<PlatformEventTrap> = {}): LogEntry =>
  ({ raw: recordOfTrap({ ...pet(), ...changes }).toString("hex") }) as LogEntry;
const news = (...entries: LogEntry[]) => ({ entries, historical: 0 });

describe("a trap", () => {
  it("is a hint: the host is polled, and the record that follows confirms it", async () => {
    const { clock, service, hints, unconfirmed, delays } = rig();
    service.take(trap());
    expect(hints).toEqual(["n1"]);
    await clock.advance(700);
    service.read("n1", news(record()));
    await clock.advance(60_000);
    expect(unconfirmed).toEqual([]);
    expect(delays).toEqual([0.7]);
  });

  it.each<[string, Partial<PlatformEventTrap>]>([
    ["another sensor", { sensorNumber: 0x31 }],
    ["another direction", { deassertion: true }],
    ["another offset", { offset: 2, data1: 0x52 }],
    ["another sensor type", { sensorType: 4 }],
    ["another event type", { eventType: 3 }],
    ["another threshold", { data3: 0x11 }],
  ])("is not confirmed by a record of %s", async (_what, changes) => {
    const { clock, service, unconfirmed } = rig();
    service.take(trap());
    service.read("n1", news(record(changes)));
    service.read("n2", news(record()));
    await clock.advance(29_000);
    expect(unconfirmed).toEqual([]);
    await clock.advance(2000);
    expect(unconfirmed.map(({ host: name, pet: is }) => [name, is])).toEqual([["n1", true]]);
  });

  it("is confirmed by a record that was read just before it, but not by what the log held at first contact", async () => {
    const { clock, service, unconfirmed } = rig();
    service.read("n1", news(record()));
    await clock.advance(2000);
    service.take(trap());
    service.read("n2", { entries: [record()], historical: 1 });
    service.take(trap({ from: "10.0.0.2" }));
    await clock.advance(40_000);
    expect(unconfirmed.map(({ host: name }) => name)).toEqual(["n2"]);
  });

  it("that is repeated is acknowledged again and counted, no more", async () => {
    const { clock, service, outcomes, hints, acknowledged } = rig();
    for (let i = 0; i < 4; i++) {
      service.take(trap());
      await clock.advance(5000);
    }
    service.take(trap({ pet: { ...pet(), sequence: 701 } }));
    expect(outcomes).toEqual(["accepted", "repeated", "repeated", "repeated", "accepted"]);
    expect(hints).toHaveLength(2);
    expect(acknowledged).toHaveLength(5);
  });

  it("of a manufacturer is a hint as well; any new record confirms it", async () => {
    const { clock, service, unconfirmed } = rig();
    const vendor = trap({ kind: "idrac", oid: "1.3.6.1.4.1.674.10892.5.3.2.1.0.2171", pet: undefined } as never);
    service.take(vendor);
    service.read("n1", news(record()));
    await clock.advance(40_000);
    expect(unconfirmed).toEqual([]);
    service.take({ ...vendor, variables: [{ oid: "1.2", value: "Fan 3 failed" }] });
    await clock.advance(40_000);
    expect(unconfirmed.map(({ facts }) => [facts.kind, facts.variables[0]?.value])).toEqual([
      ["idrac", "Fan 3 failed"],
    ]);
  });

  it("belongs to another host only if it comes from a relay", () => {
    const { service, hints, outcomes } = rig();
    service.take(trap({ from: "10.0.0.1", agent: "10.0.0.2" }));
    service.take(trap({ from: "10.9.9.9", agent: "10.0.0.2" }));
    service.take(trap({ from: "10.9.9.9", agent: "10.7.7.7" }));
    service.take(trap({ from: "10.9.9.9", pet: pet(`ff${INTEL.slice(2)}`) }));
    expect(hints).toEqual(["n1", "n2", "by-guid"]);
    expect(outcomes.at(-1)).toBe("unknown_agent");
  });
});

describe("a flood", () => {
  it("of strangers is dropped before decoding, of one BMC after ten a second, of all after the rate", async () => {
    const { clock, service } = rig();
    expect(service.admit("10.5.5.5")).toBe("unknown_sender");
    const admitted = (from: string, count: number): number =>
      Array.from({ length: count }, () => service.admit(from)).filter((reason) => reason === undefined).length;
    expect(admitted("10.0.0.1", 1000)).toBe(10);
    expect(admitted("10.9.9.9", 1000)).toBe(90);
    await clock.advance(1000);
    expect(admitted("10.0.0.1", 5)).toBe(5);
  });

  it("is logged once a minute with its reasons", async () => {
    const { clock, service, logs } = rig();
    for (let i = 0; i < 500; i++) service.rejected(i % 2 === 0 ? "wrong_community" : "malformed", "10.0.0.1");
    await clock.advance(61_000);
    expect(logs).toEqual([
      { outcome: "wrong_community", count: 250, sender: "10.0.0.1" },
      { outcome: "malformed", count: 250, sender: "10.0.0.1" },
    ]);
  });

  it("of accepted traps keeps memory bounded", () => {
    const { service } = rig();
    for (let i = 0; i < 60_000; i++) service.take(trap({ pet: { ...pet(), sequence: i & 0xffff, timestamp: i } }));
    service.stop();
  });
});

describe("the OID of a trap", () => {
  it.each([
    [PET, "pet"],
    [`${PET}.0.65792`, "pet"],
    [`${PET}1.5`, "other"],
    ["1.3.6.1.4.1.674.10892.5.3.2.1", "idrac"],
    ["1.3.6.1.4.1.232.0.6035", "ilo"],
    ["1.3.6.1.4.1.19046.11.1", "xcc"],
    ["1.3.6.1.4.1.49871.1", "openbmc"],
    ["1.3.6.1.6.3.1.1.5.1", "other"],
  ])("%s is %s", (oid, kind) => expect(kindOf(oid)).toBe(kind));

  it("of version 1 is made as RFC 3584 says", () => {
    const of = (generic: number, specific: number): string =>
      trapOf(
        { type: 0xa4, enterprise: "1.3.6.1.4.1.232", agentAddr: "0.0.0.0", generic, specific, varbinds: [] },
        "10.0.0.1",
      ).oid;
    expect([of(6, 6035), of(0, 0), of(4, 0)]).toEqual([
      "1.3.6.1.4.1.232.0.6035",
      "1.3.6.1.6.3.1.1.5.1",
      "1.3.6.1.6.3.1.1.5.5",
    ]);
  });
});

describe("recorded traps", () => {
  const file = new URL("../../../shared/fixtures/ipmi/pet/intel-tigw1u.json", import.meta.url);
  it.skipIf(!existsSync(file))("decode as recorded", () => {
    const { traps } = JSON.parse(readFileSync(file, "utf8")) as {
      traps: { varbind: string; specific_trap?: number; decoded: string }[];
    };
    const [first] = traps;
    const decoded = pet(first?.varbind, first?.specific_trap);
    expect(decoded).toMatchObject({
      sensorType: 1,
      sensorNumber: 0x30,
      offset: 0,
      manufacturerId: 343,
      productId: 0x811,
    });
    const asRecord = decodeSelRecord(recordOfTrap(decoded));
    expect(asRecord).toMatchObject({ type: "system_event", sensorNumber: 0x30, eventType: 1, deassertion: false });
  });
});

describe("senders", () => {
  it("are found by address or by a name that is resolved in the background", async () => {
    const clock = new FakeClock();
    const resolved: string[] = [];
    const senders = new Senders(clock, async (name) => {
      resolved.push(name);
      return name === "bmc2.example.org" ? "10.0.0.2" : Promise.reject(new Error("not found"));
    });
    const at = (name: string, address: string) => [name, host(name, { address })] as const;
    senders.setHosts(new Map([at("n1", "10.0.0.1"), at("n2", "bmc2.example.org"), at("n3", "bmc3.example.org")]));
    await clock.settle();
    expect([senders.host("10.0.0.1")?.name, senders.host("10.0.0.2")?.name]).toEqual(["n1", "n2"]);
    await clock.advance(11 * 60_000);
    expect(resolved.filter((name) => name === "bmc3.example.org").length).toBe(2);
    senders.stop();
  });

  it("with an address that two BMCs share belong to neither", () => {
    const senders = new Senders(new FakeClock());
    const at = (name: string, port: number) => [name, host(name, { address: "10.0.0.1", port })] as const;
    senders.setHosts(new Map([at("n1", 623), at("n2", 624)]));
    expect(senders.host("10.0.0.1")).toBeUndefined();
  });
});
