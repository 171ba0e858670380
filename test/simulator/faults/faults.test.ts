import { describe, expect, it } from "vitest";
import { FAULTS, FaultParameterError, injectFault } from "../../../src/simulator/faults/index.ts";
import { Rack } from "../../../src/simulator/physics/index.ts";
import { HandClock } from "../physics/hand-clock.ts";
import { Machine } from "../physics/machine-room.ts";

const rackOf = (boards: readonly string[]): { rack: Rack; machines: Machine[] } => {
  const clock = new HandClock();
  const rack = new Rack({ clock, seed: 4, name: "r01" });
  return { rack, machines: boards.map((board, i) => new Machine(board, { rack, clock, unit: 4 * i + 2, seed: i })) };
};

/** All machines of a rack are read once a minute. */
function runAll(machines: readonly Machine[], minutes: number): void {
  for (let n = 0; n < minutes; n++) {
    machines[0]?.clock.pass(60);
    for (const machine of machines) machine.read();
  }
}

describe("the list of faults", () => {
  it("describes every fault, with valid defaults of its parameters", () => {
    expect(new Set(FAULTS.map((f) => f.name)).size).toBe(FAULTS.length);
    for (const fault of FAULTS) {
      expect(fault.name).toMatch(/^[a-z]+(_[a-z]+)*$/);
      for (const text of [fault.title, fault.description, fault.logs]) expect(text.length).toBeGreaterThan(5);
      for (const p of Object.values(fault.parameters)) {
        if (p.kind === "choice") expect(p.choices).toContain(p.default);
        else expect(p.default >= p.minimum && p.default <= p.maximum).toBe(true);
      }
    }
    expect(JSON.parse(JSON.stringify(FAULTS))).toHaveLength(FAULTS.length);
  });

  it("refuses unknown faults and parameters, and invalid values", () => {
    const machine = new Machine("dell-poweredge");
    const refused = (name: string, values = {}): unknown => {
      try {
        return injectFault(machine.host, name, values);
      } catch (error) {
        return error instanceof FaultParameterError ? error.message : error;
      }
    };
    expect(refused("gremlins")).toBe("unknown fault gremlins");
    expect(refused("fan_stopped", { fun: 1 })).toBe("fan_stopped: unknown parameter fun; the parameters are fan");
    expect(refused("fan_stopped", { fan: 17 })).toBe("fan_stopped: fan must be a number from 1 to 16, not 17");
    expect(refused("fan_stopped", { fan: 1.5 })).toBe("fan_stopped: fan must be a number from 1 to 16, not 1.5");
    expect(refused("fan_stopped", { fan: "x" })).toBe("fan_stopped: fan must be a number from 1 to 16, not x");
    expect(refused("drive_fault", { how: "lost" })).toBe(
      "drive_fault: how must be one of failed, predicted, rebuilding, not lost",
    );
    expect(refused("rack_feed_lost")).toBe("rack_feed_lost is a fault of a rack, not of dell-poweredge");
    expect(machine.host.faults).toEqual([]);
  });

  it("accepts numbers as text, as in a query string", () => {
    const machine = new Machine("dell-poweredge");
    expect(injectFault(machine.host, "fan_stopped", { fan: "3" }).parameters).toEqual({ fan: 3 });
  });

  it("lists active faults, and none that was stopped, also twice", () => {
    const machine = new Machine("dell-poweredge").run(1);
    const fault = injectFault(machine.host, "drive_fault", { drive: 2 });
    expect(machine.host.faults).toEqual([fault]);
    expect(fault).toMatchObject({
      name: "drive_fault",
      target: "dell-poweredge",
      parameters: { drive: 2, how: "failed" },
    });
    fault.stop();
    fault.stop();
    expect(machine.host.faults).toEqual([]);
    expect(machine.alarms()).toEqual([]);
  });

  it.each(FAULTS.filter((f) => f.scope === "host").map((f) => f.name))(
    "%s leaves a healthy machine when it ends",
    (name) => {
      const machine = new Machine("dell-poweredge").run(2);
      const fault = injectFault(machine.host, name);
      machine.run(40);
      fault.stop();
      machine.clock.pass(400);
      machine.run(90);
      expect(machine.alarms()).toEqual([]);
      expect(machine.state.chassis).toMatchObject({
        powerOn: true,
        coolingFault: false,
        driveFault: false,
        intrusion: false,
      });
    },
  );
});

