import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/lib/index.ts";
import { BOARD_NAMES, type Board, makeBoard } from "../../../src/simulator/boards/index.ts";
import { injectFault } from "../../../src/simulator/faults/index.ts";
import { compileBoard, type SimulatedBmc, type Simulation, startSimulation } from "../../../src/simulator/index.ts";
import { HostPhysics, Rack, wireBoard } from "../../../src/simulator/physics/index.ts";
import { ourClient } from "../../crossings/our-client.ts";
import { freeIpmi } from "../../rig/freeipmi.ts";
import { ipmitool } from "../../rig/ipmitool.ts";
import { withPeers } from "../../rig/requirements.ts";
import type { Login } from "../../rig/run.ts";

const FREEIPMI_TIMEOUT_MS = 60_000;

/** One BMC of each board that stands still at its usual values, and one with physics. */
interface Pair {
  readonly board: Board;
  readonly still: SimulatedBmc;
  readonly live: SimulatedBmc;
  readonly physics: HostPhysics;
}

let simulation: Simulation;
let pairs: ReadonlyMap<string, Pair>;

beforeAll(async () => {
  const rack = new Rack({ clock: systemClock, seed: 5 });
  const kinds = BOARD_NAMES.map((name, i) => {
    const board = makeBoard(name);
    const model = compileBoard(board.description);
    return { board, model, physics: new HostPhysics({ wiring: wireBoard(board, model), rack, unit: 10 + i, seed: i }) };
  });
  simulation = await startSimulation({
    port: 0,
    bmcs: kinds.flatMap(({ model, physics }) => [{ board: model }, { board: model, behaviour: physics }]),
  });
  pairs = new Map(
    kinds.map(({ board, physics }, i) => {
      const [still, live] = simulation.bmcs.slice(2 * i, 2 * i + 2);
      if (!still || !live) throw new Error(`no BMC of ${board.name}`);
      physics.attach(live.bmc);
      return [board.name, { board, still, live, physics }];
    }),
  );
});

afterAll(() => simulation.stop());

function pairOf(name: string): Pair {
  const pair = pairs.get(name);
  if (!pair) throw new Error(`no board ${name}`);
  return pair;
}

/** A session with the strongest suite the board has. */
function login(at: SimulatedBmc, { plan }: Board): Login {
  const cipherSuite = plan.channel?.cipherSuites?.includes(17) ? 17 : 3;
  return { address: at.address, port: at.port, user: "monitor", password: "monitor", privilege: "user", cipherSuite };
}

/** What the board should say, from its plan and not from its records. */
const expected = (board: Board): readonly (readonly [name: string, value: number, step: number])[] =>
  board.analog
    .filter(({ spec, owner }) => spec.eventType === 1 && owner === 0x20)
    .map(({ spec, scale }) => [spec.name, spec.nominal, scale.step]);

withPeers(["ipmitool"], "ipmitool on the boards", () => {
  it.each(BOARD_NAMES)("reads the usual values of %s, all within their limits", async (name) => {
    const { board, still } = pairOf(name);
    const sensors = (await ipmitool(login(still, board)).sensors()).filter((s) => s.class === "threshold");
    for (const [sensor, nominal, step] of expected(board)) {
      const read = sensors.filter((s) => s.name === sensor && s.value !== undefined);
      expect(read.length, sensor).toBeGreaterThan(0);
      for (const { value } of read) {
        expect(Math.abs((value ?? Number.NaN) - nominal), sensor).toBeLessThanOrEqual(step / 2 + 0.001);
      }
    }
    expect(sensors.filter((s) => s.status !== "ok" && s.status !== "na")).toEqual([]);
  });
});

/** Slots that are empty, which FreeIPMI calls critical. */
const EMPTY_SLOTS: Readonly<Record<string, readonly string[]>> = {
  "dell-poweredge": ["Presence", "BP0 Presence", "TPM Presence", "OCP Presence"],
  "intel-s2600": ["SAS Mod Presence"],
};

withPeers(["ipmi-sensors"], "FreeIPMI on the boards", () => {
  it.each(BOARD_NAMES)(
    "finds nothing but empty slots critical on %s",
    async (name) => {
      const { board, live } = pairOf(name);
      const tool = freeIpmi(login(live, board));
      try {
        const sensors = await tool.sensors();
        expect(sensors.length).toBeGreaterThanOrEqual(35);
        const critical = sensors.filter((s) => s.state === "Critical" || s.state === "Warning");
        expect(critical.map((s) => s.name)).toEqual(EMPTY_SLOTS[name] ?? []);
        for (const { events } of critical)
          expect(events.join()).toMatch(/^(Entity Absent|Device Removed\/Device Absent)$/);
      } finally {
        tool.close();
      }
    },
    FREEIPMI_TIMEOUT_MS,
  );
});

describe("our client on the boards", () => {
  it.each(BOARD_NAMES)("reads all parts of %s, finds it healthy, and then a stopped fan", async (name) => {
    const { board, live, physics } = pairOf(name);
    const client = ourClient(live, { user: "monitor", password: "monitor", settings: { bridge: true } });
    try {
      const snapshot = await client.poll();
      expect(snapshot.failure).toBeUndefined();
      // On a board without DCMI its part fails.
      const failed = snapshot.parts.filter((p) => !p.ok && !(p.part === "dcmi" && !board.plan.dcmi));
      expect(failed).toEqual([]);
      const sensors = snapshot.sensors ?? [];
      expect(sensors.length).toBeGreaterThanOrEqual(35);
      // This client has no severity rules, which say that an empty slot is ok.
      expect(sensors.filter((s) => (s.health ?? 0) > 0).map((s) => s.name)).toEqual(EMPTY_SLOTS[name] ?? []);
      for (const { spec } of board.analog) {
        expect(
          sensors.some((s) => s.name === spec.name && s.value !== undefined),
          spec.name,
        ).toBe(true);
      }
      if (board.plan.dcmi) expect(snapshot.consumption?.currentWatts).toBeGreaterThan(40);
      expect(snapshot.frus?.[0]).toBeDefined();

      injectFault(physics, "fan_stopped", { fan: 1 });
      await new Promise((resolve) => setTimeout(resolve, 1100));
      const after = await client.poll();
      const ill = (after.sensors ?? []).filter((s) => (s.health ?? 0) > 0).map((s) => s.name);
      expect(ill.length).toBeGreaterThan(EMPTY_SLOTS[name]?.length ?? 0);
    } finally {
      await client.close();
    }
  });

  it("reads the power of the OpenBMC node, which reports that measuring is not active", async () => {
    const client = ourClient(pairOf("openbmc-node").live, { user: "monitor", password: "monitor" });
    try {
      const snapshot = await client.poll();
      expect(snapshot.quirks).toContain("dcmi_inactive_is_valid");
      expect(snapshot.consumption).toMatchObject({ source: "dcmi" });
    } finally {
      await client.close();
    }
  });
});
