import { describe, expect, it } from "vitest";
import { Random } from "../../../src/simulator/bmc/random.ts";
import { BOARD_NAMES } from "../../../src/simulator/boards/index.ts";
import { profileOf, Rack } from "../../../src/simulator/physics/index.ts";
import { HandClock } from "./hand-clock.ts";
import { Machine } from "./machine-room.ts";

const DAY_MINUTES = 24 * 60;

/** Temperatures, speeds and shares no healthy machine leaves. */
function expectPlausible(machine: Machine): void {
  const { host } = machine;
  const { layout } = host.wiring;
  const within = (value: number, low: number, high: number, what: string): void => {
    expect(value, what).toBeGreaterThanOrEqual(low);
    expect(value, what).toBeLessThanOrEqual(high);
  };
  within(host.value(["inlet"]), 14, 30, "inlet");
  within(host.value(["exhaust"]), 16, 60, "exhaust");
  for (let n = 1; n <= layout.count.cpu; n++) within(host.value(["cpu_celsius", n]), 20, 85, `cpu ${n}`);
  for (let n = 1; n <= layout.count.gpu; n++) within(host.value(["gpu_celsius", n]), 20, 85, `gpu ${n}`);
  for (let n = 1; n <= layout.count.fan; n++) within(host.value(["fan_rpm", n]), 1000, 20_000, `fan ${n}`);
  for (let n = 1; n <= layout.count.rail; n++) within(host.value(["rail_ratio", n]), 0.985, 1.015, `rail ${n}`);
  const { supplies } = host.board.plan.plant;
  within(host.value(["input_watts"]), 30, supplies.capacityWatts * supplies.needed, "input");
  expect(host.value(["input_watts"])).toBeGreaterThan(host.value(["dc_watts"]));
}

describe.each(BOARD_NAMES)("a day of %s", (name) => {
  it("passes without alarms and events, for any use and any place of the machine", () => {
    for (const seed of [1, 2, 3]) {
      const clock = new HandClock();
      const rack = new Rack({ clock, seed });
      const machine = new Machine(name, {
        seed,
        rack,
        clock,
        unit: seed * 14,
        profile: profileOf(new Random(seed * 99)),
      });
      for (let minute = 0; minute < DAY_MINUTES; minute++) {
        machine.run(1);
        if (minute % 30 !== 0) continue;
        expect(machine.alarms(), `minute ${minute}`).toEqual([]);
        expectPlausible(machine);
      }
      expect(machine.log()).toEqual([]);
    }
  });
});

describe("a machine", () => {
  it("repeats its readings with the same seed", () => {
    const readings = (seed: number): number[] => {
      const machine = new Machine("dell-poweredge", { seed, profile: undefined }).run(30);
      return machine.state.model.sensors.map((_, i) => machine.state.sensor(i).raw);
    };
    expect(readings(5)).toEqual(readings(5));
    expect(readings(5)).not.toEqual(readings(6));
  });

  it("has nearly the same values whether it is read every second or every five minutes", () => {
    const often = new Machine("supermicro-x11");
    for (let n = 0; n < 1800; n++) {
      often.clock.pass(1);
      often.read();
    }
    const seldom = new Machine("supermicro-x11");
    for (let n = 0; n < 6; n++) {
      seldom.clock.pass(300);
      seldom.read();
    }
    for (const quantity of [
      ["cpu_celsius", 1],
      ["cpu_dimm_celsius", 2],
      ["fan_rpm", 1],
    ] as const) {
      const [a, b] = [often.host.value(quantity), seldom.host.value(quantity)];
      expect(Math.abs(a - b) / b, quantity[0]).toBeLessThan(0.03);
    }
  });

  it("is warmer at the top of the rack than at the floor", () => {
    const clock = new HandClock();
    const rack = new Rack({ clock, seed: 1 });
    const low = new Machine("hpe-proliant", { rack, clock, unit: 1 });
    const high = new Machine("hpe-proliant", { rack, clock, unit: 42 });
    expect(high.host.value(["inlet"]) - low.host.value(["inlet"])).toBeGreaterThan(2);
  });

  it("draws more, gets warmer and turns its fans faster when it is busy", () => {
    const machine = new Machine("lenovo-thinksystem", {
      profile: { kind: "spare", base: 0.05, swing: 0, noise: 0, phaseHours: 0, powerFactor: 1 },
    }).run(20);
    const before = {
      power: machine.value("Sys Power"),
      cpu: machine.value("CPU 1 Temp"),
      fan: machine.value("Fan 1A Tach"),
    };
    machine.host.holdLoad(0.99);
    machine.run(20);
    expect(machine.value("Sys Power")).toBeGreaterThan((before.power ?? 0) * 1.8);
    expect(machine.value("CPU 1 Temp")).toBeGreaterThan((before.cpu ?? 0) + 20);
    expect(machine.value("Fan 1A Tach")).toBeGreaterThan((before.fan ?? 0) * 1.05);
    expect(machine.alarms()).toEqual([]);
  });

  it("shares its power between its supplies and reports the sum over DCMI", () => {
    const machine = new Machine("intel-s2600").run(5);
    const sum = (machine.value("PS1 Power In") ?? 0) + (machine.value("PS2 Power In") ?? 0);
    expect(Math.abs(sum - machine.state.power.currentWatts)).toBeLessThanOrEqual(8);
    expect(machine.host.value(["psu_output_watts", 1]) / machine.host.value(["psu_output_watts", 2])).toBeCloseTo(
      1.04,
      1,
    );
  });

  it("has no readings of fans and rails while it is off, and logs no event about them", () => {
    const machine = new Machine("supermicro-x11").run(2);
    expect(machine.host.control(machine.state, "power down", machine.clock.monotonicMs())).toBe(true);
    machine.run(10);
    expect(machine.state.chassis.powerOn).toBe(false);
    expect(machine.state.sensor(machine.index("FAN1")).unavailable).toBe(true);
    expect(machine.state.sensor(machine.index("5VSB")).unavailable).toBe(false);
    expect(machine.state.power.currentWatts).toBeLessThan(60);
    expect(machine.alarms()).toEqual([]);
    expect(machine.host.control(machine.state, "power cycle", machine.clock.monotonicMs())).toBe(false);
    expect(machine.host.control(machine.state, "power up", machine.clock.monotonicMs())).toBe(true);
    machine.run(10);
    expect(machine.value("FAN1")).toBeGreaterThan(3000);
    expect(machine.log()).toEqual([]);
  });

  it("logs its ACPI states where the board has a sensor for them", () => {
    const machine = new Machine("lenovo-thinksystem").run(2);
    machine.host.control(machine.state, "power down", machine.clock.monotonicMs());
    machine.run(1);
    expect(machine.log()).toContain("Host Power s5");
  });

  it("prints the cost of a step", () => {
    const lines = BOARD_NAMES.map((name) => {
      const machine = new Machine(name);
      const cost = (seconds: number): string => {
        const rounds = 400;
        let spentMs = 0;
        for (let n = 0; n < rounds; n++) {
          machine.clock.pass(seconds);
          const begin = performance.now();
          machine.read();
          spentMs += performance.now() - begin;
        }
        return ((spentMs * 1000) / rounds).toFixed(1);
      };
      cost(1);
      return `${name}: ${machine.state.model.sensors.length} sensors, ${cost(1)} us after 1 s, ${cost(60)} us after 60 s`;
    });
    console.log(lines.join("\n"));
    expect(lines).toHaveLength(BOARD_NAMES.length);
  });
});