describe("fans", () => {
  it("wear out slowly, warning before critical, and never recover on the way", () => {
    const machine = new Machine("dell-poweredge").run(5);
    injectFault(machine.host, "fan_wearing_out", { fan: 3, minutes: 60 });
    const speeds: number[] = [];
    for (let n = 0; n < 70; n++) speeds.push(machine.run(1).value("Fan2A") ?? 0);
    expect(speeds[10]).toBeGreaterThan(3500);
    expect(speeds.at(-1)).toBeLessThan(720);
    expect(machine.log().filter((line) => line.startsWith("Fan2A"))).toEqual([
      "Fan2A lower_non_critical_going_low",
      "Fan2A lower_critical_going_low",
    ]);
    expect(machine.alarms()).toContain("Fan2A 2");
  });

  it("stop at once: the others speed up, redundancy is lost, the chassis reports a cooling fault", () => {
    const machine = new Machine("dell-poweredge").run(5);
    const before = machine.value("Fan3A") ?? 0;
    const fault = injectFault(machine.host, "fan_stopped", { fan: 1 });
    machine.run(3);
    expect(machine.value("Fan1A")).toBe(0);
    expect(machine.value("Fan3A")).toBeGreaterThan(before * 1.8);
    expect(machine.states("Fan Redundancy")).toBe(0b10);
    expect(machine.state.chassis.coolingFault).toBe(true);
    expect(machine.log()).toEqual(
      expect.arrayContaining([
        "Fan Redundancy redundancy_lost",
        "Fan1A lower_non_critical_going_low",
        "Fan1A lower_critical_going_low",
      ]),
    );
    fault.stop();
    machine.run(5);
    expect(machine.log()).toEqual(
      expect.arrayContaining([
        "Fan1A -lower_critical_going_low",
        "Fan1A -lower_non_critical_going_low",
        "Fan Redundancy fully_redundant",
      ]),
    );
    expect(machine.alarms()).toEqual([]);
  });

  it("have a state beside their duty on some boards", () => {
    const machine = new Machine("hpe-proliant").run(1);
    injectFault(machine.host, "fan_stopped", { fan: 2 });
    machine.run(2);
    expect(machine.value("Fan 2")).toBe(0);
    expect(machine.states("Fan 2")).toBe(1 << 6);
    expect(machine.alarms()).toContain("Fan 2 2");
    expect(machine.log()).toContain("Fan 2 degraded");
  });
});

describe("heat", () => {
  it("rises at the inlet of one machine, warning before critical, and fans follow", () => {
    const machine = new Machine("dell-poweredge").run(5);
    const before = machine.value("Fan1A") ?? 0;
    injectFault(machine.host, "inlet_rising", { kelvin: 24, minutes: 20 });
    machine.run(40);
    expect(machine.log().filter((line) => line.startsWith("Inlet"))).toEqual([
      "Inlet Temp upper_non_critical_going_high",
      "Inlet Temp upper_critical_going_high",
    ]);
    expect(machine.value("Inlet Temp")).toBeGreaterThan(42);
    expect(machine.value("Fan1A")).toBeGreaterThan(before * 1.5);
  });

  it("rises in the whole rack when the cooling fails, and falls when it works again", () => {
    const { rack, machines } = rackOf(["dell-poweredge", "fujitsu-primergy", "inspur-nf5280", "intel-s2600"]);
    runAll(machines, 3);
    const fault = injectFault(rack, "rack_cooling_failure");
    runAll(machines, 30);
    for (const machine of machines) {
      expect(machine.alarms().length, machine.host.name).toBeGreaterThan(0);
      expect(
        machine.log().some((line) => line.endsWith("upper_critical_going_high")),
        machine.host.name,
      ).toBe(true);
    }
    fault.stop();
    runAll(machines, 90);
    for (const machine of machines) expect(machine.alarms(), machine.host.name).toEqual([]);
  });

  it("throttles processors when no fan turns, which an older board reports as overheated", () => {
    const machine = new Machine("supermicro-x9").run(2);
    machine.host.holdLoad(0.98);
    for (let fan = 1; fan <= 6; fan++) injectFault(machine.host, "fan_stopped", { fan });
    machine.run(10);
    expect(machine.host.condition("cpu", 1)).toBe("throttled");
    expect(machine.states("CPU1 Temp")).toBe(4);
    expect(machine.host.value(["cpu_celsius", 1])).toBeLessThan(130);
  });
});

