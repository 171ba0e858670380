import { hex } from "../../support/hex.ts";
import type { Availability, Board, BoardSensor } from "../board.ts";
import { analogRecord, discreteRecord, serverAnalog, serverDiscrete, serverEventOnly } from "./server-sensors.ts";
import { vectorEvents } from "./vector-events.ts";
import { vectorMainboardFru, vectorPowerSupplyFru } from "./vector-frus.ts";
import { type VectorSensor, vectorEventOnly, vectorLocators, vectorSensors } from "./vector-records.ts";

/** The readings of the vectors that ipmi_sim cannot answer as they were: it has no "reading unavailable" bit, so the sensor is absent. */
function availability(status: number): Availability {
  if ((status & 0x20) !== 0) return "absent";
  return (status & 0x40) === 0 ? "scanning-disabled" : "readable";
}

/** States of the sensors that share the DIMM and drive slot records of the vectors, by record id. */
const SHARED_STATES: ReadonlyMap<number, readonly number[]> = new Map([
  [0x26, [0x40, 0x40, 0x42, 0x40]],
  [0x27, [0x01, 0x01, 0x03]],
]);

function fromVector(vector: VectorSensor): BoardSensor {
  const record = hex(vector.record);
  const [raw = 0, status = 0, low = 0, high = 0] = hex(vector.reading);
  const eventType = record.readUInt8(13);
  const kind = eventType === 0x01 ? "threshold" : "discrete";
  const states = kind === "threshold" ? low & 0x3f : low | ((high & 0x7f) << 8);
  return {
    name: vector.name,
    number: record.readUInt8(7),
    lun: record.readUInt8(6) & 3,
    kind,
    sensorType: record.readUInt8(12),
    eventType,
    record,
    availability: availability(status),
    raw,
    states: SHARED_STATES.get(record.readUInt8(0)) ?? [states],
    ...(vector.value === undefined ? {} : { value: vector.value }),
  };
}

const sensors: readonly BoardSensor[] = [
  ...vectorSensors.map(fromVector),
  ...serverAnalog.map(
    (s): BoardSensor => ({
      name: s.name,
      number: s.number,
      lun: s.lun ?? 0,
      kind: (s.eventType ?? 1) === 1 ? "threshold" : "discrete",
      sensorType: s.sensorType,
      eventType: s.eventType ?? 1,
      record: analogRecord(s),
      availability: "readable",
      raw: s.raw,
      states: [s.states ?? 0],
      value: s.value,
    }),
  ),
  ...serverDiscrete.map(
    (s): BoardSensor => ({
      name: s.name,
      number: s.number,
      lun: s.lun ?? 0,
      kind: "discrete",
      sensorType: s.sensorType,
      eventType: s.eventType,
      record: discreteRecord(s),
      availability: "readable",
      raw: 0,
      states: s.states,
    }),
  ),
  ...[
    { name: "OS Stop", number: 0x60, sensorType: 0x20, eventType: 0x6f, record: hex(vectorEventOnly) as Uint8Array },
    serverEventOnly,
  ].map(
    (s): BoardSensor => ({
      name: s.name,
      number: s.number,
      lun: 0,
      kind: "event-only",
      sensorType: s.sensorType,
      eventType: s.eventType,
      record: s.record,
      availability: "event-only",
      raw: 0,
      states: [0],
    }),
  ),
];

/** The board most tests use: every conversion, most sensor types, alarms, a mixed event log, two FRUs. */
export const fullBoard: Board = {
  device: {
    id: 0x20,
    revision: 1,
    firmwareMajor: 2,
    firmwareMinorBcd: 0x31,
    support: 0xbf,
    manufacturer: 343,
    product: 0x1234,
  },
  sensors,
  otherRecords: vectorLocators.map((l) => hex(l.record)),
  sel: vectorEvents.map((e) => hex(e.record)),
  frus: new Map([
    [0, hex(vectorMainboardFru)],
    [1, hex(vectorPowerSupplyFru)],
  ]),
};
