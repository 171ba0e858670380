import type { CodedEvent } from "../../model/index.ts";

/** State of an event in FreeIPMI. */
export type EventState = "Nominal" | "Warning" | "Critical" | "N/A";

const ANY = undefined;

/**
 * One row: event/reading type code, the states by offset for assertions, those for deassertions if they differ, and the
 * sensor types it applies to. The defaults of FreeIPMI 1.6.10 in freeipmi_interpret_sel.conf; they differ from those of
 * sensors.
 */
type Row = readonly [
  eventType: number,
  asserted: string,
  deasserted: string | undefined,
  sensorTypes: readonly number[] | undefined,
];

// biome-ignore format: a table
const ROWS: readonly Row[] = [
  [0x01, "WNCWCCNWWCCC", "NNWWCCNNWWCC", ANY],
  [0x02, "NNN", ANY, [0x12]],
  [0x03, "NW", ANY, [0x01, 0x02, 0x04, 0x08, 0x09, 0x0e, 0x0f, 0x12]],
  [0x03, "NC", ANY, [0x07, 0x0c, 0x15, 0x1e, 0x20, 0x24]],
  [0x03, "WN", ANY, [0x0d]],
  [0x03, "NN", ANY, [0x14]],
  [0x04, "NC", ANY, [0x0d]],
  [0x05, "NC", ANY, [0x01, 0x02]],
  [0x06, "NC", "NW", [0x02]],
  [0x07, "NWCCWCCWN", ANY, [0x01, 0x02, 0x03, 0x04, 0x08, 0x09, 0x0c, 0x0d, 0x0f, 0x12, 0x14, 0x18, 0x19, 0x1b, 0x1e, 0x21, 0x28]],
  [0x08, "CN", ANY, [0x04, 0x09, 0x0d, 0x0f, 0x15, 0x25, 0x28]],
  [0x0a, "NWWWWWCWC", "NWWWWWWWC", [0x04]],
  [0x0b, "NCWCCCWW", "NWWWWWWW", [0x04, 0x08, 0x09, 0x0a, 0x0c]],
  [0x6f, "CCCCCCC", ANY, [0x05]], // physical security
  [0x6f, "CCCCCC", ANY, [0x06, 0x28]], // platform security, management subsystem
  [0x6f, "CCCCCCCNCCWCW", ANY, [0x07]], // processor
  [0x6f, "NCCCCCCW", "NCCWWWCW", [0x08]], // power supply
  [0x6f, "NNWWCCCC", "NNNWWCCC", [0x09]], // power unit
  [0x6f, "WCCCCWNCNWC", ANY, [0x0c]], // memory
  [0x6f, "NCCNNCCNC", ANY, [0x0d]], // drive slot
  [0x6f, "CCN", ANY, [0x0f]], // system firmware
  [0x6f, "CCNCCWC", ANY, [0x10]], // event logging
  [0x6f, "WNCNNW", ANY, [0x12]], // system event
  [0x6f, "CCCWCCCWCCCW", ANY, [0x13]], // critical interrupt
  [0x6f, "NNNWW", ANY, [0x14]], // button
  [0x6f, "CC", ANY, [0x19]], // chip set
  [0x6f, "NC", ANY, [0x1b]], // cable
  [0x6f, "NNNNNWWN", ANY, [0x1d]], // system boot
  [0x6f, "CCCCW", ANY, [0x1e]], // boot error
  [0x6f, "NNNNNNWNNWC", ANY, [0x1f]], // OS boot
  [0x6f, "CCWWWC", ANY, [0x20]], // OS stop
  [0x6f, "CWNNNNWWWN", ANY, [0x21]], // slot
  [0x6f, "NNNNNNNNNNNNNCC", ANY, [0x22]], // ACPI power state
  [0x6f, "WCCCNNNNW", ANY, [0x23]], // watchdog 2
  [0x6f, "NNNN", ANY, [0x24]], // platform alert
  [0x6f, "NCC", ANY, [0x25]], // entity presence
  [0x6f, "NW", ANY, [0x27]], // LAN: the opposite of its texts
  [0x6f, "WCN", ANY, [0x29]], // battery
  [0x6f, "NNWC", ANY, [0x2a]], // session audit
  [0x6f, "WWCCCCNN", ANY, [0x2b]], // version change
  [0x6f, "CCWWNWWC", ANY, [0x2c]], // FRU state
];

const WORDS: Readonly<Record<string, EventState>> = { N: "Nominal", W: "Warning", C: "Critical" };

/** The state of an event; N/A for pairs of sensor type and event type that FreeIPMI does not interpret. */
export function eventState(event: CodedEvent): EventState {
  if (event.type === "oem") return "N/A";
  const { eventType, sensorType, deassertion, data1 } = event;
  const row = ROWS.find(([type, , , types]) => type === eventType && (types?.includes(sensorType) ?? true));
  if (!row) return "N/A";
  const [, asserted, deasserted = asserted] = row;
  return WORDS[(deassertion ? deasserted : asserted)[data1 & 0x0f] ?? ""] ?? "N/A";
}