describe("memory", () => {
  it.each([
    ["dell-poweredge", "ECC Corr Err correctable_ecc A3", "SBE Log Disabled correctable_memory_logging_disabled A3"],
    ["supermicro-x11", "- correctable_ecc P1_DIMMC1", "- correctable_ecc_logging_limit P1_DIMMC1"],
    ["intel-s2600", "- correctable_ecc DIMM_B1", "- correctable_ecc_logging_limit DIMM_B1"],
    ["hpe-proliant", "P1 DIMM 3 correctable_ecc P1 DIMM 3", "P1 DIMM 3 correctable_ecc_logging_limit P1 DIMM 3"],
    ["fujitsu-primergy", "Memory Status correctable_ecc", "Memory Status correctable_ecc_logging_limit"],
  ])("storms on %s are logged as its firmware does it, until the limit", (board, error, limit) => {
    const machine = new Machine(board).run(1);
    const fault = injectFault(machine.host, "ecc_storm", { dimm: 3, per_minute: 4, limit: 20 });
    machine.run(3);
    expect(machine.log().filter((line) => line === error)).toHaveLength(13);
    machine.run(20);
    expect(machine.log()).toEqual([...Array.from({ length: 20 }, () => error), limit]);
    fault.stop();
    expect(machine.run(1).alarms()).toEqual([]);
  });

  it("reports the module on boards with a sensor for each", () => {
    const machine = new Machine("lenovo-thinksystem").run(1);
    const fault = injectFault(machine.host, "ecc_storm", { dimm: 5, limit: 2 });
    expect(machine.states("DIMM 5")).toBe(0b1000001);
    machine.run(2);
    expect(machine.states("DIMM 5")).toBe(0b1100001);
    expect(machine.states("All DIMMs") & 0b100000).not.toBe(0);
    expect(machine.alarms()).toEqual(["All DIMMs 1", "DIMM 5 1"]);
    fault.stop();
    expect(machine.run(1).states("DIMM 5")).toBe(0b1000000);
  });

  it("has an uncorrectable error once", () => {
    const machine = new Machine("lenovo-thinksystem").run(1);
    injectFault(machine.host, "uncorrectable_ecc", { dimm: 7 });
    machine.run(10);
    expect(machine.log()).toEqual(["DIMM 7 uncorrectable_ecc DIMM 7"]);
    expect(machine.alarms()).toEqual(["All DIMMs 2", "DIMM 7 2"]);
  });
});

