import { describe, expect, it } from "vitest";
import { presenceOf } from "../../../src/bmc/over-ipmi/presence.ts";
import { EventType, SensorType } from "../../../src/ipmi/index.ts";

const SPECIFIC = EventType.SensorSpecific;

describe("whether a part is present", () => {
  it.each<[string, number, number, string[], string | undefined]>([
    ["a device", SensorType.Module, EventType.Presence, ["device_present"], "present"],
    ["no device", SensorType.Module, EventType.Presence, ["device_absent"], "absent"],
    ["a device of which nothing is said", SensorType.Module, EventType.Presence, [], undefined],
    ["an entity", SensorType.EntityPresence, SPECIFIC, ["entity_present"], "present"],
    ["no entity", SensorType.EntityPresence, SPECIFIC, ["entity_absent"], "absent"],
    ["an entity that is disabled", SensorType.EntityPresence, SPECIFIC, ["entity_disabled"], "present"],
    ["a supply", SensorType.PowerSupply, SPECIFIC, ["presence_detected", "input_lost"], "present"],
    ["no supply", SensorType.PowerSupply, SPECIFIC, ["absent"], "absent"],
    ["a supply with a fault alone", SensorType.PowerSupply, SPECIFIC, ["failure_detected"], undefined],
    ["a drive", SensorType.DriveSlot, SPECIFIC, ["drive_present"], "present"],
    ["no drive", SensorType.DriveSlot, SPECIFIC, [], "absent"],
    ["a drive with a fault alone", SensorType.DriveSlot, SPECIFIC, ["drive_fault"], undefined],
    ["a drive of the class digital state", SensorType.DriveSlot, EventType.DigitalState, ["state_asserted"], "present"],
    ["no such drive", SensorType.DriveSlot, EventType.DigitalState, ["state_deasserted"], "absent"],
    ["a module of memory", SensorType.Memory, SPECIFIC, ["presence_detected"], "present"],
    ["no module", SensorType.Memory, SPECIFIC, [], "absent"],
    ["a FRU", 0x2c, SPECIFIC, ["active"], "present"],
    ["no FRU", 0x2c, SPECIFIC, ["not_installed"], "absent"],
    ["a cable", 0x1b, SPECIFIC, ["connected"], "present"],
    ["no cable", 0x1b, SPECIFIC, [], "absent"],
    ["a link", 0x27, SPECIFIC, ["heartbeat"], "present"],
    ["no link", 0x27, SPECIFIC, ["heartbeat_lost"], "absent"],
    ["a sensor that says nothing of parts", SensorType.SystemEvent, SPECIFIC, [], undefined],
    ["redundancy", SensorType.PowerSupply, EventType.Redundancy, ["redundancy_lost"], undefined],
    ["usage", SensorType.PowerSupply, EventType.Usage, ["active"], undefined],
  ])("follows from the states of its sensor: %s", (_what, sensorType, eventType, states, presence) => {
    expect(presenceOf({ eventType, sensorType }, states)).toBe(presence);
  });
});
