import { describe, expect, it } from "vitest";
import type { HostSnapshot } from "../../src/model/index.ts";
import { compileBoard } from "../../src/simulator/boards/compile-board.ts";
import { makeBoard } from "../../src/simulator/boards/index.ts";
import { FAULTS, injectFault, type Values } from "../../src/simulator/faults/index.ts";
import { HostPhysics, Rack, wireBoard } from "../../src/simulator/physics/index.ts";
import { INTERVAL_MS, Poller, virtualBmc } from "../simulator/polled-bmc.ts";
import { FakeClock } from "../support/fake-clock.ts";

const BOARDS = ["dell-poweredge", "hpe-proliant", "lenovo-thinksystem", "supermicro-x11", "intel-s2600"];
const POLLS_BEFORE = 4;
const POLLS_DURING = 12;
const POLLS_AFTER = 12;
const DISCRETE_POLLS = 5;
/** Faults begin and end at this time after a poll. */
const OFFSET_MS = INTERVAL_MS / 2;

/** Not every board has voltage sensors. */
const hasPart = (board: string, fault: string): boolean => fault !== "voltage_out_of_range" || board !== "hpe-proliant";

/** Everything that a snapshot says about faults. */
function signsOf({ up, sensors = [], chassis }: HostSnapshot): ReadonlySet<string> {
  const faults = Object.entries(chassis?.faults ?? {}).filter(([, isPresent]) => isPresent);
  return new Set([
    `up ${up}`,
    `power ${chassis?.powerOn}`,
    ...faults.map(([fault]) => `chassis ${fault}`),
    ...sensors.flatMap(({ id, name, states }) => states.map((state) => `${name} (${id}) ${state}`)),
  ]);
}

/** The signs of each poll of a machine on which a fault begins and ends. */
async function run(
  boardName: string,
  fault: string,
  values: Values,
  discreteIntervalMs: number,
): Promise<readonly ReadonlySet<string>[]> {
  const clock = new FakeClock({ wallMs: Date.UTC(2026, 2, 4, 15) });
  const board = makeBoard(boardName);
  const model = compileBoard(board.description);
  const rack = new Rack({ clock, seed: 3 });
  const profile = { kind: "batch", base: 0.5, swing: 0, noise: 0, phaseHours: 0, powerFactor: 1 } as const;
  const physics = new HostPhysics({ wiring: wireBoard(board, model), rack, unit: 20, seed: 7, profile });
  const bmc = virtualBmc({ clock, model, behaviour: physics });
  physics.attach(bmc);
  const settings = { discreteIntervalMs, slowIntervalMs: 3_600_000 };
  const poller = new Poller(bmc, clock, { user: "monitor", password: "monitor", settings });
  const signs: ReadonlySet<string>[] = [];
  let dueMs = clock.monotonicMs();
  const poll = async (): Promise<void> => {
    await clock.advance(dueMs - clock.monotonicMs());
    dueMs += INTERVAL_MS;
    const snapshot = await poller.tryPoll();
    signs.push(snapshot ? signsOf(snapshot) : new Set(["no poll"]));
  };
  for (let n = 0; n < POLLS_BEFORE; n++) await poll();
  await clock.advance(dueMs - INTERVAL_MS + OFFSET_MS - clock.monotonicMs());
  const { scope } = FAULTS.find(({ name }) => name === fault) ?? {};
  const effect = injectFault(scope === "rack" ? rack : physics, fault, values);
  for (let n = 0; n < POLLS_DURING; n++) await poll();
  await clock.advance(dueMs - INTERVAL_MS + OFFSET_MS - clock.monotonicMs());
  effect.stop();
  for (let n = 0; n < POLLS_AFTER; n++) await poll();
  await poller.close();
  return signs;
}

/** Every fault with its defaults, and with each other choice of its parameters. */
const CASES = FAULTS.flatMap(({ name, parameters }) => {
  const choices = Object.entries(parameters).flatMap(([key, p]) =>
    p.kind === "choice" ? p.choices.filter((choice) => choice !== p.default).map((choice) => ({ [key]: choice })) : [],
  );
  return [{}, ...choices].map((values) => ({ fault: name, values }));
});

/**
 * Parts that some boards do not log when they are pulled out: the state changes after the interval of discrete sensors
 * at the latest. The same for all other faults would be a fault of the policy.
 */
const UNLOGGED: Readonly<Record<string, readonly string[]>> = {
  "dell-poweredge": ["part_removed part=drive"],
  "hpe-proliant": ["part_removed part=drive", "part_removed part=dimm"],
  "lenovo-thinksystem": ["part_removed part=dimm"],
  "supermicro-x11": [
    "psu_failed how=absent",
    "part_removed",
    "part_removed part=drive",
    "part_removed sensors=unavailable",
    "part_removed sensors=not_scanned",
  ],
};

const CASES_BY_NAME = CASES.map(({ fault, values }) => {
  const written = Object.entries(values).map(([key, value]) => `${key}=${value}`);
  return { name: [fault, ...written].join(" "), fault, values };
});

describe.each(CASES_BY_NAME)("$name", ({ name, fault, values }) => {
  it.each(BOARDS.filter((board) => hasPart(board, fault)))(
    "is visible on %s as if every poll read everything",
    async (board) => {
      const everything = await run(board, fault, values, 0);
      const byEvent = await run(board, fault, values, DISCRETE_POLLS * INTERVAL_MS);
      const late = everything.flatMap((signs, n) => {
        const others = byEvent[n] as ReadonlySet<string>;
        const missing = [...signs].filter((sign) => !others.has(sign));
        const left = [...others].filter((sign) => !signs.has(sign));
        return [...missing, ...left].map((sign) => ({ poll: n - POLLS_BEFORE, sign }));
      });
      if (!UNLOGGED[board]?.includes(name)) {
        expect(late).toEqual([]);
        return;
      }
      expect(late.length).toBeGreaterThan(0);
      for (const { poll, sign } of late) {
        expect(poll, sign).toBeGreaterThanOrEqual(0);
        expect(poll, sign).toBeLessThan(DISCRETE_POLLS - 1);
      }
    },
  );
});