describe("power", () => {
  it.each([
    ["dell-poweredge", "Status", 3, 0b1001],
    ["supermicro-x11", "PS2 Status", 0, 0b1011],
    ["intel-s2600", "PS2 Status", 0, 0b1001],
    ["hpe-proliant", "Power Supply 2", 0, 0b1011],
    ["supermicro-x9", "PS2 Status", 0, 0b0011],
  ])("a supply of %s without input has the states of its vendor", (board, sensor, nth, states) => {
    const machine = new Machine(board).run(2);
    const fault = injectFault(machine.host, "psu_input_lost", { psu: 2 });
    expect(machine.states(sensor, nth)).toBe(states);
    machine.run(2);
    expect(machine.host.value(["psu_input_watts", 2])).toBe(0);
    expect(machine.host.value(["psu_output_watts", 1])).toBeCloseTo(machine.host.value(["dc_watts"]), 0);
    expect(machine.state.chassis.powerOn).toBe(true);
    expect(machine.answers).toBe(true);
    fault.stop();
    expect(machine.states(sensor, nth)).toBe(1);
    expect(machine.run(1).alarms()).toEqual([]);
  });

  it("loses and regains redundancy with a supply", () => {
    const machine = new Machine("dell-poweredge").run(2);
    injectFault(machine.host, "psu_input_lost", { psu: 1 }).stop();
    expect(machine.log()).toEqual(
      [
        "Status input_lost",
        "PS Redundancy redundancy_lost",
        "Status -input_lost",
        "PS Redundancy fully_redundant",
      ].toSorted((a, b) => machine.log().indexOf(a) - machine.log().indexOf(b)),
    );
  });

  it.each([
    ["failed", 0b011, "PS1 Status failure_detected"],
    ["predicted", 0b101, "PS1 Status predictive_failure"],
    ["absent", 0, "PS1 Status -presence_detected"],
  ])("a supply is %s", (how, states, line) => {
    const machine = new Machine("intel-s2600").run(2);
    injectFault(machine.host, "psu_failed", { psu: 1, how });
    expect(machine.states("PS1 Status")).toBe(states);
    if (how !== "absent") expect(machine.log()).toContain(line);
  });

  it("degrades before it is lost where there are supplies to spare", () => {
    const machine = new Machine("gpu-node").run(1);
    injectFault(machine.host, "psu_failed", { psu: 1 });
    expect(machine.states("PSU_Redundancy")).toBe(0b100);
    injectFault(machine.host, "psu_failed", { psu: 2 });
    injectFault(machine.host, "psu_failed", { psu: 3 });
    expect(machine.states("PSU_Redundancy")).toBe(0b10);
    injectFault(machine.host, "psu_failed", { psu: 4 });
    expect(machine.states("PSU_Redundancy")).toBe(0b100000);
  });

  it("is lost to the BMC when the only supply has no input", () => {
    const machine = new Machine("asrock-single").run(2);
    const fault = injectFault(machine.host, "psu_input_lost");
    expect(machine.answers).toBe(false);
    machine.run(5);
    fault.stop();
    expect(machine.answers).toBe(false);
    machine.clock.pass(machine.host.board.bootSeconds);
    expect(machine.answers).toBe(true);
    machine.run(5);
    expect(machine.state.chassis.powerOn).toBe(true);
    expect(machine.alarms()).toEqual([]);
  });

  it("of one feed is lost to every machine of a rack", () => {
    const { rack, machines } = rackOf(["dell-poweredge", "hpe-proliant", "intel-s2600", "gpu-node"]);
    runAll(machines, 2);
    const fault = injectFault(rack, "rack_feed_lost", { feed: "B" });
    runAll(machines, 2);
    for (const machine of machines) {
      expect(machine.host.condition("psu", 1)).toBe("ok");
      expect(machine.host.condition("psu", 2)).toBe("input_lost");
      expect(
        machine.log().some((line) => line.endsWith(" input_lost")),
        machine.host.name,
      ).toBe(true);
      expect(machine.state.chassis.powerOn).toBe(true);
    }
    fault.stop();
    runAll(machines, 2);
    for (const machine of machines) expect(machine.alarms()).toEqual([]);
  });

  it("cut from a rack silences its BMCs, which log the outage after their start", () => {
    const { rack, machines } = rackOf(["intel-s2600", "lenovo-thinksystem"]);
    runAll(machines, 3);
    const fault = injectFault(rack, "rack_power_cut");
    expect(machines.map((m) => m.answers)).toEqual([false, false]);
    expect(machines.map((m) => m.sessionsDropped > 0)).toEqual([true, true]);
    runAll(machines, 10);
    fault.stop();
    machines[0]?.clock.pass(61);
    // The Intel board starts within a minute, the other takes longer.
    expect(machines.map((m) => m.answers)).toEqual([true, false]);
    runAll(machines, 5);
    expect(machines.map((m) => m.answers)).toEqual([true, true]);
    for (const machine of machines) {
      expect(machine.misbehaviours).toEqual([]);
      expect(machine.state.chassis.powerOn).toBe(true);
      expect(machine.state.chassis.lastPowerEvent & 1).toBe(1);
      expect(machine.alarms(), machine.host.name).toEqual([]);
      expect(
        machine.log().filter((line) => !/ac_lost|power_off|Host Power s[05]$/.test(line)),
        machine.host.name,
      ).toEqual([]);
      expect(
        machine.log().some((line) => /(Pwr Unit Status|Power Unit) ac_lost/.test(line)),
        machine.host.name,
      ).toBe(true);
    }
  });

  it("of a rail drifts: threshold events for sensors with a value, else a power good event", () => {
    const intel = new Machine("intel-s2600").run(1);
    injectFault(intel.host, "voltage_out_of_range", { rail: 1, percent: -15 });
    intel.run(2);
    expect(intel.value("BB +12.0V")).toBeLessThan(10.7);
    expect(intel.log()).toEqual(
      expect.arrayContaining(["BB +12.0V lower_non_critical_going_low", "BB +12.0V lower_critical_going_low"]),
    );
    const dell = new Machine("dell-poweredge").run(1);
    injectFault(dell.host, "voltage_out_of_range", { rail: 1, percent: 15 });
    expect(dell.states("1.8V SW PG")).toBe(0b10);
    expect(dell.log()).toEqual(["1.8V SW PG state_asserted"]);
  });
});

