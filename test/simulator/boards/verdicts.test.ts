import { afterAll, beforeAll, expect, it } from "vitest";
import { systemClock } from "../../../src/lib/index.ts";
import type { EventSeverity, Health, HostSnapshot, Sensor } from "../../../src/model/index.ts";
import { makeBoard } from "../../../src/simulator/boards/index.ts";
import { injectFault } from "../../../src/simulator/faults/index.ts";
import { compileBoard, type SimulatedBmc, type Simulation, startSimulation } from "../../../src/simulator/index.ts";
import { HostPhysics, Rack, wireBoard } from "../../../src/simulator/physics/index.ts";
import { ourClient } from "../../crossings/our-client.ts";
import { type FreeIpmiEvent, type FreeIpmiSensor, freeIpmi } from "../../rig/freeipmi.ts";
import { withPeers } from "../../rig/requirements.ts";
import { STEADY } from "../physics/machine-room.ts";

/**
 * Sensors whose states FreeIPMI has no opinion of (its tables of interpretation leave out their type with
 * these events), by board. Our tables know that they are well.
 */
const NO_OPINION: Readonly<Record<string, readonly string[]>> = {
  // an OEM type; a module that says "OK" by class 07h
  "hpe-proliant": ["UID", "SysHealth_Stat"],
  // OEM type C0h of Dell
  "dell-poweredge": ["Power Optimized"],
  // critical interrupts by the generic "state asserted"
  "lenovo-thinksystem": ["PCI 1", "NMI State"],
  "supermicro-x11": [],
  // an OEM type; the management subsystem by "state asserted"
  "intel-s2600": ["SMI Timeout", "BMC Watchdog"],
  "fujitsu-primergy": ["PCI Error"],
};
const BOARDS = Object.keys(NO_OPINION);

const FAULTS = [
  ["fan_stopped", { fan: 2 }],
  ["psu_input_lost", { psu: 1 }],
  ["uncorrectable_ecc", { dimm: 1 }],
  ["drive_fault", { drive: 1 }],
  ["chassis_opened", {}],
] as const;
/** What the aisle is too warm by: inlets beyond their limits, critical or not. */
const TOO_WARM_KELVIN = 24;

const VERDICTS: Readonly<Record<Health, string>> = { 0: "Nominal", 1: "Warning", 2: "Critical", 3: "Critical" };
const EVENT_VERDICTS: Readonly<Record<EventSeverity, string>> = {
  ok: "Nominal",
  warning: "Warning",
  critical: "Critical",
  non_recoverable: "Critical",
  unknown: "N/A",
};

let simulation: Simulation;

beforeAll(async () => {
  const machines = BOARDS.map((name) => {
    const board = makeBoard(name);
    const model = compileBoard(board.description);
    const rack = new Rack({ clock: systemClock, seed: 5 });
    const wiring = wireBoard(board, model);
    return { model, physics: new HostPhysics({ wiring, rack, unit: 20, seed: 7, profile: STEADY }) };
  });
  const bmcs = machines.map(({ model, physics }) => ({ board: model, behaviour: physics }));
  simulation = await startSimulation({ port: 0, bmcs });
  machines.forEach(({ physics }, i) => {
    physics.attach(bmcAt(i).bmc);
    for (const [fault, values] of FAULTS) injectFault(physics, fault, values);
    physics.shiftInlet(TOO_WARM_KELVIN);
    physics.step(1200);
    physics.refresh();
  });
});

afterAll(() => simulation.stop());

function bmcAt(index: number): SimulatedBmc {
  const found = simulation.bmcs[index];
  if (!found) throw new Error("a BMC is missing");
  return found;
}

interface Judged {
  readonly snapshot: HostSnapshot;
  readonly sensors: readonly FreeIpmiSensor[];
  readonly events: readonly FreeIpmiEvent[];
  /** FreeIPMI's line about a sensor of ours. */
  freeIpmiSensor(sensor: Sensor): FreeIpmiSensor | undefined;
}

async function judged(at: SimulatedBmc): Promise<Judged> {
  const { address, port, bmc } = at;
  const tool = freeIpmi({ address, port, user: "monitor", password: "monitor", privilege: "user", cipherSuite: 17 });
  const client = ourClient(at, { user: "monitor", password: "monitor" });
  try {
    const [sensors, events] = [await tool.sensors(), await tool.sel()];
    const snapshot = await client.poll();
    const recordOf = new Map(
      bmc.model.sensors.map(({ owner, lun, number, recordId }) => [`${hex(owner)}/${lun}/${hex(number)}`, recordId]),
    );
    const freeIpmiSensor = ({ id }: Sensor) => sensors.find(({ recordId }) => recordId === recordOf.get(id));
    return { snapshot, sensors, events, freeIpmiSensor };
  } finally {
    await client.close();
    tool.close();
  }
}

const hex = (number: number): string => number.toString(16).padStart(2, "0");
const verdictOf = ({ health }: Sensor): string => (health === undefined ? "N/A" : VERDICTS[health]);

/** Ours is that a limit which is crossed now is a warning; FreeIPMI calls it so in events, not in readings. */
function isNonCritical({ health, states }: Sensor): boolean {
  return health === 1 && states.length > 0 && states.every((state) => state.endsWith("_non_critical"));
}

withPeers(["ipmi-sensors", "ipmi-sel"], "FreeIPMI and we, of a machine in which everything is broken,", () => {
  it.each(BOARDS)(
    "agree about %s",
    async (name) => {
      const { snapshot, sensors, events, freeIpmiSensor } = await judged(bmcAt(BOARDS.indexOf(name)));
      const ours = snapshot.sensors ?? [];
      expect(ours.length).toBe(sensors.length);

      const differing = ours.filter((sensor) => verdictOf(sensor) !== freeIpmiSensor(sensor)?.state);
      for (const sensor of differing.filter(isNonCritical))
        expect(freeIpmiSensor(sensor)?.state, sensor.name).toBe("Nominal");
      const others = differing.filter((sensor) => !isNonCritical(sensor));
      expect(others.map((sensor) => sensor.name)).toEqual(NO_OPINION[name]?.toSorted(byPlace(ours)));
      for (const sensor of others)
        expect([verdictOf(sensor), freeIpmiSensor(sensor)?.state]).toEqual(["Nominal", "N/A"]);

      // Every fault is among what both call critical.
      const critical = ours.filter(
        (sensor) => (sensor.health ?? 0) >= 2 && freeIpmiSensor(sensor)?.state === "Critical",
      );
      const kinds = new Set(critical.map((sensor) => sensor.kind));
      for (const kind of ["power_supply", "drive", "physical_security"]) expect(kinds).toContain(kind);
      expect(kinds.has("fan") || kinds.has("cooling_device")).toBe(true);
      expect(ours.some((sensor) => sensor.kind === "temperature" && (sensor.health ?? 0) >= 1)).toBe(true);

      const entries = snapshot.eventLog?.fresh ?? [];
      expect(entries.map(({ id, severity }) => [Number(id), EVENT_VERDICTS[severity]])).toEqual(
        events.map(({ id, state }) => [id, state]),
      );
      const reported = entries.map(({ event }) => event);
      for (const event of ["input_lost", "uncorrectable_ecc", "drive_fault", "chassis_intrusion"])
        expect(reported).toContain(event);
    },
    60_000,
  );
});

function byPlace(sensors: readonly Sensor[]) {
  const places = new Map(sensors.map(({ name }, i) => [name, i]));
  return (a: string, b: string): number => (places.get(a) ?? -1) - (places.get(b) ?? -1);
}
