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

/** What is needed to interpret a record. */
export interface RecordContext {
  readonly plan?: SensorPlan;
  readonly device?: Pick<DeviceId, "manufacturerId" | "productId">;
  /** Absent: the severities of the specification's tables apply. */
  readonly severities?: Severities;
}

/** A SEL record in terms of the model, with the name of the sensor and converted values if the plan has the sensor. */
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
      id: String(record.recordId),
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

/** From the same rules as for current states; unknown for events without a known meaning. */
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
  // An absent part is not a failure, but its removal is a change.
  return HEALTH_WORDS[isRemoval(record, event, direction) ? Math.max(graded, Health.Warning) : graded] ?? "unknown";
}

/**
 * Finds the sensor by owner, LUN and number; for the BMC by number alone, because some firmware sets a wrong generator.
 */
export function sensorOfEvent(record: SelRecord, plan: SensorPlan): PlannedSensor | undefined {
  if (record.type !== "system_event") return undefined;
  const { generator, sensorNumber } = record;
  const own = generator.kind === "ipmb" ? eventKey(generator.address, generator.lun, sensorNumber) : undefined;
  const found = own === undefined ? undefined : plan.byEventKey.get(own);
  const sensor = found ?? plan.byEventKey.get(eventKey(0x20, 0, sensorNumber));
  // A BIOS event may have the number of a sensor of the BMC, but has another type.
  if (!sensor || (!found && sensor.definition.sensorType !== record.sensorType)) return undefined;
  return sensor;
}