describe("other parts", () => {
  it.each([
    ["drive_fault", { drive: 3 }, "Drive 2", 0b11, "drive_fault"],
    ["drive_fault", { drive: 3, how: "predicted" }, "Drive 2", 0b101, "predictive_failure"],
    ["drive_fault", { drive: 3, how: "rebuilding" }, "Drive 2", 0b10000001, "rebuild_in_progress"],
    ["processor_fault", {}, "Status", 0b10000001, "ierr"],
    ["chassis_opened", {}, "Intrusion", 0b1, "chassis_intrusion"],
    ["battery_low", {}, "CMOS Battery", 0b101, "battery_low"],
  ])("%s %o is asserted, logged and cleared", (name, parameters, sensor, states, event) => {
    const machine = new Machine("dell-poweredge").run(1);
    const fault = injectFault(machine.host, name, parameters);
    expect(machine.states(sensor)).toBe(states);
    expect(machine.log()).toEqual([`${sensor} ${event}`]);
    fault.stop();
    expect(machine.log()).toEqual([`${sensor} ${event}`, `${sensor} -${event}`]);
  });

  it("a failed drive sets the drive fault of the chassis", () => {
    const machine = new Machine("dell-poweredge").run(1);
    injectFault(machine.host, "drive_fault");
    expect(machine.state.chassis.driveFault).toBe(true);
  });
});

describe("the BMC", () => {
  it("has a full log, reports it, and loses later events", () => {
    const machine = new Machine("dell-poweredge").run(1);
    const fault = injectFault(machine.host, "sel_full");
    expect(machine.state.selEntries).toBe(1024);
    expect(machine.log()).toContain("SEL sel_almost_full");
    expect(machine.log().at(-1)).toBe("SEL sel_full");
    expect(machine.states("SEL")).toBe(1 << 4);
    injectFault(machine.host, "chassis_opened");
    expect(machine.state.selOverflow).toBe(true);
    expect(machine.log()).not.toContain("Intrusion chassis_intrusion");
    fault.stop();
    expect(machine.run(1).states("SEL")).toBe(0);
  });

  it("replaces the oldest entry of a full log on some boards", () => {
    const machine = new Machine("lenovo-thinksystem").run(1);
    injectFault(machine.host, "sel_full");
    injectFault(machine.host, "chassis_opened");
    expect(machine.state.selEntries).toBe(511);
    expect(machine.log().at(-1)).toBe("Chassis Cover chassis_intrusion");
  });

  it.each(["silent", "busy"])("hangs %s and recovers", (how) => {
    const machine = new Machine("dell-poweredge").run(1);
    const fault = injectFault(machine.host, "bmc_hung", { how });
    const request = { netFn: 6, command: 1, data: new Uint8Array(), lun: 0, sequence: 1, inSession: true };
    expect(machine.answers).toBe(how === "busy");
    const answer = machine.misbehaviours[0]?.answer?.(request);
    expect(answer).toEqual(how === "busy" ? { completionCode: 0xc0, data: new Uint8Array() } : undefined);
    fault.stop();
    expect(machine.misbehaviours).toEqual([]);
    expect(machine.host.presence.answers).toBe(true);
  });

  it("reboots: sessions are lost, it is silent, then it answers as before", () => {
    const machine = new Machine("dell-poweredge").run(1);
    injectFault(machine.host, "bmc_rebooting", { seconds: 90 });
    expect(machine.sessionsDropped).toBe(1);
    machine.clock.pass(89);
    expect(machine.answers).toBe(false);
    machine.clock.pass(2);
    expect(machine.answers).toBe(true);
    expect(machine.misbehaviours).toEqual([]);
    expect(machine.run(1).alarms()).toEqual([]);
  });

  it("reboots periodically", () => {
    const machine = new Machine("dell-poweredge").run(1);
    injectFault(machine.host, "bmc_rebooting", { seconds: 120, every_minutes: 10 });
    machine.run(60);
    expect(machine.sessionsDropped).toBeGreaterThanOrEqual(4);
    expect(machine.sessionsDropped).toBeLessThanOrEqual(7);
  });

  it("has a wrong clock, and a correct one afterwards", () => {
    const machine = new Machine("dell-poweredge").run(1);
    const right = () => Math.floor(machine.clock.wallMs() / 1000);
    const off = injectFault(machine.host, "clock_wrong", { seconds: -7200 });
    expect(machine.state.clockSeconds() - right()).toBe(-7200);
    off.stop();
    const lost = injectFault(machine.host, "clock_wrong", { how: "lost" });
    expect(new Date(machine.state.clockSeconds() * 1000).getUTCFullYear()).toBe(2000);
    lost.stop();
    expect(machine.state.clockSeconds()).toBe(right());
  });
});

