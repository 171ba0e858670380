import { expect, it } from "vitest";
import { RedfishEventLog } from "../../src/bmc/over-redfish/event-log.ts";
import { savedRedfish } from "../../src/bmc/over-redfish/saved-state.ts";
import { FakeLog, LOG_URI } from "../bmc/over-redfish/fake-log.ts";
import { inputsOf, printedSeed, Random } from "../ipmi/fuzz/random.ts";
import { FakeClock } from "../support/fake-clock.ts";

const COUNT = inputsOf(2000);
const seed = printedSeed(`${COUNT} damaged states of a Redfish host`);
const signal = new AbortController().signal;

/** Values of other types, and values that nobody expects. */
const ODD: readonly unknown[] = [
  null,
  "",
  -1,
  1e308,
  0.5,
  true,
  [],
  {},
  [[]],
  "__proto__",
  "x y z",
  "/",
  "x".repeat(5000),
];

function damaged(value: unknown, random: Random, depth = 0): unknown {
  if (depth > 0 && random.below(8) === 0) return ODD[random.below(ODD.length)];
  if (Array.isArray(value)) return value.map((one) => damaged(one, random, depth + 1));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(() => random.below(15) !== 0);
  return Object.fromEntries(kept.map(([key, one]) => [key, damaged(one, random, depth + 1)]));
}

it("a damaged state of a Redfish host is ignored or used, and its log is read all the same", async () => {
  const log = new FakeLog({ page: 10 });
  for (let n = 0; n < 25; n++) log.add({ Created: "2026-01-01T00:00:00Z", Message: `DIMM_A${n} Uncorrectable ECC` });
  const context = { get: log.get, expand: { query: undefined }, readClock: async () => undefined };
  const first = new RedfishEventLog(new FakeClock());
  const read = (reader: RedfishEventLog) => reader.read({ entries: LOG_URI }, context, signal);
  await read(first);
  const saved = {
    session: { pin: "aa", session: "/redfish/v1/SessionService/Sessions/1" },
    topology: { systems: ["/a"], managers: ["/b"], chassis: [{ uri: "/c", hasSystem: true, isContained: false }] },
    identity: { serial: "S1", guid: "0".repeat(32), firmware: "1" },
    log: { entries: LOG_URI, capacity: 100 },
    eventLog: JSON.parse(JSON.stringify(first.save())),
  };
  expect(savedRedfish(saved)?.eventLog).toEqual(saved.eventLog);
  for (let n = 0; n < COUNT; n++) {
    const file = damaged(saved, new Random(seed + n));
    const restored = savedRedfish(file);
    if (!restored) continue;
    const reader = new RedfishEventLog(new FakeClock());
    if (restored.eventLog) reader.restore(restored.eventLog);
    const { counters, fresh, entries } = (await read(reader)).log;
    const counts = [...Object.values(counters?.bySeverity ?? {}), ...Object.values(counters?.memoryErrors ?? {})];
    const where = `FUZZ_SEED=${seed + n}`;
    expect([counts.every((count) => Number.isSafeInteger(count) && count >= 0), entries], where).toEqual([true, 25]);
    expect(fresh.length, where).toBeLessThanOrEqual(25);
  }
});
