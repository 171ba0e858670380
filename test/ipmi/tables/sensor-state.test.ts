import { describe, expect, it } from "vitest";
import {
  assertedStates,
  GENERIC_STATES,
  GENERIC_STATES_BY_TYPE,
  OEM_STATES,
  SENSOR_TYPES,
  SPECIFIC_STATES,
  type StateTable,
  sensorKind,
  sensorTypeTitle,
  stateOf,
  stateSeverity,
  statesOf,
} from "../../../src/ipmi/tables/index.ts";

const letters = (table: StateTable): string =>
  table
    .map(({ offset, asserted, deasserted }) => {
      const letter = (severity: number): string => "NWCR"[severity] ?? "?";
      return `${offset.toString(16)}:${letter(asserted)}${deasserted === 0 ? "" : `/${letter(deasserted)}`}`;
    })
    .join(" ");

describe("severities", () => {
  // FreeIPMI 1.6 interpretation files; ours differ for 0Dh 7, 12h 5, 1Fh 6, 21h 1, 22h Eh and 07h 9.
  it.each([
    [0x05, "0:C 1:C 2:C 3:C 4:C 5:C 6:C"],
    [0x06, "0:C 1:C 2:C 3:C 4:C 5:C"],
    [0x07, "0:C 1:C 2:C 3:C 4:C 5:C 6:C 7:N 8:C 9:N a:W b:C c:W"],
    [0x08, "0:N 1:C/C 2:C/C 3:C/W 4:C/W 5:C/W 6:C/C 7:W/W"],
    [0x09, "0:N 1:N 2:W 3:W/W 4:C/W 5:C/C 6:C/C 7:C/C"],
    [0x0c, "0:W 1:C 2:C 3:C 4:C 5:W 6:N 7:C 8:N 9:W a:C"],
    [0x0d, "0:N 1:C 2:C 3:N 4:N 5:C 6:C 7:W 8:C"],
    [0x0f, "0:C 1:C 2:N"],
    [0x10, "0:C 1:C 2:N 3:C 4:C 5:W 6:C"],
    [0x11, "0:C 1:C 2:C 3:C 4:C 5:C 6:W 7:W"],
    [0x12, "0:W 1:N 2:C 3:N 4:N 5:N"],
    [0x13, "0:C 1:C 2:C 3:W 4:C 5:C 6:C 7:W 8:C 9:C a:C b:W"],
    [0x14, "0:N 1:N 2:N 3:W 4:W"],
    [0x19, "0:C 1:C"],
    [0x1b, "0:N 1:C"],
    [0x1d, "0:N 1:N 2:N 3:N 4:N 5:W 6:W 7:N"],
    [0x1e, "0:C 1:C 2:C 3:C 4:W"],
    [0x1f, "0:N 1:N 2:N 3:N 4:N 5:N 6:N 7:N 8:N 9:W a:C"],
    [0x20, "0:C 1:C 2:W 3:W 4:W 5:C"],
    [0x21, "0:C 1:N 2:N 3:N 4:N 5:N 6:W 7:W 8:W 9:N"],
    [0x22, "0:N 1:N 2:N 3:N 4:N 5:N 6:N 7:N 8:N 9:N a:N b:N c:N d:C e:W"],
    [0x23, "0:W 1:C 2:C 3:C 8:W"],
    [0x24, "0:N 1:N 2:N 3:N"],
    [0x25, "0:N 1:C 2:C"],
    [0x27, "0:W 1:N"],
    [0x28, "0:C 1:C 2:C 3:C 4:C 5:C"],
    [0x29, "0:W 1:C 2:N"],
    [0x2a, "0:N 1:N 2:W 3:C"],
    [0x2b, "0:W 1:W 2:C 3:C 4:C 5:C 6:N 7:N"],
    [0x2c, "0:C 1:C 2:W 3:W 4:N 5:W 6:W 7:C"],
  ])("of sensor type %i", (sensorType, expected) => {
    expect(letters(statesOf({ eventType: 0x6f, sensorType }))).toBe(expected);
  });

  it("cover every sensor-specific type there is", () => {
    expect([...SPECIFIC_STATES.keys()]).toHaveLength(30);
    for (const type of [0x01, 0x02, 0x03, 0x04, 0x0a, 0x0b, 0x0e, 0x15, 0x16, 0x17, 0x18, 0x1a, 0x1c, 0x26, 0xc0])
      expect(statesOf({ eventType: 0x6f, sensorType: type })).toEqual([]);
  });

  it.each([
    [0x02, 0x07, "0:N 1:N 2:N"],
    [0x03, 0x01, "0:N 1:W"],
    [0x03, 0x08, "0:N 1:W"],
    [0x03, 0x07, "0:N 1:C"],
    [0x03, 0x0c, "0:N 1:C"],
    [0x03, 0x0d, "0:W 1:N"],
    [0x03, 0x14, "0:N 1:N"],
    [0x03, 0x15, "0:N 1:C"],
    [0x03, 0x20, "0:N 1:C"],
    [0x04, 0x0d, "0:N 1:C"],
    [0x05, 0x01, "0:N 1:C"],
    [0x06, 0x07, "0:N 1:C/W"],
    [0x07, 0x01, "0:N 1:W 2:C 3:R 4:W 5:C 6:R 7:W 8:N"],
    [0x08, 0x04, "0:C 1:N"],
    [0x08, 0x08, "0:W 1:N"],
    [0x08, 0x0d, "0:W 1:N"],
    [0x09, 0x08, "0:W 1:N"],
    [0x0a, 0x09, "0:N 1:W 2:W 3:W 4:W 5:W 6:C/W 7:W 8:C/C"],
    [0x0b, 0x08, "0:N 1:C/W 2:W/W 3:C/W 4:C/W 5:C/W 6:W/W 7:W/W"],
    [0x0c, 0x08, "0:N 1:N 2:N 3:N"],
    [0x01, 0x01, "0:W 1:N 2:C/W 3:W/W 4:R/C 5:C/C 6:N 7:W 8:W/W 9:C/W a:C/C b:R/C"],
  ])("of generic class %i for sensor type %i", (eventType, sensorType, expected) => {
    expect(letters(statesOf({ eventType, sensorType }))).toBe(expected);
  });

  it("depend on the direction of the event", () => {
    const upperCritical = { eventType: 0x01, sensorType: 0x01, offset: 9 };
    expect(stateSeverity(upperCritical)).toBe(2);
    expect(stateSeverity({ ...upperCritical, direction: "deasserted" })).toBe(1);
    expect(stateSeverity({ eventType: 0x6f, sensorType: 0x0c, offset: 0 })).toBe(1);
    expect(stateSeverity({ eventType: 0x6f, sensorType: 0x0c, offset: 14 })).toBeUndefined();
  });
});