describe("several faults", () => {
  it("are active side by side and end one by one", () => {
    const machine = new Machine("dell-poweredge").run(1);
    const fan = injectFault(machine.host, "fan_stopped", { fan: 4 });
    const drive = injectFault(machine.host, "drive_fault", { drive: 1 });
    machine.run(3);
    expect(machine.alarms()).toEqual(expect.arrayContaining(["Fan2B 2", "Drive 0 2"]));
    fan.stop();
    machine.run(3);
    expect(machine.alarms()).toEqual(["Drive 0 2"]);
    drive.stop();
    expect(machine.alarms()).toEqual([]);
  });
});

describe("a removed part", () => {
  /** Names of the sensors that do not answer like the others. */
  const silent = (machine: Machine, flag: "absent" | "unavailable" | "scanningDisabled"): readonly string[] => {
    const before = new Machine(machine.host.board.name).state;
    return machine.state.model.sensors.flatMap(({ name }, i) =>
      machine.state.sensor(i)[flag] && !before.sensor(i)[flag] ? [name] : [],
    );
  };

  it.each([
    ["refused", "absent"],
    ["unavailable", "unavailable"],
    ["not_scanned", "scanningDisabled"],
  ] as const)("has no sensor with a reading: %s", (sensors, flag) => {
    const machine = new Machine("supermicro-x11").run(5);
    const fault = injectFault(machine.host, "part_removed", { part: "psu", number: 2, sensors });
    machine.run(5);
    expect(silent(machine, flag)).toEqual(["PS2 Status"]);
    fault.stop();
    machine.run(5);
    expect(silent(machine, flag)).toEqual([]);
    expect(machine.alarms()).toEqual([]);
  });

  it.each([
    ["psu", ["Current 1", "Voltage 1", "Status"]],
    ["fan", ["Fan1A"]],
    ["drive", ["Drive 0"]],
  ] as const)("leaves no sensor of %s 1", (part, names) => {
    const machine = new Machine("dell-poweredge").run(5);
    injectFault(machine.host, "part_removed", { part });
    machine.run(5);
    expect(silent(machine, "absent")).toEqual(names);
  });

  it("leaves no sensor of a memory module", () => {
    const machine = new Machine("lenovo-thinksystem").run(5);
    injectFault(machine.host, "part_removed", { part: "dimm", number: 3 });
    expect(silent(machine.run(5), "absent")).toEqual(["DIMM 3"]);
  });

  it("leaves the load to the other supply, without redundancy", () => {
    const machine = new Machine("dell-poweredge").run(5);
    const before = machine.value("Current 2") ?? 0;
    injectFault(machine.host, "part_removed", { part: "psu", number: 1 });
    machine.run(5);
    expect(machine.value("Current 2")).toBeGreaterThan(before * 1.5);
    expect(machine.log()).toContain("PS Redundancy redundancy_lost");
  });

  it("must be a part of the machine", () => {
    const machine = new Machine("dell-poweredge");
    expect(() => injectFault(machine.host, "part_removed", { number: 3 })).toThrow(
      new FaultParameterError("part_removed: number must be a number from 1 to 2, not 3"),
    );
    expect(() => injectFault(machine.host, "part_removed", { part: "drive", number: 1.5 })).toThrow(
      FaultParameterError,
    );
    expect(machine.host.faults).toEqual([]);
  });
});
