import { describe, expect, it } from "vitest";
import { decodeSelRecord, isSystemEvent, type SystemEventRecord } from "../../../src/ipmi/records/sel/index.ts";
import { LiveBoard } from "../../../src/simulator/bmc/live-board.ts";
import { compileBoard } from "../../../src/simulator/boards/compile-board.ts";
import { makeBoard } from "../../../src/simulator/boards/index.ts";
import { logStates, watchLimits } from "../../../src/simulator/physics/events.ts";
import { wireBoard } from "../../../src/simulator/physics/index.ts";
import { HandClock } from "./hand-clock.ts";

const board = makeBoard("dell-poweredge");
const model = compileBoard(board.description);
const wiring = wireBoard(board, model);
const inlet = wiring.limits[board.analog.findIndex((wire) => wire.spec.name === "Inlet Temp")];
if (!inlet) throw new Error("the inlet has limits");

const events = (state: LiveBoard): SystemEventRecord[] =>
  Array.from({ length: state.sel.count }, (_, i) => decodeSelRecord(state.sel.at(i))).filter(isSystemEvent);

/** Readings one after the other; what is logged: offset, or -offset when it is cleared. */
function walk(counts: readonly number[]): [state: LiveBoard, offsets: number[]] {
  const state = new LiveBoard(model, new HandClock());
  let crossed = 0;
  for (const count of counts) crossed = watchLimits(state, inlet as NonNullable<typeof inlet>, count, crossed, false);
  return [state, events(state).map((e) => (e.deassertion ? -e.offset : e.offset))];
}

describe("watchLimits", () => {
  // Inlet: LC -7, LNC 3, UNC 38, UC 42, hysteresis 2.
  const rows: readonly [string, number[], number[]][] = [
    ["logs nothing inside the limits", [20, 37, 4, 20], []],
    ["logs upper non-critical going high (7) at the limit itself", [37, 38], [7]],
    ["logs upper critical (9) as well when both are crossed at once", [20, 45], [7, 9]],
    ["logs each limit once", [38, 39, 40, 39, 38], [7]],
    ["takes it back only behind the hysteresis", [38, 37, 36, 35], [7, -7]],
    ["does not flutter at the limit", [38, 37, 38, 37, 38], [7]],
    ["logs it again after its deassertion", [38, 35, 38], [7, -7, 7]],
    ["takes the severe one back first", [45, 39, 30], [7, 9, -9, -7]],
    ["logs lower non-critical going low (0) and lower critical (2)", [20, 3, -7], [0, 2]],
    ["takes the lower one back above the hysteresis", [3, 5, 6], [0, 0]],
  ];
  it.each(rows)("%s", (_, counts, offsets) => {
    // -0 is 0: "lower non-critical cleared".
    expect(walk(counts)[1].map((o) => o + 0)).toEqual(offsets);
  });

  it("logs reading and limit in the event, as raw readings", () => {
    const [state] = walk([20, -9]);
    const [warning, critical] = events(state);
    expect(warning).toMatchObject({
      eventType: 1,
      offset: 0,
      data2Use: "trigger_reading",
      data3Use: "trigger_threshold",
      data2: 0x100 - 9,
      data3: 3,
      generator: { kind: "ipmb", address: 0x20 },
    });
    expect(critical).toMatchObject({ offset: 2, data2: 0x100 - 9, data3: 0x100 - 7 });
  });

  it("updates the crossed limits and logs nothing when silent", () => {
    const state = new LiveBoard(model, new HandClock());
    expect(watchLimits(state, inlet, 45, 0, true)).toBe(0b011000);
    expect(state.sel.count).toBe(0);
  });
});

describe("logStates", () => {
  const run = (before: number, after: number, asserts: number, deasserts: number): string[] => {
    const state = new LiveBoard(model, new HandClock());
    logStates(state, { owner: 0x20, number: 1 }, before, after, asserts, deasserts);
    return events(state).map((e) => `${e.deassertion ? "-" : "+"}${e.offset}`);
  };

  it("logs assertions and deassertions", () => {
    expect(run(0b0001, 0b1001, 0b1010, 0b1010)).toEqual(["+3"]);
    expect(run(0b1001, 0b0001, 0b1010, 0b1010)).toEqual(["-3"]);
    expect(run(0b01, 0b10, 0b11, 0b11)).toEqual(["-0", "+1"]);
  });

  it("omits states that the sensor does not report", () => {
    expect(run(0b0001, 0b1000, 0b0010, 0)).toEqual([]);
  });
});
