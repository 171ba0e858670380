import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { stateOf } from "../../src/dialect/severity.ts";

const threshold = { sensorType: 0x01, eventType: 0x01 };

describe("the state of a sensor", () => {
  it.each([
    ["nothing", 0x00, 0],
    ["lower non-critical", 0x01, 0],
    ["lower critical", 0x02, 2],
    ["lower non-recoverable", 0x04, 2],
    ["upper non-critical", 0x08, 0],
    ["upper critical", 0x18, 2],
    ["upper non-recoverable", 0x20, 2],
    ["reserved bits alone", 0xc0, 0],
  ])("beyond %s is what FreeIPMI thinks of it", (_, bits, state) => {
    expect(stateOf(threshold, bits)).toBe(state);
  });

  it("is a warning beyond a non-critical limit if the module says so", () => {
    expect(stateOf(threshold, 0x01, "warning")).toBe(1);
    expect(stateOf(threshold, 0x08, "warning")).toBe(1);
    expect(stateOf(threshold, 0x18, "warning")).toBe(2);
  });

  it("is the worst asserted state; bits without a meaning are ignored", () => {
    const memory = { sensorType: 0x0c, eventType: 0x6f };
    expect(stateOf(memory, 0x41)).toBe(1);
    expect(stateOf(memory, 0x43)).toBe(2);
    expect(stateOf(memory, 0x4000)).toBe(0);
  });

  it("is unknown for types that FreeIPMI does not evaluate", () => {
    expect(stateOf({ sensorType: 0x27, eventType: 0x6f }, 1)).toBeUndefined();
    expect(stateOf({ sensorType: 0xc0, eventType: 0x70 }, 1)).toBeUndefined();
    expect(stateOf({ sensorType: 0x08, eventType: 0x04 }, 1)).toBeUndefined();
  });

  const file = "/etc/freeipmi/freeipmi_interpret_sensor.conf";
  it.skipIf(!existsSync(file))("is that of the defaults FreeIPMI was installed with, state by state", () => {
    const groups = readFileSync(file, "utf8")
      .split(/^## (?=IPMI_)/m)
      .slice(1);
    let compared = 0;
    for (const group of groups) {
      const name = /^IPMI_(\w+)/.exec(group)?.[1] ?? "";
      const sensor = sensorOf(name);
      if (!sensor) continue;
      const states = [...group.matchAll(/^# IPMI_\w+\s+(Nominal|Warning|Critical)$/gm)].map(([, state]) => state);
      for (const [i, state] of states.entries()) {
        expect(stateOf(sensor, i === 0 ? 0 : 1 << (i - 1)), `${name} ${i}`).toBe(NUMBERS.indexOf(`${state}`));
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(300);
  });
});

const NUMBERS = ["Nominal", "Warning", "Critical"];

/** Sensor types by FreeIPMI's names of their groups. */
// biome-ignore format: a table
const TYPES: Readonly<Record<string, number>> = {
  Temperature: 0x01, Voltage: 0x02, Current: 0x03, Fan: 0x04, Physical_Security: 0x05,
  Platform_Security_Violation_Attempt: 0x06, Processor: 0x07, Power_Supply: 0x08, Power_Unit: 0x09,
  Cooling_Device: 0x0a, Memory: 0x0c, Drive_Slot: 0x0d, POST_Memory_Resize: 0x0e, System_Firmware_Progress: 0x0f,
  Event_Logging_Disabled: 0x10, System_Event: 0x12, Critical_Interrupt: 0x13, Button_Switch: 0x14, Module_Board: 0x15,
  Chassis: 0x18, Chip_Set: 0x19, Cable_Interconnect: 0x1b, Boot_Error: 0x1e, OS_Boot: 0x1f, OS_Critical_Stop: 0x20,
  Slot_Connector: 0x21, System_ACPI_Power_State: 0x22, Watchdog2: 0x23, Platform_Alert: 0x24, Entity_Presence: 0x25,
  Management_Subsystem_Health: 0x28, Battery: 0x29, Session_Audit: 0x2a, Version_Change: 0x2b, FRU_State: 0x2c,
};
const EVENTS: readonly (readonly [suffix: string, eventType: number])[] = [
  ["_Transition_Severity", 0x07],
  ["_Transition_Availability", 0x0a],
  ["_Transition_State", 0x02],
  ["_Device_Present", 0x08],
  ["_Redundancy", 0x0b],
  ["_Predictive_Failure", 0x04],
  ["_Performance", 0x06],
  ["_Limit", 0x05],
  ["_State", 0x03],
];

function sensorOf(name: string): { readonly sensorType: number; readonly eventType: number } | undefined {
  if (name === "Threshold_Sensor") return threshold;
  const whole = TYPES[name];
  if (whole !== undefined) return { sensorType: whole, eventType: 0x6f };
  for (const [suffix, eventType] of EVENTS) {
    const sensorType = name.endsWith(suffix) ? TYPES[name.slice(0, -suffix.length)] : undefined;
    if (sensorType !== undefined) return { sensorType, eventType };
  }
  return undefined;
}
