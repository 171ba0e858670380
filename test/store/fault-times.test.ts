import { describe, expect, it } from "vitest";
import { type Fault, faultsOf, type HostSnapshot } from "../../src/model/index.ts";
import { FaultTimes } from "../../src/store/index.ts";
import { sensor, snapshot } from "../exposition/records.ts";

const failure = { stage: "rakp", reason: "no_answer", message: "no answer" } as const;
const broken = [sensor("a", { health: 2 })];

/** Since when each fault lasts after a poll at `startedAt`. */
function poll(times: FaultTimes, startedAt: number, more: Partial<HostSnapshot>): Record<string, number> {
  const of = snapshot("n1", { ...more, startedAt });
  return Object.fromEntries(times.update(of, faultsOf(of)).map(({ key, since }) => [key, since]));
}

describe("the times of faults", () => {
  it("begin with the first poll that finds the fault and end with the first that does not", () => {
    const times = new FaultTimes();
    expect(poll(times, 1000, { sensors: broken })).toEqual({ "sensor a": 1000 });
    expect(poll(times, 2000, { sensors: broken })).toEqual({ "sensor a": 1000 });
    expect(poll(times, 3000, { sensors: [sensor("a", { health: 0 })] })).toEqual({});
    expect(poll(times, 4000, { sensors: broken })).toEqual({ "sensor a": 4000 });
  });

  it("last over polls that cannot see the fault", () => {
    const times = new FaultTimes();
    poll(times, 1000, { sensors: broken, chassis: { powerOn: true, faults: { drive: true } } });
    expect(poll(times, 2000, { up: false, failure })).toEqual({ down: 2000 });
    expect(poll(times, 3000, { up: false, failure })).toEqual({ down: 2000 });
    expect(poll(times, 4000, {})).toEqual({});
    expect(poll(times, 5000, { sensors: broken, chassis: { powerOn: true, faults: { drive: true } } })).toEqual({
      "sensor a": 1000,
      "chassis drive": 1000,
    });
    expect(poll(times, 6000, { up: false, failure })).toEqual({ down: 6000 });
  });

  it("survive a restart, and damaged texts begin anew", () => {
    const times = new FaultTimes();
    poll(times, 1000, { sensors: broken });
    const text = times.takeText() ?? "";
    expect(times.takeText()).toBeUndefined();
    const next = new FaultTimes();
    next.restore(text);
    expect(poll(next, 9000, { sensors: broken })).toEqual({ "sensor a": 1000 });
    for (const damaged of ["", "null", "[]", '{"version":2,"hosts":{"n1":{"sensor a":1}}}', text.slice(0, -9)]) {
      const none = new FaultTimes();
      none.restore(damaged);
      expect(poll(none, 9000, { sensors: broken })).toEqual({ "sensor a": 9000 });
    }
    const odd = new FaultTimes();
    odd.restore('{"version":1,"hosts":{"n1":{"sensor a":"x","sensor b":5},"__proto__":{"x":1},"n2":3}}');
    expect(poll(odd, 9000, { sensors: broken })).toEqual({ "sensor a": 9000 });
  });

  it("are written again only after a change, or after a failed write", () => {
    const times = new FaultTimes();
    expect(times.takeText()).toBeUndefined();
    poll(times, 1000, { sensors: broken });
    expect(times.takeText()).toBeDefined();
    poll(times, 2000, { sensors: broken });
    expect(times.takeText()).toBeUndefined();
    times.setChanged();
    expect(times.takeText()).toBeDefined();
    poll(times, 3000, { sensors: [] });
    expect(JSON.parse(times.takeText() ?? "").hosts).toEqual({});
  });

  it("are bounded per host and per inventory", () => {
    const times = new FaultTimes();
    const faults = (count: number): Fault[] =>
      Array.from({ length: count }, (_, i) => ({
        key: `sensor ${i}`,
        severity: "warning",
        subject: "s",
        text: "t",
        alert: "A",
      }));
    expect(times.update(snapshot("n1"), faults(2000))).toHaveLength(500);
    for (let i = 0; i < 3000; i++) times.update(snapshot(`h${i}`), faults(1));
    times.prune(10_000, () => false);
    expect(Object.keys(JSON.parse(times.takeText() ?? "").hosts)).toHaveLength(3001);
    times.prune(1, (name) => name === "n1");
    expect(Object.keys(JSON.parse(times.takeText() ?? "").hosts)).toEqual(["n1"]);
  });
});
