import {
  getSdr,
  getSdrRepositoryInfo,
  getSensorReading,
  getSensorThresholds,
  LAST_RECORD,
  WHOLE_RECORD,
} from "../../ipmi/commands/index.ts";
import type { FullSensorRecord } from "../../ipmi/records/sdr/full-sensor.ts";
import { encodeSdr } from "../../ipmi/records/sdr/sdr.ts";
import { CompletionCode } from "../../ipmi/tables/completion-code.ts";
import { EventType } from "../../ipmi/tables/event-type.ts";
import { SensorType } from "../../ipmi/tables/sensor-type.ts";
import { Unit } from "../../ipmi/tables/unit.ts";
import { BMC_ADDRESS } from "../../ipmi/wire/message.ts";
import type { Reply, Request, Scenario } from "../bmc/misbehaviour.ts";

/** FFh is no sensor number. */
const NUMBERS = 255;
const LUNS = 4;
const NAME_DIGITS = 5;
const RAW = 40;
/** Reservation, record id, offset and count. */
const GET_SDR_BYTES = 6;
const ALL_LIMITS = 0x3f;

const THRESHOLDS = {
  lower_non_critical: 5,
  lower_critical: 3,
  lower_non_recoverable: 1,
  upper_non_critical: 80,
  upper_critical: 90,
  upper_non_recoverable: 100,
} as const;

const RECORD: FullSensorRecord = {
  type: "full",
  id: 1,
  version: 0x51,
  ownerId: BMC_ADDRESS,
  channel: 0,
  fruOwnerLun: 0,
  ownerLun: 0,
  number: 0,
  entityId: 0x07,
  entityInstance: 1,
  initialisation: 0x7f,
  capabilities: {
    ignoreIfAbsent: false,
    autoRearm: true,
    hysteresis: "none",
    thresholdAccess: "readable",
    eventControl: "per_state",
  },
  sensorType: SensorType.Temperature,
  eventType: EventType.Threshold,
  masks: { assertion: 0x7a95, deassertion: 0x7a95, reading: ALL_LIMITS },
  analogFormat: "unsigned",
  units: { percentage: false, rate: 0, modifierUse: 0, base: Unit.DegreeCelsius, modifier: 0 },
  factors: { linearisation: 0, m: 1, tolerance: 0, b: 0, accuracy: 0, accuracyExponent: 0, rExponent: 0, bExponent: 0 },
  direction: 1,
  specified: { nominalReading: true, normalMaximum: false, normalMinimum: false },
  nominalReading: RAW,
  normalMaximum: 0,
  normalMinimum: 0,
  sensorMaximum: 0xff,
  sensorMinimum: 0,
  thresholds: THRESHOLDS,
  positiveHysteresis: 0,
  negativeHysteresis: 0,
  reserved: 0,
  oem: 0,
  name: "Sensor 00000",
};

/** The repository holds `count` full sensor records, made when they are read. They share 1020 sensor numbers. */
export function manySensors(options: { readonly count: number }): Scenario {
  const records = Math.min(options.count, LAST_RECORD - 1);
  return () => {
    const record = encodeSdr(RECORD);
    const reading = getSensorReading.encodeResponse({
      raw: RAW,
      eventMessagesEnabled: true,
      scanningEnabled: true,
      unavailable: false,
      states: 0xc0,
      comparison: 0,
      stateBytes: 1,
    });
    const thresholds = getSensorThresholds.encodeResponse({
      lowerNonCritical: THRESHOLDS.lower_non_critical,
      lowerCritical: THRESHOLDS.lower_critical,
      lowerNonRecoverable: THRESHOLDS.lower_non_recoverable,
      upperNonCritical: THRESHOLDS.upper_non_critical,
      upperCritical: THRESHOLDS.upper_critical,
      upperNonRecoverable: THRESHOLDS.upper_non_recoverable,
    });
    return {
      name: "many sensors",
      answer(request) {
        if (!request.inSession) return undefined;
        if (isOf(getSdr, request) && request.data.length >= GET_SDR_BYTES) return partOf(record, records, request);
        if (isOf(getSensorReading, request)) return success(reading);
        return isOf(getSensorThresholds, request) ? success(thresholds) : undefined;
      },
      amend(request, reply) {
        if (!isOf(getSdrRepositoryInfo, request) || reply.completionCode !== 0) return reply;
        const info = getSdrRepositoryInfo.decodeResponse(reply.data);
        return { ...reply, data: getSdrRepositoryInfo.encodeResponse({ ...info, records }) };
      },
    };
  };
}

const isOf = (command: { readonly netFn: number; readonly code: number }, request: Request): boolean =>
  request.netFn === command.netFn && request.command === command.code;

const success = (data: Uint8Array): Reply => ({ completionCode: CompletionCode.Ok, data });

/** Places in a full sensor record: [0] id, [6] LUN, [7] sensor number, [48] the name. */
const LUN_AT = 6;
const NUMBER_AT = 7;
const NAME_AT = 48;

/** Answers Get SDR; overwrites `record` for each request. */
function partOf(record: Buffer, records: number, request: Request): Reply {
  const { recordId, offset = 0, count = WHOLE_RECORD } = getSdr.decodeRequest(request.data);
  const id = recordId === 0 ? 1 : recordId === LAST_RECORD ? records : recordId;
  if (id > records) return { completionCode: CompletionCode.NotPresent, data: new Uint8Array(0) };
  if (offset >= record.length) return { completionCode: CompletionCode.ParameterOutOfRange, data: new Uint8Array(0) };
  record.writeUInt16LE(id, 0);
  record[LUN_AT] = Math.floor((id - 1) / NUMBERS) % LUNS;
  record[NUMBER_AT] = (id - 1) % NUMBERS;
  const digits = NAME_AT + RECORD.name.length - NAME_DIGITS;
  record.write(String(id).padStart(NAME_DIGITS, "0"), digits, "latin1");
  const end = count === WHOLE_RECORD ? record.length : offset + count;
  const nextRecordId = id === records ? LAST_RECORD : id + 1;
  return success(getSdr.encodeResponse({ nextRecordId, data: record.subarray(offset, end) }));
}