describe("the tables", () => {
  const tables: StateTable[] = [
    ...GENERIC_STATES.values(),
    ...[...GENERIC_STATES_BY_TYPE.values()].flatMap((byType) => [...byType.values()]),
    ...SPECIFIC_STATES.values(),
    ...OEM_STATES.map((row) => row.states),
  ];

  it("give every state a label, a text and severities on the scale", () => {
    for (const row of tables.flat()) {
      expect(row.state).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(row.text.length).toBeGreaterThan(0);
      expect([0, 1, 2, 3]).toContain(row.asserted);
      expect([0, 1, 2, 3]).toContain(row.deasserted);
      expect(row.offset).toBeLessThan(15);
    }
  });

  it("have no offset and no label twice", () => {
    for (const table of tables) {
      expect(new Set(table.map((row) => row.offset)).size).toBe(table.length);
      expect(new Set(table.map((row) => row.state)).size).toBe(table.length);
    }
  });

  it("use the words that dashboards and counters rely on", () => {
    const word = (eventType: number, sensorType: number, offset: number) =>
      stateOf({ eventType, sensorType, offset })?.state;
    expect(word(0x6f, 0x08, 1)).toBe("failure_detected");
    expect(word(0x6f, 0x08, 3)).toBe("input_lost");
    expect(word(0x0b, 0x09, 1)).toBe("redundancy_lost");
    expect(word(0x6f, 0x0c, 0)).toBe("correctable_ecc");
    expect(word(0x6f, 0x0c, 1)).toBe("uncorrectable_ecc");
    expect(word(0x6f, 0x0c, 5)).toBe("correctable_ecc_logging_limit");
    expect(word(0x01, 0x01, 9)).toBe("upper_critical_going_high");
  });

  it("name every sensor type once", () => {
    expect(SENSOR_TYPES).toHaveLength(0x2d);
    expect(new Set(SENSOR_TYPES.map(sensorKind)).size).toBe(0x2d);
    expect([sensorTypeTitle(0x08), sensorKind(0x08)]).toEqual(["Power Supply", "power_supply"]);
    expect([sensorTypeTitle(0x2d), sensorKind(0x2d)]).toEqual(["Reserved", "reserved"]);
    expect([sensorTypeTitle(0xdc), sensorKind(0xdc)]).toEqual(["OEM Reserved", "oem"]);
  });
});

