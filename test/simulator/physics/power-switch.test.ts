import { describe, expect, it } from "vitest";
import { Rack } from "../../../src/simulator/physics/index.ts";
import { INRUSH_MS } from "../../../src/simulator/physics/inrush.ts";
import { HandClock } from "./hand-clock.ts";
import { Machine } from "./machine-room.ts";

type Control = Parameters<Machine["host"]["control"]>[1];

const BOARD = "supermicro-x11";

function command(machine: Machine, control: Control): boolean {
  return machine.host.control(machine.state, control, machine.clock.monotonicMs());
}

/** Seconds until the BMC reports this power state; undefined: not within two minutes. */
function secondsUntil(machine: Machine, on: boolean): number | undefined {
  for (let seconds = 0; seconds <= 120; seconds++) {
    machine.read();
    if (machine.state.chassis.powerOn === on) return seconds;
    machine.clock.pass(1);
  }
  return undefined;
}

describe("the power of a machine", () => {
  it("goes off after 5 s, after a soft shutdown after 30 s, and on after 3 to 20 s", () => {
    const starts = [1, 2, 3, 4, 5, 6].map((seed) => {
      const machine = new Machine(BOARD, { seed }).run(1);
      command(machine, "power down");
      expect(secondsUntil(machine, false)).toBe(5);
      command(machine, "power up");
      const start = secondsUntil(machine, true) ?? 0;
      command(machine, "soft shutdown");
      expect(secondsUntil(machine, false)).toBe(30);
      return start;
    });
    for (const start of starts) expect(start).toBeGreaterThanOrEqual(3);
    for (const start of starts) expect(start).toBeLessThanOrEqual(20);
    expect(new Set(starts).size).toBeGreaterThan(2);
  });

  it("goes off and on again in a power cycle, and stays on in a reset", () => {
    const machine = new Machine(BOARD).run(1);
    command(machine, "hard reset");
    expect(secondsUntil(machine, false)).toBeUndefined();
    command(machine, "power cycle");
    expect(secondsUntil(machine, false)).toBe(5);
    expect(secondsUntil(machine, true)).toBeGreaterThanOrEqual(13);
    expect(machine.state.chassis.restartCause).toBe(1);
  });

  it("follows the last of several commands", () => {
    const machine = new Machine(BOARD).run(1);
    command(machine, "soft shutdown");
    machine.clock.pass(2);
    command(machine, "power down");
    expect(secondsUntil(machine, false)).toBe(5);
    expect(secondsUntil(machine, true)).toBeUndefined();
  });
});

describe("the inrush of machines that are switched on", () => {
  const rackOf = (count: number): { readonly rack: Rack; readonly clock: HandClock; readonly machines: Machine[] } => {
    const clock = new HandClock();
    const rack = new Rack({ clock, seed: 3 });
    const machines = Array.from(
      { length: count },
      (_, n) => new Machine(BOARD, { rack, clock, seed: n + 1, unit: n + 1 }),
    );
    for (const machine of machines) machine.run(1);
    for (const machine of machines) command(machine, "power down");
    for (const machine of machines) machine.run(1);
    return { rack, clock, machines };
  };

  it("appears in the maximum power that the BMC reports", () => {
    const { machines } = rackOf(1);
    const [machine] = machines;
    if (!machine) throw new Error("no machine");
    const before = machine.state.power.maximumWatts;
    command(machine, "power up");
    expect(machine.state.power.currentWatts).toBeGreaterThan(before);
    machine.clock.pass(10);
    machine.read();
    expect(machine.state.power.currentWatts).toBeLessThan(before);
    expect(machine.state.power.maximumWatts).toBeGreaterThan(before);
  });

  it("adds up in a rack, unless the commands are staggered", () => {
    const one = rackOf(1);
    for (const machine of one.machines) command(machine, "power up");
    const single = one.rack.inrush.peakWatts;
    expect(single).toBeGreaterThan(0);

    const together = rackOf(24);
    for (const machine of together.machines) command(machine, "power up");
    expect(together.rack.inrush.peakWatts).toBeCloseTo(24 * single);

    const staggered = rackOf(24);
    for (const [n, machine] of staggered.machines.entries()) {
      if (n > 0 && n % 8 === 0) staggered.clock.pass(2);
      command(machine, "power up");
    }
    expect(staggered.rack.inrush.peakWatts).toBeCloseTo(8 * single);
    expect(staggered.rack.inrush.watts(staggered.clock.monotonicMs() + INRUSH_MS)).toBe(0);
  });

  it("comes with the second half of a power cycle", () => {
    const { rack, clock, machines } = rackOf(1);
    const [machine] = machines;
    if (!machine) throw new Error("no machine");
    command(machine, "power up");
    machine.run(1);
    const now = clock.monotonicMs();
    command(machine, "power cycle");
    expect(rack.inrush.watts(now)).toBe(0);
    expect(rack.inrush.watts(now + 15_500)).toBeGreaterThan(0);
  });
});
