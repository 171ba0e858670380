import { THRESHOLD_ORDER } from "./sdr.ts";

/**
 * What a BMC under test holds, as plain data: the sensors with their records and present readings,
 * the event log and the FRU areas. `ipmi-sim.ts` plays it, tests compare with it.
 */
export interface Board {
  readonly device: DeviceId;
  readonly sensors: readonly BoardSensor[];
  /** Records that are no sensors: locators, associations, OEM. */
  readonly otherRecords: readonly Uint8Array[];
  /** 16-byte event records, ids counting up from 1. */
  readonly sel: readonly Uint8Array[];
  /** FRU areas by device id. */
  readonly frus: ReadonlyMap<number, Uint8Array>;
}

/** Get Device ID fields; firmware as the bytes of the answer, minor in BCD. */
export interface DeviceId {
  readonly id: number;
  readonly revision: number;
  readonly firmwareMajor: number;
  readonly firmwareMinorBcd: number;
  readonly support: number;
  readonly manufacturer: number;
  readonly product: number;
}

/** How the simulated BMC answers Get Sensor Reading for the sensor. */
export type Availability =
  /** with a reading */
  | "readable"
  /** with "scanning disabled" */
  | "scanning-disabled"
  /** with completion code CCh or CBh: there is a record and nothing behind it */
  | "absent"
  /** event-only: never read */
  | "event-only";

export interface BoardSensor {
  /** As in the record; the names of sharing sensors are this and a modifier. */
  readonly name: string;
  readonly number: number;
  readonly lun: number;
  readonly kind: "threshold" | "discrete" | "event-only";
  readonly sensorType: number;
  readonly eventType: number;
  readonly record: Uint8Array;
  readonly availability: Availability;
  /** The reading byte. */
  readonly raw: number;
  /** Comparison bits of a threshold sensor, states of a discrete one; one number for each sensor of a shared record. */
  readonly states: readonly number[];
  /** What the reading byte means in the unit of the record, written by hand; absent where there is no value. */
  readonly value?: number;
}

const hexByte = (value: number): string => `0x${value.toString(16).padStart(2, "0")}`;
const hexBytes = (values: Iterable<number>): string => [...values].map(hexByte).join(" ");
const BMC = "0x20";

/** Comparison bits of Get Sensor Reading, bit 0 lower non-critical ... bit 5 upper non-recoverable. */
const THRESHOLD_BITS = 6;

/** Thresholds of a full record: readable bits and the six bytes in the order of the record; undefined where there are none. */
export function recordThresholds(
  record: Uint8Array,
): { readonly readable: number; readonly raw: readonly number[] } | undefined {
  const readable = record[3] === 0x01 && record[13] === 0x01 ? (record[18] ?? 0) & 0x3f : 0;
  return readable === 0 ? undefined : { readable, raw: [...record.subarray(36, 36 + THRESHOLD_ORDER.length)] };
}

/** Simulator commands that give a sensor a reading byte and states, at start or while it runs. */
export function readingCommands(sensor: BoardSensor, raw: number, states: readonly number[] = sensor.states): string[] {
  const commands: string[] = [];
  const width = sensor.kind === "threshold" ? THRESHOLD_BITS : 15;
  states.forEach((mask, i) => {
    const which = `${BMC} ${sensor.lun} ${hexByte(sensor.number + i)}`;
    commands.push(`sensor_set_value ${which} ${hexByte(raw)} 0`);
    // The simulator compares raw bytes as unsigned numbers, which is wrong for signed formats, so every bit is set here.
    for (let bit = 0; bit < width; bit++) commands.push(`sensor_set_bit ${which} ${bit} ${(mask >> bit) & 1} 0`);
  });
  return commands;
}

function sensorCommands(sensor: BoardSensor): string[] {
  const commands = [`main_sdr_add ${BMC} ${hexBytes(sensor.record)}`];
  if (sensor.availability === "absent") return commands;
  for (const i of sensor.states.keys()) {
    const which = `${BMC} ${sensor.lun} ${hexByte(sensor.number + i)}`;
    const eventOnly = sensor.availability === "event-only" ? " event-only" : "";
    commands.push(`sensor_add ${which} ${hexByte(sensor.sensorType)} ${hexByte(sensor.eventType)}${eventOnly}`);
    const thresholds = recordThresholds(sensor.record);
    if (thresholds !== undefined) {
      const enabled = thresholds.readable.toString(2).padStart(6, "0");
      commands.push(`sensor_set_threshold ${which} settable ${enabled} ${hexBytes(thresholds.raw)}`);
      const [positive = 0, negative = 0] = sensor.record.subarray(42, 44);
      commands.push(`sensor_set_hysteresis ${which} settable ${hexByte(positive)} ${hexByte(negative)}`);
    }
    const scanning = sensor.availability === "scanning-disabled" ? "no-scanning" : "scanning";
    const all = "1".repeat(15);
    commands.push(`sensor_set_event_support ${which} enable ${scanning} per-state ${all} ${all} ${all} ${all}`);
  }
  if (sensor.availability !== "event-only") commands.push(...readingCommands(sensor, sensor.raw));
  return commands;
}

/** The whole board in the simulator's command language, see ipmi_sim_cmd(5). */
export function boardCommands(board: Board, selCapacity = 512): string[] {
  const d = board.device;
  return [
    `mc_setbmc ${BMC}`,
    [
      `mc_add ${BMC} ${hexByte(d.id)} no-device-sdrs ${hexByte(d.revision)} ${hexByte(d.firmwareMajor)}`,
      `${hexByte(d.firmwareMinorBcd)} ${hexByte(d.support)} 0x${d.manufacturer.toString(16)} 0x${d.product.toString(16)}`,
    ].join(" "),
    // 0Ah: reserve and delete are supported
    `sel_enable ${BMC} ${selCapacity} 0x0a`,
    ...board.sensors.flatMap(sensorCommands),
    ...board.otherRecords.map((bytes) => `main_sdr_add ${BMC} ${hexBytes(bytes)}`),
    ...[...board.frus].map(([id, data]) => `mc_add_fru_data ${BMC} ${id} ${data.length} data ${hexBytes(data)}`),
    `mc_enable ${BMC}`,
  ];
}

const escaped = (bytes: Uint8Array): string => [...bytes].map((b) => `\\${b.toString(16).padStart(2, "0")}`).join("");

/**
 * The event log as the simulator keeps it between runs. Its `sel_add` command stamps records with its
 * own clock; a state file is the only way to give it records of the past. The file lists the newest first.
 */
export function selStateFile(sel: readonly Uint8Array[]): string {
  const stamps = sel.map((r) => ((r[3] ?? 0) | ((r[4] ?? 0) << 8) | ((r[5] ?? 0) << 16) | ((r[6] ?? 0) << 24)) >>> 0);
  const wallClock = stamps.filter((t, i) => (sel[i]?.[2] ?? 0) < 0xe0 && t > 0x20000000 && t !== 0xffffffff);
  const lines = sel.map((bytes, i) => `${i + 1}:d:${escaped(bytes)}`).reverse();
  return `${[...lines, "last_erase_time:i:0", `last_add_time:i:${Math.max(0, ...wallClock)}`].join("\n")}\n`;
}

/** How many sensors the board has when shared records are expanded. */
export const sensorCount = (board: Board): number => board.sensors.reduce((n, s) => n + s.states.length, 0);
