import { describe, expect, it } from "vitest";
import { decodeFru } from "../../../src/ipmi/records/fru/index.ts";
import { convertRaw, convertThresholds } from "../../../src/ipmi/records/sdr/conversion.ts";
import { decodeSdr, encodeSdr } from "../../../src/ipmi/records/sdr/sdr.ts";
import { type SensorDefinition, sensorsOf } from "../../../src/ipmi/records/sdr/sensor-definition.ts";
import { decodeSelRecord, describeSelEvent, isSystemEvent } from "../../../src/ipmi/records/sel/index.ts";
import { THRESHOLD_NAMES } from "../../../src/ipmi/tables/threshold.ts";
import { LiveBoard } from "../../../src/simulator/bmc/live-board.ts";
import { compileBoard } from "../../../src/simulator/boards/compile-board.ts";
import { BOARD_NAMES, BOARD_PLANS, frusOf, makeBoard } from "../../../src/simulator/boards/index.ts";
import { LIMIT_KEYS } from "../../../src/simulator/boards/records.ts";
import { HandClock } from "../physics/hand-clock.ts";

const LONGEST_NAME = 16;

describe("the boards", () => {
  it("are at least eight, with unique names", () => {
    expect(BOARD_NAMES.length).toBeGreaterThanOrEqual(8);
    expect(new Set(BOARD_NAMES).size).toBe(BOARD_NAMES.length);
  });

  it("are of at least eight manufacturers", () => {
    const makers = new Set(BOARD_PLANS.map((plan) => plan.identity.manufacturerId));
    expect(makers.size).toBeGreaterThanOrEqual(8);
  });

  it("are made by known names only", () => {
    expect(() => makeBoard("no-such-board")).toThrow(RangeError);
  });
});

const BMC = 0x20;

describe.each(BOARD_NAMES)("%s", (name) => {
  const board = makeBoard(name);
  const model = compileBoard(board.description);
  const records = board.description.sdr.map(decodeSdr);
  const behind = (board.description.satellites ?? []).flatMap(({ sdr }) => (sdr ?? []).map(decodeSdr));
  const sensors = [...records, ...behind].flatMap(sensorsOf);
  const sensorAt = (owner: number, number: number): SensorDefinition => {
    const found = sensors.find((s) => s.ownerId === owner && s.number === number);
    if (!found) throw new Error(`no sensor ${number}`);
    return found;
  };

  it("has records that decode and encode to the same bytes, numbered from 1", () => {
    expect(records.map(encodeSdr)).toEqual(board.description.sdr);
    expect(records.map((r) => r.id)).toEqual(records.map((_, i) => i + 1));
    expect(records.some((r) => r.type === "unknown")).toBe(false);
  });

  it("has a plausible number of sensors, with unique numbers and names that fit", () => {
    expect(sensors.length).toBeGreaterThanOrEqual(35);
    expect(sensors.length).toBeLessThanOrEqual(160);
    expect(new Set(sensors.map((s) => s.ownerId * 256 + s.number)).size).toBe(sensors.length);
    expect(board.plan.sensors.map((s) => s.name).filter((n) => n.length > LONGEST_NAME)).toEqual([]);
    // A controller that keeps its SDRs itself has them behind the repository's.
    const keepers = (board.description.satellites ?? []).filter(({ sdr }) => sdr).map(({ address }) => address);
    const isBehind = ({ owner = BMC }: { readonly owner?: number }): boolean => keepers.includes(owner);
    const planned = [...board.plan.sensors.filter((s) => !isBehind(s)), ...board.plan.sensors.filter(isBehind)];
    expect(sensors.map((s) => s.name)).toEqual(planned.map((s) => s.name));
  });

  it("converts usual values to within half a step", () => {
    for (const { spec, owner, number, scale } of board.analog) {
      const definition = sensorAt(owner, number);
      const raw = model.initialState[model.sensorIndex(owner, 0, number)] ?? -1;
      const value = convertRaw(definition, raw) ?? Number.NaN;
      expect(Math.abs(value - spec.nominal), spec.name).toBeLessThanOrEqual(scale.step / 2 + 1e-9);
      expect(definition.nominalReading, spec.name).toBe(raw);
      expect(definition.analog, spec.name).toBe(true);
    }
  });

  it("converts limits to within half a step, in their order around the usual value", () => {
    for (const { spec, owner, number, scale } of board.analog) {
      const limits = convertThresholds(sensorAt(owner, number));
      THRESHOLD_NAMES.forEach((threshold, n) => {
        const key = LIMIT_KEYS[n];
        const limit = key && spec.limits?.[key];
        const label = `${spec.name} ${threshold}`;
        if (limit === undefined) expect(limits[threshold], label).toBeUndefined();
        else
          expect(Math.abs((limits[threshold] ?? Number.NaN) - limit), label).toBeLessThanOrEqual(scale.step / 2 + 1e-9);
      });
      const { lnr, lc, lnc, unc, uc, unr } = spec.limits ?? {};
      const line = [lnr, lc, lnc, spec.nominal, unc, uc, unr].filter((v) => v !== undefined);
      expect(line, spec.name).toEqual(line.toSorted((a, b) => a - b));
    }
  });

  it("has valid FRU areas with different serial numbers for each machine", () => {
    for (const [id, bytes] of board.description.frus ?? []) {
      expect(decodeFru(bytes).problems, `FRU ${id}`).toEqual([]);
    }
    const serialOf = (seed: number) =>
      decodeFru(frusOf(board.plan.frus, seed).get(0) ?? new Uint8Array(8)).board?.serial;
    expect(serialOf(1)).toBeTruthy();
    expect(serialOf(1)).not.toBe(serialOf(2));
  });

  it("logs memory errors from which our client decodes the module", () => {
    const state = new LiveBoard(model, new HandClock());
    const { memory, plan } = board;
    const read = (kind: "correctable" | "uncorrectable" | "logging_limit", dimm: number) => {
      state.clearSel();
      state.addEvent(memory.event(kind, dimm));
      const record = decodeSelRecord(state.sel.at(state.sel.count - 1));
      if (!isSystemEvent(record)) throw new Error("no event");
      const sensor = sensors.find((s) => s.ownerId === 0x20 && s.number === record.sensorNumber);
      return describeSelEvent(record, { ...board.description.device, sensor });
    };
    for (let dimm = 1; dimm <= plan.plant.dimms; dimm++) {
      for (const kind of ["correctable", "uncorrectable", "logging_limit"] as const) {
        const described = read(kind, dimm);
        expect(described.memoryError).toBe(kind);
        expect(described.dimm, `${kind} of module ${dimm}`).toBe(memory.slot(dimm));
      }
    }
  });
});
