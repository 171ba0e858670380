import { beforeAll, describe, expect, it } from "vitest";
import { Roles, Severities } from "../../../src/bmc/index.ts";
import { loadRoleRules, loadSeverityRules } from "../../../src/config/index.ts";
import type { HostSnapshot } from "../../../src/model/index.ts";
import { BOARD_NAMES, makeBoard } from "../../../src/simulator/boards/index.ts";
import { injectFault } from "../../../src/simulator/faults/index.ts";
import { compileBoard } from "../../../src/simulator/index.ts";
import { HostPhysics, Rack, wireBoard } from "../../../src/simulator/physics/index.ts";
import { checkMetrics, promtoolMissing } from "../../exposition/promtool.ts";
import { doubleSeries, expositionOf } from "../../support/exposition.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { golden } from "../../support/golden.ts";
import { STEADY } from "../physics/machine-room.ts";
import { INTERVAL_MS, POLLED_HOST, Poller, virtualBmc } from "../polled-bmc.ts";

/** Boards of these families measure the air somewhere on the board and nowhere at the inlet. */
const NO_INLET = ["supermicro-x11", "supermicro-x9", "asrock-single", "dense-node"];

/** Afternoon: the room is warm, the load is what it is by day. */
const START_MS = Date.UTC(2026, 2, 4, 15);

let rules: { readonly roles: Roles; readonly severities: Severities };

beforeAll(async () => {
  const [roles, severities] = await Promise.all([loadRoleRules(), loadSeverityRules()]);
  rules = { roles: new Roles(roles), severities: new Severities(severities) };
});

/**
 * A machine of a board that runs and is well, after a past with a corrected memory error and a feed that came
 * back: what the exporter has of it at its third poll.
 */
async function snapshotOf(name: string): Promise<HostSnapshot> {
  const clock = new FakeClock({ wallMs: START_MS });
  const board = makeBoard(name);
  const model = compileBoard(board.description);
  const rack = new Rack({ clock, seed: 3 });
  const physics = new HostPhysics({ wiring: wireBoard(board, model), rack, unit: 20, seed: 7, profile: STEADY });
  const bmc = virtualBmc({ clock, model, behaviour: physics });
  physics.attach(bmc);
  const settings = { bridge: true };
  const poller = new Poller(bmc, clock, { user: "monitor", password: "monitor", settings, rules });
  bmc.state.addEvent(board.memory.event("correctable", 1));
  await poller.poll();
  // A machine with one supply would be dark without it.
  const fault = board.plan.plant.supplies.count > 1 ? injectFault(physics, "psu_input_lost", {}) : undefined;
  await clock.advance(INTERVAL_MS);
  await poller.poll();
  fault?.stop();
  await clock.advance(INTERVAL_MS);
  await poller.poll();
  await clock.advance(INTERVAL_MS);
  const snapshot = await poller.poll();
  await poller.close();
  return snapshot;
}

const texts = new Map<string, Promise<string>>();

/** The exposition of a board; made once, by the first test that needs it. */
function textOf(name: string): Promise<string> {
  const made = texts.get(name) ?? snapshotOf(name).then((snapshot) => expositionOf(POLLED_HOST, snapshot));
  texts.set(name, made);
  return made;
}

const linesOf = async (name: string, pattern: RegExp): Promise<readonly string[]> =>
  (await textOf(name)).split("\n").filter((line) => pattern.test(line));

describe.each(BOARD_NAMES)("the exposition of a healthy %s", (name) => {
  it("is the golden text", async () => {
    const text = await textOf(name);
    expect(text).toBe(golden(import.meta.dirname, `${name}.txt`, text));
  });

  it("has no health but 0", async () => {
    expect(await linesOf(name, /^bmc_(sensor_)?health\{/)).not.toEqual([]);
    expect(await linesOf(name, /^bmc_(sensor_)?health\{.*\} [^0]/)).toEqual([]);
  });

  it("has no series twice", async () => {
    expect(doubleSeries(await textOf(name))).toEqual([]);
  });

  it("has no part that failed", async () => {
    expect(await linesOf(name, /^bmc_part_up\{.*\} 1$/)).not.toEqual([]);
    expect(await linesOf(name, /^bmc_part_up\{.*\} 0/)).toEqual([]);
  });

  it("reports inlet air of 20 to 25 degrees where the board has a sensor there", async () => {
    const inlet = await linesOf(name, /^bmc_temperature_celsius\{.*role="inlet".*\} 2[0-5]$/);
    expect(inlet.length > 0).toBe(!NO_INLET.includes(name));
  });

  it("has a role for each temperature", async () => {
    expect(await linesOf(name, /^bmc_temperature_celsius\{.*role="/)).not.toEqual([]);
    expect(await linesOf(name, /^bmc_temperature_celsius\{(?!.*role=")/)).toEqual([]);
  });

  it.skipIf(promtoolMissing)(
    `is clean for promtool (skipped where ${promtoolMissing ?? "it is missing"})`,
    async () => {
      expect(checkMetrics(await textOf(name))).toEqual([]);
    },
  );
});
