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
 * What the asserted states of a discrete sensor say of the part that it is about; undefined where they say nothing.
 * A sensor that can say "absent" by a state says nothing while it asserts none; for one that has a state for "present"
 * alone, silence is absence. One that asserts a fault and not its presence says nothing.
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

/** An event that says that a part was removed or unplugged. */
export function isRemoval(subject: StateSubject, event: string, direction: "asserted" | "deasserted"): boolean {
  if (isDriveSlot(subject)) return event === (direction === "asserted" ? "state_deasserted" : "state_asserted");
  return direction === "asserted" ? ABSENT.has(event) : PRESENT.has(event);
}

/** Drive slots of the class "digital state" assert it if they hold a drive. */
const isDriveSlot = ({ eventType, sensorType }: StateSubject): boolean =>
  (eventType & 0x7f) === EventType.DigitalState && sensorType === SensorType.DriveSlot;

const isPresentDrive = (states: readonly string[]): boolean => states.includes("state_asserted");
