/** State of a sensor in FreeIPMI: 0 nominal, 1 warning, 2 critical. */
export type State = 0 | 1 | 2;

const THRESHOLD = 0x01;

/**
 * One row: event/reading type code, the states of "nothing asserted" and of each offset from 0, and the sensor
 * types they are for. The defaults of FreeIPMI 1.6.10, as its freeipmi_interpret_sensor.conf lists them.
 */
type Row = readonly [eventType: number, states: string, sensorTypes: readonly number[]];

// biome-ignore format: a table
const ROWS: readonly Row[] = [
  [0x02, "NNNN", [0x12]],
  [0x03, "NNC", [0x07, 0x0c, 0x15, 0x1e, 0x20, 0x24]],
  [0x03, "NNN", [0x14]],
  [0x03, "NNW", [0x01, 0x02, 0x04, 0x08, 0x09, 0x0e, 0x0f, 0x12]],
  [0x03, "NWN", [0x0d]],
  [0x04, "NNC", [0x0d]],
  [0x05, "NNC", [0x01, 0x02]],
  [0x06, "NNC", [0x02]],
  [0x07, "NNWCCWCCWN", [0x01, 0x02, 0x03, 0x04, 0x08, 0x09, 0x0c, 0x0d, 0x0f, 0x12, 0x14, 0x18, 0x19, 0x1b, 0x1e, 0x21, 0x28]],
  [0x08, "NCN", [0x04, 0x09, 0x0d, 0x0f, 0x15, 0x25, 0x28]],
  [0x0a, "NNWWWWWCWC", [0x04]],
  [0x0b, "NNCWCCCWW", [0x04, 0x08, 0x09, 0x0a, 0x0c]],
  [0x6f, "NCCCCCCC", [0x05]], // physical security
  [0x6f, "NCCCCCC", [0x06, 0x28]], // platform security, management subsystem
  [0x6f, "NCCCCCCCNCCWCW", [0x07]], // processor
  [0x6f, "NNCCCCCCW", [0x08]], // power supply
  [0x6f, "NNNWWCCCC", [0x09]], // power unit
  [0x6f, "NWCCCCWNCNWC", [0x0c]], // memory
  [0x6f, "NNCCNNCCNC", [0x0d]], // drive slot
  [0x6f, "NCCN", [0x0f]], // system firmware
  [0x6f, "NCCNCCWC", [0x10]], // event logging
  [0x6f, "NWNCNNW", [0x12]], // system event
  [0x6f, "NCCCWCCCWCCCW", [0x13]], // critical interrupt
  [0x6f, "NNNNWW", [0x14]], // button
  [0x6f, "NNC", [0x1b]], // cable
  [0x6f, "NCCCCW", [0x1e]], // boot error
  [0x6f, "NNNNNNNWNNWC", [0x1f]], // OS boot
  [0x6f, "NCWNNNNWWWN", [0x21]], // slot
  [0x6f, "NNNNNNNNNNNNNNCC", [0x22]], // ACPI power state
  [0x6f, "NWCCCNNNNW", [0x23]], // watchdog 2
  [0x6f, "NNCC", [0x25]], // entity presence
  [0x6f, "NWCN", [0x29]], // battery
  [0x6f, "NNNWC", [0x2a]], // session audit
  [0x6f, "NWWCCCCNN", [0x2b]], // version change
  [0x6f, "NCCWWNWWC", [0x2c]], // FRU state
];

const THRESHOLD_STATES = { nominal: "NNCCNCC", warning: "NWCCWCC" } as const;
/** Comparison bits of a threshold sensor; the others are reserved. */
const COMPARISONS = 0x3f;

/** State of a sensor beyond a non-critical threshold; by default nominal in FreeIPMI. */
export type NonCritical = keyof typeof THRESHOLD_STATES;

/**
 * The worst state that a sensor asserts. Undefined for pairs of sensor type and event type for which FreeIPMI prints N/A
 * (OEM codes, LAN ...). Bits without a meaning are ignored.
 */
export function stateOf(
  sensor: { readonly sensorType: number; readonly eventType: number },
  asserted: number,
  nonCritical: NonCritical = "nominal",
): State | undefined {
  if (sensor.eventType === THRESHOLD) return worst(THRESHOLD_STATES[nonCritical], asserted & COMPARISONS);
  const row = ROWS.find(([event, , types]) => event === sensor.eventType && types.includes(sensor.sensorType));
  return row && worst(row[1], asserted & 0x7fff);
}

function worst(states: string, asserted: number): State {
  if (asserted === 0) return stateNamed(states[0]);
  let found: State = 0;
  for (let offset = 0; offset + 1 < states.length; offset++) {
    if (((asserted >> offset) & 1) === 0) continue;
    const state = stateNamed(states[offset + 1]);
    if (state > found) found = state;
  }
  return found;
}

function stateNamed(letter: string | undefined): State {
  return letter === "C" ? 2 : letter === "W" ? 1 : 0;
}
