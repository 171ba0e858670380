import { EventType, SensorType, type StateSubject, statesOf } from "../../ipmi/index.ts";
import type { Presence } from "../../model/index.ts";

const PRESENT: ReadonlySet<string> = new Set([
  "device_present",
  "entity_present",
  "presence_detected",
  "drive_present",
  "device_installed",
  "connected",
  "heartbeat",
]);
const ABSENT: ReadonlySet<string> = new Set([
  "device_absent",
  "entity_absent",
  "absent",
  "not_installed",
  "heartbeat_lost",
]);

/**
 * Whether the part of a discrete sensor is present, from its asserted states; undefined if they do not show it. If a
 * sensor has a state for "absent", no state means nothing. If it only has a state for "present", no state means absent.
 * If it asserts a fault but not its presence, that means nothing.
 */
export function presenceOf(subject: StateSubject, states: readonly string[]): Presence | undefined {
  if (isDriveSlot(subject)) return states.length === 0 ? undefined : isPresentDrive(states) ? "present" : "absent";
  if (states.some((state) => ABSENT.has(state))) return "absent";
  if (states.some((state) => PRESENT.has(state))) return "present";
  const words = statesOf(subject).map(({ state }) => state);
  const saysAbsence = words.some((word) => ABSENT.has(word));
  if (states.length > 0) return saysAbsence ? "present" : undefined;
  return !saysAbsence && words.some((word) => PRESENT.has(word)) ? "absent" : undefined;
}

/** True for an event that reports that a part was removed or unplugged. */
export function isRemoval(subject: StateSubject, event: string, direction: "asserted" | "deasserted"): boolean {
  if (isDriveSlot(subject)) return event === (direction === "asserted" ? "state_deasserted" : "state_asserted");
  return direction === "asserted" ? ABSENT.has(event) : PRESENT.has(event);
}

/** Drive slots of the class "digital state" assert the state if they contain a drive. */
const isDriveSlot = ({ eventType, sensorType }: StateSubject): boolean =>
  (eventType & 0x7f) === EventType.DigitalState && sensorType === SensorType.DriveSlot;

const isPresentDrive = (states: readonly string[]): boolean => states.includes("state_asserted");
