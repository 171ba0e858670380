import {
  type DeviceId,
  decodeSelRecord,
  describeSelEvent,
  eventTypeWord,
  type SelEventDescription,
  type SelRecord,
  selTime,
} from "../../ipmi/index.ts";
import { type EventSeverity, HEALTH_WORDS, Health, type LogEntry } from "../../model/index.ts";
import type { Severities } from "../severities.ts";
import type { PlannedSensor } from "./planned-sensor.ts";
import { isRemoval } from "./presence.ts";
import { eventKey, type SensorPlan } from "./sensor-plan.ts";

export interface DecodedEvent {
  readonly entry: LogEntry;
  readonly memoryError: SelEventDescription["memoryError"];
}

/** What is known besides a record. */
export interface RecordContext {
  readonly plan?: SensorPlan;
  readonly device?: Pick<DeviceId, "manufacturerId" | "productId">;
  /** Absent: events are as bad as the tables of the protocol say. */
  readonly severities?: Severities;
}

/** A SEL record in model words; sensors are named and values converted where the plan knows them. */
export function decodeEvent(bytes: Buffer, context: RecordContext): DecodedEvent {
  const { plan, device } = context;
  const record = decodeSelRecord(bytes);
  const sensor = plan && sensorOfEvent(record, plan);
  const described = describeSelEvent(record, {
    sensor: sensor && { name: sensor.name, convert: sensor.convert, unit: sensor.unit?.unit },
    manufacturerId: device?.manufacturerId,
    productId: device?.productId,
  });
  const time = "timestamp" in record ? selTime(record.timestamp) : undefined;
  return {
    memoryError: described.memoryError,
    entry: {
      recordId: record.recordId,
      time: time?.kind === "wall_clock" ? time.epochMs : undefined,
      relativeTime: time?.kind === "relative",
      relativeSeconds: time?.kind === "relative" ? time.seconds : undefined,
      kind: described.kind,
      sensor: described.sensorName,
      sensorNumber: record.type === "system_event" ? record.sensorNumber : undefined,
      event: described.event,
      direction: described.direction,
      severity: severityOf(record, described, sensor, context),
      text: described.text,
      dimm: described.dimm,
      raw: bytes.toString("hex"),
    },
  };
}

/** By the rules that grade the live state, too; unknown for events that mean nothing to us. */
function severityOf(
  record: SelRecord,
  { severity, event, direction, kind, sensorName }: SelEventDescription,
  sensor: PlannedSensor | undefined,
  { severities, device }: RecordContext,
): EventSeverity {
  if (severity === undefined || record.type !== "system_event") return "unknown";
  const subject = {
    name: sensorName,
    kind,
    sensorType: record.sensorType,
    eventType: eventTypeWord(record.eventType),
    entityId: sensor?.definition.entityId,
    manufacturerId: device?.manufacturerId,
    productId: device?.productId,
  };
  const grade = severities?.gradeOf(subject, event, { asserted: severity, deasserted: severity });
  const graded = grade?.[direction] ?? severity;
  // That a part is absent is no failure, that it was removed is a change.
  return HEALTH_WORDS[isRemoval(record, event, direction) ? Math.max(graded, Health.Warning) : graded] ?? "unknown";
}

/** By owner, LUN and number; by number alone at the BMC, since some firmware fills the generator wrongly. */
export function sensorOfEvent(record: SelRecord, plan: SensorPlan): PlannedSensor | undefined {
  if (record.type !== "system_event") return undefined;
  const { generator, sensorNumber } = record;
  const own = generator.kind === "ipmb" ? eventKey(generator.address, generator.lun, sensorNumber) : undefined;
  const found = own === undefined ? undefined : plan.byEventKey.get(own);
  const sensor = found ?? plan.byEventKey.get(eventKey(0x20, 0, sensorNumber));
  // A BIOS event whose number happens to be a sensor of the BMC is of another type.
  if (!sensor || (!found && sensor.definition.sensorType !== record.sensorType)) return undefined;
  return sensor;
}