describe("asserted states", () => {
  it("are all that are set, the worst deciding", () => {
    const found = assertedStates(0x6f, 0x08, 0x8009);
    expect(found.map((s) => [s.state, s.severity, s.offset])).toEqual([
      ["presence_detected", 0, 0],
      ["input_lost", 2, 3],
    ]);
  });

  it("ignore bits without a meaning, as Supermicro H8SGL-F sets them", () => {
    expect(assertedStates(0x6f, 0x08, 0x7f01).map((s) => s.state)).toEqual(["presence_detected"]);
  });

  it("call a power supply bay without any bit absent, and that no fault", () => {
    expect(assertedStates(0x6f, 0x08, 0x8000)).toEqual([{ state: "absent", text: "Absent", severity: 0 }]);
    expect(assertedStates(0x6f, 0x0d, 0x8000)).toEqual([]);
  });

  it("are none for threshold sensors, whose bits are comparisons", () => {
    expect(assertedStates(0x01, 0x01, 0xd8)).toEqual([]);
  });

  it("read Supermicro's processor temperature as a level", () => {
    const level = (word: number, manufacturer = 10876) =>
      assertedStates(0x70, 0xc0, word, manufacturer).map((s) => [s.state, s.severity]);
    expect(level(0x8000)).toEqual([["low", 0]]);
    expect(level(0x8004)).toEqual([["overheat", 2]]);
    expect(level(0x8007, 47488)).toEqual([["not_installed", 1]]);
    expect(level(0x8003)).toEqual([]);
    expect(level(0x8004, 674)).toEqual([]);
  });

  it.each([
    ["Dell power optimised", 0x6f, 0xc0, 674, 256, 0x40, "halted", 2],
    ["Dell R210 module", 0x70, 0x15, 674, 256, 0x20, "failed", 2],
    ["Intel SMI time-out", 0x03, 0xf3, 343, 62, 0x02, "state_asserted", 2],
    ["Intel NMI state", 0x03, 0xc0, 343, 40, 0x02, "state_asserted", 2],
  ])("know %s", (_, eventType, sensorType, manufacturer, product, word, state, severity) => {
    expect(assertedStates(eventType, sensorType, word, manufacturer, product)).toMatchObject([{ state, severity }]);
    expect(assertedStates(eventType, sensorType, word, manufacturer, 1)).not.toMatchObject([{ severity }]);
  });
});

describe("the 15 states of a word", () => {
  it.each([
    [0xaaaa, [1, 3, 5, 7, 9, 11, 13]],
    [0x5555, [0, 2, 4, 6, 8, 10, 12, 14]],
    [0xc000, [14]],
  ])("%i", (word, offsets) => {
    expect(assertedStates(0x6f, 0x22, word).map(({ offset }) => offset)).toEqual(offsets);
    expect(assertedStates(0xef, 0x22, word).map(({ offset }) => offset)).toEqual(offsets);
  });

  it("are none of a threshold sensor, whatever its event type's bit 7 is", () => {
    expect(assertedStates(0x01, 0x22, 0x7fff)).toEqual([]);
    expect(assertedStates(0x81, 0x22, 0x7fff)).toEqual([]);
  });
});
